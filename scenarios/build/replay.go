package build

import (
	"errors"
	"fmt"
	"time"

	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
	"wavetank/workload"
	"wavetank/workload/table"
	"wavetank/workload/trace"
)

// traceReader scans the traces of a scenario's streams. It scans each trace only once.
type traceReader struct {
	workload []file.Stream
	open     func(name string) table.File
	scans    map[int]scanned // results so far; keys are the numbers of streams
}

// scanned is the result of a scan.
type scanned struct {
	trace.Summary
	err error
}

// scan returns the summary of the trace of a stream. The error holds the faults of the trace.
func (r *traceReader) scan(stream int) (trace.Summary, error) {
	known, ok := r.scans[stream]
	if !ok {
		t := r.workload[stream].Arrivals.Trace()
		form, err := t.Form(file.Identities{})
		if known.err = err; err == nil {
			known.Summary, known.err = form.Scan(r.open(t.Common().File))
		}
		if r.scans == nil {
			r.scans = map[int]scanned{}
		}
		r.scans[stream] = known
	}
	return known.Summary, known.err
}

// shaped returns an opener of a trace whose requests are cut, delayed and scaled, and then
// multiplied by the factor on all arrivals.
func shaped(t file.Recorded, plain trace.Replayer, load float64) trace.Replayer {
	return func(l workload.Lane) (workload.Source, error) {
		src, err := plain(l)
		if err != nil {
			return nil, err
		}
		made, err := shape(src, t, l, load)
		if err != nil {
			return nil, errors.Join(err, src.Close())
		}
		return made, nil
	}
}

// following returns an opener of a trace in which some turns wait for answers. The requests that do
// not are cut, delayed, scaled and multiplied, each with the turns that follow it.
func following(t *Traffic, recorded file.Recorded, plain trace.Replayer, load float64) trace.Replayer {
	return func(l workload.Lane) (workload.Source, error) {
		src, err := plain(l)
		if err != nil {
			return nil, err
		}
		made, err := workload.Follow(src.(workload.Turns),
			func(s workload.Source) (workload.Source, error) { return t.dress(l, s) },
			func(s workload.Source) (workload.Source, error) { return shape(s, recorded, l, load) })
		if err != nil {
			return nil, errors.Join(err, src.Close())
		}
		return made, nil
	}
}

// shape cuts, delays and scales the requests of a trace, and multiplies them by a factor.
func shape(src workload.Source, t file.Recorded, l workload.Lane, load float64) (workload.Source, error) {
	src, err := cutAndScaled(src, t, l)
	if err != nil {
		return nil, err
	}
	return l.Multiply(src, load)
}

// cutAndScaled cuts, delays and scales the requests of a trace. A trace of counts per minute has
// already been multiplied, so its requests are not superposed.
func cutAndScaled(src workload.Source, recorded file.Recorded, l workload.Lane) (workload.Source, error) {
	_, counted := recorded.(*file.AzureFunctions)
	t := recorded.Common()
	var err error
	if t.From > 0 || t.Until > 0 {
		until := kernel.Never
		if t.Until > 0 {
			until = kernel.Time(t.Until)
		}
		if src, err = workload.Window(src, kernel.Time(t.From), until); err != nil {
			return nil, err
		}
	}
	if t.Spread > 0 {
		if src, err = l.Spread(src, time.Duration(t.Spread)); err != nil {
			return nil, err
		}
	}
	switch p := t.Scaling().(type) {
	case *file.Superpose:
		if counted {
			return src, nil
		}
		return l.Superpose(src, p.Copies, time.Duration(p.Window))
	case *file.Compress:
		return workload.Compress(src, float64(p.Factor))
	case *file.Thin:
		return l.Thin(src, p.Keep)
	}
	return src, nil
}

// excerptOf returns the part of a trace that a run of the scenario replays. all is the summary of
// the whole trace.
func excerptOf(t file.Recorded, plain trace.Replayer, l workload.Lane, s *file.Scenario, all trace.Summary) (Excerpt, error) {
	p := excerpt(t.Common(), s.Duration, all.Span, s.LoadFactor())
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
	if c, ok := t.(*file.AzureFunctions); ok {
		n /= int64(c.Copies())
	}
	p.Requests = min(n, all.Requests)
	return p, src.Err()
}

// excerpt returns the same as excerptOf, but without the number of requests. span is the span of
// the trace, load the factor on all arrivals.
func excerpt(t *file.Trace, duration quantity.Duration, span time.Duration, load float64) (p Excerpt) {
	speed := 1.0
	if c, ok := t.Scaling().(*file.Compress); ok {
		speed = float64(c.Factor)
	}
	named := span
	if t.Until > 0 {
		named = min(span, time.Duration(t.Until))
	}
	p.From = min(time.Duration(t.From), named)
	p.Until = min(named, p.From+kernel.Seconds(time.Duration(duration).Seconds()*speed))
	p.Lasts = kernel.Seconds((p.Until - p.From).Seconds() / speed)
	p.Cut, p.Scaled = p.Until < named, scaling(t)
	if load != 1 {
		p.Scaled += fmt.Sprintf(", %v times as many (load)", load)
	}
	return p
}

// scaling returns a clause that says how the rate of a trace is scaled, or "" if it is not.
func scaling(t *file.Trace) string {
	switch p := t.Scaling().(type) {
	case *file.Superpose:
		return fmt.Sprintf(", each of them %d times", p.Copies)
	case *file.Compress:
		return fmt.Sprintf(", %v as fast", p.Factor)
	case *file.Thin:
		return fmt.Sprintf(", of which %s are kept at random", wording.Percent(100*p.Keep))
	}
	return ""
}

// reportMisnamed reports columns that a trace lacks, at the keys that name them below a path. If
// the error is of another kind, it reports nothing and returns false.
func reportMisnamed(t file.Recorded, err error, path string, report func(path, message string)) bool {
	named, ok := t.(interface{ Keys(column string) []string })
	fault, in := errors.AsType[*table.FileError](err)
	if !ok || !in {
		return false
	}
	faults := []error{fault.Err}
	if joined, ok := fault.Err.(interface{ Unwrap() []error }); ok {
		faults = joined.Unwrap()
	}
	told := false
	for _, one := range faults {
		missing, ok := errors.AsType[*table.MissingColumn](one)
		if !ok {
			return told
		}
		for _, key := range named.Keys(missing.Names[0]) {
			report(path+"."+key, fmt.Sprintf("%s:%d: %v", fault.File, fault.Line, missing))
			told = true
		}
	}
	return told
}
