package kernels

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"wavetank/scenarios/calibrate/fit"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Batch is a step: a sequence that computes Chunk tokens with Before in the cache, where Chunk is not 0, and Decodes sequences
// that decode with Context tokens in the cache each.
type Batch struct{ Chunk, Before, Decodes, Context float64 }

// Timer tells how long steps take by tables of their kernels.
type Timer interface {
	Time(s Batch) float64 // in seconds
	Range() Batch         // the largest of each that the tables hold
}

// mixed is a timer of a mixture of experts.
type mixed interface {
	mixture() (experts, active int)
}

// Fitted is a law and how well it says what it was fitted to.
type Fitted struct {
	Parameters []fit.Parameter
	Values     []float64 // seconds, one per parameter
	experts    profile.Mixture
	Low, High  []float64 // bounds of the 95 % confidence intervals
	Parts      []Part
}

// Step returns the law.
func (f Fitted) Step() (profile.StepTime, error) {
	var c replay.Coefficients
	for i, p := range f.Parameters {
		for _, k := range p.Of {
			c[k] = f.Values[i]
		}
		if p.Name == eachExpert {
			f.experts.Each = int64(math.Round(f.Values[i] * 1e9 * profile.Grains))
		}
	}
	s, err := c.StepTime()
	s.Experts = f.experts
	return s, err
}

// eachExpert is the name of the parameter for the experts of a mixture.
const eachExpert = "experts.each"

// Hosted adds what a step and each of its sequences take in which the GPU waits for the engine, in seconds.
func (f Fitted) Hosted(step, sequence float64) Fitted {
	for _, one := range []struct {
		p       fit.Parameter
		seconds float64
	}{{fit.One("overhead", "constant"), step}, {fit.One("overhead", "sequence"), sequence}} {
		if one.seconds > 0 {
			f.Parameters, f.Values = append(f.Parameters, one.p), append(f.Values, one.seconds)
			f.Low, f.High = append(f.Low, one.seconds), append(f.High, one.seconds)
		}
	}
	return f
}

// Part is what some steps take by the tables and by the law, in seconds.
type Part struct {
	Name     string
	Measured []float64
	Law      []float64
	Held     []bool    // not fitted to
	Weight   []float64 // of each step in the fit
}

// Error returns the number of the steps that are held back or not, and the weighted mean of their absolute relative errors.
func (p Part) Error(held bool) (n int, mean float64) {
	sum := 0.0
	for i, m := range p.Measured {
		if p.Held[i] == held {
			n++
			sum += p.Weight[i]
			mean += p.Weight[i] * math.Abs(p.Law[i]/m-1)
		}
	}
	return n, mean / max(sum, 1e-300)
}

// kinds of steps, in the order of parts.
var kinds = [3]string{"decode", "prefill", "prefill and decode"}

func (s Batch) kind() int {
	switch {
	case s.Chunk == 0:
		return 0
	case s.Decodes == 0:
		return 1
	}
	return 2
}

// tokens returns how many are scheduled.
func (s Batch) tokens() float64 { return s.Chunk + s.Decodes }

// batches returns steps that an engine can have, evenly in logarithms, within the range of the tables: those that only decode, and
// those that only compute a prompt.
func batches(c *tokens.Config, most Batch) (list []Batch) {
	held, context := float64(c.Blocks)*float64(c.Block), float64(c.Context)
	axis := func(first, last, factor float64) (list []float64) {
		for v := first; v < last*0.999; v *= factor {
			list = append(list, math.Round(v))
		}
		return append(list, math.Floor(last))
	}
	for _, n := range axis(1, min(most.Decodes, float64(c.MaxSequences)), 1.5) {
		for _, each := range axis(32, min(most.Context, context), 2) {
			if n*(each+1) <= held {
				list = append(list, Batch{Decodes: n, Context: each})
			}
		}
	}
	for _, chunk := range axis(16, min(most.Chunk, float64(c.MaxTokens)), 1.5) {
		for _, before := range append([]float64{0}, axis(256, min(most.Before, context), 4)...) {
			if chunk+before <= min(context, held) {
				list = append(list, Batch{Chunk: chunk, Before: before})
			}
		}
	}
	return list
}

// parameters are the unknowns of a law of kernels: what weights and tokens take is the larger of two lines, of few tokens,
// that memory bounds, and of many, that computing bounds; attention comes on top, and more of it where prompts are computed too.
func (f *stepFit) parameters() []fit.Parameter {
	list := []fit.Parameter{
		fit.One("memory", "constant"), fit.One("memory", "prefill", "decode"),
		fit.One("compute", "constant"), fit.One("compute", "prefill"), fit.One("compute", "decode"), fit.One("compute", "context"),
		fit.One("overhead", "attention"), fit.One("overhead", "decode"), fit.One("overhead", "context"),
	}
	if f.experts.Count > 0 {
		list = append(list, fit.Parameter{Name: eachExpert})
	}
	return list
}

// memoryBound and computeBound are where the unknowns of the two lines stand among the parameters, onTop the rest.
const memoryBound, computeBound, onTop = 0, 2, 6

// row returns the features of a step, by the parameters.
func (f *stepFit) row(s Batch) []float64 {
	context := s.Decodes * s.Context
	row := []float64{1, s.tokens(), 1, s.Chunk, s.Decodes, context, s.Chunk * (s.Before + s.Chunk/2), s.Decodes, context}
	if f.experts.Count > 0 {
		row = append(row, f.experts.Activated(s.tokens()))
	}
	return row
}

// by returns what values of the parameters say of a step, and whether it is bound by memory.
func (f *stepFit) by(s Batch, values []float64) (seconds float64, memory bool) {
	row := f.row(s)
	sum := func(from, to int) (v float64) {
		for i := from; i < to; i++ {
			v += row[i] * values[i]
		}
		return v
	}
	m, c := sum(memoryBound, computeBound), sum(computeBound, onTop)
	return max(m, c) + sum(onTop, len(row)), m >= c
}

// FitSteps fits a law to the steps of an engine that a timer tells: those that a simulated one has under loads with the lengths,
// and, with a fifth of the weight, a grid of those that it can have. A fifth is held back to judge it.
func FitSteps(t Timer, c *tokens.Config, l Lengths) (Fitted, error) {
	grid := newStepFit(t)
	f := Fitted{Parameters: grid.parameters(), experts: grid.experts}
	for _, s := range batches(c, t.Range()) {
		grid.add(t, s, 1)
	}
	grid.share(1)
	if len(grid.steps) < 4*len(f.Parameters) {
		return f, fmt.Errorf("%d steps that the engine can have are within the tables: too few to fit to", len(grid.steps))
	}
	f.Values, _ = grid.solve()
	var used *stepFit
	var memory func(Batch) bool
	const rounds = 3 // which steps there are depends on the law, a little
	for range rounds {
		law, err := f.Step()
		if err != nil {
			return f, err
		}
		engine := *c
		engine.StepTime = law
		list, err := l.steps(&engine)
		if err != nil {
			return f, err
		}
		used = newStepFit(t)
		for _, s := range list {
			used.add(t, s.Batch, s.weight)
		}
		used.share(4)
		used.steps = append(used.steps, grid.steps...)
		f.Values, memory = used.solve()
	}
	f.Low, f.High = used.intervals(f.Values, memory)
	f.Parts = used.parts(f.Values)
	return f, nil
}

// timed is a step and how long it takes.
type timed struct {
	Batch
	seconds, weight float64
	held            bool // back from the fit
}

// stepFit is a fit to steps under way.
type stepFit struct {
	steps []timed
	draw  *rand.Rand // says which are held back

	experts profile.Mixture // of the network, without what they take
}

func newStepFit(t Timer) *stepFit {
	f := &stepFit{draw: rand.New(rand.NewPCG(3, 5))}
	if m, ok := t.(mixed); ok {
		count, active := m.mixture()
		f.experts = profile.Mixture{Count: int64(count), Active: int64(active)}
	}
	return f
}

// add adds a step that the timer knows.
func (f *stepFit) add(t Timer, s Batch, weight float64) {
	if seconds := t.Time(s); seconds > 0 && weight > 0 {
		f.steps = append(f.steps, timed{s, seconds, weight, f.draw.IntN(5) == 0})
	}
}

// share scales the weights of the steps so that their sum is as given.
func (f *stepFit) share(whole float64) {
	sum := 0.0
	for _, s := range f.steps {
		sum += s.weight
	}
	for i := range f.steps {
		f.steps[i].weight *= whole / sum
	}
}

// parts tells the kinds of steps.
func (f *stepFit) parts(values []float64) []Part {
	var list []Part
	for kind, name := range kinds {
		p := Part{Name: name}
		for _, s := range f.steps {
			if s.kind() == kind {
				law, _ := f.by(s.Batch, values)
				p.Measured, p.Law, p.Held = append(p.Measured, s.seconds), append(p.Law, law), append(p.Held, s.held)
				p.Weight = append(p.Weight, s.weight)
			}
		}
		if len(p.Measured) > 0 {
			list = append(list, p)
		}
	}
	return list
}

// equations returns those of the steps that are not held back, given which are bound by memory.
func (f *stepFit) equations(memory func(Batch) bool) (rows [][]float64, right []float64) {
	for _, s := range f.steps {
		if s.held {
			continue
		}
		w, row := math.Sqrt(s.weight), f.row(s.Batch)
		other := row[memoryBound:computeBound]
		if memory(s.Batch) {
			other = row[computeBound:onTop]
		}
		clear(other)
		for j := range row {
			row[j] *= w / s.seconds
		}
		rows, right = append(rows, row), append(right, w)
	}
	return rows, right
}

// off returns the weighted sum of the squares of relative errors.
func (f *stepFit) off(values []float64) float64 {
	sum := 0.0
	for _, s := range f.steps {
		if !s.held {
			law, _ := f.by(s.Batch, values)
			sum += s.weight * (law/s.seconds - 1) * (law/s.seconds - 1)
		}
	}
	return sum
}

// solve tries where one line gives way to the other, and then lets each step have the line that is the larger for it. It returns
// the best values, and which steps had the line that memory bounds as they were found.
func (f *stepFit) solve() (best []float64, memory func(Batch) bool) {
	least := math.Inf(1)
	const rounds = 4
	for tokens := 8.0; tokens <= 2048; tokens *= 2 {
		bound := func(s Batch) bool { return s.tokens() <= tokens }
		for range rounds {
			values := fit.Nonnegative(f.equations(bound))
			if off := f.off(values); off < least {
				least, best, memory = off, values, bound
			}
			bound = f.larger(values)
		}
	}
	return best, memory
}

// larger says for which steps the line that memory bounds is the larger.
func (f *stepFit) larger(values []float64) func(Batch) bool {
	return func(s Batch) bool {
		_, memory := f.by(s, values)
		return memory
	}
}

// intervals are from a bootstrap over the steps.
func (f *stepFit) intervals(values []float64, memory func(Batch) bool) (low, high []float64) {
	const samples = 200
	rows, right := f.equations(memory)
	g := rand.New(rand.NewPCG(1, 2))
	drawn := make([][]float64, len(values))
	some, b := make([][]float64, len(rows)), make([]float64, len(rows))
	for range samples {
		for i := range rows {
			k := g.IntN(len(rows))
			some[i], b[i] = rows[k], right[k]
		}
		for j, v := range fit.Nonnegative(some, b) {
			drawn[j] = append(drawn[j], v)
		}
	}
	for j, v := range values {
		slices.SortFunc(drawn[j], cmp.Compare[float64])
		low, high = append(low, min(v, drawn[j][samples/40])), append(high, max(v, drawn[j][samples-1-samples/40]))
	}
	return low, high
}
