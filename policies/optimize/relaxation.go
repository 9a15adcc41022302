package optimize

import (
	"fmt"
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

// relaxation is the linear relaxation of a problem: fractions of replicas and machines, resources
// summed over the machines of a type. Its least objective is a lower bound for every placed
// solution.
type relaxation struct {
	program  linear.Program
	columns  []column // per replica column of the program
	tiers    []tier   // its column for the machines of tier i is machines+i
	machines int
	short    int   // its column for the shortfall of model m is short+m
	demand   []int // per model, its row; −1: none
}

// column is a share of the replicas of one configuration: those that run now, or those to add.
type column struct {
	configuration int
	switching     float64
}

// relax writes the linear program. A replica column stands for replicas that are wholly used, so
// the rate of a configuration is its capacity times its columns. Replicas that run now are columns
// of their own, without the switching price.
func (x *index) relax() *relaxation {
	r := &relaxation{demand: make([]int, len(x.Demand))}
	lp := &r.program
	variable := func(cost, upper float64) {
		lp.Cost = append(lp.Cost, cost)
		lp.Upper = append(lp.Upper, upper)
	}
	for m, list := range x.byModel {
		if x.Demand[m] == 0 {
			continue
		}
		for _, c := range list {
			f := &x.Configurations[c]
			most, reward := x.Demand[m]/f.Capacity, x.AccuracyWeight*f.Accuracy*f.Capacity
			if f.Switch > 0 && f.Current > 0 {
				variable(-reward, min(most, float64(f.Current)))
				r.columns = append(r.columns, column{c, 0})
			}
			variable(f.Switch-reward, most)
			r.columns = append(r.columns, column{c, f.Switch})
		}
	}
	r.machines = len(lp.Cost)
	lp.Lower = make([]float64, r.machines)
	for k := range x.Types {
		for _, t := range x.tiers(k) {
			variable(t.price, float64(t.count))
			lp.Lower = append(lp.Lower, 0)
			if t.always {
				lp.Lower[len(lp.Lower)-1] = float64(t.count)
			}
			r.tiers = append(r.tiers, t)
		}
	}
	r.short = len(lp.Cost)
	for _, demand := range x.Demand {
		variable(x.Penalty, demand)
		lp.Lower = append(lp.Lower, 0)
	}
	r.demandRows(x)
	r.capacityRows(x)
	if !math.IsInf(x.left, 1) {
		row := r.row(linear.AtMost, x.left)
		for i, t := range r.tiers {
			row[r.machines+i] = t.money
		}
	}
	return r
}

// rented sets what the machines of type k count for in a row.
func (r *relaxation) rented(row []float64, k int, coefficient float64) {
	for i, t := range r.tiers {
		if t.kind == k {
			row[r.machines+i] = coefficient
		}
	}
}

// row appends a row and returns its coefficients.
func (r *relaxation) row(sense linear.Sense, right float64) []float64 {
	coefficients := make([]float64, len(r.program.Cost))
	r.program.Rows = append(r.program.Rows, linear.Constraint{Coefficients: coefficients, Sense: sense, Right: right})
	return coefficients
}

func (r *relaxation) demandRows(x *index) {
	for m, demand := range x.Demand {
		r.demand[m] = -1
		if demand == 0 {
			continue
		}
		r.demand[m] = len(r.program.Rows)
		row := r.row(linear.Equal, demand)
		row[r.short+m] = 1
		floor, needed := x.floor(m), false
		surplus := make([]float64, len(r.program.Cost))
		for j, col := range r.columns {
			if f := &x.Configurations[col.configuration]; f.Model == m {
				row[j] = f.Capacity
				surplus[j] = (f.Accuracy - floor) * f.Capacity
				needed = needed || surplus[j] < 0
			}
		}
		if floor > 0 && needed {
			copy(r.row(linear.AtLeast, 0), surplus)
		}
	}
}

// capacityRows limit the replicas on the machines of each type, in three ways:
//   - every resource in sum,
//   - at most PerMachine replicas of a configuration on a machine,
//   - no two replicas share a resource of which each needs more than half.
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

// resourceRows limits one resource of machines of type k. Each machine has a number of copies of
// it, and a replica needs the same amount of a number of copies.
func (r *relaxation) resourceRows(x *index, k int, capacity int64, copies int, need func(*Configuration) (each int64, copies int)) {
	sum, half := make([]float64, len(r.program.Cost)), make([]float64, len(r.program.Cost))
	inSum, inHalf := false, false
	for j, col := range r.columns {
		f := &x.Configurations[col.configuration]
		each, of := need(f)
		if f.Type != k || each == 0 {
			continue
		}
		sum[j], inSum = float64(of)*float64(each)/float64(capacity), true
		if 2*float64(each) > float64(capacity) {
			half[j], inHalf = float64(of), true
		}
	}
	if inSum {
		r.rented(sum, k, -float64(copies))
		copy(r.row(linear.AtMost, 0), sum)
	}
	if inHalf {
		r.rented(half, k, -float64(copies))
		copy(r.row(linear.AtMost, 0), half)
	}
}

// wholeRow limits configuration c to PerMachine replicas on a machine where the sums would allow
// more.
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
	row, used := make([]float64, len(r.program.Cost)), false
	for j, col := range r.columns {
		if col.configuration == c {
			row[j], used = 1, true
		}
	}
	if used {
		r.rented(row, k, -most)
		copy(r.row(linear.AtMost, 0), row)
	}
}

// relaxed is a solved relaxation.
type relaxed struct {
	replicas []float64
	machines []float64
	bound    float64
	prices   []float64
}

// solve solves the relaxation. The error says why that could not be done.
func (r *relaxation) solve(x *index) (relaxed, error) {
	s, err := linear.Minimize(r.program)
	if err != nil {
		return relaxed{}, err
	}
	if s.Status != linear.Optimal {
		return relaxed{}, fmt.Errorf("the relaxation ended in: %v", s.Status)
	}
	out := relaxed{
		replicas: make([]float64, len(x.Configurations)),
		machines: make([]float64, len(x.Types)),
		bound:    r.program.DualBound(s.Duals),
		prices:   make([]float64, len(x.Demand)),
	}
	for j, col := range r.columns {
		out.replicas[col.configuration] += s.X[j]
	}
	for i, t := range r.tiers {
		out.machines[t.kind] += s.X[r.machines+i]
	}
	for m, row := range r.demand {
		if row >= 0 {
			out.prices[m] = s.Duals[row]
		}
	}
	return out, nil
}

// fair solves the relaxation among those that serve the largest least share. The share is found
// first, by a program of the same rows in which it is a variable and alone counts.
func (r *relaxation) fair(x *index) (relaxed, error) {
	n := len(r.program.Cost)
	widest := linear.Program{
		Cost: make([]float64, n+1), Lower: append(slices.Clone(r.program.Lower), 0), Upper: append(slices.Clone(r.program.Upper), 1),
	}
	widest.Cost[n] = -1
	for _, row := range r.program.Rows {
		row.Coefficients = append(slices.Clone(row.Coefficients), 0)
		widest.Rows = append(widest.Rows, row)
	}
	for m, demand := range x.Demand {
		if demand > 0 && len(x.byModel[m]) > 0 {
			row := linear.Constraint{Coefficients: make([]float64, n+1), Sense: linear.AtMost, Right: 1}
			row.Coefficients[r.short+m], row.Coefficients[n] = 1/demand, 1
			widest.Rows = append(widest.Rows, row)
		}
	}
	s, err := linear.Minimize(widest)
	if err != nil {
		return relaxed{}, err
	}
	if s.Status != linear.Optimal {
		return relaxed{}, fmt.Errorf("the search for the largest share ended in: %v", s.Status)
	}
	for m, demand := range x.Demand {
		if len(x.byModel[m]) > 0 {
			r.program.Upper[r.short+m] = demand * (1 - s.X[n]*(1-1e-6))
		}
	}
	return r.solve(x)
}
