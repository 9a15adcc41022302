package calibrate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Point is the means that were measured at one load.
type Point struct {
	Name          string
	Input, Output Distribution
	TTFT, E2E     float64 // seconds from sending to the first token, 0 where that was not measured, and to the last
	Throughput    float64 // requests per second; 0 where it was not measured
	Clients       int     // that send the next request when the last ends; 0: requests are sent at a rate
	Rate          float64 // requests per second, where there are no clients
	Requests      int     // 0: unknown
	InFlight      int     // requests that the client has in flight at most, where it sends at a rate; 0: any number
	Random        bool    // requests at a rate are known to be sent at random instants
}

// Distribution is a distribution of tokens: its mean, and the quantiles that are known.
type Distribution struct {
	Mean          float64
	Shares, Below []float64 // Below[i] tokens are reached by the share Shares[i] of requests; both ascend; empty: unknown
}

// draw returns the length of a request that as many as the share have less than; without quantiles one that lies evenly
// within ± spread of the mean. Dither in [0, 1) decides how it is rounded.
func (l *Distribution) draw(share, spread, dither float64) int32 {
	v := l.Mean * (1 + spread*(2*share-1))
	if n := len(l.Shares); n > 0 {
		switch i, _ := slices.BinarySearch(l.Shares, share); {
		case i == 0:
			v = l.Below[0]
		case i == n:
			v = l.Below[n-1]
		default:
			v = l.Below[i-1] + (l.Below[i]-l.Below[i-1])*(share-l.Shares[i-1])/(l.Shares[i]-l.Shares[i-1])
		}
	}
	return int32(min(max(1, math.Floor(v+dither)), 1<<30))
}

// Load is how the requests of points were made, beside what the points say.
type Load struct {
	Spread   float64 // lengths are uniform within ± this share of their means, where their distribution is not known
	Requests int     // per point that does not say how many it had; 0: Waves times its clients, or 60 s at its rate
	Waves    int     // per client; 0: ten, and at least 40 requests
	Random   bool    // requests at a rate are sent at random instants; else at equal intervals
	Short    int     // sequences that the engine runs fewer than there are clients; 0: as many as its configuration says
}

// Loads returns the ways in which points are mostly measured. With clients: equal lengths or lengths that differ, for as
// long as clients get out of step, or with one request per client. At a rate: at equal intervals or at random instants.
func Loads(points []Point) []Load {
	var list []Load
	clients := slices.ContainsFunc(points, func(p Point) bool { return p.Clients > 0 && p.Requests == 0 })
	rates := slices.ContainsFunc(points, func(p Point) bool { return p.Clients == 0 && !p.Random })
	for _, random := range []bool{false, true}[:1+index(rates)] {
		for _, waves := range []int{0, 1}[:1+index(clients)] {
			for _, spread := range []float64{0, 0.2}[:1+index(clients)] {
				list = append(list, Load{Spread: spread, Waves: waves, Random: random})
			}
		}
	}
	return list
}

func index(is bool) int {
	if is {
		return 1
	}
	return 0
}

// String says how requests were made, for points of clients.
func (l Load) String() string {
	count := fmt.Sprintf("%d requests each", l.Requests)
	switch {
	case l.Requests == 0 && l.Waves == 1:
		count = "one request per client"
	case l.Requests == 0:
		count = fmt.Sprintf("%d requests per client", cmp.Or(l.Waves, 10))
	}
	if l.Short > 0 {
		count += fmt.Sprintf(", and an engine that runs %d fewer at a time than there are clients", l.Short)
	}
	return l.lengths() + ", " + count
}

func (l Load) lengths() string {
	if l.Spread > 0 {
		return fmt.Sprintf("lengths within ±%.0f %%", 100*l.Spread)
	}
	return "equal lengths"
}

// Made says how the requests of points were made.
func (l Load) Made(points []Point) string {
	switch {
	case len(points) > 0 && points[0].Clients > 0:
		return l.String()
	case l.Random:
		return l.lengths() + ", at random instants"
	}
	return l.lengths() + ", at equal intervals"
}

// of returns the requests of a point.
func (l Load) of(p *Point) int {
	n := cmp.Or(p.Requests, l.Requests)
	switch {
	case n > 0:
	case p.Clients == 0:
		n = int(min(60*p.Rate, 1e5)) + 1
	case l.Waves > 0:
		n = min(l.Waves, 1e6) * p.Clients
	default:
		n = max(10*p.Clients, 40)
	}
	return max(n, p.Clients)
}

// instants returns when requests are sent at a rate. Random ones are independent of each other and uniform over as long as
// so many requests take at the rate, which is what load generators do that scale exponential intervals to fill a stage.
func (l Load) instants(p *Point, n int, g *rand.Rand) []float64 {
	list := make([]float64, n)
	if p.Clients > 0 {
		return list
	}
	for i := range list {
		if list[i] = float64(i) / p.Rate; l.Random || p.Random {
			list[i] = g.Float64() * float64(n) / p.Rate
		}
	}
	slices.Sort(list)
	return list
}

// Experiments returns the experiments of which points are the means.
func Experiments(points []Point, l Load) []Experiment {
	list := make([]Experiment, len(points))
	for i := range points {
		p := &points[i]
		n, g := l.of(p), rand.New(rand.NewPCG(uint64(i), 3))
		e := Experiment{Name: p.Name, Load: p.words(), Rate: p.Rate, Demand: Demand{Cap: cmp.Or(p.Clients, p.InFlight), Requests: make([]Request, n)}}
		for k, at := range l.instants(p, n, g) {
			dither := multiple(k, math.Sqrt(3))
			e.Demand.Requests[k] = Request{
				Arrival: at, Input: p.Input.draw(multiple(k, math.Phi), l.Spread, dither), Output: p.Output.draw(multiple(k, math.Sqrt2), l.Spread, dither),
			}
		}
		if p.Clients > l.Short && l.Short > 0 {
			e.Most = p.Clients - l.Short
		}
		e.Rows = []Row{{To: n, TTFT: p.TTFT, E2E: p.E2E, Throughput: p.Throughput}}
		list[i] = e
	}
	return list
}

// words says how high the load of a point is.
func (p *Point) words() string {
	if p.Clients > 0 {
		return fmt.Sprintf("%d clients", p.Clients)
	}
	return fmt.Sprintf("%.4g/s", p.Rate)
}

// multiple returns the k-th multiple of an irrational number, modulo 1: they lie evenly.
func multiple(k int, irrational float64) float64 {
	_, part := math.Modf(float64(k) * irrational)
	return part
}

// summary reports whether a table is a summary of stages of inference-perf, and names the unit of its times, milliseconds.
func (t *Table) summary() (bool, error) {
	for _, column := range []string{"requested_rate", "ttft_mean_ms", "e2e_mean", "req_s"} {
		if !t.Has(column) {
			return false, nil
		}
	}
	if t.Has("config") {
		var configs []string
		for i := range t.Len() {
			if c := t.Text(i, "config"); !slices.Contains(configs, c) {
				configs = append(configs, c)
			}
		}
		if len(configs) > 1 {
			return true, fmt.Errorf("%s: %d configurations are there; choose one with --where config=…: %s", t.Name, len(configs), strings.Join(configs, ", "))
		}
	}
	return true, t.Rename("e2e_mean", "e2e_mean", "ms")
}

// check reports means that cannot be.
func (p *Point) check() error {
	if n := float64(max(p.Requests, 60)); p.Clients == 0 && n/p.Rate > 1e8 {
		return fmt.Errorf("%s: %v requests at %v/s would take years", p.Name, n, p.Rate)
	}
	if p.E2E < p.TTFT || !(p.E2E > 0) {
		return fmt.Errorf("%s: a first token after %v s and a last after %v s cannot be", p.Name, p.TTFT, p.E2E)
	}
	return nil
}

// ReadPoints reads measured points from a table, one per row: the columns input, output, ttft, and e2e or tpot (means; units
// as in ReadLog), and either concurrency, of clients that send the next request when the last ends, or rate, of requests
// sent per second, with limit in flight at the client. Columns requests and throughput may be there. A summary of stages of
// inference-perf (config, stage, requested_rate, ttft_mean_ms, e2e_mean, …) is read as it is, where it has one configuration left.
func ReadPoints(t *Table, limit int) ([]Point, error) {
	if err := t.wholeTimes(); err != nil {
		return nil, err
	}
	random, err := t.summary()
	if err != nil {
		return nil, err
	}
	in, e1 := t.needed(1, "input", "isl", "input_tokens", "prompt_mean")
	out, e2 := t.needed(1, "output", "osl", "output_tokens", "output_mean")
	ttft, e3 := t.needed(0, "ttft", "ttft_mean")
	e2e, e4 := t.numbers(0, "e2e", "e2e_mean")
	tpot, e5 := t.numbers(0, "tpot", "tpot_mean")
	clients, e6 := t.numbers(1, "concurrency", "batch_size")
	rate, e7 := t.numbers(1e-9, "rate", "requested_rate")
	count, e8 := t.numbers(1, "requests")
	throughput, e9 := t.numbers(0, "throughput", "req_s")
	if err := errors.Join(e1, e2, e3, e4, e5, e6, e7, e8, e9); err != nil {
		return nil, err
	}
	if e2e == nil && tpot == nil {
		return nil, fmt.Errorf("%s:1: there is no column e2e or tpot", t.Name)
	}
	if clients == nil && rate == nil {
		return nil, fmt.Errorf("%s:1: there is no column concurrency or rate", t.Name)
	}
	list := make([]Point, t.Len())
	var faults []error
	for i := range list {
		p := Point{Name: fmt.Sprintf("%s:%d", t.Name, t.lines[i]), Input: Distribution{Mean: in[i]}, Output: Distribution{Mean: out[i]}, TTFT: ttft[i], Random: random}
		if count != nil {
			p.Requests = int(min(count[i], 1e6))
		}
		if clients != nil {
			p.Clients = int(min(clients[i], 1e6))
		} else {
			p.Rate, p.InFlight = rate[i], limit
		}
		if p.E2E = ttft[i]; e2e != nil {
			p.E2E = e2e[i]
		} else {
			p.E2E += tpot[i] * (out[i] - 1)
		}
		if throughput != nil {
			p.Throughput = throughput[i]
		}
		list[i] = p
		faults = append(faults, p.check())
	}
	return list, errors.Join(faults...)
}
