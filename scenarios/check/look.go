package check

import (
	"reflect"
	"slices"
	"time"

	"wavetank/scenarios/build"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// sampled is the number of requests of each stream that are examined. The share of late requests
// among them is within 0.8 points of the true share (three standard deviations at a share of one
// half).
const sampled = 40_000

// sampledOfAll is the number of requests that are examined if there are very many streams. Of each
// stream at least fewestSampled are.
const (
	sampledOfAll  = 4_000_000
	fewestSampled = 1_000
)

// sample returns the number of requests of each stream that are examined.
func (e *Review) sample() int {
	return max(fewestSampled, min(sampled, sampledOfAll/max(1, len(e.Traffic))))
}

// mostRead is the largest number of requests of a stream that are read, with those of the warm-up.
const mostRead = 1_000_000

// look returns the outlook. It examines the requests only once.
func (e *Review) look() *outlook {
	e.once.Do(func() {
		all := newOutlook(newJudge(e.Spec, e.StepTimeFiles, e.varied(), e.blind(), e.leastItems()))
		for i := range e.Traffic {
			one, l := newOutlook(all.judge), &e.Traffic[i]
			weight := e.lookAt(l, one)
			for m := range one.asked {
				one.asked[m] *= weight
			}
			if l.Drawn() && l.Stages == nil { // the exact shares are known
				n := l.Expected(time.Duration(e.Scenario.Warmup), time.Duration(e.Scenario.Duration))
				l.Mix.Each(func(m fleet.ModelID, share float64) { one.asked[m] = share * n })
			}
			all.merge(one, weight)
		}
		e.seen = all
	})
	return e.seen
}

// lookAt examines requests of a stream, and returns how many requests of a run each of them
// represents. Requests of a process are read beyond the duration, to fill the sample. Traces, and
// callers that wait for answers, are read up to the duration. Errors of a trace are left to the
// run, which reports them.
func (e *Review) lookAt(l *build.Traffic, o *outlook) (weight float64) {
	src, err := l.Open(0)
	if err != nil {
		return 0
	}
	defer src.Close()
	s, wanted := &e.Scenario, e.sample()
	drawn := l.Drawn()
	src = e.Answered(src)
	var branches []fleet.Request
	read, last := 0, kernel.Time(0)
	for n, r := 0, (fleet.Request{}); read < wanted && n < mostRead && src.Next(&r); n++ {
		if last = r.Arrival; !drawn && last >= kernel.Time(s.Duration) {
			return 1
		}
		r.Entered = r.Arrival
		if branches = append(branches, r); r.Branches > 0 {
			continue
		}
		// If there are very many clients, the warm-up may not end before mostRead. Then the last
		// requests that are read count.
		if drawn || last >= kernel.Time(s.Warmup) || n >= mostRead-wanted {
			o.add(branches, !recorded(l))
			read++
		} else {
			o.judge.found(&branches[0])
		}
		branches = branches[:0]
	}
	switch {
	case drawn:
		return l.Expected(time.Duration(s.Warmup), time.Duration(s.Duration)) / float64(max(1, read))
	case read < wanted: // the trace ended, or has no request after the warm-up
		return 1
	}
	if last < kernel.Time(s.Warmup) { // mostRead was reached within the warm-up
		return float64(mostRead) / float64(read) * float64(s.Duration-s.Warmup) / max(float64(time.Second), float64(last))
	}
	return float64(s.Duration-s.Warmup) / max(1, float64(last)-float64(s.Warmup))
}

// varied reports for each model whether the works of its requests differ.
func (e *Review) varied() []bool {
	list := make([]bool, len(e.Spec.Models))
	note := func(m fleet.ModelID, work distribution.Service) {
		list[m] = list[m] || !distribution.Same(work)
	}
	for i := range e.Traffic {
		l := &e.Traffic[i]
		for _, stage := range l.Stages {
			for _, b := range stage.Branches {
				note(b.Model, b.Work)
			}
		}
		if l.Stages == nil {
			l.Mix.Each(func(m fleet.ModelID, _ float64) { note(m, l.Work) })
		}
		if t, ok := l.Stream.Arrivals.Trace().(interface{ HasWork() bool }); ok && t.HasWork() {
			for m := range list {
				list[m] = true // the trace may name any model
			}
		}
	}
	return list
}

// leastItems returns the items of the smallest requests of each model.
func (e *Review) leastItems() []float64 {
	list := make([]float64, len(e.Spec.Models))
	note := func(m fleet.ModelID, items float64) {
		if list[m] == 0 || items < list[m] {
			list[m] = items
		}
	}
	for i := range e.Traffic {
		l := &e.Traffic[i]
		for _, stage := range l.Stages {
			for _, b := range stage.Branches {
				least := b.Items.Least()
				if b.Items.Count == nil {
					least *= l.Items.Least()
				}
				note(b.Model, least)
			}
		}
		if l.Stages == nil {
			l.Mix.Each(func(m fleet.ModelID, _ float64) { note(m, l.Items.Least()) })
		}
	}
	return list
}

// recorded reports whether the requests of a stream come from a trace.
func recorded(l *build.Traffic) bool { return l.Stream.Arrivals.Trace() != nil }

// knowing lists the orders of service that know the work of requests.
var knowing = []string{"sjf", "srpt", "least-slack"}

// blind reports for each model whether the works of its requests are drawn from one distribution
// and no policy knows them.
func (e *Review) blind() []bool {
	list := make([]bool, len(e.Spec.Models))
	for i := range e.Scenario.Policies {
		if order, _ := e.Scenario.LeversOf(&e.Scenario.Policies[i]).Order.Chosen(); slices.Contains(knowing, order) {
			return list
		}
	}
	works := make([]distribution.Service, len(list))
	other := make([]bool, len(list))
	for i := range e.Traffic {
		l := &e.Traffic[i]
		for _, stage := range l.Stages {
			for _, b := range stage.Branches {
				other[b.Model] = true // its requests share an objective with other stages
			}
		}
		if l.Stages == nil {
			l.Mix.Each(func(m fleet.ModelID, _ float64) {
				other[m] = other[m] || recorded(l) || works[m] != nil && !reflect.DeepEqual(works[m], l.Work)
				works[m] = l.Work
			})
		}
	}
	for m := range list {
		list[m] = works[m] != nil && !other[m]
	}
	return list
}
