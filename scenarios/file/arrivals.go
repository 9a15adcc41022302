package file

import (
	"errors"
	"fmt"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/workload"
	"wavetank/workload/trace"
)

// Arrivals names a process, a closed loop of clients or a trace, with its parameters.
type Arrivals struct{ selection }

// Names implements strict.Selector.
func (*Arrivals) Names() []string { return names(arrivalKinds) }

// Params implements strict.Selector.
func (*Arrivals) Params(name string) (any, bool) { return params(arrivalKinds, name) }

// Check implements strict.Checker.
func (a *Arrivals) Check(_ *strict.Node, report func(path, message string)) {
	if b, ok := a.params.(*BulkArrivals); ok {
		ReportFields(b.check(), a.name, report) // the inner arrivals report their own faults
		return
	}
	if p, ok := a.params.(process); ok {
		_, err := p.process(1)
		ReportFields(err, a.name, report)
	}
	if t, ok := a.params.(Recorded); ok {
		ReportFields(t.check(), a.name, report)
	}
}

// Process returns the process of the requests with all rates multiplied by a factor, or nil for
// clients and traces.
func (a *Arrivals) Process(factor float64) (workload.Process, error) {
	if p, ok := a.params.(process); ok {
		return p.process(factor)
	}
	return nil, nil
}

// Trace returns the trace that is replayed, or nil if there is none.
func (a *Arrivals) Trace() Recorded {
	t, _ := a.params.(Recorded)
	return t
}

// Clients returns the closed loop of clients, or nil if there is none.
func (a *Arrivals) Clients() *Clients {
	c, _ := a.params.(*Clients)
	return c
}

// Steady reports whether the rate of the stream is constant by design.
func (a *Arrivals) Steady() bool {
	switch p := a.params.(type) {
	case *PoissonArrivals, *GammaArrivals, *ConstantArrivals, *RenewalArrivals, *ModulatedArrivals, *Clients:
		return true
	case *BulkArrivals:
		return p.Arrivals.Steady()
	}
	return false
}

// process holds the parameters of a synthetic process.
type process interface {
	// process returns the process with all rates multiplied by a factor.
	process(factor float64) (workload.Process, error)
}

var arrivalKinds = append([]kind{
	{"poisson", func() any { return &PoissonArrivals{} }},
	{"gamma", func() any { return &GammaArrivals{} }},
	{"constant", func() any { return &ConstantArrivals{} }},
	{"renewal", func() any { return &RenewalArrivals{} }},
	{"mmpp", func() any { return &ModulatedArrivals{} }},
	{"sinusoid", func() any { return &SinusoidArrivals{} }},
	{"bulk", func() any { return &BulkArrivals{} }},
	{"clients", func() any { return &Clients{} }},
	{"day-curve", func() any {
		return &DayCurve{Peak: 1, At: quantity.Duration(14 * time.Hour), Day: quantity.Duration(24 * time.Hour), CV: 1}
	}},
	{"steps", func() any { return &StepArrivals{CV: 1} }},
}, recordedKinds(map[string]func() any{
	"azure-functions-2019": func() any { return &AzureFunctions{} },
	"burstgpt":             func() any { return &BurstGPT{} },
	"mooncake":             func() any { return &SessionTrace{} },
	"access-log":           func() any { return &AccessLogTrace{} },
	"rates":                func() any { return &RateTrace{} },
	"lengths":              func() any { return &LengthTrace{} },
	"servegen":             func() any { return &ServeGen{} },
	"csv":                  func() any { return &CSV{RowTrace{Unit: "auto"}} },
	"jsonl":                func() any { return &JSONLines{RowTrace{Unit: "auto"}} },
})...)

// recordedKinds returns the forms of traces, in the order of workload/trace. parameters makes the
// parameters of forms that have more than the common ones. Its keys are the names of forms.
func recordedKinds(parameters map[string]func() any) (list []kind) {
	for _, f := range trace.Forms() {
		make, own := parameters[f.Name]
		if !own {
			make = func() any { return &PublishedTrace{form: f.Form} }
		}
		list = append(list, kind{f.Name, make})
	}
	return list
}

// PoissonArrivals is a Poisson process.
type PoissonArrivals struct {
	Rate quantity.Rate `yaml:"rate,required" doc:"mean rate"`
}

// GammaArrivals is a renewal process with gamma distributed gaps.
type GammaArrivals struct {
	Rate quantity.Rate `yaml:"rate,required" doc:"mean rate"`
	CV   float64       `yaml:"cv,required" doc:"coefficient of variation of the gaps: 1 is Poisson, above is burstier"`
}

// ConstantArrivals is a process with equal gaps.
type ConstantArrivals struct {
	Rate  quantity.Rate      `yaml:"rate,required" doc:"rate"`
	Start *quantity.Duration `yaml:"start,omitempty" doc:"when the first request comes; at random within the first gap when not given"`
}

// DayCurve is a process whose rate follows the time of day, with flash crowds.
type DayCurve struct {
	Mean   quantity.Rate     `yaml:"mean,required" doc:"mean rate over a day without spikes"`
	Peak   quantity.Factor   `yaml:"peak" doc:"highest rate of the day as a multiple of the mean, e.g. 3x"`
	At     quantity.Duration `yaml:"at" doc:"time of the peak since the day began"`
	Day    quantity.Duration `yaml:"day" doc:"length of a day; shorter than 24h compresses it"`
	CV     float64           `yaml:"cv" doc:"burstiness: coefficient of variation of the gaps in operational time; 1 is Poisson"`
	Spikes []Spike           `yaml:"spikes,omitempty" doc:"flash crowds"`
}

// StepArrivals is a process whose rate is constant in each step.
type StepArrivals struct {
	Step  quantity.Duration `yaml:"step,required" doc:"how long each rate lasts"`
	Rates []quantity.Rate   `yaml:"rates,required" doc:"the rates in turn; after the last one, the first one comes again"`
	CV    float64           `yaml:"cv" doc:"burstiness: coefficient of variation of the gaps in operational time; 1 is Poisson"`
	Gaps  *Service          `yaml:"gaps,omitempty" doc:"distribution of the gaps in operational time, instead of the gamma distribution of cv"`
}

// Spike is a flash crowd.
type Spike struct {
	At     RandomInstant     `yaml:"at,required" doc:"when the climb begins, since the start of the run; or a span from which this time is drawn"`
	Height quantity.Factor   `yaml:"height,required" doc:"peak rate as a multiple of the curve, e.g. 4x"`
	Rise   quantity.Duration `yaml:"rise" doc:"length of the climb"`
	Hold   quantity.Duration `yaml:"hold" doc:"time at full height"`
	Fall   quantity.Duration `yaml:"fall" doc:"length of the fall"`
}

func (p PoissonArrivals) process(factor float64) (workload.Process, error) {
	return workload.Poisson(factor * float64(p.Rate))
}

func (p ConstantArrivals) process(factor float64) (workload.Process, error) {
	if p.Start != nil {
		return workload.ConstantFrom(factor*float64(p.Rate), time.Duration(*p.Start))
	}
	return workload.Constant(factor * float64(p.Rate))
}

func (p GammaArrivals) process(factor float64) (workload.Process, error) {
	return workload.GammaRenewal(factor*float64(p.Rate), p.CV)
}

func (p StepArrivals) process(factor float64) (workload.Process, error) {
	rates := make([]float64, len(p.Rates))
	for i, r := range p.Rates {
		rates[i] = factor * float64(r)
	}
	if p.Gaps == nil {
		return workload.NewStepRates(time.Duration(p.Step), rates, p.CV)
	}
	gaps, err := p.Gaps.Distribution()
	if err != nil {
		return nil, nil // the gaps report this fault
	}
	if p.CV != 1 {
		return nil, errors.New("cv: the gaps have a distribution already")
	}
	return workload.StepRatesOf(time.Duration(p.Step), rates, gaps)
}

func (p DayCurve) process(factor float64) (workload.Process, error) {
	day := workload.Day{
		Mean: factor * float64(p.Mean), Peak: float64(p.Peak), At: time.Duration(p.At), Length: time.Duration(p.Day), CV: p.CV,
	}
	for _, s := range p.Spikes {
		earliest, latest := s.At.span()
		day.Spikes = append(day.Spikes, workload.Spike{
			At: earliest, Latest: latest, Height: float64(s.Height), Rise: time.Duration(s.Rise), Hold: time.Duration(s.Hold), Fall: time.Duration(s.Fall),
		})
	}
	return workload.NewDayCurve(day)
}

// BulkArrivals is a process whose requests come in bulks. A bulk is several requests at one
// instant.
type BulkArrivals struct {
	Size     int      `yaml:"size,omitempty" doc:"requests of every bulk"`
	MeanSize float64  `yaml:"mean-size,omitempty" doc:"mean number of requests of a bulk, geometrically distributed; instead of size"`
	Arrivals Arrivals `yaml:"arrivals,required" doc:"when bulks come; a process, not a trace"`
}

func (p *BulkArrivals) process(factor float64) (workload.Process, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	inner, err := p.Arrivals.params.(process).process(factor)
	if err != nil {
		return nil, fmt.Errorf("arrivals: %w", err)
	}
	return p.around(inner)
}

// check returns faults of the sizes of bulks, but not of the process of their instants.
func (p *BulkArrivals) check() error {
	if _, ok := p.Arrivals.params.(process); !ok {
		return fmt.Errorf("arrivals: %s is not a process; bulks need one", p.Arrivals.name)
	}
	if (p.Size == 0) == (p.MeanSize == 0) {
		return fmt.Errorf("size: a bulk has either a size or a mean-size")
	}
	_, err := p.around(nil)
	return err
}

// around returns the process of bulks that come at the instants of another process.
func (p *BulkArrivals) around(instants workload.Process) (workload.Process, error) {
	if p.MeanSize != 0 {
		return workload.GeometricBulks(instants, p.MeanSize)
	}
	return workload.Bulks(instants, p.Size)
}
