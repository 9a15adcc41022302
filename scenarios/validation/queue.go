package validation

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// usual is the usual length of the formulas' unit of time, in simulated time.
const usual = 10 * time.Millisecond

const (
	// asked is the control period of servers that are switched off when they are idle, as a share
	// of the mean gap between arrivals.
	asked = 0.1
	// anyNumber lets the number of servers change at once by any number.
	anyNumber = "{stabilization: 0s, policies: [{type: pods, value: 1000, period: 1s}]}"
)

// queue describes a queueing system as a scenario. Times are in units of the formulas, and rates
// are per unit.
type queue struct {
	unit     time.Duration // the formulas' unit of time, in simulated time
	arrivals []string      // a flow mapping for each stream
	rate     float64       // rate of all arrivals
	service  string        // distribution of the service
	mean     float64       // mean of the service
	batch    *batch        // nil: requests are served one by one
	slots    int           // slots of a replica
	replicas int
	router   string
	order    string
	limit    int       // limit of the queue; negative: none
	patience float64   // mean of the exponential patience; 0: no customer gives up
	classes  []float64 // mean work of each class, the most urgent first; each class is a stream
	// mean time from a repair of the server to its next failure; 0: it never fails. The most urgent
	// class then has one customer: its service is the repair.
	uptime float64
	// mean time in which a server is switched on for a waiting customer. It is switched off when it
	// is idle. 0: servers are always on.
	setup float64

	stages [][]station // stages of a network; each is a list of parallel stations
	back   float64     // probability of going back from the last stage to the first
}

// batch is a service of batches. n requests take fixed + each · n. There is a largest n.
type batch struct {
	fixed, each float64
	most        int
}

// station is a pool of servers in a network, with the service rate of each.
type station struct {
	servers int
	rate    float64
}

// near returns the largest relative difference from theory of a scenario that only approximates its
// system; 0 for all others. Servers are switched on and off once in a control period, and not when
// a customer comes or leaves.
func (q *queue) near() float64 {
	if q.setup > 0 {
		return 0.03
	}
	return 0
}

// single returns a queue with one server and no other features.
func single() queue {
	return queue{unit: usual, service: "exponential", mean: 1, slots: 1, replicas: 1, router: "least-outstanding", order: "fcfs", limit: -1}
}

// scale returns the unit of a queue in simulated time. It is the usual one, unless services would
// be so short that rounding to nanoseconds matters, or so long that runs take years.
func (q *queue) scale() time.Duration {
	short := q.mean
	if q.batch != nil {
		short = q.batch.fixed + q.batch.each
	}
	for _, work := range q.classes {
		short = min(short, work)
	}
	for _, stage := range q.stages {
		for _, s := range stage {
			short = min(short, 1/s.rate)
		}
	}
	if q.setup > 0 { // a control period has at least a millisecond
		return max(usual, time.Duration(math.Ceil(q.rate/asked))*time.Millisecond)
	}
	if short < 0.01 || short > 1000 {
		return time.Duration(float64(usual) / short)
	}
	return usual
}

// per writes a rate per unit in the form of the scenario.
func (q *queue) per(rate float64) string { return fmt.Sprintf("%.17g/s", rate/q.unit.Seconds()) }

// span writes a time in units in the form of the scenario.
func (q *queue) span(units float64) string {
	return time.Duration(units * float64(q.unit)).String()
}

// poisson returns the arrivals of a Poisson stream.
func (q *queue) poisson(rate float64) string {
	return fmt.Sprintf("{poisson: {rate: %s}}", q.per(rate))
}

// clients returns the arrivals of clients who wait for their answers. Then they pause for a time
// with an exponential distribution.
func (q *queue) clients(n int, pause float64) string {
	return fmt.Sprintf("{clients: {count: %d, think-time: {mean: %s, distribution: exponential}}}", n, q.span(pause))
}

// scenario writes the queue as a scenario file for the given number of customers. slower is a
// factor on the service times.
func (q queue) scenario(customers int, seed uint64, slower float64) string {
	duration := time.Duration(float64(customers) / q.rate * float64(q.unit))
	path := "model: queue"
	latency := fmt.Sprintf("{table: {1: %s}}", q.span(slower*q.mean))
	if b := q.batch; b != nil {
		latency = fmt.Sprintf("{fixed: %s, each: %s, max: %d}", q.span(slower*b.fixed), q.span(slower*b.each), b.most)
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("name: validation")
	line("seed: %d", seed)
	line("duration: %v", duration)
	line("warmup: %v", duration/5)
	line("drain: 8760h")
	period, boot, allocator := duration/10, "", fmt.Sprintf("{follow: {capacity: utilization, min-replicas: %d}}", q.replicas)
	if q.setup > 0 {
		// Each control period, as many servers are asked for as customers are in the system.
		period, boot = time.Duration(asked/q.rate*float64(q.unit)), fmt.Sprintf(", boot: {mean: %s, distribution: exponential}", q.span(q.setup))
		allocator = "{hpa: {min-replicas: 0, period: " + period.String() + ", tolerance: 0, metrics: [{concurrency: {target: 1}}], behavior: {scale-up: " + anyNumber + ", scale-down: " + anyNumber + "}}}"
	}
	line("control: {period: %v, startup: 0s}", period)
	line("planning: {utilization: 1, wait: none}")
	line("machines: [{name: server, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]")
	line("models:")
	model := func(name, latency string, slots int) {
		line("  - name: %s", name)
		line("    variants: [{name: %s, accuracy: 100, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, slots: %d, latency: %s}]}]", name, slots, latency)
	}
	if q.stages == nil {
		model("queue", latency, q.slots)
	} else {
		path = q.pipeline(func(name string, s station) {
			model(name, fmt.Sprintf("{table: {1: %s}}", q.span(slower/s.rate)), s.servers)
		})
	}
	q.streams(line, path)
	line("fleet: [{machine: server, max: %d%s}]", q.servers(), boot)
	line("router: %s", q.router)
	line("order: %s", q.order)
	line("batcher: greedy")
	line("policies: [{name: fixed, allocator: %s}]", allocator)
	return b.String()
}

// streams writes the lines of the scenario with its classes and streams.
func (q *queue) streams(line func(format string, args ...any), path string) {
	if q.classes != nil {
		var list []string
		for i := range q.classes {
			list = append(list, fmt.Sprintf("{name: class%d, priority: %d}", i+1, i))
		}
		line("classes: [%s]", strings.Join(list, ", "))
	}
	line("workload:")
	for i, arrivals := range q.arrivals {
		line("  - name: stream%d", i)
		line("    %s", path)
		line("    slo: {latency: 8760h}")
		line("    service: %s", q.service)
		if q.classes != nil {
			line("    work: %vx", q.classes[i])
		}
		line("    arrivals: %s", arrivals)
		if q.limit >= 0 {
			line("    queue-limit: %d", q.limit)
		}
		if q.patience > 0 {
			line("    patience: {mean: %s, distribution: exponential}", q.span(q.patience))
		}
		if q.classes != nil {
			line("    classes: {class%d: 1}", i+1)
		}
	}
}

// pipeline calls add for every station of a network, and returns the pipeline through them.
func (q *queue) pipeline(add func(name string, s station)) string {
	var stages []string
	for i, stations := range q.stages {
		var names []string
		for j, s := range stations {
			names = append(names, fmt.Sprintf("station%d-%d", i+1, j+1))
			add(names[j], s)
		}
		again := ""
		if i == len(q.stages)-1 && q.back > 0 {
			again = fmt.Sprintf(", feedback: {probability: %.17g %%, from: station1-1}", 100*q.back)
		}
		stages = append(stages, fmt.Sprintf("{parallel: [%s]%s}", strings.Join(names, ", "), again))
	}
	return fmt.Sprintf("pipeline: [%s]", strings.Join(stages, ", "))
}

// servers returns the number of machines of all stations.
func (q *queue) servers() int {
	n := 0
	for _, stations := range q.stages {
		n += len(stations)
	}
	return max(n, 1) * q.replicas
}
