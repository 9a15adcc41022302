package calibrate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/sim/tokens"
)

// Experiment is a demand on one replica with what was measured of it.
type Experiment struct {
	Name    string
	Replica string // "": there is one
	Demand  Demand
	Rows    []Row
}

// Row is what was measured of some requests: seconds, means where they are several.
type Row struct {
	From, To   int     // the requests [From, To) of the demand
	TTFT, E2E  float64 // from sending to the first token, 0 where it was not measured, and to the last
	Queue      float64 // from the engine's queue to the first token; 0 where it was not measured
	Throughput float64 // requests per second; 0 where it was not measured
	Held       bool    // kept from the fit, to judge it
	Line       int     // of the file that says so; 0: unknown
}

// rate returns the mean time per output token after the first, over requests of so many output tokens in the mean.
func (r Row) rate(output float64) float64 { return (r.E2E - r.TTFT) / max(output-1, 1) }

// output returns the mean output tokens of a row's requests.
func (e *Experiment) output(r Row) float64 {
	sum := 0.0
	for _, q := range e.Demand.Requests[r.From:r.To] {
		sum += float64(q.Output)
	}
	return sum / float64(r.To-r.From)
}

// OfLog makes the experiment of a log of one replica; every request is a row.
func OfLog(name string, log []Measured, limit int) Experiment {
	e := Experiment{Name: name, Demand: Demand{Cap: limit}}
	for i, m := range log {
		e.Demand.Requests = append(e.Demand.Requests, Request{Arrival: m.Sent, Input: m.Input, Output: m.Output, Content: m.Content})
		r := Row{From: i, To: i + 1, Queue: m.Queue, E2E: m.Last - m.Sent, Line: m.Line}
		if m.First > 0 {
			r.TTFT = m.First - m.Sent
		}
		e.Rows = append(e.Rows, r)
	}
	return e
}

// Load is how the requests of a point were made, beside what its row says.
type Load struct {
	Spread   float64 // lengths are uniform within ± this share of their means
	Requests int     // per point that does not say how many it had; 0: Waves times its concurrency
	Waves    int     // 0: ten, and at least 40 requests
}

// Loads returns the ways in which closed-loop points are mostly measured: equal lengths or lengths that differ, for as long as
// clients get out of step, or with one request per client.
func Loads() []Load {
	return []Load{{}, {Spread: 0.2}, {Waves: 1}, {Spread: 0.2, Waves: 1}}
}

// String says how requests were made.
func (l Load) String() string {
	lengths, count := "equal lengths", fmt.Sprintf("%d requests each", l.Requests)
	if l.Spread > 0 {
		lengths = fmt.Sprintf("lengths within ±%.0f %%", 100*l.Spread)
	}
	switch {
	case l.Requests == 0 && l.Waves == 1:
		count = "one request per client"
	case l.Requests == 0:
		count = fmt.Sprintf("%d requests per client", cmp.Or(l.Waves, 10))
	}
	return lengths + ", " + count
}

// of returns the requests of a point that does not say how many it had, with so many clients.
func (l Load) of(clients int) int {
	switch {
	case l.Requests > 0:
		return max(l.Requests, clients)
	case l.Waves > 0:
		return min(l.Waves, 1e6) * clients
	}
	return max(10*clients, 40)
}

// ReadPoints reads measured points, one per row, as experiments: the columns input, output, ttft, and e2e or tpot (means; units
// as in ReadLog), and either concurrency, of clients that send the next request when the last ends, or rate, of requests
// sent at equal intervals, per second, with limit in flight at the client. Columns requests and throughput may be there.
func ReadPoints(t *Table, l Load, limit int) ([]Experiment, error) {
	if err := t.wholeTimes(); err != nil {
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
	list := make([]Experiment, t.Len())
	for i := range list {
		n := l.Requests
		if count != nil {
			n = int(min(count[i], 1e6))
		}
		e, row := Experiment{Name: fmt.Sprintf("%s:%d", t.Name, t.lines[i])}, Row{TTFT: ttft[i]}
		interval := 0.0
		if clients != nil {
			e.Demand.Cap = int(min(clients[i], 1e6))
			if count == nil {
				n = l.of(e.Demand.Cap)
			}
			n = max(n, e.Demand.Cap)
		} else {
			e.Demand.Cap, interval = limit, 1/rate[i]
			if n == 0 {
				n = int(min(60*rate[i], 1e5)) + 1
			}
		}
		for k := range n {
			e.Demand.Requests = append(e.Demand.Requests, Request{
				Arrival: float64(k) * interval, Input: spread(in[i], l.Spread, k, math.Phi), Output: spread(out[i], l.Spread, k, math.Sqrt2),
			})
		}
		row.To = n
		if row.E2E = ttft[i]; e2e != nil {
			row.E2E = e2e[i]
		} else {
			row.E2E += tpot[i] * (out[i] - 1)
		}
		if throughput != nil {
			row.Throughput = throughput[i]
		}
		if row.E2E < row.TTFT || row.E2E == 0 {
			return nil, fmt.Errorf("%s:%d: a first token after %v s and a last after %v s cannot be", t.Name, t.lines[i], row.TTFT, row.E2E)
		}
		e.Rows = []Row{row}
		list[i] = e
	}
	return list, nil
}

// spread returns the k-th of lengths that lie evenly around a mean: the multiples of an irrational number, modulo 1, do.
func spread(mean, share float64, k int, irrational float64) int32 {
	_, part := math.Modf(float64(k) * irrational)
	_, dither := math.Modf(float64(k) * math.Sqrt(3))
	return int32(max(1, math.Floor(mean*(1+share*(2*part-1))+dither)))
}

// Outcome is what the simulator says of a row, as Row does, with the features of its requests.
type Outcome struct {
	TTFT, E2E, Queue, Throughput float64
	toFirst, decode              features
}

// place names a row in errors.
func (e *Experiment) place(r Row) string {
	if r.Line == 0 {
		return e.Name
	}
	return fmt.Sprintf("%s:%d", e.Name, r.Line)
}

// Run simulates an experiment and returns the outcome of each row.
func (e *Experiment) Run(c *tokens.Config) ([]Outcome, error) {
	served, err := Replay(c, e.Demand)
	if err != nil {
		return nil, err
	}
	list := make([]Outcome, len(e.Rows))
	for i, r := range e.Rows {
		o, n, first, last := &list[i], 0.0, math.Inf(1), 0.0
		for _, s := range served[r.From:r.To] {
			if s.Refused != "" {
				continue
			}
			n++
			o.TTFT += s.First - s.Sent
			o.E2E += s.Last - s.Sent
			o.Queue += s.First - s.Queued
			o.toFirst, o.decode = o.toFirst.plus(s.toFirst, 1), o.decode.plus(s.decode, 1)
			first, last = min(first, s.Sent), max(last, s.Last)
		}
		if n == 0 {
			q := e.Demand.Requests[r.From]
			return nil, fmt.Errorf("%s: a request of %d and %d tokens cannot be served: it is %s", e.place(r), q.Input, q.Output, served[r.From].Refused)
		}
		o.TTFT, o.E2E, o.Queue = o.TTFT/n, o.E2E/n, o.Queue/n
		o.Throughput = n / (last - first)
		for k := range terms {
			o.toFirst[k] /= n
			o.decode[k] /= n
		}
	}
	return list, nil
}

// Hold keeps rows from the fit: of every so many of all experiments' rows the last, or all after the first so many; 0: neither.
func Hold(list []Experiment, every, first int) {
	k := 0
	for i := range list {
		list[i].Rows = slices.Clone(list[i].Rows)
		for j := range list[i].Rows {
			list[i].Rows[j].Held = every > 1 && k%every == every-1 || first > 0 && k >= first
			k++
		}
	}
}
