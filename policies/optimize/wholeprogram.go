package optimize

import (
	"fmt"
	"math"
	"slices"

	"wavetank/policies/optimize/program"
)

// PartNames are names for the parts of a problem. Columns and rows of its program use them. Nil:
// the parts are numbered.
type PartNames struct{ Models, Types, Configurations []string }

// Program states a problem as a mixed-integer program with the same objective. It has these
// columns:
//
//   - the whole number of replicas of each configuration, in two columns: those that run now, and
//     those to add,
//   - the whole number of machines of each tier of a type,
//   - the shortfall of each model,
//   - for models whose accuracy counts, the rate of each configuration.
//
// As in the linear relaxation, resources are summed over the machines of a type. Further rows limit
// the number of replicas of a configuration per machine, and the number of replicas that are so
// large that no two fit on one machine. So the optimum of the program is a lower bound on the
// objective of every solution of the problem. It is the optimum of the problem if its replicas can
// be placed on its machines, and those that are kept can stay where they are. The error joins the
// faults of the problem.
func (p Problem) Program(names PartNames) (*program.Program, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return newWhole(newIndex(p), names).program, nil
}

// newWhole writes the program of whole replicas and machines.
func newWhole(x *index, names PartNames) *wholeProgram {
	w := &wholeProgram{x: x, labels: names, relaxation: &relaxation{}}
	w.replicaColumns()
	w.machineColumns(x, w.builder.Integer)
	w.nameMachines()
	w.demandRows()
	w.capacityRows(x)
	w.budgetRow(x)
	out := w.builder.Program()
	for i := len(w.rows); i < out.Height(); i++ {
		w.rows = append(w.rows, fmt.Sprintf("room.%d", i+1))
	}
	if !math.IsInf(x.left, 1) {
		w.rows[len(w.rows)-1] = "budget"
	}
	out.Name, out.Names, out.RowNames = "allocation", w.columnNames, w.rows
	w.program = out
	return w
}

// wholeProgram is the state while the program is written. The rows of the machines are those of the
// relaxation.
type wholeProgram struct {
	x           *index
	*relaxation // rows and columns of the machines
	labels      PartNames
	rates       []int // per configuration, the column of its rate; −1: none
	columnNames []string
	rows        []string // names of the first rows; the other rows limit what machines hold
}

// part returns the name of part i of the problem, or a numbered name if names is nil.
func part(kind string, names []string, i int) string {
	if names == nil {
		return fmt.Sprintf("%s.%d", kind, i+1)
	}
	return kind + "." + names[i]
}

// replicaColumns adds the columns of replicas, for configurations that can serve. They are at most
// as many as the demand needs.
func (w *wholeProgram) replicaColumns() {
	add := func(c int, kind string, cost, most float64) {
		w.builder.Integer(cost, 0, most)
		w.columns = append(w.columns, column{configuration: c, switching: cost})
		w.columnNames = append(w.columnNames, part(kind, w.labels.Configurations, c))
	}
	for m, list := range w.x.byModel {
		for _, c := range list {
			f := &w.x.Configurations[c]
			most := w.x.most(c)
			if w.x.idle(m) {
				continue
			}
			if f.Switch > 0 && w.x.current[c] > 0 {
				add(c, "kept", 0, min(most, float64(w.x.current[c])))
				add(c, "added", f.Switch, most)
			} else {
				add(c, "replicas", f.Switch, most)
			}
		}
	}
	w.group(w.x)
}

// nameMachines names the columns of machines and shortfalls.
func (w *wholeProgram) nameMachines() {
	number, last := 0, -1
	for _, t := range w.tiers {
		if number++; t.kind != last {
			number, last = 1, t.kind
		}
		name := part("machines", w.labels.Types, t.kind)
		if number > 1 {
			name += fmt.Sprintf(".%d", number)
		}
		w.columnNames = append(w.columnNames, name)
	}
	for m := range w.x.Demand {
		w.columnNames = append(w.columnNames, part("unserved", w.labels.Models, m))
	}
	for m, j := range w.absence {
		if j >= 0 {
			w.columnNames = append(w.columnNames, part("missing", w.labels.Models, m))
		}
	}
}

// demandRows adds the rows by which the replicas of each model serve its demand. If accuracy
// counts, each configuration has a rate, which is at most the capacity of its replicas.
func (w *wholeProgram) demandRows() {
	b := &w.builder
	row := func(kind string, names []string, i int, lower, upper float64) int {
		w.rows = append(w.rows, part(kind, names, i))
		return b.Row(lower, upper)
	}
	at := 0
	w.rates = slices.Repeat([]int{-1}, len(w.x.Configurations))
	for m, demand := range w.x.Demand {
		if w.x.idle(m) {
			continue
		}
		most := math.Inf(1)
		if !w.x.plain[m] {
			most = demand
		}
		serve := row("demand", w.labels.Models, m, demand, most)
		b.Add(serve, w.short+m, 1)
		accuracy := -1
		if w.x.floor(m) > 0 {
			accuracy = row("accuracy", w.labels.Models, m, 0, math.Inf(1))
		}
		least := w.leastRow(w.x, m)
		if least >= 0 {
			w.rows = append(w.rows, part("replicas", w.labels.Models, m))
		}
		for from := at; at < len(w.columns) && w.x.Configurations[w.columns[at].configuration].Model == m; from = at {
			c := w.columns[at].configuration
			f := &w.x.Configurations[c]
			for at < len(w.columns) && w.columns[at].configuration == c {
				at++
			}
			capacity := serve
			if !w.x.plain[m] {
				w.rates[c], capacity = w.rate(w.x, c, serve, accuracy)
				w.columnNames = append(w.columnNames, part("rate", w.labels.Configurations, c))
				w.rows = append(w.rows, part("capacity", w.labels.Configurations, c))
			}
			for j := from; j < at; j++ {
				b.Add(capacity, j, f.Capacity)
				if w.x.counts[c] {
					b.Add(least, j, 1)
				}
			}
		}
	}
}

// start states a solution as a point of the program.
func (w *wholeProgram) start(found *Solution) []float64 {
	at := make([]float64, w.program.Columns())
	left := slices.Clone(found.Replicas)
	for j, col := range w.columns {
		n := min(left[col.configuration], int(w.program.Upper[j]))
		at[j] = float64(n)
		left[col.configuration] -= n
	}
	w.startMachines(w.x, found, at)
	for c, j := range w.rates {
		if j >= 0 {
			at[j] = found.Rates[c]
		}
	}
	return at
}

// solution places a point of the program: its replicas on its machines as far as they fit, and
// others for what is then unserved.
func (w *wholeProgram) solution(at []float64, method string) Solution {
	replicas, machines := make([]int, len(w.x.Configurations)), make([]int, len(w.x.Types))
	for j, col := range w.columns {
		replicas[col.configuration] += int(math.Round(at[j]))
	}
	for i, t := range w.tiers {
		machines[t.kind] += int(math.Round(at[w.machines+i]))
	}
	return w.x.complete(replicas, machines, false, method)
}
