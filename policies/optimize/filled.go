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
//   - for configurations with a price of loads or with covers, the numbers of kept and of added
//     replicas. Kept are at most the replicas that are on the present machines of the fillings,
//   - for models whose accuracy counts, the rate of each configuration.
//
// Rates and shortfalls are real numbers, all others are whole numbers.
type filled struct {
	*fillings
	*relaxation // only its columns of machines and shortfalls, and its budget row

	kept    []int          // per configuration, column of kept replicas; −1: none
	added   []int          // per configuration, column of added replicas; −1: none
	keeps   []int          // per configuration, row that limits its kept replicas; −1: none
	present [][]int        // per type, rows that limit the machines made from each present group
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
	w.coverRows()
	w.fillingColumns()
	w.program = w.builder.Program()
	w.first = w.program.Columns() - len(w.list)
	return w
}

// rentRows adds a row for each type: the filled machines are at most the rented ones. Further rows
// limit the machines that are made from present ones.
func (w *filled) rentRows() {
	for k := range w.Types {
		w.rents = append(w.rents, w.builder.Row(math.Inf(-1), 0))
		w.rented(w.rents[k], k, -1)
		rows := make([]int, len(w.presence[k].groups))
		for g := range rows {
			rows[g] = w.builder.Row(math.Inf(-1), float64(w.presence[k].groups[g].count))
		}
		w.present = append(w.present, rows)
	}
}

// demandRows adds the rows by which the replicas of each model serve its demand.
func (w *filled) demandRows() {
	b := &w.builder
	for _, list := range []*[]int{&w.kept, &w.added, &w.keeps, &w.rates} {
		*list = slices.Repeat([]int{-1}, len(w.Configurations))
	}
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
			switch {
			case !w.index.counts[c]:
			case w.added[c] >= 0:
				w.eachNumber(c, func(j int) { b.Add(least, j, 1) })
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
	if f.Switch == 0 && w.covers[f.Model] == nil {
		return to
	}
	most := float64(w.useful[c]) * float64(w.Types[f.Type].Max)
	if f.Switch > 0 && w.current[c] > 0 {
		w.kept[c] = b.Integer(0, 0, min(most, float64(w.current[c])))
		w.keeps[c] = b.Row(0, math.Inf(1))
		b.Add(w.keeps[c], w.kept[c], -1)
	}
	w.added[c] = b.Integer(f.Switch, 0, most)
	row := b.Row(0, math.Inf(1))
	w.eachNumber(c, func(j int) {
		b.Add(to.row, j, min(to.value, to.limit))
		b.Add(row, j, -1)
	})
	return contribution{row, 1, math.Inf(1)}
}

// eachNumber calls do with the columns of the number of replicas of configuration c.
func (w *filled) eachNumber(c int, do func(column int)) {
	if w.kept[c] >= 0 {
		do(w.kept[c])
	}
	if w.added[c] >= 0 {
		do(w.added[c])
	}
}

func (w *filled) fillingColumns() {
	b := &w.builder
	for i := range w.list {
		f := &w.list[i]
		j := b.Integer(0, 0, float64(w.Types[f.kind].Max))
		b.Add(w.rents[f.kind], j, 1)
		w.addReplicas(f, j)
		if f.from < 0 {
			continue
		}
		b.Add(w.present[f.kind][f.from], j, 1)
		for _, a := range f.kept {
			if c := w.presence[f.kind].paid[a.index]; w.keeps[c] >= 0 {
				b.Add(w.keeps[c], j, float64(a.count))
			}
		}
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
				before += float64(of.value * float64(n))
			}
		}
		w.builder.Add(to.row, j, min(to.value*float64(n), max(0, to.limit-before)))
	}
}

// worth returns the worth of replicas of each configuration by the duals of the rows. That of kept
// replicas has no limit yet.
func (w *filled) worth(duals []float64) []worth {
	list := make([]worth, len(w.Configurations))
	for c := range list {
		keep := contribution{w.keeps[c], 1, math.Inf(1)}
		list[c] = worth{w.replica[c].worth(duals), w.least[c].worth(duals), keep.worth(duals)}
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
	for c, j := range w.rates {
		if j >= 0 {
			at[j] = found.Rates[c]
		}
	}
	w.startMachines(w.index, found, at)
	stay := make([]int, len(w.Configurations))
	for _, f := range w.ofMachines(found) {
		for i := range w.list {
			if o := &w.list[i]; o.kind == f.kind && o.from == f.from && o.holds(f.counts) {
				at[w.first+i]++
				for _, a := range o.kept {
					stay[w.presence[o.kind].paid[a.index]] += a.count
				}
				break
			}
		}
	}
	for c, n := range found.Replicas {
		if j := w.added[c]; j >= 0 {
			at[j] = float64(n)
			if kept := w.kept[c]; kept >= 0 {
				at[kept] = float64(min(n, stay[c]))
				at[j] -= at[kept]
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
	spare := make([]int, len(w.Configurations)) // replicas of the fillings beyond the point's
	for i := range w.list {
		f := &w.list[i]
		for range int(math.Round(at[w.first+i])) {
			pk.rent(f.kind)
			pk.machines[f.kind][len(pk.machines[f.kind])-1] = f.layout.clone()
			for _, l := range f.layout.loads {
				pk.replicas[l.Configuration] += l.Replicas
			}
		}
	}
	for c := range spare {
		if w.added[c] >= 0 && w.Configurations[c].Switch > 0 {
			spare[c] = pk.replicas[c]
			w.eachNumber(c, func(j int) { spare[c] -= int(math.Round(at[j])) })
		}
	}
	for _, keep := range []bool{true, false} { // first those that would need a load
		next := make([]int, len(w.Types))
		for i := range w.list {
			f := &w.list[i]
			for range int(math.Round(at[w.first+i])) {
				w.remove(pk, f, pk.machines[f.kind][next[f.kind]], spare, keep)
				next[f.kind]++
			}
		}
	}
	for k := range w.Types {
		for len(pk.machines[k]) < w.Types[k].least() {
			pk.rent(k)
		}
	}
	return pk.finish(method)
}

// remove removes spare replicas from a machine with a filling. If keep is set, those that stay from
// a present machine are not removed.
func (w *filled) remove(pk *packing, f *filling, p *machineFill, spare []int, keep bool) {
	for i := len(p.loads) - 1; i >= 0; i-- {
		l := p.loads[i]
		c, n := l.Configuration, l.Replicas
		if at, paid := w.presence[f.kind].place[c]; keep && paid && f.from >= 0 {
			n = min(n, w.counts(f.kind, p)[slices.Index(w.byType[f.kind], c)]-f.kept.of(at))
		}
		if n = min(n, spare[c]); n > 0 {
			pk.replicas[c] -= n
			spare[c] -= n
			p.take(&w.Configurations[c], c, l.Device, -n)
		}
	}
}
