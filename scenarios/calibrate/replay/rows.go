package replay

import (
	"fmt"
	"math"
	"slices"

	"wavetank/sim/tokens"
)

// MeasuredLoad is a demand on one replica with what was measured of it.
type MeasuredLoad struct {
	Name         string
	Replica      string // "": there is one
	Demand       Demand
	Rows         []MeasuredRow
	LoadText     string  // in words; "": not told
	Rate         float64 // requests per second; 0: not told, or not at a rate
	MaxSequences int     // sequences that the engine runs at a time, where that is fewer than its configuration says; 0: as many
}

// MeasuredRow is what was measured of some requests: seconds, means where they are several.
type MeasuredRow struct {
	From, To   int     // the requests [From, To) of the demand
	TTFT, E2E  float64 // from sending to the first token, 0 where it was not measured, and to the last
	Queue      float64 // from the engine's queue to the first token; 0 where it was not measured
	Throughput float64 // requests per second; 0 where it was not measured
	HeldOut    bool    // kept from the fit, to judge it
	Line       int     // of the file that says so; 0: unknown
}

// TPOT returns the mean time per output token after the first, over requests of so many output tokens in the mean.
func (r MeasuredRow) TPOT(output float64) float64 { return (r.E2E - r.TTFT) / max(output-1, 1) }

// MeanOutput returns the mean output tokens of a row's requests.
func (e *MeasuredLoad) MeanOutput(r MeasuredRow) float64 {
	sum := 0.0
	for _, q := range e.Demand.Requests[r.From:r.To] {
		sum += float64(q.Output)
	}
	return sum / float64(r.To-r.From)
}

// SimulatedRow is what the simulator says of a row, as Row does, with the features of its requests.
type SimulatedRow struct {
	TTFT, E2E, Queue, Throughput float64
	ToFirst, Decode              Features
}

// place names a row in errors.
func (e *MeasuredLoad) place(r MeasuredRow) string {
	if r.Line == 0 {
		return e.Name
	}
	return fmt.Sprintf("%s:%d", e.Name, r.Line)
}

// Simulate simulates an experiment and returns the outcome of each row.
func (e *MeasuredLoad) Simulate(c *tokens.Config) ([]SimulatedRow, error) {
	if e.MaxSequences > 0 && e.MaxSequences < c.MaxSequences {
		fewer := *c
		fewer.MaxSequences, c = e.MaxSequences, &fewer
	}
	served, err := Serve(c, e.Demand)
	if err != nil {
		return nil, err
	}
	list := make([]SimulatedRow, len(e.Rows))
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
			o.ToFirst, o.Decode = o.ToFirst.Plus(s.ToFirst, 1), o.Decode.Plus(s.Decode, 1)
			first, last = min(first, s.Sent), max(last, s.Last)
		}
		if n == 0 {
			q := e.Demand.Requests[r.From]
			return nil, fmt.Errorf("%s: a request of %d and %d tokens cannot be served: it is %s", e.place(r), q.Input, q.Output, served[r.From].Refused)
		}
		o.TTFT, o.E2E, o.Queue = o.TTFT/n, o.E2E/n, o.Queue/n
		o.Throughput = n / (last - first)
		for k := range terms {
			o.ToFirst[k] /= n
			o.Decode[k] /= n
		}
	}
	return list, nil
}

// HoldOut keeps rows from the fit: of every so many of all experiments' rows the last, or all after the first so many; 0: neither.
func HoldOut(list []MeasuredLoad, every, first int) {
	k := 0
	for i := range list {
		list[i].Rows = slices.Clone(list[i].Rows)
		for j := range list[i].Rows {
			list[i].Rows[j].HeldOut = every > 1 && k%every == every-1 || first > 0 && k >= first
			k++
		}
	}
}
