package file

import (
	"fmt"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/workload"
)

// RandomInstant is an instant of a run. It is fixed, or drawn for each replication.
type RandomInstant struct {
	At      quantity.Duration // since the start of the run; the earliest instant if it is drawn
	Uniform *UniformInstant   // nil: fixed
}

// UniformInstant is a random instant. All instants of a span are equally likely.
type UniformInstant struct {
	From quantity.Duration `yaml:"from,required" doc:"earliest instant, since the run began"`
	To   quantity.Duration `yaml:"to,required" doc:"latest instant, since the run began"`
}

// randomInstantFields is the long form: a mapping.
type randomInstantFields struct {
	Uniform *UniformInstant `yaml:"uniform,required" doc:"span in which all instants are equally likely; drawn for each replication"`
}

// DecodeNode implements strict.NodeDecoder: an instant, or a mapping.
func (i *RandomInstant) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if *i = (RandomInstant{}); n.IsScalar() {
		d.Decode(n, &i.At)
		return
	}
	var long randomInstantFields
	d.Decode(n, &long)
	if i.Uniform = long.Uniform; i.Uniform != nil {
		i.At = i.Uniform.From
	}
}

// Shapes implements strict.Shaper.
func (RandomInstant) Shapes() []any { return []any{quantity.Duration(0), randomInstantFields{}} }

// EncodeValue implements strict.ValueEncoder.
func (i RandomInstant) EncodeValue() any {
	if i.Uniform == nil {
		return i.At
	}
	return randomInstantFields{i.Uniform}
}

// Check implements strict.Checker.
func (u *UniformInstant) Check(_ *strict.Node, report func(path, message string)) {
	for _, end := range []struct {
		key string
		at  quantity.Duration
	}{{"from", u.From}, {"to", u.To}} {
		if end.at < 0 || time.Duration(end.at) > workload.LongestSpike {
			report(end.key, fmt.Sprintf("%v lies outside 0s to 31 days", end.at))
		}
	}
	if u.From >= u.To {
		report(strict.Resting("to", "from", "to"), fmt.Sprintf("%v is not after from, which is %v", u.To, u.From))
	}
}

// within reports flash crowds that may begin after the end of a run.
func (a *Arrivals) within(duration quantity.Duration, path string, report func(path, message string)) {
	path += "." + a.name
	switch p := a.params.(type) {
	case *BulkArrivals:
		p.Arrivals.within(duration, path+".arrivals", report)
	case *DayCurve:
		for i, s := range p.Spikes {
			if u := s.At.Uniform; u != nil && duration > 0 && u.To > duration {
				report(strict.Resting(fmt.Sprintf("%s.spikes[%d].at.uniform.to", path, i), "warmup"), fmt.Sprintf("%v is after the end of a run, which is at %v", u.To, duration))
			}
		}
	}
}

// span returns the earliest and the latest instant that may be drawn, since the start of the run.
// The latest is 0 if the instant is fixed. Both are 0 if Check reports the span.
func (i *RandomInstant) span() (earliest, latest time.Duration) {
	switch u := i.Uniform; {
	case u == nil:
		return time.Duration(i.At), 0
	case u.From < 0 || u.From >= u.To || time.Duration(u.To) > workload.LongestSpike:
		return 0, 0
	default:
		return time.Duration(u.From), time.Duration(u.To)
	}
}
