package measured

import (
	"cmp"
	"math"
	"slices"

	"wavetank/sim/tokens"
	"wavetank/workload/table"
)

// LoggedRequest is a request of a log: times in seconds since the first was sent.
type LoggedRequest struct {
	Sent, First, Last float64 // First is 0 where it was not measured
	Queue             float64 // from the engine's queue to the first token; 0: not told
	Input, Output     int32
	Replica           string          // that served it; "": not told
	Content           *tokens.Content // of the prompt, nil: no other request has the like
	Line              int             // of the file; 0: unknown
}

// ReadLog reads a log of requests: the columns send, first_token, last_token, input, output, or other names for them;
// times are in the unit that a column's ending _s, _ms, _us or _ns names, else in seconds. In place of the last two times
// there may be the spans ttft, and e2e or tpot; no time of a first token need be there. Columns queued, when a request came into the
// engine's queue, and replica may be there. Where the engine's clock is another than that of the sending, as vLLM's is, the
// shortest way into the queue is taken for none.
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
		if c.in[i] != math.Trunc(c.in[i]) || c.out[i] != math.Trunc(c.out[i]) {
			faults = append(faults, t.Fault(i, "tokens", "%v and %v are not whole numbers", c.in[i], c.out[i]))
		}
		switch {
		case c.hasFirstTokens() && m.First <= m.Sent:
			faults = append(faults, t.Fault(i, "first token", "%.6f s is not after the request was sent, %.6f s", m.First, m.Sent))
		case c.hasFirstTokens() && m.Last < m.First:
			faults = append(faults, t.Fault(i, "last token", "%.6f s is before the first, %.6f s", m.Last, m.First))
		case m.Last <= m.Sent:
			faults = append(faults, t.Fault(i, "last token", "%.6f s is not after the request was sent, %.6f s", m.Last, m.Sent))
		case c.queued != nil && m.Queue < 0:
			faults = append(faults, t.Fault(i, "queued", "%.6f s is after the first token, %.6f s", m.First-m.Queue, m.First))
		}
		if len(faults) == table.MostTold {
			break
		}
		list[i] = m
	}
	slices.SortStableFunc(list, func(a, b LoggedRequest) int { return cmp.Compare(a.Sent, b.Sent) })
	return list, table.Join(faults...)
}

// logColumns are the columns of a log; nil where they are not there.
type logColumns struct {
	send, in, out, first, last, ttft, e2e, tpot, queued []float64
	replica                                             string // its name
}

// readColumns joins what is wrong with the columns of a log.
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

// hasOne reports whether the table has one of several columns, whatever its cells hold.
func hasOne(t *table.Table, names ...string) bool {
	column, _ := t.Find(names...)
	return column != ""
}

// hasFirstTokens reports whether first tokens were measured.
func (c *logColumns) hasFirstTokens() bool { return c.first != nil || c.ttft != nil }

// clockOffset returns how far the engine's clock is ahead of the one by which requests were sent: 0 where they seem to be one.
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
