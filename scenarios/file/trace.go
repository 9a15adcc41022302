package file

import (
	"errors"
	"fmt"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
	"wavetank/workload/trace"
)

// Recorded holds the parameters of a trace that is replayed.
type Recorded interface {
	// Common returns the parameters that all traces have.
	Common() *Trace
	// Form returns the form in which the trace is written.
	Form(known Identities) (trace.RecordedForm, error)
	// check returns faults of the parameters. It does not read the trace.
	check() error
}

// Identities holds the identities of what a trace may name, by the names in the scenario. A nil map
// says that they are not known yet.
type Identities struct {
	Models  map[string]fleet.ModelID
	Classes map[string]fleet.ClassID
	Tenants map[string]fleet.TenantID
}

// Trace holds the parameters that all traces have.
type Trace struct {
	File  string            `yaml:"file,required" doc:"the trace, plain, gzip or zstd; relative to the scenario file"`
	From  quantity.Duration `yaml:"from,omitempty" doc:"time in the trace at which the replay starts"`
	Until quantity.Duration `yaml:"until,omitempty" doc:"time in the trace at which the replay stops; its end when not given"`
	// Spread spreads requests over the span between two coarse timestamps.
	Spread quantity.Duration `yaml:"jitter,omitempty" was:"spread" doc:"length of the span from which a uniform delay of each request is drawn: the step between timestamps of the trace"`
	Scale  *Scale            `yaml:"scale,omitempty" doc:"how the rate is scaled: superpose, compress or thin; each of these gives another workload"`
}

// Scale names a method of scaling the rate of a trace, with its parameters.
type Scale struct{ selection }

// Names implements strict.Selector.
func (*Scale) Names() []string { return names(scaleKinds) }

// Params implements strict.Selector.
func (*Scale) Params(name string) (any, bool) { return params(scaleKinds, name) }

var scaleKinds = []kind{
	{"superpose", func() any { return &Superpose{Window: quantity.Duration(time.Minute)} }},
	{"compress", func() any { return &Compress{} }},
	{"thin", func() any { return &Thin{} }},
}

const year = quantity.Duration(365 * 24 * time.Hour)

// Superpose replays several copies of a trace at a time.
type Superpose struct {
	Copies int               `yaml:"copies,required" doc:"number of copies; the first one is not delayed"`
	Window quantity.Duration `yaml:"jitter" was:"window" doc:"length of the span from which a uniform delay of the requests of further copies is drawn; per-minute counts are multiplied instead"`
}

// Compress divides all times of a trace by a factor.
type Compress struct {
	Factor quantity.Factor `yaml:"factor,required" doc:"how many times as fast, e.g. 2x"`
}

// Thin keeps each request with a given probability.
type Thin struct {
	Keep float64 `yaml:"keep,required" doc:"probability that a request is kept, in (0, 1]"`
}

// Check implements strict.Checker.
func (s *Scale) Check(_ *strict.Node, report func(path, message string)) {
	switch p := s.params.(type) {
	case *Superpose:
		if p.Copies < 1 || p.Copies > 10_000 {
			report("superpose.copies", fmt.Sprintf("%d is outside 1 to 10000", p.Copies))
		}
		if p.Window <= 0 || p.Window > year {
			report("superpose.jitter", fmt.Sprintf("%v is not above 0s and at most %v", p.Window, year))
		}
	case *Compress:
		if !(p.Factor >= 1e-6 && p.Factor <= 1e6) {
			report("compress.factor", fmt.Sprintf("%v is outside 0.000001x to 1000000x", p.Factor))
		}
	case *Thin:
		if !(p.Keep > 0 && p.Keep <= 1) {
			report("thin.keep", fmt.Sprintf("%v is outside (0, 1]", p.Keep))
		}
	}
}

// Common returns the parameters that all traces have.
func (t *Trace) Common() *Trace { return t }

// Scaling returns the method by which the rate is scaled, or nil if it is not.
func (t *Trace) Scaling() any {
	if t.Scale == nil {
		return nil
	}
	return t.Scale.params
}

// check returns faults of the parameters. It does not read the trace.
func (t *Trace) check() error {
	var faults []error
	if t.File == "" {
		faults = append(faults, errors.New("file: no file is named"))
	}
	if t.From < 0 || t.Until < 0 || t.Until > 0 && t.Until <= t.From {
		faults = append(faults, fmt.Errorf("until: %v to %v is not part of a trace", t.From, t.Until))
	}
	if t.Spread < 0 || t.Spread > year {
		faults = append(faults, fmt.Errorf("jitter: %v is not between 0s and %v", t.Spread, year))
	}
	return errors.Join(faults...)
}

// AzureFunctions replays a day of invocations of Azure Functions from 2019. The trace has counts
// per minute; within a minute, requests come as in a Poisson process. A hash maps each function to
// a model of the stream, in proportion to the shares of the models.
type AzureFunctions struct {
	Trace `yaml:",inline"`
}

// Copies returns how many requests are replayed for each request of the file.
func (t *AzureFunctions) Copies() int {
	if p, ok := t.Scaling().(*Superpose); ok {
		return p.Copies
	}
	return 1
}

// Form implements Recorded.
func (t *AzureFunctions) Form(Identities) (trace.RecordedForm, error) {
	return trace.Invocations{Copies: t.Copies()}, nil
}
