package optimize

import (
	"math"
	"slices"
)

// filled is the mixed-integer program of a problem over a list of fillings. It has these columns:
//
//   - the number of machines of each filling,
//   - the number of rented machines of each tier of a type,
//   - the shortfall of each model,
//   - for configurations with a switching price, the numbers of kept and of added replicas,
//   - for models whose accuracy counts, the rate of each configuration.
//
// Rates and shortfalls are real numbers, all others are whole numbers.
type filled struct {
	*fillings
	*relaxation // only its columns of machines and shortfalls, and its budget row

	kept    []int          // per configuration, column of kept replicas (the next: added); −1: none
	rates   []int          // per configuration, column of its rate; −1: none
	first   int            // column of the first filling
	rents   []int          // per type, row that limits its fillings to the rented machines
	replica []contribution // per configuration: what one replica adds to which row
	least   []contribution // the same for the row of the least number of replicas
}

// contribution says that each replica adds a value to a row. The sum over the replicas of one
// machine counts only up to the limit, because more is of no use. The row is −1 if there is none.
type contribution struct {
	row          int
	value, limit float64
}

// newFilled writes the program over the fillings in the list.
func newFilled(l *fillings) *filled {
	w := &filled{fillings: l, relaxation: &relaxation{budget: -1}}
	w.machineColumns(l.index, w.builder.Integer)
	w.rentRows()
	w.demandRows()
	w.budgetRow(l.index)
	w.fillingColumns()
	w.program = w.builder.Program()
	w.first = w.program.Columns() - len(w.list)
	return w
}

// rentRows adds a row for each type: the filled machines are at most the rented ones.
func (w *filled) rentRows() {
	for k := range w.Types {
		w.rents = append(w.rents, w.builder.Row(math.Inf(-1), 0))
		w.rented(w.rents[k], k, -1)
	}
}

// demandRows adds the rows by which the replicas of each model serve its demand.
func (w *filled) demandRows() {
	b := &w.builder
	w.kept, w.rates = slices.Repeat([]int{-1}, len(w.Configurations)), slices.Repeat([]int{-1}, len(w.Configurations))
	w.replica = slices.Repeat([]contribution{{row: -1}}, len(w.Configurations))
	w.least = slices.Clone(w.replica)
	for m, demand := range w.Demand {
		if w.idle(m) {
			continue
		}
		most := math.Inf(1)
		if !w.plain[m] {
			most = demand
		}
		serve := b.Row(demand, most)
		b.Add(serve, w.relaxation.short+m, 1)
		accuracy := -1
		if w.floor(m) > 0 {
			accuracy = b.Row(0, math.Inf(1))
		}
		least := w.leastRow(w.index, m)
		for _, c := range w.byModel[m] {
			w.replica[c] = w.served(c, serve, accuracy)
			switch j := w.kept[c]; {
			case !w.index.counts[c]:
			case j >= 0:
				b.Add(least, j, 1)
				b.Add(least, j+1, 1)
			default:
				w.least[c] = contribution{least, 1, float64(w.index.least[m])}
			}
		}
	}
}

// served returns what a replica of configuration c adds to which row. It adds the rows and columns
// that are needed for this.
func (w *filled) served(c, serve, accuracy int) contribution {
	b, f := &w.builder, &w.Configurations[c]
	to := contribution{serve, f.Capacity, w.Demand[f.Model]}
	if !w.plain[f.Model] {
		w.rates[c], to.row = w.rate(w.index, c, serve, accuracy)
	}
	if f.Switch == 0 {
		return to
	}
	most := float64(w.useful[c]) * float64(w.Types[f.Type].Max)
	w.kept[c] = b.Integer(0, 0, min(most, float64(f.Current)))
	b.Integer(f.Switch, 0, most)
	row := b.Row(0, math.Inf(1))
	for j := w.kept[c]; j <= w.kept[c]+1; j++ {
		b.Add(to.row, j, min(to.value, to.limit))
		b.Add(row, j, -1)
	}
	return contribution{row, 1, math.Inf(1)}
}

func (w *filled) fillingColumns() {
	b := &w.builder
	for i := range w.list {
		f := &w.list[i]
		j := b.Integer(0, 0, float64(w.Types[f.kind].Max))
		b.Add(w.rents[f.kind], j, 1)
		w.addReplicas(f, j)
	}
}

// addReplicas adds the contributions of the replicas of a filling. The replicas of one model
// together count up to their limit. This makes the relaxation tighter.
func (w *filled) addReplicas(f *filling, j int) {
	w.addTo(w.replica, f, j)
	w.addTo(w.least, f, j)
}

// addTo adds what the replicas of a filling contribute to some rows.
func (w *filled) addTo(rows []contribution, f *filling, j int) {
	for at, n := range f.counts {
		to := rows[w.byType[f.kind][at]]
		if n == 0 || to.row < 0 {
			continue
		}
		before := 0.
		for other, n := range f.counts[:at] {
			if of := rows[w.byType[f.kind][other]]; of.row == to.row {
				before += of.value * float64(n)
			}
		}
		w.builder.Add(to.row, j, min(to.value*float64(n), max(0, to.limit-before)))
	}
}

// worth returns the worth of replicas of each configuration by the duals of the rows.
func (w *filled) worth(duals []float64) []worth {
	list := make([]worth, len(w.Configurations))
	for c := range list {
		list[c] = worth{w.replica[c].worth(duals), w.least[c].worth(duals)}
	}
	return list
}

// worth returns what a contribution is worth by the duals of the rows.
func (to contribution) worth(duals []float64) falling {
	if to.row < 0 || duals[to.row] <= 0 {
		return falling{}
	}
	return falling{to.value * duals[to.row], to.limit * duals[to.row]}
}

// start returns the point of the program that corresponds to a solution.
func (w *filled) start(found *Solution) []float64 {
	at := make([]float64, w.first+len(w.list))
	for c, n := range found.Replicas {
		if j := w.kept[c]; j >= 0 {
			at[j] = float64(min(n, w.Configurations[c].Current))
			at[j+1] = float64(n) - at[j]
		}
		if j := w.rates[c]; j >= 0 {
			at[j] = found.Rates[c]
		}
	}
	w.startMachines(w.index, found, at)
	pk := w.packed(*found)
	for k, machines := range pk.machines {
		for _, p := range machines {
			counts := w.counts(k, p)
			for i := range w.list {
				if f := &w.list[i]; f.kind == k && f.holds(counts) {
					at[w.first+i]++
					break
				}
			}
		}
	}
	return at
}

// solution returns the solution for a point of the program. Its machines have the fillings of the
// point, without the replicas that the point does not count.
func (w *filled) solution(at []float64, method string) Solution {
	pk := newPacking(w.index)
	clear(pk.machines)
	for i := range w.list {
		for range int(math.Round(at[w.first+i])) {
			k := w.list[i].kind
			pk.rent(k)
			p := w.list[i].layout.clone()
			pk.machines[k][len(pk.machines[k])-1] = p
			w.fill(pk, p, at)
		}
	}
	for k := range w.Types {
		for len(pk.machines[k]) < w.Types[k].least() {
			pk.rent(k)
		}
	}
	return pk.finish(method)
}

// fill counts the replicas of a machine, and removes those that exceed the numbers of a point of
// the program.
func (w *filled) fill(pk *packing, p *machineFill, at []float64) {
	for i := len(p.loads) - 1; i >= 0; i-- {
		l := p.loads[i]
		c, keep := l.Configuration, l.Replicas
		if j := w.kept[c]; j >= 0 {
			keep = min(keep, int(math.Round(at[j]+at[j+1]))-pk.replicas[c])
		}
		pk.replicas[c] += keep
		if keep < l.Replicas {
			p.take(&w.Configurations[c], c, l.Device, keep-l.Replicas)
		}
	}
}
