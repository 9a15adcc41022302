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

// StepShape is a step: a sequence that computes Chunk tokens with Before in the cache, where Chunk is not 0, and Decodes sequences
// that decode with Context tokens in the cache each.
type StepShape struct{ Chunk, Before, Decodes, Context float64 }

// StepTimer tells how long steps take by tables of their kernels.
type StepTimer interface {
	Time(s StepShape) float64 // in seconds
	Largest() StepShape       // the largest of each that the tables hold
}

// mixtureTimer is a timer of a mixture of experts.
type mixtureTimer interface {
	mixture() (experts, active int)
}

// KernelFit is a law and how well it says what it was fitted to.
type KernelFit struct {
	Parameters []fit.Parameter
	Values     []float64 // seconds, one per parameter
	experts    profile.Mixture
	Low, High  []float64 // bounds of the 95 % confidence intervals
	Groups     []StepGroup
}

// StepTime returns the law.
func (f KernelFit) StepTime() (profile.StepTime, error) {
	var c replay.ModelCoefficients
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

// WithHostTime adds what a step and each of its sequences take in which the GPU waits for the engine, in seconds.
func (f KernelFit) WithHostTime(step, sequence float64) KernelFit {
	for _, one := range []struct {
		p       fit.Parameter
		seconds float64
	}{{fit.NewParameter("overhead", "constant"), step}, {fit.NewParameter("overhead", "sequence"), sequence}} {
		if one.seconds > 0 {
			f.Parameters, f.Values = append(f.Parameters, one.p), append(f.Values, one.seconds)
			f.Low, f.High = append(f.Low, one.seconds), append(f.High, one.seconds)
		}
	}
	return f
}

// StepGroup is what some steps take by the tables and by the law, in seconds.
type StepGroup struct {
	Name     string
	Measured []float64
	Modelled []float64
	HeldOut  []bool    // not fitted to
	Weight   []float64 // of each step in the fit
}

// MeanError returns the number of the steps that are held back or not, and the weighted mean of their absolute relative errors.
func (p StepGroup) MeanError(held bool) (n int, mean float64) {
	sum := 0.0
	for i, m := range p.Measured {
		if p.HeldOut[i] == held {
			n++
			sum += p.Weight[i]
			mean += p.Weight[i] * math.Abs(p.Modelled[i]/m-1)
		}
	}
	return n, mean / max(sum, 1e-300)
}

// kinds of steps, in the order of parts.
var kinds = [3]string{"decode", "prefill", "prefill and decode"}

func (s StepShape) kind() int {
	switch {
	case s.Chunk == 0:
		return 0
	case s.Decodes == 0:
		return 1
	}
	return 2
}

// scheduled returns how many are scheduled.
func (s StepShape) scheduled() float64 { return s.Chunk + s.Decodes }

// gridOfSteps returns steps that an engine can have, evenly in logarithms, within the range of the tables: those that only decode, and
// those that only compute a prompt.
func gridOfSteps(c *tokens.Config, most StepShape) (list []StepShape) {
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
				list = append(list, StepShape{Decodes: n, Context: each})
			}
		}
	}
	for _, chunk := range axis(16, min(most.Chunk, float64(c.MaxTokens)), 1.5) {
		for _, before := range append([]float64{0}, axis(256, min(most.Before, context), 4)...) {
			if chunk+before <= min(context, held) {
				list = append(list, StepShape{Chunk: chunk, Before: before})
			}
		}
	}
	return list
}

// parameters are the unknowns of a law of kernels: what weights and tokens take is the larger of two lines, of few tokens,
// that memory bounds, and of many, that computing bounds; attention comes on top, and more of it where prompts are computed too.
func (f *stepFit) parameters() []fit.Parameter {
	list := []fit.Parameter{
		fit.NewParameter("memory", "constant"), fit.NewParameter("memory", "prefill", "decode"),
		fit.NewParameter("compute", "constant"), fit.NewParameter("compute", "prefill"), fit.NewParameter("compute", "decode"), fit.NewParameter("compute", "context"),
		fit.NewParameter("overhead", "attention"), fit.NewParameter("overhead", "decode"), fit.NewParameter("overhead", "context"),
	}
	if f.experts.Count > 0 {
		list = append(list, fit.Parameter{Name: eachExpert})
	}
	return list
}

// memoryBound and computeBound are where the unknowns of the two lines stand among the parameters, onTop the rest.
const memoryBound, computeBound, onTop = 0, 2, 6

// features returns the features of a step, by the parameters.
func (f *stepFit) features(s StepShape) []float64 {
	context := s.Decodes * s.Context
	row := []float64{1, s.scheduled(), 1, s.Chunk, s.Decodes, context, s.Chunk * (s.Before + s.Chunk/2), s.Decodes, context}
	if f.experts.Count > 0 {
		row = append(row, f.experts.Activated(s.scheduled()))
	}
	return row
}

// predict returns what values of the parameters say of a step, and whether it is bound by memory.
func (f *stepFit) predict(s StepShape, values []float64) (seconds float64, memory bool) {
	row := f.features(s)
	sum := func(from, to int) (v float64) {
		for i := from; i < to; i++ {
			v += row[i] * values[i]
		}
		return v
	}
	m, c := sum(memoryBound, computeBound), sum(computeBound, onTop)
	return max(m, c) + sum(onTop, len(row)), m >= c
}

// Fit fits a law to the steps of an engine that a timer tells: those that a simulated one has under loads with the lengths,
// and, with a fifth of the weight, a grid of those that it can have. A fifth is held back to judge it.
func Fit(t StepTimer, c *tokens.Config, l MeanLengths) (KernelFit, error) {
	grid := newStepFit(t)
	f := KernelFit{Parameters: grid.parameters(), experts: grid.experts}
	for _, s := range gridOfSteps(c, t.Largest()) {
		grid.add(t, s, 1)
	}
	grid.scaleWeights(1)
	if len(grid.steps) < 4*len(f.Parameters) {
		return f, fmt.Errorf("%d steps that the engine can have are within the tables: too few to fit to", len(grid.steps))
	}
	f.Values, _ = grid.solve()
	var used *stepFit
	var memory func(StepShape) bool
	const rounds = 3 // which steps there are depends on the law, a little
	for range rounds {
		law, err := f.StepTime()
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
			used.add(t, s.StepShape, s.weight)
		}
		used.scaleWeights(4)
		used.steps = append(used.steps, grid.steps...)
		f.Values, memory = used.solve()
	}
	f.Low, f.High = used.intervals(f.Values, memory)
	f.Groups = used.groups(f.Values)
	return f, nil
}

// timedStep is a step and how long it takes.
type timedStep struct {
	StepShape
	seconds, weight float64
	heldOut         bool // back from the fit
}

// stepFit is a fit to steps under way.
type stepFit struct {
	steps []timedStep
	draw  *rand.Rand // says which are held back

	experts profile.Mixture // of the network, without what they take
}

func newStepFit(t StepTimer) *stepFit {
	f := &stepFit{draw: rand.New(rand.NewPCG(3, 5))}
	if m, ok := t.(mixtureTimer); ok {
		count, active := m.mixture()
		f.experts = profile.Mixture{Count: int64(count), Active: int64(active)}
	}
	return f
}

// add adds a step that the timer knows.
func (f *stepFit) add(t StepTimer, s StepShape, weight float64) {
	if seconds := t.Time(s); seconds > 0 && weight > 0 {
		f.steps = append(f.steps, timedStep{s, seconds, weight, f.draw.IntN(5) == 0})
	}
}

// scaleWeights scales the weights of the steps so that their sum is as given.
func (f *stepFit) scaleWeights(whole float64) {
	sum := 0.0
	for _, s := range f.steps {
		sum += s.weight
	}
	for i := range f.steps {
		f.steps[i].weight *= whole / sum
	}
}

// groups tells the kinds of steps.
func (f *stepFit) groups(values []float64) []StepGroup {
	var list []StepGroup
	for kind, name := range kinds {
		p := StepGroup{Name: name}
		for _, s := range f.steps {
			if s.kind() == kind {
				law, _ := f.predict(s.StepShape, values)
				p.Measured, p.Modelled, p.HeldOut = append(p.Measured, s.seconds), append(p.Modelled, law), append(p.HeldOut, s.heldOut)
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
func (f *stepFit) equations(memory func(StepShape) bool) (rows [][]float64, right []float64) {
	for _, s := range f.steps {
		if s.heldOut {
			continue
		}
		w, row := math.Sqrt(s.weight), f.features(s.StepShape)
		other := row[memoryBound:computeBound]
		if memory(s.StepShape) {
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

// squaredError returns the weighted sum of the squares of relative errors.
func (f *stepFit) squaredError(values []float64) float64 {
	sum := 0.0
	for _, s := range f.steps {
		if !s.heldOut {
			law, _ := f.predict(s.StepShape, values)
			sum += s.weight * (law/s.seconds - 1) * (law/s.seconds - 1)
		}
	}
	return sum
}

// solve tries where one line gives way to the other, and then lets each step have the line that is the larger for it. It returns
// the best values, and which steps had the line that memory bounds as they were found.
func (f *stepFit) solve() (best []float64, memory func(StepShape) bool) {
	least := math.Inf(1)
	const rounds = 4
	for tokens := 8.0; tokens <= 2048; tokens *= 2 {
		bound := func(s StepShape) bool { return s.scheduled() <= tokens }
		for range rounds {
			values := fit.NonnegativeLeastSquares(f.equations(bound))
			if off := f.squaredError(values); off < least {
				least, best, memory = off, values, bound
			}
			bound = f.memoryBoundBy(values)
		}
	}
	return best, memory
}

// memoryBoundBy says for which steps the line that memory bounds is the larger.
func (f *stepFit) memoryBoundBy(values []float64) func(StepShape) bool {
	return func(s StepShape) bool {
		_, memory := f.predict(s, values)
		return memory
	}
}

// intervals are from a bootstrap over the steps.
func (f *stepFit) intervals(values []float64, memory func(StepShape) bool) (low, high []float64) {
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
		for j, v := range fit.NonnegativeLeastSquares(some, b) {
			drawn[j] = append(drawn[j], v)
		}
	}
	for j, v := range values {
		slices.SortFunc(drawn[j], cmp.Compare[float64])
		low, high = append(low, min(v, drawn[j][samples/40])), append(high, max(v, drawn[j][samples-1-samples/40]))
	}
	return low, high
}
