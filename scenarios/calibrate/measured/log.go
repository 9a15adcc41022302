// Package measured reads what was measured of LLM engines:
//   - logs of requests
//   - means at several loads, from tables or from the reports of load generators
//   - settings of an engine, from any JSON or YAML file
package measured

import (
	"cmp"
	"math"
	"slices"

	"wavetank/sim/tokens"
	"wavetank/workload/table"
)

// LoggedRequest is a request of a log. Times are in seconds since the first request was sent.
type LoggedRequest struct {
	Sent, First, Last float64         // First 0: not measured
	Queue             float64         // from the engine's queue to the first token; 0: not measured
	Input, Output     int32           // tokens
	Replica           string          // replica that served it; "": unknown
	Content           *tokens.Content // content of the prompt; nil: it shares nothing with others
	Line              int             // line of the file; 0: unknown
}

// ReadLog reads a log of requests, in the order of sending. Times are in the unit that the ending
// of a column names (_s, _ms, _us, _ns), or else in seconds. The columns, some with other names
// too:
//   - send, input, output: always there
//   - first_token, or the span ttft: may be missing
//   - last_token, or one of the spans e2e and tpot
//   - queued: when the request came into the engine's queue; may be missing
//   - replica: that served it; may be missing
//
// If the engine has another clock than the sending, as vLLM has, the shortest way into its queue
// is taken for none.
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

// request reads a row. The clock of sending reads origin, and that of the engine shift, when the
// first request is sent.
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

// faults says what cannot be of the request in a row.
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

// logColumns are the columns of a log; nil: not there.
type logColumns struct {
	send, in, out, first, last, ttft, e2e, tpot, queued []float64
	replica                                             string // its name
}

// readColumns reads the columns of a log. It joins all faults.
func readColumns(t *table.Table) (c logColumns, err error) {
	const least = -1e300
	var faults []error
	firsts := []string{"first_token", "first_token_ts", "first_token_time", "first"}
	lasts := []string{"last_token", "last_token_ts", "last_token_time", "last", "end", "finish", "finish_time"}
	spans := []string{"e2e", "latency", "e2e_latency"}
	needed := func(to *[]float64, low float64, names ...string) {
		v, err := t.Needed(low, names...)
		*to, faults = v, append(faults, err)
	}
	optional := func(to *[]float64, low float64, names ...string) {
		v, err := t.Numbers(low, names...)
		*to, faults = v, append(faults, err)
	}
	needed(&c.send, least, "send", "arrival", "arrival_time", "sent", "start", "launch_time", "timestamp")
	needed(&c.in, 1, "input", "input_tokens", "input_toks", "prompt_tokens", "prompt")
	needed(&c.out, 1, "output", "output_tokens", "output_toks", "generated_tokens", "generation_tokens")
	optional(&c.first, least, firsts...)
	optional(&c.last, least, lasts...)
	optional(&c.ttft, 0, "ttft")
	optional(&c.e2e, 0, spans...)
	optional(&c.tpot, 0, "tpot")
	optional(&c.queued, least, "queued", "queued_ts", "queued_time")
	c.replica, _ = t.Find("replica")
	switch ends := hasOne(t, append(lasts, spans...)...); {
	case !ends && !hasOne(t, "tpot"):
		faults = append(faults, t.Missing("last_token", "e2e", "tpot"))
	case !ends && !hasOne(t, append(firsts, "ttft")...): // tpot counts from the first token
		faults = append(faults, t.Missing("last_token", "e2e", "first_token", "ttft"))
	}
	return c, table.Join(faults...)
}

// hasOne reports whether a table has one of several columns, even with empty cells.
func hasOne(t *table.Table, names ...string) bool {
	column, _ := t.Find(names...)
	return column != ""
}

// hasFirstTokens reports whether first tokens were measured.
func (c *logColumns) hasFirstTokens() bool { return c.first != nil || c.ttft != nil }

// clockOffset returns how far the engine's clock is ahead of the one of sending; 0: they seem to be
// one.
func (c *logColumns) clockOffset() float64 {
	const most = 1 // second into an idle engine's queue
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
