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
	return slices.Index(replay.Forms[:], form)*replay.PerForm + slices.Index(replay.Names[:], feature)
}

// One is the parameter of a form's coefficients.
func One(form string, features ...string) Parameter {
	p := Parameter{Name: form + "." + features[0]}
	for _, f := range features {
		p.Of = append(p.Of, term(form, f))
	}
	return p
}

// Shape is a set of unknowns that a fit can have.
type Shape struct {
	Name, About string
	Parameters  []Parameter
}

// Shapes returns the shapes that there are, those of fewer unknowns first.
func Shapes() []Shape {
	return []Shape{
		{"plain", "one form, without attention and context", []Parameter{
			One("compute", "constant"), One("compute", "prefill"), One("compute", "decode"), {Name: "before"},
		}},
		{"ridge", "the larger of what the weights and what the tokens take, and a time per sequence", []Parameter{
			One("memory", "constant"), One("compute", "prefill", "decode"), One("overhead", "sequence"), {Name: "before"},
		}},
		{"linear", "one form", []Parameter{
			One("compute", "constant"), One("compute", "prefill"), One("compute", "attention"), One("compute", "decode"), One("compute", "context"), {Name: "before"},
		}},
		{"roofline", "the larger of what the weights and what the tokens take, and the rest", []Parameter{
			One("memory", "constant"), One("compute", "prefill", "decode"),
			One("overhead", "constant"), One("overhead", "attention"), One("overhead", "decode"), One("overhead", "context"), {Name: "before"},
		}},
	}
}

// Options says what a fit may do.
type Options struct {
	Config    tokens.Config // of the engine; its law and time before are a beginning, where they are given
	Shape     string        // of the law; "": the one of the least Bayesian information criterion
	Fixed     bool          // the time before a request can be scheduled is the configuration's, and not fitted
	Overheads bool          // the times per token and after the last token are fitted too, where they are told apart from the law
	Drafted   bool          // the probability that a speculative token is accepted is fitted too (by FitLoads)
	Prior     float64       // pull of each coefficient to the one at the beginning, relative to that of all measurements; 0: none
}

// Fit is what FitLaw finds.
type Fit struct {
	Shape           string
	Law             profile.StepTime
	Before          time.Duration
	PerToken, After time.Duration
	Acceptance      float64 // of speculative tokens
	Parameters      []Parameter
	Values          []float64 // seconds, one per parameter
	Low, High       []float64 // bounds of the 95 % confidence intervals
	Unknown         []string  // parameters that no measurement tells
	Vague           []string  // parameters that measurements hardly tell apart from the others
	Criterion       float64   // of Bayes, to compare fits to the same measurements: the less, the better
	Outcomes        [][]replay.Outcome
}

// FitLaw finds the law with which the simulated engine serves the experiments as measured. It simulates with the present law,
// takes the features of the steps in each request's windows to the first and from there to the last token, solves for
// the nonnegative coefficients that make the relative errors of the windows least, and begins again, until nothing is gained.
func FitLaw(o Options, list []replay.Experiment) (*Fit, error) {
	if o.Config.StepTime.Experts.Each > 0 {
		return nil, errors.New("a law with experts, which only tables of kernels tell, cannot be the beginning of a fit to measurements")
	}
	var best *fitter
	for _, shape := range Shapes() {
		if o.Shape != "" && o.Shape != shape.Name {
			continue
		}
		if o.Fixed {
			shape.Parameters = slices.DeleteFunc(shape.Parameters, Parameter.before)
		}
		if best != nil && math.IsInf(penalty(len(shape.Parameters), float64(best.windows)), 1) {
			continue // too few measurements
		}
		f := &fitter{Options: o, list: list, shape: shape}
		if err := f.descend(); err != nil {
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
		if slices.ContainsFunc(Shapes(), func(s Shape) bool { return s.Name == o.Shape || o.Shape == "" }) {
			return nil, errors.New("no law was found: all that were tried let a step take longer than it may; is the unit of the times right?")
		}
		return nil, fmt.Errorf("there is no shape %q of laws", o.Shape)
	}
	if o.Overheads {
		var err error
		if best, err = best.widened(); err != nil {
			return nil, err
		}
	}
	return best.finish()
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

// FitLoads fits to measurements under several assumptions on how their requests were made, which read turns into
// experiments, and then under the best of them with an engine one sequence short of the clients (Load.Short). It returns the fit of the
// least criterion, its experiments, and which assumption it is.
func FitLoads(o Options, loads []replay.Load, read func(replay.Load) ([]replay.Experiment, error)) (best *Fit, list []replay.Experiment, load replay.Load, err error) {
	for i := 0; i <= len(loads); i++ {
		l := load
		if i < len(loads) {
			l = loads[i]
		} else if l.Short++; len(loads) == 1 || !slices.ContainsFunc(list, func(e replay.Experiment) bool { return e.Demand.Cap > 1 }) {
			break
		}
		some, err := read(l)
		if err != nil {
			return nil, nil, l, err
		}
		fit, err := FitLaw(o, some)
		if err != nil {
			return nil, nil, l, err
		}
		if best == nil || fit.Criterion < best.Criterion {
			best, list, load = fit, some, l
		}
	}
	if o.Drafted && best != nil {
		best, err = accepted(o, best, list)
	}
	return best, list, load, err
}

// fitter is a fit under way.
type fitter struct {
	Options
	list    []replay.Experiment
	shape   Shape
	prior   []float64
	windows int // of the rows that are fitted to
	firm    int // equations of means
	best    trial
}

// trial is a law and what the simulator says with it.
type trial struct {
	values   []float64
	outcomes [][]replay.Outcome // of the experiments that are not held back
	score    float64
}

// descend tries several beginnings and polishes what comes of the best.
func (f *fitter) descend() error {
	f.best.score = math.Inf(1)
	for i, values := range f.beginnings() {
		if f.prior = nil; i == 0 && f.Prior > 0 {
			f.prior = values
		}
		if err := f.from(values); err != nil {
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
	f.best, err = f.polish(f.best)
	return err
}

// from iterates from a beginning: freely at first, then from the best so far with shorter and shorter steps.
func (f *fitter) from(values []float64) error {
	best, err := f.try(values)
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
	rows, right := f.equations(at.outcomes)
	if f.windows < len(f.shape.Parameters) {
		return trial{}, fmt.Errorf("%d measured windows are too few for %d coefficients", len(rows), len(f.shape.Parameters))
	}
	even(rows, right, said(rows, at.values), slices.Clone(right))
	solved := f.solve(f.pulled(rows, right))
	next := slices.Clone(at.values)
	for i := range next {
		if slices.ContainsFunc(rows, func(row []float64) bool { return row[i] != 0 }) {
			next[i] += damping * (solved[i] - next[i])
		}
	}
	return f.try(next)
}

// pulled adds to the equations those that pull coefficients to where they began.
func (f *fitter) pulled(rows [][]float64, right []float64) ([][]float64, []float64) {
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

// law sets coefficients to the values of the parameters; those that no parameter sets are zero.
func (f *fitter) law(values []float64) (c replay.Coefficients) {
	for i, p := range f.shape.Parameters {
		for _, k := range p.Of {
			c[k] = values[i]
		}
	}
	return c
}

// beginnings returns values to begin with: those of the law given; without one, half the least time per output token for a step
// and half the least time to a first token for its prompt, and, where the larger of two forms counts, others of which the
// tokens' begins to be the larger at so many tokens.
func (f *fitter) beginnings() [][]float64 {
	if given := replay.CoefficientsOf(f.Config.StepTime); given != (replay.Coefficients{}) {
		return [][]float64{f.values(given)}
	}
	step, prefill := 1.0, 1.0
	for i := range f.list {
		e := &f.list[i]
		for _, r := range e.Rows {
			if out := e.Output(r); out > 1 && !r.Held {
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
		var c replay.Coefficients
		for _, p := range f.shape.Parameters {
			if len(p.Of) > 0 {
				switch replay.Names[p.Of[0]%replay.PerForm] {
				case "constant":
					c[p.Of[0]] = constant
				case "prefill":
					c[p.Of[0]] = token
				}
			}
		}
		list = append(list, f.values(c))
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

// values returns the values that the parameters have in a law.
func (f *fitter) values(c replay.Coefficients) []float64 {
	values := make([]float64, len(f.shape.Parameters))
	for i, p := range f.shape.Parameters {
		if k := p.overhead(); k >= 0 {
			values[i] = spansOf(&f.Config)[k]
		}
		for _, k := range p.Of {
			values[i] = max(values[i], c[k])
		}
	}
	return values
}

// config returns the configuration of an engine with the values.
func (f *fitter) config(values []float64) (c tokens.Config, err error) {
	c = f.Config
	f.spend(&c, values)
	c.StepTime, err = f.law(values).StepTime()
	return c, err
}

// try simulates the experiments that are not held back with a law.
func (f *fitter) try(values []float64) (trial, error) {
	t := trial{values: values, outcomes: make([][]replay.Outcome, len(f.list))}
	c, err := f.config(values)
	if err != nil {
		return t, err
	}
	if c.StepTime.Holds(int64(c.MaxSequences), int64(c.MaxTokens), int64(c.Context)) != nil {
		t.score = math.Inf(1) // no engine has such steps
		return t, nil
	}
	for i := range f.list {
		if slices.ContainsFunc(f.list[i].Rows, func(r replay.Row) bool { return !r.Held }) {
			if t.outcomes[i], err = f.list[i].Run(&c); err != nil {
				return t, err
			}
		}
	}
	n := 0.0
	for i := 0; i < len(f.list); {
		next := i + alike(f.list[i:])
		if slices.ContainsFunc(t.outcomes[i:next], func(o []replay.Outcome) bool { return o != nil }) {
			n++
			t.score += off(f.list[i:next], t.outcomes[i:next])
		}
		i = next
	}
	t.score /= n
	return t, nil
}

// robust is nonnegative, with less weight for rows whose residual is beyond three times the median one (Huber), but for those from
// firm up to loose.
func robust(rows [][]float64, right []float64, firm, loose int) []float64 {
	x := Nonnegative(rows, right)
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
		x = Nonnegative(scaled, b)
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

// finish makes the result, with intervals from a bootstrap over blocks of equations, which are not independent.
func (f *fitter) finish() (*Fit, error) {
	t := f.best
	c, err := f.config(t.values)
	if err != nil {
		return nil, err
	}
	fit := &Fit{Shape: f.shape.Name, Law: c.StepTime, Before: c.Before, PerToken: c.PerToken, After: c.After, Acceptance: c.Acceptance, Criterion: f.criterion(), Parameters: f.shape.Parameters, Values: t.values, Outcomes: make([][]replay.Outcome, len(f.list))}
	for i := range f.list {
		if fit.Outcomes[i], err = f.list[i].Run(&c); err != nil {
			return nil, err
		}
	}
	rows, right := f.system(t.outcomes)
	even(rows, right, said(rows, t.values), slices.Clone(right))
	fit.Unknown, fit.Vague = identified(f.shape, rows)
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
		for j, v := range Nonnegative(f.pulled(some, b)) {
			if most, told := f.longest(); told && f.shape.Parameters[j].before() {
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
