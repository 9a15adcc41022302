package kernels

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"wavetank/scenarios/calibrate/fit"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// KernelFit is a step-time model that was fitted to kernel tables, and its errors.
type KernelFit struct {
	Parameters []fit.Parameter
	Values     []float64 // one for each parameter, in seconds
	experts    profile.Mixture
	Low, High  []float64 // bounds of the 95 % confidence intervals
	Groups     []StepGroup
}

// StepTime returns the fitted model.
func (f KernelFit) StepTime() (profile.StepTime, error) {
	return fit.Coefficients(f.Parameters, f.Values).StepTime(f.experts)
}

// WithHostTime adds the time in which the GPU waits for the engine, in seconds: a time for each
// step, and a time for each sequence in it.
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

// parameters returns the parameters of a step-time model that is fitted to kernels:
//   - Weights and tokens take the larger of two lines. With few tokens memory decides, with many
//     tokens computing.
//   - Attention is added. Steps that also compute prompts have more of it.
//   - Experts are added.
func parameters(mixture bool) []fit.Parameter {
	list := []fit.Parameter{
		fit.NewParameter("memory", "constant"),
		fit.NewParameter("memory", "prefill", "decode"),
		fit.NewParameter("compute", "constant"),
		fit.NewParameter("compute", "prefill"),
		fit.NewParameter("compute", "decode"),
		fit.NewParameter("compute", "context"),
		fit.NewParameter("overhead", "attention"),
		fit.NewParameter("overhead", "decode"),
		fit.NewParameter("overhead", "context"),
	}
	if mixture {
		list = append(list, fit.NewParameter("experts", "each"))
	}
	return list
}

// Fit fits a step-time model to steps of an engine. t gives their times. Four fifths of the weight
// go to steps of a simulated engine under loads with the lengths l. One fifth goes to a grid of all
// steps that the engine can have. A fifth of all steps is held out to judge the fit.
func Fit(t StepTimer, c *tokens.Config, l MeanLengths) (KernelFit, error) {
	grid := newStepFit(t)
	f := KernelFit{Parameters: grid.parameters, experts: grid.experts}
	for _, s := range gridOfSteps(c, t.Largest()) {
		grid.add(t, s, 1)
	}
	grid.scaleWeights(1)
	if len(grid.steps) < 4*len(f.Parameters) {
		return f, fmt.Errorf("the tables hold %d of the steps that the engine can have: too few to fit to", len(grid.steps))
	}
	f.Values, _ = grid.solve()
	var used *stepFit
	var memory func(timedStep) bool
	const rounds = 3 // the steps of the engine depend slightly on the model
	for range rounds {
		model, err := f.StepTime()
		if err != nil {
			return f, err
		}
		engine := *c
		engine.StepTime = model
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

// timedStep is a step with its time.
type timedStep struct {
	StepShape
	features        profile.Vector
	seconds, weight float64
	heldOut         bool
}

// stepFit is the state of a fit to steps.
type stepFit struct {
	parameters []fit.Parameter
	experts    profile.Mixture // numbers of experts of the network, without their time
	steps      []timedStep
	draw       *rand.Rand // chooses the steps that are held out
}

func newStepFit(t StepTimer) *stepFit {
	f := &stepFit{draw: rand.New(rand.NewPCG(3, 5))}
	if m, ok := t.(mixtureTimer); ok {
		count, active := m.mixture()
		f.experts = profile.Mixture{Count: int64(count), Active: int64(active)}
	}
	f.parameters = parameters(f.experts.Count > 0)
	return f
}

// add adds a step, if the timer knows its time.
func (f *stepFit) add(t StepTimer, s StepShape, weight float64) {
	if seconds := t.Time(s); seconds > 0 && weight > 0 {
		f.steps = append(f.steps, timedStep{s, s.features(&f.experts), seconds, weight, f.draw.IntN(5) == 0})
	}
}

// scaleWeights scales the weights of the steps so that they add up to whole.
func (f *stepFit) scaleWeights(whole float64) {
	sum := 0.0
	for _, s := range f.steps {
		sum += s.weight
	}
	for i := range f.steps {
		f.steps[i].weight *= whole / sum
	}
}

// groups groups the steps by their kinds (kindNames).
func (f *stepFit) groups(values []float64) []StepGroup {
	var list []StepGroup
	model := fit.Coefficients(f.parameters, values)
	for kind, name := range kindNames {
		g := StepGroup{Name: name}
		for i := range f.steps {
			s := &f.steps[i]
			if s.kind() == kind {
				seconds, _ := model.Time(&s.features)
				g.Measured, g.Modelled = append(g.Measured, s.seconds), append(g.Modelled, seconds)
				g.HeldOut, g.Weight = append(g.HeldOut, s.heldOut), append(g.Weight, s.weight)
			}
		}
		if len(g.Measured) > 0 {
			list = append(list, g)
		}
	}
	return list
}

// equations returns the equations of the steps that are not held out, divided by their times.
// memory reports whether memory bounds a step.
func (f *stepFit) equations(memory func(timedStep) bool) (rows [][]float64, right []float64) {
	for _, s := range f.steps {
		if s.heldOut {
			continue
		}
		features := s.features.BoundBy(memory(s))
		w, row := math.Sqrt(s.weight), make([]float64, len(f.parameters))
		for j, p := range f.parameters {
			row[j] = p.Feature(&features) * w / s.seconds
		}
		rows, right = append(rows, row), append(right, w)
	}
	return rows, right
}

// squaredError returns the weighted sum of the squared relative errors of the steps that are not
// held out.
func (f *stepFit) squaredError(values []float64) float64 {
	model, sum := fit.Coefficients(f.parameters, values), 0.0
	for i := range f.steps {
		if s := &f.steps[i]; !s.heldOut {
			seconds, _ := model.Time(&s.features)
			sum += s.weight * (seconds/s.seconds - 1) * (seconds/s.seconds - 1)
		}
	}
	return sum
}

// solve finds the best values. It first assumes that memory bounds all steps of at most 8, 16, …
// 2048 tokens. Then it repeats with the steps for which the line of memory was the larger one. It
// also returns which steps memory bounded in the best solution.
func (f *stepFit) solve() (best []float64, memory func(timedStep) bool) {
	least := math.Inf(1)
	const rounds = 4
	for tokens := 8.0; tokens <= 2048; tokens *= 2 {
		bound := func(s timedStep) bool { return s.scheduled() <= tokens }
		for range rounds {
			values := fit.NonnegativeLeastSquares(f.equations(bound))
			if e := f.squaredError(values); e < least {
				least, best, memory = e, values, bound
			}
			model := fit.Coefficients(f.parameters, values)
			bound = func(s timedStep) bool {
				_, memory := model.Time(&s.features)
				return memory
			}
		}
	}
	return best, memory
}

// intervals returns 95 % confidence intervals of the values, by a bootstrap over the steps.
func (f *stepFit) intervals(values []float64, memory func(timedStep) bool) (low, high []float64) {
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
