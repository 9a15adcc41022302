package validation

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"wavetank/metrics"
	"wavetank/metrics/histogram"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// mostStates is the number of states whose times are measured separately.
const mostStates = 1 << 20

// watch observes everything in a run that is needed to estimate the quantities of theory.
type watch struct {
	span     metrics.MeasuredSpan
	unit     float64 // unit of time of the formulas, in seconds
	slots    int     // slots of all replicas
	waits    sample
	sojourn  sample
	class    []class
	stations []class // stations of a network, one for each model

	arrived, rejected, abandoned, delayed, served float64
	batches, members                              float64

	inSystem, waiting, busy level
	// early and late measure the same as inSystem, over the first and the second half of the span.
	early, late level
	states      []float64 // for each number of customers in the system, the seconds with it
	replicas    map[fleet.ReplicaID]int
	holding     [mostHeld + 1]level // at index n, the replicas with at least n requests
	// empty is when the busy period began. left is when a customer last left.
	empty, left             kernel.Time
	busyPeriods, departures sample

	fails       bool  // the requests of the most urgent class are repairs
	down        level // 1 during a repair
	on, booting level // servers that are up, and servers that are being switched on
	up          map[fleet.MachineID]bool
}

// mostHeld is the largest number of requests at a replica whose share of time is measured.
const mostHeld = 32

// class holds what is observed of a class or at a station.
type class struct {
	waits, sojourn sample
	present        level
	arrived        float64
}

// sample holds sums and the distribution of values, in units of the formulas.
type sample struct {
	latencies       *histogram.Latencies
	n, sum, squares float64
	points          []point
}

// point is a value x, with the number of values of a sample that do not exceed it.
type point struct{ x, upto float64 }

// below returns the share of the values that are at most x. It counts values only after its first
// call for x.
func (s *sample) below(x float64) float64 {
	at := slices.IndexFunc(s.points, func(p point) bool { return p.x == x })
	if at < 0 {
		s.points = append(s.points, point{x: x})
		return math.NaN()
	}
	return s.points[at].upto / s.n
}

func (s *sample) add(f *sim.Fact, unit float64) {
	d := f.At.Sub(f.Request.Arrival)
	s.value(d.Seconds() / unit)
	if s.latencies != nil {
		s.latencies.Add(d)
	}
}

func (s *sample) value(x float64) {
	s.n++
	s.sum += x
	s.squares += x * x
	for i := range s.points {
		if p := &s.points[i]; x <= p.x*(1+1e-9) { // allows for rounding to nanoseconds
			p.upto++
		}
	}
}

func (s *sample) mean() float64     { return s.sum / s.n }
func (s *sample) variance() float64 { return (s.squares - s.sum*s.sum/s.n) / (s.n - 1) }

// level is a step function of time, with its integral over the measured span.
type level struct {
	value, area, square float64
	since               kernel.Time
}

func (l *level) add(s metrics.MeasuredSpan, now kernel.Time, change float64) {
	from, until := max(l.since, s.From), min(now, s.Until)
	if until > from {
		t := until.Sub(from).Seconds()
		l.area += l.value * t
		l.square += l.value * l.value * t
	}
	l.value += change
	l.since = now
}

func newWatch(span metrics.MeasuredSpan, s *QueueSystem) *watch {
	q := &s.queue
	w := &watch{span: span, unit: q.unit.Seconds(), slots: q.slots * q.replicas, replicas: map[fleet.ReplicaID]int{}, up: map[fleet.MachineID]bool{}}
	w.fails = q.uptime > 0
	w.class, w.stations = make([]class, max(1, len(q.classes))), make([]class, q.servers())
	w.waits.latencies, w.sojourn.latencies = histogram.NewLatencies(), histogram.NewLatencies()
	for _, quantity := range s.Quantities {
		w.estimate(quantity) // registers the points x of sample.below
	}
	return w
}

// Observe implements sim.Observer.
func (w *watch) Observe(f *sim.Fact) {
	if f.Request != nil && f.Request.Pipeline != 0 {
		w.network(f)
		return
	}
	if w.fails && f.Request != nil && f.Request.Class == 0 {
		w.repair(f)
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
	case sim.MachineOrdered, sim.MachineUp, sim.MachineReleased:
		w.machine(f)
	case sim.Ended:
		w.close(f)
	}
}

// machine observes the servers that are switched on and off.
func (w *watch) machine(f *sim.Fact) {
	switch {
	case f.Kind == sim.MachineOrdered:
		w.booting.add(w.span, f.At, 1)
	case f.Kind == sim.MachineUp:
		w.up[f.Machine] = true
		w.booting.add(w.span, f.At, -1)
		w.on.add(w.span, f.At, 1)
	case w.up[f.Machine]:
		delete(w.up, f.Machine)
		w.on.add(w.span, f.At, -1)
	default:
		w.booting.add(w.span, f.At, -1)
	}
}

// repair observes a request whose service is the repair of the server. It waits for nothing.
func (w *watch) repair(f *sim.Fact) {
	switch f.Kind {
	case sim.RequestArrived:
		w.down.add(w.span, f.At, 1)
	case sim.RequestFinished:
		w.down.add(w.span, f.At, -1)
	}
}

// network observes a job of a network as a whole, and its branches at their stations.
func (w *watch) network(f *sim.Fact) {
	switch f.Kind {
	case sim.PipelineArrived:
		w.enter(f)
	case sim.PipelineEnded:
		w.leave(f)
		w.finish(f)
	case sim.RequestArrived:
		w.stations[f.Model].enter(w.span, f)
	case sim.RequestFinished:
		s := &w.stations[f.Model]
		s.present.add(w.span, f.At, -1)
		if w.span.Has(f.Request.Arrival) {
			s.sojourn.add(f, w.unit)
		}
	}
}

// enter counts an arrival at a class or a station.
func (c *class) enter(span metrics.MeasuredSpan, f *sim.Fact) {
	c.present.add(span, f.At, 1)
	if span.Has(f.At) {
		c.arrived++
	}
}

func (w *watch) enter(f *sim.Fact) {
	w.state(f, 1)
	if f.Request.Pipeline == 0 {
		w.class[f.Request.Class].enter(w.span, f)
	}
	w.waiting.add(w.span, f.At, 1)
	if w.inSystem.value == 1 {
		w.empty = f.At // a busy period begins
	}
	if w.span.Has(f.At) {
		w.arrived++
	}
}

func (w *watch) leave(f *sim.Fact) {
	w.state(f, -1)
	if w.inSystem.value == 0 && w.span.Has(w.empty) {
		w.busyPeriods.value(f.At.Sub(w.empty).Seconds() / w.unit)
	}
	if w.span.Has(w.left) {
		w.departures.value(f.At.Sub(w.left).Seconds() / w.unit)
	}
	w.left = f.At
	if f.Request.Pipeline == 0 {
		w.class[f.Request.Class].present.add(w.span, f.At, -1)
	}
}

// state changes the number in the system.
func (w *watch) state(f *sim.Fact, change float64) {
	from, until := max(w.inSystem.since, w.span.From), min(f.At, w.span.Until)
	if n := int(w.inSystem.value); until > from && n < mostStates {
		w.states = fleet.AtLeast(w.states, fleet.RequestID(n))
		w.states[n] += until.Sub(from).Seconds()
	}
	w.inSystem.add(w.span, f.At, change)
	first, second := w.halves()
	w.early.add(first, f.At, change)
	w.late.add(second, f.At, change)
}

// halves returns the two halves of the measured span.
func (w *watch) halves() (first, second metrics.MeasuredSpan) {
	middle := w.span.From + (w.span.Until-w.span.From)/2
	return metrics.MeasuredSpan{From: w.span.From, Until: middle}, metrics.MeasuredSpan{From: middle, Until: w.span.Until}
}

// drift returns the mean number in the system in the second half of the span minus that in the
// first half, relative to the mean over the whole span.
func (w *watch) drift() float64 {
	if w.inSystem.area == 0 {
		return 0
	}
	return (w.late.area - w.early.area) / w.inSystem.area
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
	w.waits.add(f, w.unit)
	w.class[f.Request.Class].waits.add(f, w.unit)
}

func (w *watch) finish(f *sim.Fact) {
	if w.span.Has(f.Request.Arrival) {
		w.sojourn.add(f, w.unit)
		w.class[f.Request.Class].sojourn.add(f, w.unit)
	}
}

func (w *watch) lose(f *sim.Fact) {
	switch {
	case !w.span.Has(f.Request.Arrival):
	case f.Kind == sim.RequestRejected:
		w.rejected++
	default:
		w.abandoned++
		w.waits.add(f, w.unit) // it waited until it gave up
	}
}

func (w *watch) close(f *sim.Fact) {
	end := max(f.At, w.span.Until)
	for _, l := range []*level{&w.inSystem, &w.waiting, &w.busy, &w.down, &w.on, &w.booting} {
		l.add(w.span, end, 0)
	}
	first, second := w.halves()
	w.early.add(first, end, 0)
	w.late.add(second, end, 0)
	for _, list := range [][]class{w.class, w.stations} {
		for i := range list {
			list[i].present.add(w.span, end, 0)
		}
	}
	for i := range w.holding {
		w.holding[i].add(w.span, end, 0)
	}
}

// estimates maps the names of quantities without a number, as in tables of theory, to their
// estimates.
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
	"P(N=0)":          func(w *watch) float64 { return w.exactly(0) },
	"P(0,0)":          func(w *watch) float64 { return w.exactly(0) },
	"L_total":         func(w *watch) float64 { return w.share(w.inSystem.area) },
	"P(all empty)":    func(w *watch) float64 { return w.exactly(0) },
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
	"P(wait)":              func(w *watch) float64 { return (w.delayed + w.abandoned) / (w.served + w.abandoned) },
	"P(wait)=ErlangC":      func(w *watch) float64 { return w.delayed / w.served },
	"P(wait)(arrival avg)": func(w *watch) float64 { return w.delayed / w.served },
	"P_block":              func(w *watch) float64 { return w.rejected / w.arrived },
	"P_abandon":            func(w *watch) float64 { return w.abandoned / w.arrived },
	"throughput":           func(w *watch) float64 { return w.sojourn.n / w.span.Length().Seconds() * w.unit },
	"E[busy_period]":       func(w *watch) float64 { return w.busyPeriods.mean() },
	"var_busy_period":      func(w *watch) float64 { return w.busyPeriods.variance() },
	"interdeparture_mean":  func(w *watch) float64 { return w.departures.mean() },
	"interdeparture_scv": func(w *watch) float64 {
		return w.departures.variance() / (w.departures.mean() * w.departures.mean())
	},
	"sigma":               func(w *watch) float64 { return w.delayed / w.served },
	"mean_rate":           func(w *watch) float64 { return w.arrived / w.span.Length().Seconds() * w.unit },
	"gamma":               func(w *watch) float64 { return w.stations[0].arrived / w.span.Length().Seconds() * w.unit },
	"LA":                  func(w *watch) float64 { return w.share(w.stations[0].present.area) },
	"LB":                  func(w *watch) float64 { return w.share(w.stations[1].present.area) },
	"WA":                  func(w *watch) float64 { return w.stations[0].sojourn.mean() },
	"WB":                  func(w *watch) float64 { return w.stations[1].sojourn.mean() },
	"availability":        func(w *watch) float64 { return 1 - w.share(w.down.area) },
	"rho_eff":             func(w *watch) float64 { return w.share(w.busy.area-w.down.area) / (1 - w.share(w.down.area)) },
	"E[on servers]":       func(w *watch) float64 { return w.share(w.on.area) },
	"E[servers in setup]": func(w *watch) float64 { return w.share(w.booting.area) },
	"E[B] per batch":      func(w *watch) float64 { return w.members / w.batches },
}

// share returns a time integral divided by the length of the measured span.
func (w *watch) share(area float64) float64 { return area / w.span.Length().Seconds() }

// estimate returns the estimate of a quantity. ok is false if the quantity is not observed.
func (w *watch) estimate(name string) (value float64, ok bool) {
	if f := estimates[name]; f != nil {
		return f(w), true
	}
	for _, p := range []struct {
		before, after string
		least, most   int // bounds of whole numbers; 0 and 0: any number
		of            func(x float64) float64
	}{
		{"W_q", "", 0, 0, func(p float64) float64 { return w.sojourn.latencies.Quantile(p) / w.unit }},
		{"Wq_q", "", 0, 0, func(p float64) float64 { return w.waits.latencies.Quantile(p) / w.unit }},
		{"N_q", "", 0, 0, w.level},
		{"P(W<=", ")", 0, 0, func(x float64) float64 { return w.sojourn.below(x) }},
		{"P(W>", ")", 0, 0, func(x float64) float64 { return 1 - w.sojourn.below(x) }},
		{"P(Wq<=", ")", 0, 0, func(x float64) float64 { return w.waits.below(x) }},
		{"P(Wq>", ")", 0, 0, func(x float64) float64 { return 1 - w.waits.below(x) }},
		{"P(N>=", ")", 0, mostStates, w.atLeast},
		{"P(queue>=", ")", 0, mostHeld, func(k float64) float64 { return w.share(w.holding[int(k)].area) / float64(len(w.replicas)) }},
		{"P", "", 0, mostStates, w.exactly},
		{"Wq", "", 1, len(w.class), func(i float64) float64 { return w.class[int(i)-1].waits.mean() }},
		{"W", "", 1, len(w.class), func(i float64) float64 { return w.class[int(i)-1].sojourn.mean() }},
		{"L", "", 1, len(w.class), func(i float64) float64 { return w.share(w.class[int(i)-1].present.area) }},
	} {
		rest, found := strings.CutPrefix(name, p.before)
		if rest, found = cut(rest, p.after, found); !found {
			continue
		}
		x, err := strconv.ParseFloat(rest, 64)
		if whole := x == math.Trunc(x) && x >= float64(p.least) && x <= float64(p.most); err == nil && (p.most == 0 || whole) {
			return p.of(x), true
		}
	}
	return 0, false
}

func cut(text, suffix string, so bool) (string, bool) {
	rest, found := strings.CutSuffix(text, suffix)
	return rest, so && found
}

// atLeast returns the share of the time with at least k customers in the system.
func (w *watch) atLeast(k float64) float64 {
	less := 0.0
	for i := range min(int(k), len(w.states)) {
		less += w.states[i]
	}
	return 1 - w.share(less)
}

// exactly returns the share of the time with n customers in the system.
func (w *watch) exactly(n float64) float64 {
	if int(n) >= len(w.states) {
		return 0
	}
	return w.share(w.states[int(n)])
}

// level returns the smallest n such that, for at least a given share of the time, at most n
// customers are in the system.
func (w *watch) level(share float64) float64 {
	n, sum := 0, 0.0
	for n < len(w.states)-1 {
		if sum += w.share(w.states[n]); sum >= share {
			break
		}
		n++
	}
	return float64(n)
}
