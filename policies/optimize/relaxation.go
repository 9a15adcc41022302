package optimize

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

// relaxation is the linear relaxation of a problem: numbers of replicas and machines may be
// fractions, and resources are summed over the machines of a type. Its optimum is a lower bound on
// the objective of every solution.
type relaxation struct {
	builder  program.Builder
	program  *program.Program
	columns  []column // the replica columns, which are the first columns of the program
	tiers    []tier   // column machines+i is the number of machines of tier i
	machines int
	short    int     // column short+m is the shortfall of model m
	absence  []int   // per model, column of its missing replicas; −1: none
	demand   []int   // per model, row of its demand; −1: none
	budget   int     // row of the budget; −1: none
	ofType   [][]int // per type, its replica columns

	sum, half []term // scratch
}

// column stands for replicas of one configuration: either those that run now, or those to add.
type column struct {
	configuration int
	switching     float64
	idle          bool // they serve nothing, and are there for their number
}

// relax writes the linear program. A replica column counts replicas that are fully used, so the
// rate of a configuration is its capacity times the sum of its columns. Replicas that run now have
// their own column, without a switching price.
func (x *index) relax() *relaxation {
	r := x.draft()
	r.program = r.builder.Program()
	return r
}

// draft returns the relaxation before its program is built, so that rows can be added.
func (x *index) draft() *relaxation {
	r := &relaxation{demand: make([]int, len(x.Demand)), budget: -1}
	b := &r.builder
	for m, list := range x.byModel {
		if x.idle(m) {
			continue
		}
		for _, c := range list {
			f := &x.Configurations[c]
			most, reward := x.Demand[m]/f.Capacity, float64(x.AccuracyWeight*f.Accuracy*f.Capacity)
			if f.Switch > 0 && x.current[c] > 0 {
				b.Column(-reward, 0, min(most, float64(x.current[c])))
				r.columns = append(r.columns, column{configuration: c})
			}
			b.Column(f.Switch-reward, 0, most)
			r.columns = append(r.columns, column{configuration: c, switching: f.Switch})
			if x.counts[c] {
				b.Column(x.switching(c, 1), 0, float64(x.least[m]))
				r.columns = append(r.columns, column{configuration: c, switching: x.switching(c, 1), idle: true})
			}
		}
	}
	r.group(x)
	r.machineColumns(x, b.Column)
	r.demandRows(x)
	r.capacityRows(x)
	r.budgetRow(x)
	return r
}

// group lists the replica columns of each type.
func (r *relaxation) group(x *index) {
	r.ofType = make([][]int, len(x.Types))
	for j, col := range r.columns {
		k := x.Configurations[col.configuration].Type
		r.ofType[k] = append(r.ofType[k], j)
	}
}

// machineColumns adds a column for each tier of machines, then one for each shortfall, and those of
// missing replicas. Add adds the column of a tier.
func (r *relaxation) machineColumns(x *index, add func(cost, lower, upper float64) int) {
	r.machines = len(r.columns)
	for k := range x.Types {
		for _, t := range x.tiers(k) {
			least := 0.
			if t.always {
				least = float64(t.count)
			}
			add(t.price, least, float64(t.count))
			r.tiers = append(r.tiers, t)
		}
	}
	r.short = r.machines + len(r.tiers)
	for _, demand := range x.Demand {
		r.builder.Column(x.Penalty, 0, demand)
	}
	r.absence = slices.Repeat([]int{-1}, len(x.Demand))
	for m, least := range x.least {
		if least > 0 {
			r.absence[m] = r.builder.Column(x.absent[m], 0, float64(least))
		}
	}
}

// startMachines sets the machines of a solution in a point, and what it leaves unserved.
func (r *relaxation) startMachines(x *index, found *Solution, at []float64) {
	left := slices.Clone(found.Machines)
	for i, t := range r.tiers {
		n := min(left[t.kind], t.count)
		at[r.machines+i] = float64(n)
		left[t.kind] -= n
	}
	for m, short := range found.Shortfall {
		at[r.short+m] = short
		if j := r.absence[m]; j >= 0 {
			at[j] = float64(x.missing(m, found.Replicas))
		}
	}
}

// leastRow lets the replicas of model m, and those that are missing, come to their least number. It
// returns the row, to which the replicas are still to be added; −1 if there is none.
func (r *relaxation) leastRow(x *index, m int) int {
	if r.absence[m] < 0 {
		return -1
	}
	row := r.builder.Row(float64(x.least[m]), math.Inf(1))
	r.builder.Add(row, r.absence[m], 1)
	return row
}

// budgetRow adds the row that limits the cost of the machines.
func (r *relaxation) budgetRow(x *index) {
	if math.IsInf(x.left, 1) {
		return
	}
	r.budget = r.builder.Row(math.Inf(-1), x.left)
	for i, t := range r.tiers {
		r.builder.Add(r.budget, r.machines+i, t.money)
	}
}

// rate adds a column for the rate of configuration c, whose accuracy counts. Its coefficients are
// in the row serve (the demand) and in the row accuracy, if this is not −1. It also adds the row
// capacity, which limits the rate to the capacity of the replicas. The caller adds the replicas to
// this row.
func (r *relaxation) rate(x *index, c, serve, accuracy int) (column, capacity int) {
	b, f := &r.builder, &x.Configurations[c]
	column = b.Column(-x.AccuracyWeight*f.Accuracy, 0, x.Demand[f.Model])
	b.Add(serve, column, 1)
	if accuracy >= 0 {
		b.Add(accuracy, column, f.Accuracy-x.floor(f.Model))
	}
	capacity = b.Row(0, math.Inf(1))
	b.Add(capacity, column, -1)
	return column, capacity
}

// rented adds a coefficient in a row to all columns of the machines of type k.
func (r *relaxation) rented(row, k int, coefficient float64) {
	for i, t := range r.tiers {
		if t.kind == k {
			r.builder.Add(row, r.machines+i, coefficient)
		}
	}
}

// term is a column with its coefficient in a row.
type term struct {
	column int
	value  float64
}

// limit adds a row: the sum of the terms is at most each times the number of machines of type k.
func (r *relaxation) limit(terms []term, k int, each float64) {
	if len(terms) == 0 {
		return
	}
	row := r.builder.Row(math.Inf(-1), 0)
	for _, t := range terms {
		r.builder.Add(row, t.column, t.value)
	}
	r.rented(row, k, -each)
}

func (r *relaxation) demandRows(x *index) {
	b, at := &r.builder, 0
	for m, demand := range x.Demand {
		r.demand[m] = -1
		if x.idle(m) {
			continue
		}
		r.demand[m] = b.Row(demand, demand)
		b.Add(r.demand[m], r.short+m, 1)
		least := r.leastRow(x, m)
		floor, needed, from := x.floor(m), false, at
		for ; at < len(r.columns) && x.Configurations[r.columns[at].configuration].Model == m; at++ {
			f := &x.Configurations[r.columns[at].configuration]
			if least >= 0 && x.counts[r.columns[at].configuration] {
				b.Add(least, at, 1)
			}
			if r.columns[at].idle {
				continue
			}
			b.Add(r.demand[m], at, f.Capacity)
			needed = needed || f.Accuracy < floor
		}
		if floor > 0 && needed {
			row := b.Row(0, math.Inf(1))
			for j := from; j < at; j++ {
				f := &x.Configurations[r.columns[j].configuration]
				if !r.columns[j].idle {
					b.Add(row, j, (f.Accuracy-floor)*f.Capacity)
				}
			}
		}
	}
}

// capacityRows adds rows that limit the replicas on the machines of each type, in three ways:
//   - the sum over each resource is limited,
//   - a machine holds at most PerMachine replicas of a configuration,
//   - a machine holds no two replicas that each need more than half of a resource.
func (r *relaxation) capacityRows(x *index) {
	for k, t := range x.Types {
		for i, capacity := range t.Host {
			r.resourceRows(x, k, capacity, 1, func(f *Configuration) (int64, int) { return f.Host[i], 1 })
		}
		for i, capacity := range t.Device {
			r.resourceRows(x, k, capacity, t.Devices, func(f *Configuration) (int64, int) {
				if len(f.Device) == 0 {
					return 0, 0
				}
				return f.Device[i], f.needed()
			})
		}
		for _, c := range x.byType[k] {
			r.wholeRow(x, k, c)
		}
	}
}

// resourceRows adds the rows for one resource of machines of type k. Each machine has this capacity
// in a number of copies (1 for the host, or one per device). A replica needs the same amount in a
// number of copies.
func (r *relaxation) resourceRows(x *index, k int, capacity int64, copies int, need func(*Configuration) (each int64, copies int)) {
	sum, half := r.sum[:0], r.half[:0]
	for _, j := range r.ofType[k] {
		each, of := need(&x.Configurations[r.columns[j].configuration])
		if each == 0 {
			continue
		}
		sum = append(sum, term{j, float64(of) * float64(each) / float64(capacity)})
		if 2*float64(each) > float64(capacity) {
			half = append(half, term{j, float64(of)})
		}
	}
	r.limit(sum, k, float64(copies))
	r.limit(half, k, float64(copies))
	r.sum, r.half = sum, half
}

// wholeRow adds a row that limits configuration c to PerMachine replicas on a machine, if the sums
// over resources would allow more.
func (r *relaxation) wholeRow(x *index, k, c int) {
	f, t := &x.Configurations[c], &x.Types[k]
	sum := math.Inf(1)
	for i, need := range f.Host {
		if need > 0 {
			sum = min(sum, float64(t.Host[i])/float64(need))
		}
	}
	for i, need := range f.Device {
		if need > 0 {
			sum = min(sum, float64(t.Devices)*float64(t.Device[i])/float64(need)/float64(f.needed()))
		}
	}
	most := float64(x.perMachine[c])
	if most > sum*(1-1e-9) || f.needed() <= 1 && most <= 1 && 2*most > sum {
		return
	}
	row := r.sum[:0]
	for _, j := range r.ofType[k] {
		if r.columns[j].configuration == c {
			row = append(row, term{j, 1})
		}
	}
	r.limit(row, k, most)
	r.sum = row
}

// relaxed is the solution of a relaxation.
type relaxed struct {
	replicas []float64
	machines []float64
	bound    float64
	prices   []float64 // per model, as Solution.Prices; NaN: no demand
	limits   []float64 // per type, as Solution.Limits
}

// solve solves the relaxation. The error says why this was not possible.
func (r *relaxation) solve(x *index) (relaxed, error) {
	s := simplexes.Get().(*linear.Simplex)
	defer simplexes.Put(s)
	if err := s.Load(r.program); err != nil {
		return relaxed{}, err
	}
	return r.read(x, s)
}

// simplexes keeps solvers, so that their memory is reused. Earlier programs do not change a result.
var simplexes = sync.Pool{New: func() any { return new(linear.Simplex) }}

// read solves the program of s and reads its solution. The first columns and rows of the program
// are those of the relaxation.
func (r *relaxation) read(x *index, s *linear.Simplex) (relaxed, error) {
	found := s.Solve(context.Background(), linear.Budget{})
	if found.Status != linear.Optimal {
		return relaxed{}, fmt.Errorf("the relaxation ended in: %v", found.Status)
	}
	out := relaxed{
		replicas: make([]float64, len(x.Configurations)),
		machines: make([]float64, len(x.Types)),
		bound:    found.Bound,
		prices:   r.prices(x, found),
		limits:   r.limits(x, found),
	}
	for j, col := range r.columns {
		out.replicas[col.configuration] += found.X[j]
	}
	for i, t := range r.tiers {
		out.machines[t.kind] += found.X[r.machines+i]
	}
	return out, nil
}

// prices returns the shadow price of each model's demand, or NaN if it has none. The demand also
// bounds the columns of its model, so the reduced cost of a column at its bound is added to the
// dual of the row. Without this, the dual would be arbitrary, up to the penalty, if one column
// serves the whole demand.
func (r *relaxation) prices(x *index, found linear.Result) []float64 {
	list := slices.Repeat([]float64{math.NaN()}, len(x.Demand))
	for m, row := range r.demand {
		if row >= 0 {
			list[m] = found.Duals[row] + min(0, found.Reduced[r.short+m])
		}
	}
	for j, col := range r.columns {
		f := &x.Configurations[col.configuration]
		if !col.idle && r.program.Upper[j] == x.Demand[f.Model]/f.Capacity {
			list[f.Model] += min(0, found.Reduced[j]) / f.Capacity
		}
	}
	return list
}

// limits returns the shadow price of each type's limit. It is the reduced cost that a column for
// one more machine would have, beyond those of the last tier.
func (r *relaxation) limits(x *index, found linear.Result) []float64 {
	list := slices.Repeat([]float64{math.NaN()}, len(x.Types))
	for i, t := range r.tiers { // the last tier of a type comes last
		k := &x.Types[t.kind]
		cost := found.Reduced[r.machines+i] + k.next(k.Max) - t.price
		if r.budget >= 0 && k.Max >= k.committed() {
			cost -= float64(found.Duals[r.budget] * (k.Price - t.money))
		}
		if list[t.kind] = 0; cost < -1e-9*(1+k.Price) {
			list[t.kind] = -cost
		}
	}
	return list
}

// fair solves the relaxation with the least served share as large as possible. It first finds this
// share, by a program with the same rows in which the share is a variable and the only objective.
func (r *relaxation) fair(x *index) (relaxed, error) {
	widest := x.draft()
	b := &widest.builder
	share := b.Column(-1, 0, 1)
	atMost := func(column int, whole float64) {
		row := b.Row(math.Inf(-1), 1)
		b.Add(row, column, 1/whole)
		b.Add(row, share, 1)
	}
	for m, demand := range x.Demand {
		if demand > 0 && len(x.byModel[m]) > 0 {
			atMost(r.short+m, demand)
		}
		if j := r.absence[m]; j >= 0 {
			atMost(j, float64(x.least[m]))
		}
	}
	s := simplexes.Get().(*linear.Simplex)
	defer simplexes.Put(s)
	if err := s.Load(b.Program()); err != nil {
		return relaxed{}, err
	}
	for j := range share {
		s.SetCost(j, 0)
	}
	found := s.Solve(context.Background(), linear.Budget{})
	if found.Status != linear.Optimal {
		return relaxed{}, fmt.Errorf("the search for the largest least share ended in: %v", found.Status)
	}
	most := found.X[share]
	x.fairest = most
	for j, cost := range r.program.Cost {
		s.SetCost(j, cost)
	}
	s.SetCost(share, 0)
	for m, demand := range x.Demand {
		if len(x.byModel[m]) > 0 {
			s.SetBounds(r.short+m, 0, demand*(1-float64(most*(1-1e-6))))
		}
		if j := r.absence[m]; j >= 0 {
			s.SetBounds(j, 0, float64(x.least[m])*(1-float64(most*(1-1e-6))))
		}
	}
	return r.read(x, s)
}
