package calibrate

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Measured is a request of a log: times in seconds since the first was sent.
type Measured struct {
	Sent, First, Last float64
	Input, Output     int32
	Line              int // of the file; 0: unknown
}

// ReadLog reads a log of requests: the columns send, first_token, last_token, input, output, or other names for them;
// times are in the unit that a column's ending _s, _ms, _us or _ns names, else in seconds. In place of the last two times
// there may be the spans ttft, and e2e or tpot.
func ReadLog(t *Table) ([]Measured, error) {
	send, e1 := t.needed(-1e300, "send", "arrival", "sent", "start", "timestamp")
	in, e2 := t.needed(1, "input", "input_tokens", "input_toks", "prompt_tokens", "prompt")
	out, e3 := t.needed(1, "output", "output_tokens", "output_toks", "generated_tokens", "generation_tokens")
	first, e4 := t.numbers(-1e300, "first_token", "first_token_time", "first")
	last, e5 := t.numbers(-1e300, "last_token", "last_token_time", "last", "end", "finish")
	ttft, e6 := t.numbers(0, "ttft")
	e2e, e7 := t.numbers(0, "e2e", "latency", "e2e_latency")
	tpot, e8 := t.numbers(0, "tpot")
	if err := errors.Join(e1, e2, e3, e4, e5, e6, e7, e8); err != nil {
		return nil, err
	}
	if first == nil && ttft == nil {
		return nil, fmt.Errorf("%s:1: there is no column first_token or ttft", t.Name)
	}
	if last == nil && e2e == nil && tpot == nil {
		return nil, fmt.Errorf("%s:1: there is no column last_token, e2e or tpot", t.Name)
	}
	list := make([]Measured, t.Len())
	var faults []error
	origin := slices.Min(send)
	for i := range list {
		m := Measured{Sent: send[i] - origin, Input: int32(min(in[i], 1<<30)), Output: int32(min(out[i], 1<<30)), Line: t.lines[i]}
		if first != nil {
			m.First = first[i] - origin
		} else {
			m.First = m.Sent + ttft[i]
		}
		switch {
		case last != nil:
			m.Last = last[i] - origin
		case e2e != nil:
			m.Last = m.Sent + e2e[i]
		default:
			m.Last = m.First + tpot[i]*float64(m.Output-1)
		}
		if in[i] != math.Trunc(in[i]) || out[i] != math.Trunc(out[i]) {
			faults = append(faults, t.Fault(i, "tokens", "%v and %v are not whole numbers", in[i], out[i]))
		}
		if m.First <= m.Sent {
			faults = append(faults, t.Fault(i, "first token", "%.6f s is not after the request was sent, %.6f s", m.First, m.Sent))
		} else if m.Last < m.First {
			faults = append(faults, t.Fault(i, "last token", "%.6f s is before the first, %.6f s", m.Last, m.First))
		}
		list[i] = m
	}
	slices.SortStableFunc(list, func(a, b Measured) int {
		switch {
		case a.Sent < b.Sent:
			return -1
		case a.Sent > b.Sent:
			return 1
		}
		return 0
	})
	return list, errors.Join(faults...)
}
