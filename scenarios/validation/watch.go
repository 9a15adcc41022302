package validation

import (
	"math"
	"strconv"
	"strings"

	"wavetank/metrics"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// mostStates is the number of states whose time is told apart.
const mostStates = 256

// watch observes one run: all that the quantities of theory are estimated from.
type watch struct {
	span    metrics.Span
	slots   int // of all replicas
	waits   sample
	sojourn sample
	class   [2]struct{ waits, sojourn sample }

	arrived, rejected, abandoned, delayed, served float64
	batches, members                              float64

	inSystem, waiting, busy level
	states                  [mostStates]float64 // seconds with so many in the system
	replicas                map[fleet.ReplicaID]int
	holding                 [8]level // replicas with at least so many requests
	empty                   kernel.Time
	busyPeriods, busyTime   float64
}

// sample is values with their sums and their distribution, in units.
type sample struct {
	latencies       *metrics.Latencies
	n, sum, squares float64
}

func (s *sample) add(f *sim.Fact) {
	d := f.At.Sub(f.Request.Arrival)
	x := d.Seconds() / unit.Seconds()
	s.n++
	s.sum += x
	s.squares += x * x
	if s.latencies != nil {
		s.latencies.Add(d)
	}
}

func (s *sample) mean() float64     { return s.sum / s.n }
func (s *sample) variance() float64 { return (s.squares - s.sum*s.sum/s.n) / (s.n - 1) }

// level is a step function of time with its integral over the measured span.
type level struct {
	value, area, square float64
	since               kernel.Time
}

func (l *level) add(s metrics.Span, now kernel.Time, change float64) {
	from, until := max(l.since, s.From), min(now, s.Until)
	if until > from {
		t := until.Sub(from).Seconds()
		l.area += l.value * t
		l.square += l.value * l.value * t
	}
	l.value += change
	l.since = now
}

func newWatch(span metrics.Span, slots int) *watch {
	w := &watch{span: span, slots: slots, replicas: map[fleet.ReplicaID]int{}}
	w.waits.latencies, w.sojourn.latencies = metrics.NewLatencies(), metrics.NewLatencies()
	return w
}

// Observe implements sim.Observer.
func (w *watch) Observe(f *sim.Fact) {
	if f.Request != nil && f.Request.Pipeline != 0 {
		w.network(f)
		return
	}
	switch f.Kind {
	case sim.RequestArrived:
		w.enter(f)
	case sim.RequestRouted:
		w.hold(f, 1)
	case sim.RequestStarted:
		w.waiting.add(w.span, f.At, -1)
		w.start(f)
	case sim.RequestPreempted:
		w.waiting.add(w.span, f.At, 1)
	case sim.RequestResumed:
		w.waiting.add(w.span, f.At, -1)
	case sim.RequestFinished:
		w.hold(f, -1)
		w.leave(f)
		w.finish(f)
	case sim.RequestRejected, sim.RequestTimedOut:
		w.waiting.add(w.span, f.At, -1)
		if f.Replica != fleet.NoReplica {
			w.hold(f, -1)
		}
		w.leave(f)
		w.lose(f)
	case sim.BatchStarted:
		w.busy.add(w.span, f.At, 1)
		if f.At >= w.span.From && f.At < w.span.Until {
			w.batches++
			w.members += float64(f.Count)
		}
	case sim.BatchFinished:
		w.busy.add(w.span, f.At, -1)
	case sim.Ended:
		w.close(f)
	}
}

// network observes a job of a network as a whole, and not its parts.
func (w *watch) network(f *sim.Fact) {
	switch f.Kind {
	case sim.PipelineArrived:
		w.enter(f)
	case sim.PipelineEnded:
		w.leave(f)
		w.finish(f)
	}
}

func (w *watch) enter(f *sim.Fact) {
	w.state(f, 1)
	w.waiting.add(w.span, f.At, 1)
	if w.inSystem.value == 1 {
		w.empty = f.At // the busy period that begins
	}
	if w.span.Has(f.At) {
		w.arrived++
	}
}

func (w *watch) leave(f *sim.Fact) {
	w.state(f, -1)
	if w.inSystem.value == 0 && w.span.Has(w.empty) {
		w.busyPeriods++
		w.busyTime += f.At.Sub(w.empty).Seconds() / unit.Seconds()
	}
}

// state changes the number in the system.
func (w *watch) state(f *sim.Fact, change float64) {
	from, until := max(w.inSystem.since, w.span.From), min(f.At, w.span.Until)
	if until > from && w.inSystem.value < mostStates {
		w.states[int(w.inSystem.value)] += until.Sub(from).Seconds()
	}
	w.inSystem.add(w.span, f.At, change)
}

// hold changes the number of requests at a replica.
func (w *watch) hold(f *sim.Fact, change int) {
	before := w.replicas[f.Replica]
	w.replicas[f.Replica] = before + change
	if k := max(before, before+change); k < len(w.holding) {
		w.holding[k].add(w.span, f.At, float64(change))
	}
}

func (w *watch) start(f *sim.Fact) {
	if !w.span.Has(f.Request.Arrival) {
		return
	}
	w.served++
	if f.At > f.Request.Arrival {
		w.delayed++
	}
	w.waits.add(f)
	w.class[f.Request.Class].waits.add(f)
}

func (w *watch) finish(f *sim.Fact) {
	if w.span.Has(f.Request.Arrival) {
		w.sojourn.add(f)
		w.class[f.Request.Class].sojourn.add(f)
	}
}

func (w *watch) lose(f *sim.Fact) {
	switch {
	case !w.span.Has(f.Request.Arrival):
	case f.Kind == sim.RequestRejected:
		w.rejected++
	default:
		w.abandoned++
		w.waits.add(f) // it waited too, until it gave up
	}
}

func (w *watch) close(f *sim.Fact) {
	end := max(f.At, w.span.Until)
	for _, l := range []*level{&w.inSystem, &w.waiting, &w.busy} {
		l.add(w.span, end, 0)
	}
	for i := range w.holding {
		w.holding[i].add(w.span, end, 0)
	}
}

// estimates are the quantities that a name alone tells, as the tables of theory name them.
var estimates = map[string]func(w *watch) float64{
	"rho":             func(w *watch) float64 { return w.share(w.busy.area) / float64(w.slots) },
	"util_per_server": func(w *watch) float64 { return w.share(w.busy.area) / float64(w.slots) },
	"server_util":     func(w *watch) float64 { return w.share(w.busy.area) },
	"util":            func(w *watch) float64 { return w.share(w.busy.area) },
	"E[busy]":         func(w *watch) float64 { return w.share(w.busy.area) },
	"L":               func(w *watch) float64 { return w.share(w.inSystem.area) },
	"L(time-avg)":     func(w *watch) float64 { return w.share(w.inSystem.area) },
	"E[N]":            func(w *watch) float64 { return w.share(w.inSystem.area) },
	"Lq":              func(w *watch) float64 { return w.share(w.waiting.area) },
	"VarN":            func(w *watch) float64 { l := w.share(w.inSystem.area); return w.share(w.inSystem.square) - l*l },
	"Var[N]":          func(w *watch) float64 { l := w.share(w.inSystem.area); return w.share(w.inSystem.square) - l*l },
	"P0":              func(w *watch) float64 { return w.share(w.states[0]) },
	"P1":              func(w *watch) float64 { return w.share(w.states[1]) },
	"P2":              func(w *watch) float64 { return w.share(w.states[2]) },
	"P(N=0)":          func(w *watch) float64 { return w.share(w.states[0]) },
	"P(0,0)":          func(w *watch) float64 { return w.share(w.states[0]) },
	"L_total":         func(w *watch) float64 { return w.share(w.inSystem.area) },
	"P(all empty)":    func(w *watch) float64 { return w.share(w.states[0]) },
	"W_total":         func(w *watch) float64 { return w.sojourn.mean() },
	"W":               func(w *watch) float64 { return w.sojourn.mean() },
	"R":               func(w *watch) float64 { return w.sojourn.mean() },
	"W_accepted":      func(w *watch) float64 { return w.sojourn.mean() },
	"W(any service law)": func(w *watch) float64 {
		return w.sojourn.mean()
	},
	"Wq":                   func(w *watch) float64 { return w.waits.mean() },
	"Wq_accepted":          func(w *watch) float64 { return w.waits.mean() },
	"E[wait] (all)":        func(w *watch) float64 { return w.waits.mean() },
	"VarW":                 func(w *watch) float64 { return w.sojourn.variance() },
	"VarT":                 func(w *watch) float64 { return w.sojourn.variance() },
	"VarWq":                func(w *watch) float64 { return w.waits.variance() },
	"W1":                   func(w *watch) float64 { return w.class[0].sojourn.mean() },
	"W2":                   func(w *watch) float64 { return w.class[1].sojourn.mean() },
	"Wq1":                  func(w *watch) float64 { return w.class[0].waits.mean() },
	"Wq2":                  func(w *watch) float64 { return w.class[1].waits.mean() },
	"P(wait)":              func(w *watch) float64 { return (w.delayed + w.abandoned) / (w.served + w.abandoned) },
	"P(wait)=ErlangC":      func(w *watch) float64 { return w.delayed / w.served },
	"P(wait)(arrival avg)": func(w *watch) float64 { return w.delayed / w.served },
	"P_block":              func(w *watch) float64 { return w.rejected / w.arrived },
	"P_abandon":            func(w *watch) float64 { return w.abandoned / w.arrived },
	"throughput":           func(w *watch) float64 { return w.sojourn.n / w.span.Length().Seconds() * unit.Seconds() },
	"E[busy_period]":       func(w *watch) float64 { return w.busyTime / w.busyPeriods },
	"E[B] per batch":       func(w *watch) float64 { return w.members / w.batches },
}

// share returns a time integral over the length of the measured span.
func (w *watch) share(area float64) float64 { return area / w.span.Length().Seconds() }

// estimate returns the estimate of a quantity; ok is false for one that is not observed.
func (w *watch) estimate(name string) (value float64, ok bool) {
	if f := estimates[name]; f != nil {
		return f(w), true
	}
	for _, p := range []struct {
		before, after string
		of            func(x float64) float64
	}{
		{"W_q", "", func(p float64) float64 { return w.sojourn.latencies.Quantile(p) / unit.Seconds() }},
		{"Wq_q", "", func(p float64) float64 { return w.waits.latencies.Quantile(p) / unit.Seconds() }},
		{"P(W<=", ")", func(x float64) float64 { return below(w.sojourn.latencies, x) }},
		{"P(Wq<=", ")", func(x float64) float64 { return below(w.waits.latencies, x) }},
		{"P(Wq>", ")", func(x float64) float64 { return 1 - below(w.waits.latencies, x) }},
		{"P(N>=", ")", w.atLeast},
		{"P(queue>=", ")", func(k float64) float64 { return w.share(w.holding[int(k)].area) / float64(len(w.replicas)) }},
	} {
		rest, found := strings.CutPrefix(name, p.before)
		if rest, found = cut(rest, p.after, found); !found {
			continue
		}
		if x, err := strconv.ParseFloat(rest, 64); err == nil {
			return p.of(x), true
		}
	}
	return 0, false
}

func cut(text, suffix string, so bool) (string, bool) {
	rest, found := strings.CutSuffix(text, suffix)
	return rest, so && found
}

// atLeast returns the share of time with at least k in the system.
func (w *watch) atLeast(k float64) float64 {
	less := 0.0
	for i := range min(int(k), mostStates) {
		less += w.states[i]
	}
	return 1 - w.share(less)
}

// below returns the share of the values that are at most x units, by bisection over the quantiles.
func below(l *metrics.Latencies, x float64) float64 {
	low, high := 0.0, 1.0
	for range 40 {
		if middle := (low + high) / 2; l.Quantile(middle)/unit.Seconds() <= x {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Min(1, low)
}
