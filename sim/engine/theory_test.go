package engine_test

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"wavetank/metrics"
	"wavetank/metrics/histogram"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/scenarios/theory"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// queue is a queueing system with its exact values. Their unit of time is the mean service time,
// which is 10 ms in runs.
type queue struct {
	name          string
	params        string // parameters, as in the table in the folder shared
	servers       int
	lambda        float64
	deterministic bool
	loss          bool
	exact         map[string]float64
}

const unit = 10 * time.Millisecond

// system returns a queue with the exact values that package theory computes for it.
func system(t *testing.T, name, params string, servers int, lambda float64, quantities ...string) queue {
	model, err := theory.Parse(name, params)
	if err != nil {
		t.Fatal(err)
	}
	q := queue{name: name, params: params, servers: servers, lambda: lambda, exact: map[string]float64{}}
	for _, quantity := range quantities {
		if q.exact[quantity], err = model.Value(quantity); err != nil {
			t.Fatal(err)
		}
	}
	return q
}

func markovian(t *testing.T, servers int, lambda float64) queue {
	if servers == 1 {
		return system(t, "M/M/1", fmt.Sprintf("lam=%v;mu=1.0", lambda), 1, lambda,
			"rho", "W", "Wq", "L", "Lq", "P0", "W_q0.5", "W_q0.9", "W_q0.99", "Wq_q0.95", "P(W<=5)")
	}
	return system(t, "M/M/c", fmt.Sprintf("c=%d;lam=%v;mu=1", servers, lambda), servers, lambda,
		"rho", "W", "Wq", "L", "Lq", "P(wait)=ErlangC", "W_q0.5", "W_q0.95", "P(Wq>0.5)", "P(W<=3)")
}

func constant(t *testing.T, lambda float64) queue {
	q := system(t, "M/D/1", fmt.Sprintf("lam=%v;D=1", lambda), 1, lambda, "W", "Wq", "L", "Lq", "P0", "VarWq", "P(Wq<=1)", "P(Wq<=2.5)", "Wq_q0.9", "Wq_q0.95")
	q.deterministic = true
	return q
}

func lossy(t *testing.T, servers int, load float64) queue {
	q := system(t, "M/G/c/c(ErlangB)", fmt.Sprintf("c=%d;a=%v", servers, load), servers, load, "P_block", "E[busy]")
	q.loss = true
	return q
}

func queues(t *testing.T) []queue {
	return []queue{
		markovian(t, 1, 0.5), markovian(t, 1, 0.8), markovian(t, 1, 0.95),
		markovian(t, 2, 1.6), markovian(t, 4, 3.2), markovian(t, 16, 14), markovian(t, 100, 95),
		constant(t, 0.5), constant(t, 0.8),
		lossy(t, 1, 0.5), lossy(t, 10, 8), lossy(t, 100, 90),
	}
}

// solve finds the root of a monotone function on [0, high] by bisection.
func solve(high float64, f func(float64) float64) float64 {
	low := 0.0
	rising := f(low) < f(high)
	for range 100 {
		if mid := (low + high) / 2; (f(mid) < 0) == rising {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// watch measures one run of a queue, in units of the mean service time.
type watch struct {
	span      metrics.MeasuredSpan
	sojourn   *histogram.Latencies
	wait      *histogram.Latencies
	waits     []float64
	arrived   int
	rejected  int
	delayed   int
	busy      float64
	busySince kernel.Time
	level     int
}

func (w *watch) Observe(f *sim.Fact) {
	if f.Kind == sim.BatchStarted || f.Kind == sim.BatchFinished {
		from, until := max(w.busySince, w.span.From), min(f.At, w.span.Until)
		if until > from {
			w.busy += float64(w.level) * float64(until-from)
		}
		w.busySince = f.At
		w.level += map[sim.FactKind]int{sim.BatchStarted: 1, sim.BatchFinished: -1}[f.Kind]
		return
	}
	if f.Request == nil || !w.span.Has(f.Request.Arrival) {
		return
	}
	switch f.Kind {
	case sim.RequestArrived:
		w.arrived++
	case sim.RequestRejected:
		w.rejected++
	case sim.RequestStarted:
		d := f.At.Sub(f.Request.Arrival)
		if d > 0 {
			w.delayed++
		}
		w.wait.Add(d)
		w.waits = append(w.waits, float64(d)/float64(unit))
	case sim.RequestFinished:
		w.sojourn.Add(f.Span)
	}
}

// simulate runs one replication and returns its estimates.
func (q queue) simulate(t *testing.T, replication, customers int, slowdown float64) map[string]float64 {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Duration(float64(unit) * slowdown)}})
	if err != nil {
		t.Fatal(err)
	}
	// Servers are slots of one replica, or replicas with a central queue. Both must give the same
	// system.
	slots, replicas := q.servers, 1
	if replication%2 == 1 {
		slots, replicas = 1, q.servers
	}
	c := simtest.OneModel(latency, slots, replicas)
	if q.loss {
		c.Models[0].QueueLimit = 0
	}
	duration := kernel.Seconds(float64(customers) / q.lambda * unit.Seconds())
	w := &watch{span: metrics.MeasuredSpan{From: kernel.Time(duration / 5), Until: kernel.Time(duration)}, sojourn: histogram.NewLatencies(), wait: histogram.NewLatencies()}
	check := simtest.NewInvariantChecker(c)
	err = engine.Run(t.Context(), sim.Setup{
		Spec: c, Arrivals: simtest.Poisson(1, replication, q.lambda/unit.Seconds(), !q.deterministic),
		Levers:    sim.Levers{Router: routing.NewCentralQueue(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: replicas}},
		Observers: []sim.Observer{w, check}, Duration: duration, Warmup: duration / 5, Drain: -1,
	})
	if err := errors.Join(err, check.Err()); err != nil {
		t.Fatal(err)
	}
	return w.estimates(q)
}

func (w *watch) estimates(q queue) map[string]float64 {
	units := func(seconds float64) float64 { return seconds / unit.Seconds() }
	rate := float64(w.arrived) / w.span.Length().Seconds() * unit.Seconds()
	below := func(l *histogram.Latencies, x float64) float64 {
		return solve(1, func(share float64) float64 { return units(l.Quantile(share)) - x })
	}
	e := map[string]float64{
		"rho": w.busy / float64(w.span.Length()) / float64(q.servers), "E[busy]": w.busy / float64(w.span.Length()),
		"W": units(w.sojourn.Mean()), "Wq": units(w.wait.Mean()), "L": rate * units(w.sojourn.Mean()), "Lq": rate * units(w.wait.Mean()),
		"P(wait)=ErlangC": float64(w.delayed) / float64(w.arrived), "P_block": float64(w.rejected) / float64(w.arrived),
		"P0": 1 - w.busy/float64(w.span.Length()), "VarWq": stat.Variance(w.waits, nil),
	}
	for key := range q.exact {
		var p float64
		switch {
		case strings.HasPrefix(key, "W_q"):
			p, _ = strconv.ParseFloat(key[3:], 64)
			e[key] = units(w.sojourn.Quantile(p))
		case strings.HasPrefix(key, "Wq_q"):
			p, _ = strconv.ParseFloat(key[4:], 64)
			e[key] = units(w.wait.Quantile(p))
		case strings.HasPrefix(key, "P(W<="):
			p, _ = strconv.ParseFloat(strings.TrimSuffix(key[5:], ")"), 64)
			e[key] = below(w.sojourn, p)
		case strings.HasPrefix(key, "P(Wq<="):
			p, _ = strconv.ParseFloat(strings.TrimSuffix(key[6:], ")"), 64)
			e[key] = below(w.wait, p)
		case strings.HasPrefix(key, "P(Wq>"):
			p, _ = strconv.ParseFloat(strings.TrimSuffix(key[5:], ")"), 64)
			e[key] = 1 - below(w.wait, p)
		}
	}
	return e
}

const replications = 20

// scores returns the t statistic of every exact value of a queue against its replications.
func (q queue) scores(t *testing.T, customers int, slowdown float64) map[string]float64 {
	values := map[string][]float64{}
	for r := range replications {
		for key, v := range q.simulate(t, r, customers, slowdown) {
			values[key] = append(values[key], v)
		}
	}
	z := map[string]float64{}
	for key, exact := range q.exact {
		mean, deviation := stat.MeanStdDev(values[key], nil)
		z[key] = (mean - exact) / (deviation / math.Sqrt(replications))
	}
	return z
}

// outside returns the bound that the largest |t| of n correct comparisons exceeds with probability
// 1/1000.
func outside(n int) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: replications - 1}.Quantile(1 - 0.001/float64(2*n))
}

func TestQueuesReproduceTheory(t *testing.T) {
	customers := 10000
	n := 0
	all := queues(t)
	for _, q := range all {
		n += len(q.exact)
	}
	bound := outside(n)
	for _, q := range all {
		t.Run(q.name+" "+q.params, func(t *testing.T) {
			t.Parallel()
			for key, z := range q.scores(t, customers, 1) {
				if !(math.Abs(z) < bound) {
					t.Errorf("%s: simulated values lie %.2f standard errors from %v, more than %.2f", key, z, q.exact[key], bound)
				}
			}
		})
	}
}

func TestSlowerServiceIsNoticed(t *testing.T) {
	q := markovian(t, 1, 0.8)
	if z := q.scores(t, 20000, 1.03)["W"]; z < outside(1) {
		t.Errorf("service 3 %% slower moves W by %.2f standard errors only", z)
	}
}
