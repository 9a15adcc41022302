package scenarios

import (
	"errors"
	"fmt"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
	"wavetank/workload"
	"wavetank/workload/table"
	"wavetank/workload/trace"
)

// maker starts a stream of requests for a lane; it may be called for many runs, at the same time.
type maker func(l workload.Lane) (workload.Source, error)

// replayable is the parameters of a recorded stream.
type replayable interface {
	Common() *Trace
	check() error
	// scan reads a whole trace and returns what is wrong with it.
	scan(f table.File) (trace.Summary, error)
	// prepare does once what all runs share, and returns what starts the requests of the file as
	// they are.
	prepare(f table.File, mix *workload.Mix, models map[string]fleet.ModelID) (maker, error)
	// unused names the columns of the file that are not read.
	unused(f table.File) ([]string, error)
}

// Trace is what all traces have.
type Trace struct {
	File  string            `yaml:"file,required" doc:"the trace, plain or gzip; relative to the scenario file"`
	From  quantity.Duration `yaml:"from,omitempty" doc:"part of the trace to start at"`
	Until quantity.Duration `yaml:"until,omitempty" doc:"part of the trace to stop at; its end when not given"`
	// Spread undoes coarse timestamps.
	Spread quantity.Duration `yaml:"jitter,omitempty" was:"spread" doc:"requests come later by a uniform delay in it: the step that the timestamps of a trace lie on"`
	Scale  *Scale            `yaml:"scale,omitempty" doc:"how the rate is scaled: superpose, compress or thin; each is another workload"`
}

// Scale is a method of scaling the rate of a trace, by name with its parameters.
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

// Superpose lays copies of a trace over each other.
type Superpose struct {
	Copies int               `yaml:"copies,required" doc:"how many copies; the first is in place"`
	Window quantity.Duration `yaml:"jitter" was:"window" doc:"requests of further copies come later by a uniform jitter in it; per-minute counts are multiplied instead"`
}

// Compress divides time.
type Compress struct {
	Factor quantity.Factor `yaml:"factor,required" doc:"how many times as fast, e.g. 2x"`
}

// Thin keeps a share of the requests.
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

// Common returns what all traces have.
func (t *Trace) Common() *Trace { return t }

// check validates what the parameters alone tell.
func (t *Trace) check() error {
	var faults []error
	if t.File == "" {
		faults = append(faults, errors.New("file: no file is named"))
	}
	if t.From < 0 || t.Until < 0 || t.Until > 0 && t.Until <= t.From {
		faults = append(faults, fmt.Errorf("until: %v to %v is no part of a trace", t.From, t.Until))
	}
	if t.Spread < 0 || t.Spread > year {
		faults = append(faults, fmt.Errorf("jitter: %v is not above 0s and at most %v", t.Spread, year))
	}
	return errors.Join(faults...)
}

// shape cuts, spreads and scales the requests of a trace; superpose is left out for counts, which were multiplied.
func (t *Trace) shape(src workload.Source, l workload.Lane, counts bool) (workload.Source, error) {
	if t.From > 0 || t.Until > 0 {
		until := kernel.Never
		if t.Until > 0 {
			until = kernel.Time(t.Until)
		}
		var err error
		if src, err = workload.Window(src, kernel.Time(t.From), until); err != nil {
			return nil, err
		}
	}
	if t.Spread > 0 {
		var err error
		if src, err = l.Spread(src, time.Duration(t.Spread)); err != nil {
			return nil, err
		}
	}
	if t.Scale == nil {
		return src, nil
	}
	switch p := t.Scale.params.(type) {
	case *Superpose:
		if counts {
			return src, nil
		}
		return l.Superpose(src, p.Copies, time.Duration(p.Window))
	case *Compress:
		return workload.Compress(src, float64(p.Factor))
	case *Thin:
		return l.Thin(src, p.Keep)
	}
	return src, nil
}

// AzureFunctions replays the invocations of an Azure Functions 2019 day: per-minute counts, spread by Poisson
// within the minute; functions are mapped to the stream's models by a stable hash in their shares.
type AzureFunctions struct {
	Trace `yaml:",inline"`
}

func (t *AzureFunctions) scan(f table.File) (trace.Summary, error) {
	return trace.CheckAzureFunctions(f)
}

func (t *AzureFunctions) prepare(f table.File, mix *workload.Mix, _ map[string]fleet.ModelID) (maker, error) {
	counts, err := trace.ReadAzureFunctions(f, mix, int(t.copies()))
	if err != nil {
		return nil, err
	}
	return func(l workload.Lane) (workload.Source, error) {
		return trace.Replay(l, counts)
	}, nil
}

func (t *AzureFunctions) unused(table.File) ([]string, error) { return nil, nil }

// shaped returns what starts the requests of a trace as a stream has them: cut, spread and scaled.
func shaped(t replayable, plain maker) maker {
	_, counts := t.(*AzureFunctions)
	return func(l workload.Lane) (workload.Source, error) {
		src, err := plain(l)
		if err != nil {
			return nil, err
		}
		made, err := t.Common().shape(src, l, counts)
		if err != nil {
			return nil, errors.Join(err, src.Close())
		}
		return made, nil
	}
}

// part returns the part of a trace of a span that a run of a duration replays.
func (t *Trace) part(duration quantity.Duration, span time.Duration) (p Part) {
	speed := 1.0
	if t.Scale != nil {
		if c, ok := t.Scale.params.(*Compress); ok {
			speed = float64(c.Factor)
		}
	}
	named := span
	if t.Until > 0 {
		named = min(span, time.Duration(t.Until))
	}
	p.From = min(time.Duration(t.From), named)
	p.Until = min(named, p.From+kernel.Seconds(time.Duration(duration).Seconds()*speed))
	p.Lasts = kernel.Seconds((p.Until - p.From).Seconds() / speed)
	p.Cut, p.Scaled = p.Until < named, t.scaled()
	return p
}

// scaled says how the requests of a trace are scaled.
func (t *Trace) scaled() string {
	if t.Scale == nil {
		return ""
	}
	switch p := t.Scale.params.(type) {
	case *Superpose:
		return fmt.Sprintf(", each of them %d times", p.Copies)
	case *Compress:
		return fmt.Sprintf(", %v as fast", p.Factor)
	case *Thin:
		return fmt.Sprintf(", of which %s are kept at random", wording.Percent(100*p.Keep))
	}
	return ""
}

// copies returns how many requests there are for each of the file.
func (t *AzureFunctions) copies() int64 {
	if t.Scale != nil {
		if p, ok := t.Scale.params.(*Superpose); ok {
			return int64(p.Copies)
		}
	}
	return 1
}

// replays returns the part of a trace that a run of a duration replays.
func replays(t replayable, plain maker, l workload.Lane, duration quantity.Duration, all trace.Summary) (Part, error) {
	p := t.Common().part(duration, all.Span)
	if p.Requests = all.Requests; p.From == 0 && p.Until == all.Span {
		return p, nil
	}
	src, err := plain(l)
	if err != nil {
		return p, err
	}
	defer src.Close()
	n := int64(0)
	for r := (fleet.Request{}); src.Next(&r) && r.Arrival < kernel.Time(p.Until); {
		if r.Arrival >= kernel.Time(p.From) {
			n++
		}
	}
	if c, ok := t.(*AzureFunctions); ok {
		n /= c.copies()
	}
	p.Requests = min(n, all.Requests)
	return p, src.Err()
}
