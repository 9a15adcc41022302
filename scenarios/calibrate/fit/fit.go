// Package fit finds the step-time model of an LLM engine by measurements. The time to a request's first
// token, and from there to its last, are sums over steps: they are linear in the coefficients of the
// model once it is known which steps there were. The fit alternates between the two.
package fit

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Parameter is an unknown of a fit: the value of one or several coefficients.
type Parameter struct {
	Name string
	Of   []int // terms; none: one of the overheads
}

// term returns the index of a coefficient.
func term(form, feature string) int {
	return slices.Index(replay.FormNames[:], form)*replay.PerForm + profile.FindTerm(feature)
}

// NewParameter is the parameter of a form's coefficients.
func NewParameter(form string, features ...string) Parameter {
	p := Parameter{Name: form + "." + features[0]}
	for _, f := range features {
		p.Of = append(p.Of, term(form, f))
	}
	return p
}

// ModelShape is a set of unknowns that a fit can have.
type ModelShape struct {
	Name, About string
	Parameters  []Parameter
}

// Shapes returns the shapes that there are, those of fewer unknowns first.
func Shapes() []ModelShape {
	return []ModelShape{
		{"plain", "one form, without attention and context", []Parameter{
			NewParameter("compute", "constant"), NewParameter("compute", "prefill"), NewParameter("compute", "decode"), {Name: "before"},
		}},
		{"ridge", "the larger of what the weights and what the tokens take, and a time per sequence", []Parameter{
			NewParameter("memory", "constant"), NewParameter("compute", "prefill", "decode"), NewParameter("overhead", "sequence"), {Name: "before"},
		}},
		{"linear", "one form", []Parameter{
			NewParameter("compute", "constant"), NewParameter("compute", "prefill"), NewParameter("compute", "attention"), NewParameter("compute", "decode"), NewParameter("compute", "context"), {Name: "before"},
		}},
		{"roofline", "the larger of what the weights and what the tokens take, and the rest", []Parameter{
			NewParameter("memory", "constant"), NewParameter("compute", "prefill", "decode"),
			NewParameter("overhead", "constant"), NewParameter("overhead", "attention"), NewParameter("overhead", "decode"), NewParameter("overhead", "context"), {Name: "before"},
		}},
	}
}

// FitOptions says what a fit may do.
type FitOptions struct {
	Config        tokens.Config // of the engine; its law and time before are a beginning, where they are given
	Shape         string        // of the law; "": the one of the least Bayesian information criterion
	BeforeKnown   bool          // the time before a request can be scheduled is the configuration's, and not fitted
	Overheads     bool          // the times per token and after the last token are fitted too, where they are told apart from the law
	FitAcceptance bool          // the probability that a speculative token is accepted is fitted too (by FitLoads)
	Prior         float64       // pull of each coefficient to the one at the beginning, relative to that of all measurements; 0: none
}

// Fit is what FitLaw finds.
type Fit struct {
	Shape           string
	StepTime        profile.StepTime
	Before          time.Duration
	PerToken, After time.Duration
	Acceptance      float64 // of speculative tokens
	Parameters      []Parameter
	Values          []float64 // seconds, one per parameter
	Low, High       []float64 // bounds of the 95 % confidence intervals
	Unidentified    []string  // parameters that no measurement tells
	Collinear       []string  // parameters that measurements hardly tell apart from the others
	Criterion       float64   // of Bayes, to compare fits to the same measurements: the less, the better
	Simulated       [][]replay.SimulatedRow
}

// ToMeasurements finds the law with which the simulated engine serves the experiments as measured. It simulates with the present law,
// takes the features of the steps in each request's windows to the first and from there to the last token, solves for
// the nonnegative coefficients that make the relative errors of the windows least, and begins again, until nothing is gained.
func ToMeasurements(o FitOptions, list []replay.MeasuredLoad) (*Fit, error) {
	if o.Config.StepTime.Experts.Each > 0 {
		return nil, errors.New("a law with experts, which only tables of kernels tell, cannot be the beginning of a fit to measurements")
	}
	var best *fitter
	for _, shape := range Shapes() {
		if o.Shape != "" && o.Shape != shape.Name {
			continue
		}
		if o.BeforeKnown {
			shape.Parameters = slices.DeleteFunc(shape.Parameters, Parameter.isBefore)
		}
		if best != nil && math.IsInf(penalty(len(shape.Parameters), float64(best.rowCount)), 1) {
			continue // too few measurements
		}
		f := &fitter{FitOptions: o, list: list, shape: shape}
		if err := f.search(); err != nil {
			return nil, err
		}
		if math.IsInf(f.best.score, 1) {
			continue
		}
		if best == nil || f.criterion() < best.criterion() {
			best = f
		}
	}
	if best == nil {
		if slices.ContainsFunc(Shapes(), func(s ModelShape) bool { return s.Name == o.Shape || o.Shape == "" }) {
			return nil, errors.New("no law was found: all that were tried let a step take longer than it may; is the unit of the times right?")
		}
		return nil, fmt.Errorf("there is no shape %q of laws", o.Shape)
	}
	if o.Overheads {
		var err error
		if best, err = best.withOverheads(); err != nil {
			return nil, err
		}
	}
	return best.result()
}

// penalty is what so many parameters cost a fit to n windows, in the Bayesian information criterion corrected for few of them
// (McQuarrie 1999, Statistics & Probability Letters 44).
func penalty(parameters int, n float64) float64 {
	k := float64(parameters)
	if n <= k+2 {
		return math.Inf(1)
	}
	return k * math.Log(n) * n / (n - k - 2)
}

// ToLikeliestLoad fits to measurements under several assumptions on how their requests were made, which read turns into
// experiments, and then under the best of them with an engine one sequence short of the clients (Load.Short). It returns the fit of the
// least criterion, its experiments, and which assumption it is.
func ToLikeliestLoad(o FitOptions, loads []replay.LoadShape, read func(replay.LoadShape) ([]replay.MeasuredLoad, error)) (best *Fit, list []replay.MeasuredLoad, load replay.LoadShape, err error) {
	for i := 0; i <= len(loads); i++ {
		l := load
		if i < len(loads) {
			l = loads[i]
		} else if l.Short++; len(loads) == 1 || !slices.ContainsFunc(list, func(e replay.MeasuredLoad) bool { return e.Demand.Cap > 1 }) {
			break
		}
		some, err := read(l)
		if err != nil {
			return nil, nil, l, err
		}
		fit, err := ToMeasurements(o, some)
		if err != nil {
			return nil, nil, l, err
		}
		if best == nil || fit.Criterion < best.Criterion {
			best, list, load = fit, some, l
		}
	}
	if o.FitAcceptance && best != nil {
		best, err = fitAcceptance(o, best, list)
	}
	return best, list, load, err
}

// fitter is a fit under way.
type fitter struct {
	FitOptions
	list      []replay.MeasuredLoad
	shape     ModelShape
	prior     []float64
	rowCount  int // of the rows that are fitted to
	meanCount int // equations of means
	best      trial
}

// trial is a law and what the simulator says with it.
type trial struct {
	values    []float64
	simulated [][]replay.SimulatedRow // of the experiments that are not held back
	score     float64
}

// search tries several beginnings and polishes what comes of the best.
func (f *fitter) search() error {
	f.best.score = math.Inf(1)
	for i, values := range f.startingValues() {
		if f.prior = nil; i == 0 && f.Prior > 0 {
			f.prior = values
		}
		if err := f.iterate(values); err != nil {
			return err
		}
		if f.prior != nil {
			break
		}
	}
	if math.IsInf(f.best.score, 1) {
		return nil
	}
	var err error
	f.best, err = f.gaussNewton(f.best)
	return err
}

// iterate iterates from a beginning: freely at first, then from the best so far with shorter and shorter steps.
func (f *fitter) iterate(values []float64) error {
	best, err := f.simulate(values)
	if err != nil {
		return err
	}
	if math.IsInf(best.score, 1) {
		return nil
	}
	const free, most = 6, 40
	at := best
	for k, damping := 0, 1.0; k < most && damping > 1./32; k++ {
		next, err := f.improve(at, damping)
		if err != nil {
			return err
		}
		gained := next.score < best.score*(1-1e-4)
		if next.score < best.score {
			best = next
		}
		switch {
		case k < free && !math.IsInf(next.score, 1):
			at = next
		default:
			at = best
			if !gained {
				damping /= 2
			}
		}
	}
	if best.score < f.best.score {
		f.best = best
	}
	return nil
}

// improve moves towards the solution of the equations at a trial, and tries that.
func (f *fitter) improve(at trial, damping float64) (trial, error) {
	rows, right := f.equations(at.simulated)
	if f.rowCount < len(f.shape.Parameters) {
		return trial{}, fmt.Errorf("%d measured windows are too few for %d coefficients", len(rows), len(f.shape.Parameters))
	}
	boundWeights(rows, right, predictions(rows, at.values), slices.Clone(right))
	solved := f.solve(f.withPrior(rows, right))
	next := slices.Clone(at.values)
	for i := range next {
		if slices.ContainsFunc(rows, func(row []float64) bool { return row[i] != 0 }) {
			next[i] += damping * (solved[i] - next[i])
		}
	}
	return f.simulate(next)
}

// withPrior adds to the equations those that pull coefficients to where they began.
func (f *fitter) withPrior(rows [][]float64, right []float64) ([][]float64, []float64) {
	pull := f.Prior * math.Sqrt(float64(len(rows)))
	for i, v := range f.prior {
		if v > 0 {
			row := make([]float64, len(f.prior))
			row[i] = pull / v
			rows, right = append(rows, row), append(right, pull)
		}
	}
	return rows, right
}

// coefficientsOf sets coefficients to the values of the parameters; those that no parameter sets are zero.
func (f *fitter) coefficientsOf(values []float64) (c replay.ModelCoefficients) {
	for i, p := range f.shape.Parameters {
		for _, k := range p.Of {
			c[k] = values[i]
		}
	}
	return c
}

// startingValues returns values to begin with: those of the law given; without one, half the least time per output token for a step
// and half the least time to a first token for its prompt, and, where the larger of two forms counts, others of which the
// tokens' begins to be the larger at so many tokens.
func (f *fitter) startingValues() [][]float64 {
	if given := replay.CoefficientsOf(f.Config.StepTime); given != (replay.ModelCoefficients{}) {
		return [][]float64{f.valuesOf(given)}
	}
	step, prefill := 1.0, 1.0
	for i := range f.list {
		e := &f.list[i]
		for _, r := range e.Rows {
			if out := e.MeanOutput(r); out > 1 && !r.HeldOut {
				step = min(step, r.TPOT(out))
			}
			first := r.TTFT
			if first == 0 {
				first = r.E2E // which is longer
			}
			prefill = min(prefill, first/float64(e.Demand.Requests[r.From].Input))
		}
	}
	var list [][]float64
	add := func(constant, token float64) {
		var c replay.ModelCoefficients
		for _, p := range f.shape.Parameters {
			if len(p.Of) > 0 {
				switch p.Of[0] % replay.PerForm {
				case profile.ConstantTerm:
					c[p.Of[0]] = constant
				case profile.PrefillTerm:
					c[p.Of[0]] = token
				}
			}
		}
		list = append(list, f.valuesOf(c))
	}
	add(step/2, prefill/2)
	add(step*0.8, prefill/50)
	if f.shape.Name == "roofline" || f.shape.Name == "ridge" {
		for _, tokens := range []float64{16, 64, 256} {
			add(step*0.8, step*0.8/tokens)
		}
	}
	return list
}

// valuesOf returns the values that the parameters have in a law.
func (f *fitter) valuesOf(c replay.ModelCoefficients) []float64 {
	values := make([]float64, len(f.shape.Parameters))
	for i, p := range f.shape.Parameters {
		if k := p.overhead(); k >= 0 {
			values[i] = overheadsOf(&f.Config)[k]
		}
		for _, k := range p.Of {
			values[i] = max(values[i], c[k])
		}
	}
	return values
}

// engineWith returns the configuration of an engine with the values.
func (f *fitter) engineWith(values []float64) (c tokens.Config, err error) {
	c = f.Config
	f.setOverheads(&c, values)
	c.StepTime, err = f.coefficientsOf(values).StepTime()
	return c, err
}

// simulate simulates the experiments that are not held back with a law.
func (f *fitter) simulate(values []float64) (trial, error) {
	t := trial{values: values, simulated: make([][]replay.SimulatedRow, len(f.list))}
	c, err := f.engineWith(values)
	if err != nil {
		return t, err
	}
	if c.StepTime.Holds(int64(c.MaxSequences), int64(c.MaxTokens), int64(c.Context)) != nil {
		t.score = math.Inf(1) // no engine has such steps
		return t, nil
	}
	for i := range f.list {
		if slices.ContainsFunc(f.list[i].Rows, func(r replay.MeasuredRow) bool { return !r.HeldOut }) {
			if t.simulated[i], err = f.list[i].Simulate(&c); err != nil {
				return t, err
			}
		}
	}
	n := 0.0
	for i := 0; i < len(f.list); {
		next := i + replicasOfLog(f.list[i:])
		if slices.ContainsFunc(t.simulated[i:next], func(o []replay.SimulatedRow) bool { return o != nil }) {
			n++
			t.score += misfit(f.list[i:next], t.simulated[i:next])
		}
		i = next
	}
	t.score /= n
	return t, nil
}

// robustLeastSquares is nonnegative, with less weight for rows whose residual is beyond three times the median one (Huber), but for those from
// firm up to loose.
func robustLeastSquares(rows [][]float64, right []float64, firm, loose int) []float64 {
	x := NonnegativeLeastSquares(rows, right)
	for range 3 {
		off := residuals(rows, right, x)
		sorted := slices.Sorted(slices.Values(off))
		limit := 3*1.4826*sorted[len(sorted)/2] + 1e-6
		scaled, b := make([][]float64, len(rows)), make([]float64, len(rows))
		for i, row := range rows {
			w := math.Sqrt(min(1, limit/max(off[i], 1e-12)))
			if i >= firm && i < loose {
				w = 1
			}
			scaled[i], b[i] = make([]float64, len(row)), right[i]*w
			for j, v := range row {
				scaled[i][j] = v * w
			}
		}
		x = NonnegativeLeastSquares(scaled, b)
	}
	return x
}

// residuals returns the absolute values of Ax − b.
func residuals(rows [][]float64, right, x []float64) []float64 {
	list := make([]float64, len(rows))
	for i, row := range rows {
		sum := -right[i]
		for j, v := range row {
			sum += v * x[j]
		}
		list[i] = math.Abs(sum)
	}
	return list
}

// result makes the result, with intervals from a bootstrap over blocks of equations, which are not independent.
func (f *fitter) result() (*Fit, error) {
	t := f.best
	c, err := f.engineWith(t.values)
	if err != nil {
		return nil, err
	}
	fit := &Fit{Shape: f.shape.Name, StepTime: c.StepTime, Before: c.Before, PerToken: c.PerToken, After: c.After, Acceptance: c.Acceptance, Criterion: f.criterion(), Parameters: f.shape.Parameters, Values: t.values, Simulated: make([][]replay.SimulatedRow, len(f.list))}
	for i := range f.list {
		if fit.Simulated[i], err = f.list[i].Simulate(&c); err != nil {
			return nil, err
		}
	}
	rows, right := f.rowEquations(t.simulated)
	boundWeights(rows, right, predictions(rows, t.values), slices.Clone(right))
	fit.Unidentified, fit.Collinear = identifiability(f.shape, rows)
	const samples = 200
	block := max(1, int(math.Sqrt(float64(len(rows)))))
	g := rand.New(rand.NewPCG(1, 2))
	drawn := make([][]float64, len(t.values))
	for range samples {
		var some [][]float64
		var b []float64
		for len(some) < len(rows) {
			from := g.IntN(len(rows))
			for k := range block {
				at := (from + k) % len(rows)
				some, b = append(some, rows[at]), append(b, right[at])
			}
		}
		for j, v := range NonnegativeLeastSquares(f.withPrior(some, b)) {
			if most, told := f.maxBefore(); told && f.shape.Parameters[j].isBefore() {
				v = min(v, most)
			}
			drawn[j] = append(drawn[j], v)
		}
	}
	for j := range drawn {
		slices.SortFunc(drawn[j], cmp.Compare[float64])
		fit.Low = append(fit.Low, min(t.values[j], drawn[j][samples/40]))
		fit.High = append(fit.High, max(t.values[j], drawn[j][samples-1-samples/40]))
	}
	return fit, nil
}
