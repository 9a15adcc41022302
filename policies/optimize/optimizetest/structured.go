package optimizetest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"wavetank/policies/optimize/program"
)

// Structured is a mixed-integer program of a kind that is common in practice.
type Structured struct {
	*program.Program
	Seed uint64
	Kind string
}

// StructuredKinds lists the kinds of Structured programs.
var StructuredKinds = []string{
	"set covering", "set partitioning", "fixed charges", "lot sizing", "equality knapsack", "disjunctions", "general integers", "facilities", "cutting", "no whole point",
}

// String returns seed, kind and size of the program.
func (s *Structured) String() string {
	return fmt.Sprintf("program %d (%s, %d×%d)", s.Seed, s.Kind, s.Height(), s.Columns())
}

// NewStructured draws a program. Its kind follows from the seed. Size 1 has some 10 to 40 columns,
// and larger sizes have more.
func NewStructured(seed uint64, size int) Structured {
	d := structured{Rand: rand.New(rand.NewPCG(seed, 11)), size: size}
	kind := int(seed % uint64(len(StructuredKinds)))
	[]func(){d.covering, d.partitioning, d.charges, d.lots, d.equality, d.disjunctions, d.integers, d.facilities, d.cutting, d.nothing}[kind]()
	return Structured{d.Program(), seed, StructuredKinds[kind]}
}

// structured is a program while it is drawn.
type structured struct {
	*rand.Rand
	program.Builder
	size int
}

// between draws a whole number from low to high.
func (d *structured) between(low, high int) float64 { return float64(low + d.IntN(high-low+1)) }

// atMost adds a row with an upper limit, and atLeast and equals with the other sides.
func (d *structured) atMost(limit float64) int  { return d.Row(math.Inf(-1), limit) }
func (d *structured) atLeast(limit float64) int { return d.Row(limit, math.Inf(1)) }
func (d *structured) equals(value float64) int  { return d.Row(value, value) }

// sets adds columns of sets of rows. Every row is in at least one set.
func (d *structured) sets(rows, columns int) {
	for j := range columns {
		x := d.Integer(d.between(1, 20), 0, 1)
		d.Add(j%rows, x, 1)
		for i := range rows {
			if i != j%rows && d.IntN(6) == 0 {
				d.Add(i, x, 1)
			}
		}
	}
}

// covering: choose sets at least cost, so that each element is in one of them, and some in two.
func (d *structured) covering() {
	rows := 12 * d.size
	for range rows {
		d.atLeast(1 + float64(d.IntN(8)/7))
	}
	d.sets(rows, 2*rows)
}

// partitioning: choose sets at least cost, so that each element is in exactly one of them. It may
// have no solution.
func (d *structured) partitioning() {
	rows := 8 * d.size
	for range rows {
		d.equals(1)
	}
	d.sets(rows, 5*rows)
}

// charges: flows through a network, where the use of an arc has a fixed price.
func (d *structured) charges() {
	nodes := 5 + 2*d.size
	total := 0.
	for i := range nodes {
		supply := d.between(-9, 9)
		if i == nodes-1 {
			supply = -total
		}
		total += supply
		d.equals(supply)
	}
	for i := range nodes {
		for j := range nodes {
			if i == j || j != (i+1)%nodes && d.IntN(3) > 0 {
				continue
			}
			capacity := d.between(10, 60)
			flow, open := d.Column(d.between(0, 5), 0, math.Inf(1)), d.Integer(d.between(5, 50), 0, 1)
			d.Add(i, flow, 1)
			d.Add(j, flow, -1)
			row := d.atMost(0)
			d.Add(row, flow, 1)
			d.Add(row, open, -capacity)
		}
	}
}

// lots: produce in lots over periods. Each product has setups, stock and lost sales; all products
// share the time of a period.
func (d *structured) lots() {
	products, periods := 2, 4+2*d.size
	time := make([]int, periods)
	for t := range time {
		time[t] = d.atMost(d.between(40, 80))
	}
	for range products {
		before := -1
		size := d.between(3, 12)
		for t := range periods {
			balance := d.equals(d.between(0, 30))
			lots, setup := d.Integer(d.between(1, 6)*size/4, 0, 8), d.Integer(d.between(10, 60), 0, 1)
			stock, lost := d.Column(d.between(1, 3)/2, 0, 100), d.Column(40, 0, math.Inf(1))
			d.Add(balance, lots, size)
			d.Add(balance, stock, -1)
			d.Add(balance, lost, 1)
			if before >= 0 {
				d.Add(balance, before, 1)
			}
			before = stock
			use := d.atMost(0)
			d.Add(use, lots, 1)
			d.Add(use, setup, -8)
			d.Add(time[t], lots, size)
			d.Add(time[t], setup, d.between(2, 8))
		}
	}
}

// equality: whole numbers with a given weighted sum; some have a lower bound below 0.
func (d *structured) equality() {
	columns := 5 + 2*d.size
	rows := []int{d.equals(d.between(100, 400))}
	if d.IntN(2) == 0 {
		rows = append(rows, d.equals(d.between(20, 90)))
	}
	for range columns {
		x := d.Integer(d.between(-10, 20), d.between(-3, 0), d.between(1, 15))
		for _, row := range rows {
			d.Add(row, x, d.between(3, 40))
		}
	}
	d.Add(rows[0], d.Column(25, -3, 3), 1)
}

// disjunctions: jobs on one machine, one after the other. A large number switches off one of two
// rows.
func (d *structured) disjunctions() {
	const large = 1000
	jobs := 3 + d.size
	length, begin := make([]float64, jobs), make([]int, jobs)
	for i := range jobs {
		length[i], begin[i] = d.between(2, 15), d.Column(d.between(1, 9), d.between(0, 20), large)
		late, due := d.Column(d.between(1, 20), 0, math.Inf(1)), d.atMost(d.between(10, 50))
		d.Add(due, begin[i], 1)
		d.Add(due, late, -1)
	}
	for i := range jobs {
		for j := range i {
			first := d.Integer(0, 0, 1) // i comes before j
			row := d.atMost(large - length[i])
			d.Add(row, begin[i], 1)
			d.Add(row, begin[j], -1)
			d.Add(row, first, large)
			row = d.atMost(-length[j])
			d.Add(row, begin[j], 1)
			d.Add(row, begin[i], -1)
			d.Add(row, first, -large)
		}
	}
}

// integers: whole numbers of any sign, some without an upper bound, in rows with ranges.
func (d *structured) integers() {
	columns, rows := 6+3*d.size, 4+2*d.size
	for range rows {
		low := d.between(-40, 10)
		d.Row(low, low+d.between(20, 90))
	}
	for j := range columns {
		low, high := d.between(-8, 0), d.between(1, 12)
		if j%4 == 0 {
			high = math.Inf(1)
		}
		x := -1
		if cost := d.between(-9, 15); j%3 == 2 {
			x = d.Column(cost, low, min(high, 1000))
		} else {
			x = d.Integer(cost, low, high)
		}
		for i := range rows {
			if d.IntN(2) == 0 {
				d.Add(i, x, d.between(-7, 9))
			}
		}
		if math.IsInf(high, 1) {
			d.Add(d.atMost(60), x, 3)
		}
	}
}

// facilities: customers are served by facilities that have to be opened, each from one alone.
func (d *structured) facilities() {
	places, customers := 3+d.size, 5+3*d.size
	serve := make([]int, customers)
	for c := range serve {
		serve[c] = d.equals(1)
	}
	weight := make([]float64, customers)
	for c := range weight {
		weight[c] = d.between(3, 20)
	}
	for range places {
		open, room := d.Integer(d.between(30, 90), 0, 1), d.atMost(0)
		d.Add(room, open, -d.between(60, 120))
		for c, row := range serve {
			x := d.Integer(d.between(1, 30), 0, 1)
			d.Add(row, x, 1)
			d.Add(room, x, weight[c])
			link := d.atMost(0)
			d.Add(link, x, 1)
			d.Add(link, open, -1)
		}
	}
}

// cutting: pieces are cut from rolls, with patterns that are chosen for each roll.
func (d *structured) cutting() {
	pieces, rolls := 3+d.size/2, 4+d.size
	demand, length := make([]int, pieces), make([]float64, pieces)
	for i := range pieces {
		demand[i], length[i] = d.atLeast(d.between(1, 4)), d.between(20, 60)
	}
	for r := range rolls {
		used, room := d.Integer(1+float64(0.01*float64(r)), 0, 1), d.atMost(0)
		d.Add(room, used, -100)
		for i := range pieces {
			x := d.Integer(0, 0, 5)
			d.Add(demand[i], x, 1)
			d.Add(room, x, length[i])
		}
	}
}

// nothing: even coefficients of whole numbers with an odd sum, or a sum between two of its values.
func (d *structured) nothing() {
	columns := 4 + 2*d.size
	row := d.equals(2*d.between(5, 20) + 1)
	if d.IntN(2) == 0 {
		low := 2*d.between(5, 20) + 0.3
		row = d.Row(low, low+1.4)
	}
	other := d.atMost(d.between(30, 60))
	for range columns {
		x := d.Integer(d.between(-5, 9), 0, d.between(1, 5))
		d.Add(row, x, 2*d.between(1, 3))
		d.Add(other, x, d.between(1, 5))
	}
	d.Add(other, d.Column(1, 0, 10), -1)
}
