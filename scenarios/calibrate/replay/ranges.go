package replay

import (
	"cmp"
	"math"
	"slices"

	"wavetank/scenarios/builtin"
)

// RangesOf returns the ranges of what measured loads contain. Without heldOut, rows that are held
// out have no lengths, but they belong to the load of the others.
func RangesOf(list []MeasuredLoad, heldOut bool) builtin.Seen {
	s := builtin.Seen{}
	for _, r := range []*builtin.SeenRange{&s.Prompt, &s.Context, &s.Sequences, &s.Tokens} {
		*r = builtin.SeenRange{Least: math.Inf(1)}
	}
	widen := func(r *builtin.SeenRange, least, most float64) {
		r.Least, r.Most = min(r.Least, least), max(r.Most, most)
	}
	for i := range list {
		e := &list[i]
		var spans []span
		tokens, used := 0.0, false
		for _, row := range e.Rows {
			for _, q := range e.Demand.Requests[row.From:row.To] {
				in, all := float64(q.Input), float64(q.Input)+float64(q.Output)
				if heldOut || !row.HeldOut {
					widen(&s.Prompt, in, in)
					widen(&s.Context, all, all)
					used = true
				}
				tokens += all
				spans = append(spans, span{q.Arrival, q.Arrival + row.E2E})
			}
		}
		if used {
			mean, most, length := e.inFlight(spans)
			widen(&s.Sequences, mean, most)
			widen(&s.Tokens, tokens/length, tokens/length)
		}
	}
	for _, r := range []*builtin.SeenRange{&s.Prompt, &s.Context, &s.Sequences, &s.Tokens} {
		if r.Most == 0 {
			*r = builtin.SeenRange{}
		}
	}
	for _, v := range []*float64{&s.Sequences.Least, &s.Tokens.Least, &s.Tokens.Most} {
		*v = rounded(*v)
	}
	return s
}

// rounded rounds a number to three digits.
func rounded(v float64) float64 {
	if v == 0 {
		return 0
	}
	unit := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	if unit < 1 {
		return math.Round(v)
	}
	return math.Round(v*unit) / unit
}

// span is a span of time, in seconds.
type span struct{ from, to float64 }

// inFlight returns how many requests there are at a time on average and at most, and how long all
// of them take together. In a closed loop all clients have one.
func (e *MeasuredLoad) inFlight(spans []span) (mean, most, length float64) {
	if n := min(float64(e.Demand.Cap), float64(len(spans))); n > 0 && e.Rate == 0 {
		for _, s := range spans {
			length += (s.to - s.from) / n
		}
		return n, n, length
	}
	type change struct{ at, by float64 }
	var list []change
	first, last, busy := math.Inf(1), 0.0, 0.0
	for _, s := range spans {
		list = append(list, change{s.from, 1}, change{s.to, -1})
		first, last, busy = min(first, s.from), max(last, s.to), busy+s.to-s.from
	}
	slices.SortFunc(list, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) })
	now := 0.0
	for _, c := range list {
		now += c.by
		most = max(most, now)
	}
	return busy / (last - first), most, last - first
}
