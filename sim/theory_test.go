package sim_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"wavetank/metrics"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// queue is a queueing system with its exact values; unit of time is the mean service time, run as 10 ms.
type queue struct {
	name          string
	params        string // as in the shared table
	servers       int
	lambda        float64
	deterministic bool
	loss          bool
	exact         map[string]float64
}

const unit = 10 * time.Millisecond

// erlangB is the blocking probability of c servers offered a erlangs (Erlang 1917), by the stable recursion.
func erlangB(c int, a float64) float64 {
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b
}

// markovian returns M/M/c with service rate 1: Erlang C, and the law of the sojourn time.
func markovian(c int, lambda float64) queue {
	n := float64(c)
	rho := lambda / n
	b := erlangB(c, lambda)
	wait := b / (1 - rho*(1-b))
	theta := n - lambda
	tail := func(t float64) float64 { // P(W > t)
		if math.Abs(theta-1) < 1e-9 {
			return (1 - wait + wait*(1+t)) * math.Exp(-t)
		}
		return (1-wait)*math.Exp(-t) + wait*(theta*math.Exp(-t)-math.Exp(-theta*t))/(theta-1)
	}
	q := queue{name: "M/M/c", params: fmt.Sprintf("c=%d;lam=%s;mu=1", c, decimal(lambda)), servers: c, lambda: lambda}
	if c == 1 {
		q.name, q.params = "M/M/1", fmt.Sprintf("lam=%s;mu=1.0", decimal(lambda))
		tail = func(t float64) float64 { return math.Exp(-theta * t) }
	}
	q.exact = map[string]float64{
		"rho": rho, "Wq": wait / theta, "W": wait/theta + 1, "Lq": lambda * wait / theta, "L": lambda * (wait/theta + 1),
		"P(wait)=ErlangC": wait, "P(W<=3)": 1 - tail(3), "P(W<=5)": 1 - tail(5), "P(Wq>0.5)": wait * math.Exp(-theta*0.5),
	}
	for _, p := range []float64{0.5, 0.9, 0.95, 0.99} {
		q.exact[fmt.Sprintf("W_q%v", p)] = solve(1000, func(t float64) float64 { return tail(t) - (1 - p) })
		if wait > 1-p {
			q.exact[fmt.Sprintf("Wq_q%v", p)] = math.Log(wait/(1-p)) / theta
		}
	}
	return q
}

// constant returns M/D/1 with service time 1 (Pollaczek and Khinchine; Erlang's law of the wait).
func constant(lambda float64) queue {
	wait := func(x float64) float64 { // P(Wq <= x)
		sum := 0.0
		for k := 0; float64(k) <= x; k++ {
			d := lambda * (float64(k) - x)
			term := math.Exp(-d)
			for i := 1; i <= k; i++ {
				term *= d / float64(i)
			}
			sum += term
		}
		return (1 - lambda) * sum
	}
	mean := lambda / (2 * (1 - lambda))
	q := queue{name: "M/D/1", params: fmt.Sprintf("lam=%s;D=1", decimal(lambda)), servers: 1, lambda: lambda, deterministic: true}
	q.exact = map[string]float64{
		"Wq": mean, "W": mean + 1, "Lq": lambda * mean, "L": lambda * (mean + 1), "P0": 1 - lambda,
		"VarWq": mean*mean + lambda/(3*(1-lambda)), "P(Wq<=1)": wait(1), "P(Wq<=2.5)": wait(2.5),
	}
	for _, p := range []float64{0.9, 0.95, 0.99} {
		q.exact[fmt.Sprintf("Wq_q%v", p)] = solve(15, func(t float64) float64 { return wait(t) - p }) // the sum alternates and loses digits far out
	}
	return q
}

// lossy returns M/M/c/c with service rate 1.
func lossy(c int, a float64) queue {
	b := erlangB(c, a)
	return queue{
		name: "M/G/c/c(ErlangB)", params: fmt.Sprintf("c=%d;a=%s", c, decimal(a)), servers: c, lambda: a, loss: true,
		exact: map[string]float64{"P_block": b, "E[busy]": a * (1 - b)},
	}
}

// solve finds the root of a monotone function on [0, high] by bisection.
func solve(high float64, f func(float64) float64) float64 {
	low := 0.0
	rising := f(low) < f(high)
	for range 200 {
		if mid := (low + high) / 2; (f(mid) < 0) == rising {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// decimal writes a number as the shared table does: always with a point.
func decimal(x float64) string {
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func queues() []queue {
	return []queue{
		markovian(1, 0.5), markovian(1, 0.8), markovian(1, 0.95),
		markovian(2, 1.6), markovian(4, 3.2), markovian(16, 14), markovian(100, 95),
		constant(0.5), constant(0.8),
		lossy(1, 0.5), lossy(10, 8), lossy(100, 90),
	}
}

func TestClosedFormsAgreeWithSharedTable(t *testing.T) {
	file, err := os.Open("../../shared/spec/theory.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the shared theory table is absent")
	} else if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, q := range queues() {
		for _, row := range rows {
			exact, known := q.exact[row[2]]
			if row[0] != q.name || row[1] != q.params || !known {
				continue
			}
			want, err := strconv.ParseFloat(row[3], 64)
			if err != nil || math.Abs(exact-want) > 1e-6*math.Max(1, math.Abs(want)) {
				t.Errorf("%s %s %s is %v by formula, %s in the table", q.name, q.params, row[2], exact, row[3])
			}
			checked++
		}
	}
	if checked < 90 {
		t.Errorf("only %d rows of the table are covered", checked)
	}
}

// watch measures one run of a queue: times in service units.
type watch struct {
	span      metrics.Span
	sojourn   *metrics.Latencies
	wait      *metrics.Latencies
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
	// Servers are slots of one replica, or replicas behind a central queue: both must give the same system.
	slots, replicas := q.servers, 1
	if replication%2 == 1 {
		slots, replicas = 1, q.servers
	}
	c := simtest.OneModel(latency, slots, replicas)
	if q.loss {
		c.Models[0].QueueLimit = 0
	}
	duration := kernel.Seconds(float64(customers) / q.lambda * unit.Seconds())
	w := &watch{span: metrics.Span{From: kernel.Time(duration / 5), Until: kernel.Time(duration)}, sojourn: metrics.NewLatencies(), wait: metrics.NewLatencies()}
	check := simtest.NewChecker(c)
	err = sim.Run(t.Context(), sim.Setup{
		Catalog: c, Arrivals: simtest.Poisson(1, replication, q.lambda/unit.Seconds(), !q.deterministic),
		Router: routing.NewCentralQueue(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: replicas},
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
	below := func(l *metrics.Latencies, x float64) float64 {
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

// outside returns the bound that |t| of one honest comparison among n exceeds with probability 1/1000.
func outside(n int) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: replications - 1}.Quantile(1 - 0.001/float64(2*n))
}

func TestQueuesReproduceTheory(t *testing.T) {
	customers := 10000
	n := 0
	for _, q := range queues() {
		n += len(q.exact)
	}
	bound := outside(n)
	for _, q := range queues() {
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
	q := markovian(1, 0.8)
	if z := q.scores(t, 20000, 1.03)["W"]; z < outside(1) {
		t.Errorf("service 3 %% slower moves W by %.2f standard errors only", z)
	}
}
