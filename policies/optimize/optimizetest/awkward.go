package optimizetest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"wavetank/policies/optimize/program"
)

// Awkward is a linear program with traits that make practical programs hard, and its optimum.
type Awkward struct {
	*program.Program
	Seed    uint64
	Kind    string  // structure of the coefficients
	Status  string  // "optimal" or "infeasible"; "" if costs are drawn, so that it is not known
	Optimum float64 // if the status is "optimal"
}

// Kinds lists the structures of the coefficients of Awkward programs.
var Kinds = []string{"sparse", "staircase", "network", "blending", "switching", "dense columns", "blocks"}

// String returns seed, structure and size of the program.
func (a *Awkward) String() string {
	return fmt.Sprintf("program %d (%s, %d×%d)", a.Seed, a.Kind, a.Height(), a.Columns())
}

// NewAwkward draws a program with at most this many rows and columns. Its columns are free, fixed,
// boxed, or have a negative upper bound; its rows are equations, limits, ranges, or limit nothing.
// Some rows and columns are empty, or are multiples or sums of others. Many bounds are active at
// the same time. Some programs are scaled by powers of ten from 1e-3 to 1e3 per row and per column.
// The optimum is known, because costs are made from a point and from multipliers that prove it. A
// program without a solution has a row that contradicts a sum of others by one part in a thousand.
func NewAwkward(seed uint64, rows, columns int) Awkward {
	return newAwkward(seed, rows, columns, false)
}

// NewAwkwardWhole draws such a program with columns that must be whole: half of those that are
// whole at the optimum of the program without them, so that its optimum stays the same.
func NewAwkwardWhole(seed uint64, rows, columns int) Awkward {
	return newAwkward(seed, rows, columns, true)
}

func newAwkward(seed uint64, rows, columns int, whole bool) Awkward {
	d := draft{Rand: rand.New(rand.NewPCG(seed, 3)), whole: whole}
	kind := d.IntN(len(Kinds))
	m, n := 1+d.IntN(rows), 1+d.IntN(columns)
	d.point, d.price = make([]float64, n), make([]float64, 0, m)
	d.lower, d.upper = make([]float64, n), make([]float64, n)
	d.simple = d.IntN(2) == 0
	for j := range n {
		d.drawColumn(j, d.IntN(3) == 0)
	}
	d.structure(kind, m, n)
	d.repeatRows()
	a := Awkward{Seed: seed, Kind: Kinds[kind], Status: "optimal"}
	if d.IntN(5) == 0 && d.contradict() {
		a.Status = "infeasible"
	}
	p := d.program()
	if d.IntN(4) == 0 && a.Status == "optimal" {
		for j := range p.Cost {
			p.Cost[j] += d.number()
		}
		a.Status = ""
	}
	p.Maximize = d.IntN(2) == 0
	if p.Maximize {
		for j := range p.Cost {
			p.Cost[j] = -p.Cost[j]
		}
	}
	p.Offset = float64(d.IntN(3))
	a.Program, a.Optimum = p, p.Objective(d.point)
	return a
}

// powers lists powers of ten from 1e-3 to 1e6. The powers of package math differ between computers.
var powers = []float64{1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6}

// draft is an Awkward program before it is built.
type draft struct {
	*rand.Rand
	simple       bool // few digits
	whole        bool // some columns must be whole
	rows         []draftRow
	point, price []float64 // per column, its value at the optimum; per row, its multiplier
	lower, upper []float64 // per column
}

// draftRow is a row with its coefficients.
type draftRow struct {
	columns      []int
	values       []float64
	equation     bool // it must be one
	lower, upper float64
	price        float64
}

// number draws a number that is not 0, with a size from 1/16 to 16.
func (d *draft) number() float64 {
	if d.simple {
		return float64((1 + d.IntN(9)) * (1 - 2*d.IntN(2)))
	}
	return float64(math.Ldexp(1+float64(d.Float64()), d.IntN(8)-4) * float64(1-2*d.IntN(2)))
}

func (d *draft) positive() float64 { return math.Abs(d.number()) }

// drawColumn draws the bounds of a column, and its value within them.
func (d *draft) drawColumn(j int, between bool) {
	low, high := 0., math.Inf(1)
	switch d.IntN(12) {
	case 0:
		low = math.Inf(-1)
	case 1:
		low, high = math.Inf(-1), -d.positive()
	case 2:
		high = -d.positive()
		low = high - d.positive()
	case 3:
		low = d.number()
		high = low
	case 4:
		low = d.number()
	case 5, 6, 7:
		high = d.positive()
	}
	d.lower[j], d.upper[j] = low, high
	switch {
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		d.point[j] = d.number()
	case math.IsInf(low, -1):
		d.point[j] = high
		if between {
			d.point[j] -= d.positive()
		}
	case math.IsInf(high, 1):
		d.point[j] = low
		if between {
			d.point[j] += d.positive()
		}
	case between:
		d.point[j] = low + (high-low)/float64(2+d.IntN(3))
	default:
		d.point[j] = []float64{low, high}[d.IntN(2)]
	}
}

// structure draws the rows of a kind.
func (d *draft) structure(kind, m, n int) {
	for i := range m {
		row := draftRow{}
		add := func(j int, v float64) {
			row.columns, row.values = append(row.columns, j), append(row.values, v)
		}
		from, to, chance := 0, n, min(1, (1+float64(4*d.Float64()))/float64(n))
		switch Kinds[kind] {
		case "staircase": // a period has its own columns, and those of the period before
			periods := 2 + m/12
			at := i * periods / m
			from, to = max(0, at-1)*n/periods, (at+1)*n/periods
			chance = min(1, 4/float64(max(1, to-from)))
			row.equation = d.IntN(3) > 0
		case "blocks": // some rows span all blocks
			if blocks := 2 + m/20; i > m/10 {
				at := i % blocks
				from, to, chance = at*n/blocks, (at+1)*n/blocks, 0.3
			}
		case "blending":
			chance = 0.4
		}
		switch Kinds[kind] {
		case "network": // column j is an arc from one node to another
			for j := range n {
				tail := (j * 7) % m
				if head := (tail + 1 + j%5) % m; head != tail && i == head {
					add(j, 1-float64(0.1*float64(j%3/2)))
				} else if i == tail {
					add(j, -1)
				}
			}
			row.equation = true
		case "switching": // a column is limited by another one, times a large number
			if i%2 == 0 && n > 1 {
				j := d.IntN(n)
				add(j, 1)
				add((j+1+d.IntN(n-1))%n, -powers[5+d.IntN(5)])
				break
			}
			fallthrough
		default:
			for j := from; j < to; j++ {
				if d.Float64() < chance || Kinds[kind] == "dense columns" && j%17 == 0 && d.IntN(3) > 0 {
					add(j, d.number())
				}
			}
		}
		d.finishRow(&row)
	}
}

// finishRow draws the sides of a row around its activity at the point, and a multiplier with a
// right sign. It appends the row.
func (d *draft) finishRow(row *draftRow) {
	activity, slack := d.activity(row), 0.
	if d.IntN(2) == 0 {
		slack = d.positive()
	}
	price := d.positive()
	if slack > 0 || d.IntN(3) == 0 {
		price = 0
	}
	row.lower, row.upper = math.Inf(-1), math.Inf(1)
	switch kind := d.IntN(8); {
	case row.equation || kind < 2:
		row.lower, row.upper = activity, activity
		row.price = d.number() * float64(min(1, d.IntN(3)))
	case kind < 4:
		row.lower, row.price = activity-slack, price
	case kind < 6:
		row.upper, row.price = activity+slack, -price
	case kind == 6 && d.IntN(2) == 0:
		row.lower, row.upper, row.price = activity-slack, activity+d.positive(), price
	case kind == 6:
		row.lower, row.upper, row.price = activity-d.positive(), activity+slack, -price
	}
	d.rows = append(d.rows, *row)
}

func (d *draft) activity(row *draftRow) (sum float64) {
	for k, j := range row.columns {
		sum += float64(row.values[k] * d.point[j])
	}
	return sum
}

// repeatRows appends multiples and sums of rows, and empty rows.
func (d *draft) repeatRows() {
	for range d.IntN(1 + min(10, len(d.rows)/4)) {
		of := d.rows[d.IntN(len(d.rows))]
		factor := float64(int(1) << d.IntN(4))
		more := draftRow{lower: of.lower * factor, upper: of.upper * factor}
		more.columns = of.columns
		for _, v := range of.values {
			more.values = append(more.values, v*factor)
		}
		switch other := d.rows[d.IntN(len(d.rows))]; {
		case d.IntN(4) == 0:
			more = draftRow{lower: -1, upper: 1}
		case d.IntN(2) == 0 && other.lower == other.upper && of.lower == of.upper:
			more.columns = append(append([]int(nil), of.columns...), other.columns...)
			more.values = append(append([]float64(nil), of.values...), other.values...)
			more.lower, more.upper = of.lower+other.lower, of.upper+other.upper
		}
		d.rows = append(d.rows, more)
	}
}

// contradict appends a row that contradicts a sum of other rows and bounds of columns. It reports
// whether it found a sum that has a bound.
func (d *draft) contradict() bool {
	sum, most, size := make([]float64, len(d.point)), 0., 0.
	for range 1 + d.IntN(4) {
		row := d.rows[d.IntN(len(d.rows))]
		factor := d.positive()
		if math.IsInf(row.upper, 1) {
			factor = -factor
		}
		at := row.upper
		if factor < 0 {
			at = row.lower
		}
		if math.IsInf(at, 0) {
			continue
		}
		most += float64(factor * at)
		size += math.Abs(factor * at)
		for k, j := range row.columns {
			sum[j] += float64(factor * row.values[k])
			size = max(size, math.Abs(factor*row.values[k]))
		}
	}
	more := draftRow{lower: most + float64(1e-3*(1+size)), upper: math.Inf(1)}
	for j, v := range sum {
		if v != 0 {
			more.columns, more.values = append(more.columns, j), append(more.values, v)
		}
	}
	if len(more.columns) < 2 || size > 1e4 {
		return false
	}
	d.rows = append(d.rows, more)
	return true
}

// program builds the program, with costs for which the point is optimal.
func (d *draft) program() *program.Program {
	var b program.Builder
	unit := func(scaled bool) float64 {
		if scaled {
			return powers[d.IntN(7)]
		}
		return 1
	}
	scaled := d.IntN(2) == 0
	cost, units, integers := make([]float64, len(d.point)), make([]float64, len(d.point)), make([]bool, len(d.point))
	for j, x := range d.point {
		integers[j] = d.whole && x == math.Round(x) && d.IntN(2) == 0
		units[j] = unit(scaled && !integers[j])
		cost[j] = d.reduced(j)
	}
	for i, row := range d.rows {
		by := unit(scaled)
		b.Row(row.lower*by, row.upper*by)
		for k, j := range row.columns {
			b.Add(i, j, row.values[k]*by*units[j])
			cost[j] += float64(row.price * row.values[k])
		}
	}
	for j, u := range units {
		if integers[j] {
			b.Integer(cost[j], d.lower[j], d.upper[j])
			continue
		}
		b.Column(cost[j]*u, d.lower[j]/u, d.upper[j]/u)
		d.point[j] /= u
	}
	return b.Program()
}

// reduced draws the reduced cost of a column with the sign that its value at the point needs.
func (d *draft) reduced(j int) float64 {
	x := d.point[j]
	switch {
	case d.IntN(4) == 0:
		return 0
	case d.lower[j] == d.upper[j]:
		return d.number()
	case x == d.lower[j]:
		return d.positive()
	case x == d.upper[j]:
		return -d.positive()
	}
	return 0
}
