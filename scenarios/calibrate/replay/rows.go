package replay

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// MeasuredLoad is a demand on one replica, with its measurements.
type MeasuredLoad struct {
	Name     string // name of the file
	Replica  string // name of the replica; "": unknown
	Demand   Demand
	Rows     []MeasuredRow
	LoadText string  // how high the load is, in words; "": unknown
	Rate     float64 // requests per second; 0: unknown, or not sent at a rate
	Clients  int     // each sends its next request when one ends; 0: unknown, or not sent so
	// MaxSequences limits the sequences in a step below the engine's own limit. 0 means no such
	// limit.
	MaxSequences int
}

// MeasuredRow holds the measured means of some requests, in seconds. 0 means not measured.
type MeasuredRow struct {
	From, To   int     // requests [From, To) of the demand
	TTFT       float64 // from sending to the first token
	E2E        float64 // from sending to the last token; always measured
	Queue      float64 // from the engine's queue to the first token
	Throughput float64 // requests per second
	HeldOut    bool    // not used in the fit, but to judge it
	Line       int     // line in the file; 0: unknown
	Sent       float64 // when the first request was sent, in seconds since the start
}

// TPOT returns the mean time per output token after the first. output is the mean output of the
// requests in tokens.
func (r MeasuredRow) TPOT(output float64) float64 { return (r.E2E - r.TTFT) / max(output-1, 1) }

// MeanOutput returns the mean output of a row's requests, in tokens.
func (e *MeasuredLoad) MeanOutput(r MeasuredRow) float64 {
	sum := 0.0
	for _, q := range e.Demand.Requests[r.From:r.To] {
		sum += float64(q.Output)
	}
	return sum / float64(r.To-r.From)
}

// MeanInput returns the mean input of a row's requests, in tokens.
func (e *MeasuredLoad) MeanInput(r MeasuredRow) float64 {
	sum := 0.0
	for _, q := range e.Demand.Requests[r.From:r.To] {
		sum += float64(q.Input)
	}
	return sum / float64(r.To-r.From)
}

// SimulatedRow holds the simulated means of the requests of a MeasuredRow.
type SimulatedRow struct {
	TTFT, E2E, Queue, Throughput float64        // as in MeasuredRow
	Sent                         float64        // as in MeasuredRow
	ToFirst, Decode              profile.Vector // means of these fields of ServedRequest
}

// place returns the place of a row for errors.
func (e *MeasuredLoad) place(r MeasuredRow) string {
	if r.Line == 0 {
		return e.Name
	}
	return fmt.Sprintf("%s:%d", e.Name, r.Line)
}

// Simulate serves the demand, and returns the simulated means of each row.
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
		s, err := e.simulated(r, served[r.From:r.To])
		if err != nil {
			return nil, err
		}
		list[i] = s
	}
	return list, nil
}

// simulated returns the means over the requests of a row.
func (e *MeasuredLoad) simulated(r MeasuredRow, served []ServedRequest) (o SimulatedRow, err error) {
	n, first, last := 0.0, math.Inf(1), 0.0
	for _, s := range served {
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
		return o, fmt.Errorf("%s: a request of %d and %d tokens cannot be served: it is %s", e.place(r), q.Input, q.Output, served[0].Refused)
	}
	o.Sent = first
	o.TTFT, o.E2E, o.Queue = o.TTFT/n, o.E2E/n, o.Queue/n
	o.Throughput = n / (last - first)
	for k := range o.ToFirst {
		o.ToFirst[k] /= n
		o.Decode[k] /= n
	}
	return o, nil
}

// HoldOut marks rows as held out from a fit. If every is above 1, it marks the last of every rows,
// counted over all loads. If first is above 0, it marks all rows after the first ones, counted over
// all loads. The loads of the replicas of one log, which have one name, count as one load in the
// order of sending.
func HoldOut(list []MeasuredLoad, every, first int) {
	k := 0
	var rows []*MeasuredRow
	begin := 0 // of the rows of the present name
	for i := range list {
		e := &list[i]
		e.Rows = slices.Clone(e.Rows)
		if i > 0 && e.Name != list[i-1].Name {
			begin = len(rows)
		}
		for j := range e.Rows {
			e.Rows[j].HeldOut = every > 1 && k%every == every-1
			rows = append(rows, &e.Rows[j])
			k++
		}
		slices.SortStableFunc(rows[begin:], func(a, b *MeasuredRow) int { return cmp.Compare(a.Sent, b.Sent) })
	}
	for _, r := range rows[min(first, len(rows)):] {
		r.HeldOut = r.HeldOut || first > 0
	}
}
