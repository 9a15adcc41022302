package calibrate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Kernels are tables of how long the kernels of one layer take.
type Kernels struct {
	Dense    *Table // layer, tokens, time: what takes time by the tokens of a step
	Sequence *Table // layer, sequences, time: by the sequences of a step; nil where there is none
	// Attention is prefill_chunk, kv_prefill, n_decode, kv_decode, time: one sequence that computes a chunk of tokens with
	// kv_prefill tokens in the cache, and n_decode sequences that decode with kv_decode each
	Attention *Table
	Layers    int            // of the model
	Counts    map[string]int // how often a dense or sequence kernel runs in a step; dense kernels not named: once per layer, others: once
}

// Fitted is a law and how well it says what it was fitted to.
type Fitted struct {
	Law   coefficients
	Parts []Part
}

// Step returns the law.
func (f Fitted) Step() (profile.Step, error) { return f.Law.step() }

// Part is the relative errors of a law on some measurements.
type Part struct {
	Name     string
	Held     bool // not fitted to
	Measured []float64
	Law      []float64
}

// Error returns the mean of the absolute relative errors.
func (p Part) Error() float64 {
	sum := 0.0
	for i, m := range p.Measured {
		sum += math.Abs(p.Law[i]/m - 1)
	}
	return sum / float64(len(p.Measured))
}

// Fit returns the law of the kernels in steps that an engine with the configuration can have: the dense kernels as the
// larger of a line that compute bounds and one that memory bounds, the rest as overhead. Relative errors are made least.
func (k Kernels) Fit(c *tokens.Config) (Fitted, error) {
	var f Fitted
	if k.Layers < 1 {
		return f, fmt.Errorf("layers: %d is not positive", k.Layers)
	}
	return f, errors.Join(k.dense(c, &f), k.attention(c, &f), k.sequence(c, &f))
}

// totals sums a table over its layers: the time of a step by its size.
func (k Kernels) totals(t *Table, size string, most, often int) (sizes []float64, times []float64, err error) {
	n, err := t.needed(1, size)
	us, fault := t.needed(0, "time")
	if err = errors.Join(err, fault); err != nil {
		return nil, nil, err
	}
	if !t.Has("layer") {
		return nil, nil, fmt.Errorf("%s:1: there is no column layer", t.Name)
	}
	sum, kinds := map[float64]float64{}, map[string]map[float64]float64{}
	var once []int // the first row of each layer and size
	for i := range t.Len() {
		layer := t.Text(i, "layer")
		if kinds[layer] == nil {
			kinds[layer] = map[float64]float64{}
		}
		if _, again := kinds[layer][n[i]]; !again {
			kinds[layer][n[i]], once = us[i], append(once, i)
		}
	}
	for _, i := range once {
		if n[i] > float64(most) || !everywhere(kinds, n[i]) {
			continue
		}
		runs, named := k.Counts[t.Text(i, "layer")]
		if !named {
			runs = often
		}
		sum[n[i]] += float64(runs) * us[i]
	}
	for n := range sum {
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	for _, n := range sizes {
		times = append(times, sum[n])
	}
	if len(sizes) < 3 {
		err = fmt.Errorf("%s: fewer than 3 sizes are there for all layers, up to %d", t.Name, most)
	}
	return sizes, times, err
}

// everywhere reports whether all kernels were measured at a size.
func everywhere(kinds map[string]map[float64]float64, n float64) bool {
	for _, sizes := range kinds {
		if _, there := sizes[n]; !there {
			return false
		}
	}
	return true
}

// line fits a + b·x with relative errors; its error is the sum of their squares.
func line(x, y []float64) (a, b, off float64) {
	rows, ones := make([][]float64, len(x)), make([]float64, len(x))
	for i := range x {
		rows[i], ones[i] = []float64{1 / y[i], x[i] / y[i]}, 1
	}
	v := nonnegative(rows, ones)
	for i := range x {
		d := (v[0]+v[1]*x[i])/y[i] - 1
		off += d * d
	}
	return v[0], v[1], off
}

func (k Kernels) dense(c *tokens.Config, f *Fitted) error {
	x, y, err := k.totals(k.Dense, "tokens", c.MaxTokens, k.Layers)
	if err != nil {
		return err
	}
	const compute, memory = 0, perForm
	best := math.Inf(1)
	for split := 1; split < len(x)-1; split++ {
		a, b, low := line(x[:split], y[:split])
		d, e, high := line(x[split:], y[split:])
		if low+high < best && b <= e {
			best = low + high
			f.Law[memory], f.Law[memory+2], f.Law[memory+4] = a, b, b
			f.Law[compute], f.Law[compute+2], f.Law[compute+4] = d, e, e
		}
	}
	p := Part{Name: "dense", Measured: y}
	for _, n := range x {
		p.Law = append(p.Law, max(f.Law[0]+f.Law[2]*n, f.Law[memory]+f.Law[memory+2]*n))
	}
	f.Parts = append(f.Parts, p)
	return nil
}

func (k Kernels) attention(c *tokens.Config, f *Fitted) error {
	t := k.Attention
	var columns [5][]float64
	var faults []error
	for i, name := range []string{"prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time"} {
		var err error
		columns[i], err = t.needed(0, name)
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	p, mixed := Part{Name: "attention"}, Part{Name: "attention beside decode", Held: true}
	var rows [][]float64
	var all, both [][perForm]float64
	held := float64(c.Blocks) * float64(c.Block)
	for i := range t.Len() {
		chunk, before, n, context, us := columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i]
		if us == 0 || chunk+n > float64(c.MaxTokens) || n > float64(c.MaxSequences) || chunk+before+n*context > held || chunk+before > float64(c.Context) || context > float64(c.Context) {
			continue
		}
		w := [perForm]float64{1, 0, chunk, chunk * (before + chunk/2), n, n * context}
		row := make([]float64, perForm)
		for j, v := range w {
			row[j] = v / us
		}
		if chunk > 0 && n > 0 {
			both, mixed.Measured = append(both, w), append(mixed.Measured, us)
			continue
		}
		rows, all, p.Measured = append(rows, row), append(all, w), append(p.Measured, us)
	}
	if len(rows) < perForm {
		return fmt.Errorf("%s: only %d rows are of steps that the engine can have", t.Name, len(rows))
	}
	ones := make([]float64, len(rows))
	for i := range ones {
		ones[i] = 1
	}
	v := nonnegative(rows, ones)
	p.Law, mixed.Law = products(all, v), products(both, v)
	for j := range v {
		f.Law[2*perForm+j] += float64(k.Layers) * v[j]
	}
	f.Parts = append(f.Parts, p)
	if len(both) > 0 {
		f.Parts = append(f.Parts, mixed)
	}
	return nil
}

// products returns the products of rows with a vector.
func products(rows [][perForm]float64, v []float64) []float64 {
	list := make([]float64, len(rows))
	for i, row := range rows {
		for j, x := range row {
			list[i] += x * v[j]
		}
	}
	return list
}

func (k Kernels) sequence(c *tokens.Config, f *Fitted) error {
	if k.Sequence == nil {
		return nil
	}
	x, y, err := k.totals(k.Sequence, "sequences", c.MaxSequences, 1)
	if err != nil {
		return err
	}
	a, b, _ := line(x, y)
	f.Law[2*perForm] += a
	f.Law[2*perForm+1] += b
	p := Part{Name: "per sequence", Measured: y}
	for _, n := range x {
		p.Law = append(p.Law, a+b*n)
	}
	f.Parts = append(f.Parts, p)
	return nil
}
