package validation

import (
	"fmt"
	"strings"
	"time"
)

// unit is the unit of time of the formulas, in simulated time.
const unit = 10 * time.Millisecond

// queue is a queueing system as a scenario says it. Times are in units, rates per unit.
type queue struct {
	arrivals string  // one flow mapping; several streams part by newlines
	rate     float64 // of all arrivals
	service  string  // law
	latency  string  // of the machine: a flow mapping; one unit for a request when empty
	slots    int     // per replica
	replicas int
	router   string
	order    string
	limit    int       // of the queue; negative: none
	patience string    // flow mapping; empty: nobody gives up
	classes  bool      // the streams are classes, the first the most urgent
	works    []float64 // mean work of each stream; 1 when missing

	stages [][]float64 // of a network: service rates of the stations side by side, stage by stage
}

// single is one server without frills; change says what differs.
func single(change func(*queue)) queue {
	q := queue{service: "exponential", slots: 1, replicas: 1, router: "least-outstanding", order: "fcfs", limit: -1}
	change(&q)
	return q
}

// per writes a rate per unit as the scenario does.
func per(rate float64) string { return fmt.Sprintf("%.17g/s", rate/unit.Seconds()) }

// span writes a time in units as the scenario does.
func span(units float64) string { return time.Duration(units * float64(unit)).String() }

// poisson is a Poisson stream.
func poisson(rate float64) string { return fmt.Sprintf("{poisson: {rate: %s}}", per(rate)) }

// scenario writes the queue as a scenario file for so many customers. Slower stretches the service times.
func (q queue) scenario(customers int, seed uint64, slower float64) string {
	duration := time.Duration(float64(customers) / q.rate * float64(unit))
	latency, path := q.latency, "model: queue"
	if latency == "" {
		latency = fmt.Sprintf("{table: {1: %s}}", span(slower))
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("name: validation")
	line("seed: %d", seed)
	line("duration: %v", duration)
	line("warmup: %v", duration/5)
	line("drain: 8760h")
	line("control: {period: %v, startup: 0s}", duration/10)
	line("planning: {utilization: 1, wait: none}")
	line("machines: [{name: server, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]")
	line("models:")
	model := func(name, latency string) {
		line("  - name: %s", name)
		line("    variants: [{name: %s, accuracy: 100, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, slots: %d, latency: %s}]}]", name, q.slots, latency)
	}
	if q.stages == nil {
		model("queue", latency)
	} else {
		path = q.pipeline(func(name string, rate float64) { model(name, fmt.Sprintf("{table: {1: %s}}", span(slower/rate))) })
	}
	if q.classes {
		line("classes: [{name: first, priority: 0}, {name: second, priority: 1}]")
	}
	line("workload:")
	for i, arrivals := range strings.Split(q.arrivals, "\n") {
		line("  - name: stream%d", i)
		line("    %s", path)
		line("    slo: {latency: 8760h}")
		line("    service: %s", q.service)
		if i < len(q.works) {
			line("    work: %vx", q.works[i])
		}
		line("    arrivals: %s", arrivals)
		if q.limit >= 0 {
			line("    queue-limit: %d", q.limit)
		}
		if q.patience != "" {
			line("    patience: %s", q.patience)
		}
		if q.classes {
			line("    classes: {%s: 1}", []string{"first", "second"}[i])
		}
	}
	line("fleet: [{machine: server, max: %d}]", q.servers())
	line("router: %s", q.router)
	line("order: %s", q.order)
	line("batcher: greedy")
	line("policies: [{name: fixed, allocator: {follow: {min-replicas: %d}}}]", q.replicas)
	return b.String()
}

// pipeline calls add for every station of a network, and returns the pipeline through them.
func (q queue) pipeline(add func(name string, rate float64)) string {
	var stages []string
	for i, rates := range q.stages {
		var names []string
		for j, rate := range rates {
			names = append(names, fmt.Sprintf("station%d-%d", i+1, j+1))
			add(names[j], rate)
		}
		stages = append(stages, fmt.Sprintf("{parallel: [%s]}", strings.Join(names, ", ")))
	}
	return fmt.Sprintf("pipeline: [%s]", strings.Join(stages, ", "))
}

// servers returns the machines of all stations.
func (q queue) servers() int {
	n := 0
	for _, rates := range q.stages {
		n += len(rates)
	}
	return max(n, 1) * q.replicas
}
