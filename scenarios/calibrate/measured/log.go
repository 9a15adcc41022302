// Package measured reads measurements of LLM engines:
//   - logs of requests
//   - means at several loads, from tables or from the reports of load generators
//   - settings of an engine, from any JSON or YAML file
package measured

import (
	"cmp"
	"math"
	"slices"

	"wavetank/sim/tokens"
	"wavetank/workload/records"
	"wavetank/workload/table"
)

// LoggedRequest is a request of a log. Instants are in seconds since the first request was sent.
type LoggedRequest struct {
	Sent, First, Last float64         // instants; First is 0 if not measured
	Queue             float64         // from the engine's queue to the first token; 0: unknown
	Input, Output     int32           // tokens
	Replica           string          // replica that served it; "": unknown
	Content           *tokens.Content // content of the prompt; nil: it shares nothing with others
	Line              int             // line in the file; 0: unknown
}

// ReadLog reads a log of requests, and returns them in the order of sending. The ending of a column
// name gives the unit of its times (_s, _ms, _us, _ns). Without an ending, times are in seconds.
// These are the columns; some may also have other names:
//   - send, input, output: required
//   - first_token, or the time ttft: optional
//   - last_token, or one of the times e2e and tpot: required
//   - queued: when the request entered the engine's queue; optional
//   - replica: the replica that served it; optional
//
// If the engine has another clock than the sender, as vLLM has, the shortest time from sending to
// the engine's queue is assumed to be 0.
func ReadLog(t *table.Table) ([]LoggedRequest, error) {
	c, err := readColumns(t)
	if err != nil {
		return nil, err
	}
	list := make([]LoggedRequest, t.Len())
	var faults []error
	origin := slices.Min(c.send)
	shift := origin + c.clockOffset()
	for i := range list {
		list[i] = c.request(t, i, origin, shift)
		if faults = append(faults, c.faults(t, i, &list[i])...); len(faults) >= table.MostTold {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b LoggedRequest) int { return cmp.Compare(a.Sent, b.Sent) })
	return list, table.Join(faults...)
}

// request reads a row. When the first request is sent, the clock of the sender shows origin, and
// the clock of the engine shows shift.
func (c *logColumns) request(t *table.Table, i int, origin, shift float64) LoggedRequest {
	m := LoggedRequest{Sent: c.send[i] - origin, Input: int32(min(c.in[i], 1<<30)), Output: int32(min(c.out[i], 1<<30)), Line: t.Line(i)}
	switch {
	case c.first != nil:
		m.First = c.first[i] - shift
	case c.ttft != nil:
		m.First = m.Sent + c.ttft[i]
	}
	switch {
	case c.last != nil:
		m.Last = c.last[i] - shift
	case c.e2e != nil:
		m.Last = m.Sent + c.e2e[i]
	default:
		m.Last = m.First + c.tpot[i]*float64(m.Output-1)
	}
	if c.queued != nil && c.hasFirstTokens() {
		m.Queue = m.First - (c.queued[i] - shift)
	}
	if c.replica != "" {
		m.Replica = t.Text(i, c.replica)
	}
	return m
}

// faults returns impossible values of the request in a row.
func (c *logColumns) faults(t *table.Table, i int, m *LoggedRequest) (list []error) {
	if c.in[i] != math.Trunc(c.in[i]) || c.out[i] != math.Trunc(c.out[i]) {
		list = append(list, t.Fault(i, "tokens", "%v and %v are not whole numbers", c.in[i], c.out[i]))
	}
	switch {
	case c.hasFirstTokens() && m.First <= m.Sent:
		list = append(list, t.Fault(i, "first token", "%.6f s is not after the request was sent, %.6f s", m.First, m.Sent))
	case c.hasFirstTokens() && m.Last < m.First:
		list = append(list, t.Fault(i, "last token", "%.6f s is before the first, %.6f s", m.Last, m.First))
	case m.Last <= m.Sent:
		list = append(list, t.Fault(i, "last token", "%.6f s is not after the request was sent, %.6f s", m.Last, m.Sent))
	case c.queued != nil && m.Queue < 0:
		list = append(list, t.Fault(i, "queued", "%.6f s is after the first token, %.6f s", m.First-m.Queue, m.First))
	}
	return list
}

// logColumns are the columns of a log. A missing column is nil.
type logColumns struct {
	send, in, out, first, last, ttft, e2e, tpot, queued []float64
	replica                                             string // name of the column
}

// readColumns reads the columns of a log. It joins all faults.
func readColumns(t *table.Table) (c logColumns, err error) {
	var faults []error
	lengths := func(names []string) (list []float64) {
		list, err := t.Needed(1, names...)
		faults = append(faults, err)
		return list
	}
	instants := func(names []string) (list []float64) {
		list, err := t.Instants(names...)
		faults = append(faults, err)
		return list
	}
	spans := func(names []string) (list []float64) {
		list, err := t.Spans(names...)
		faults = append(faults, err)
		return list
	}
	if c.send = instants(records.Sent); !hasOne(t, records.Sent...) {
		faults = append(faults, t.Missing(records.Sent...))
	}
	c.in, c.out = lengths(records.Inputs), lengths(records.Outputs)
	c.first, c.last, c.queued = instants(firsts), instants(lasts), instants(queued)
	c.ttft, c.e2e, c.tpot = spans(ttfts), spans(latencies), spans(tpots)
	c.replica, _ = t.Find("replica")
	switch ends := hasOne(t, lasts...) || hasOne(t, latencies...); {
	case !ends && !hasOne(t, tpots...):
		faults = append(faults, t.Missing("last_token", "e2e", "tpot"))
	case !ends && !hasOne(t, firsts...) && !hasOne(t, ttfts...): // tpot needs first tokens
		faults = append(faults, t.Missing("last_token", "e2e", "first_token", "ttft"))
	}
	return c, table.Join(faults...)
}

// The names of the columns of a log. The first one that a table has counts.
var (
	firsts = []string{"first_token", "first_token_ts", "first_token_time", "first_chunk_time", "completion_start_time", "first"}
	lasts  = []string{"last_token", "last_token_ts", "last_token_time", "last_chunk_time", "last", "end", "end_time", "finish", "finish_time", "finished_at"}
	queued = []string{"queued", "queued_ts", "queued_time"}

	ttfts     = []string{"ttft", "time_to_first_token"}
	latencies = []string{"e2e", "latency", "e2e_latency", "request_latency", "e2el"}
	tpots     = []string{"tpot", "time_per_output_token"}
)

// hasOne reports whether a table has one of several columns, even an empty one.
func hasOne(t *table.Table, names ...string) bool {
	column, _ := t.Find(names...)
	return column != ""
}

// hasFirstTokens reports whether first tokens were measured.
func (c *logColumns) hasFirstTokens() bool { return c.first != nil || c.ttft != nil }

// clockOffset returns by how many seconds the engine's clock is ahead of the sender's. It returns 0
// if both seem to be the same clock.
func (c *logColumns) clockOffset() float64 {
	const most = 1 // longest time into the queue of an idle engine, in seconds
	var ahead float64
	for i, q := range c.queued {
		if d := q - c.send[i]; i == 0 || d < ahead {
			ahead = d
		}
	}
	if math.Abs(ahead) <= most {
		return 0
	}
	return ahead
}
