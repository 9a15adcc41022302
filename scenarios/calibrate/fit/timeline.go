package fit

import (
	"cmp"
	"math"
	"slices"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// timeline adds up what an engine did, as measured times of single requests tell it: a request
// decodes at a constant rate from its first to its last token, and its prompt is computed just
// before its first token. Steps need not be simulated for it.
type timeline struct {
	at    []float64 // instants, ascending
	total []amounts // what was done until each instant
}

// amounts are sums over a time.
type amounts struct{ prompts, prefill, pairs, decode, context float64 }

// turn is an instant at which the rates of a timeline change.
type turn struct {
	at                             float64
	done                           amounts // what is done at this instant
	rate, contextRate, contextRise float64 // changes of these
}

// timelineOf returns the timeline of the requests of a load; of none if times of first tokens were
// not measured.
func timelineOf(e *replay.MeasuredLoad) *timeline {
	var turns []turn
	for _, r := range e.Rows {
		if r.To-r.From != 1 || r.TTFT == 0 {
			continue
		}
		q := e.Demand.Requests[r.From]
		first, last, input := r.Sent+r.TTFT, r.Sent+r.E2E, float64(q.Input)
		turns = append(turns, turn{at: first, done: amounts{prompts: 1, prefill: input, pairs: input * input / 2}})
		if q.Output < 2 || last <= first {
			continue
		}
		rate := float64(q.Output-1) / (last - first)
		// After t seconds the request has input + rate·(t − first) tokens in the cache.
		start, rise := rate*(input-rate*first), rate*rate
		turns = append(turns, turn{at: first, rate: rate, contextRate: start, contextRise: rise}, turn{at: last, rate: -rate, contextRate: -start, contextRise: -rise})
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.at, b.at) })
	t := &timeline{}
	var now turn
	for _, next := range turns {
		d := next.at - now.at
		now.done.decode += now.rate * d
		now.done.context += d * (now.contextRate + now.contextRise*(now.at+next.at)/2)
		now.done = now.done.plus(next.done, 1)
		now.at = next.at
		now.rate, now.contextRate, now.contextRise = now.rate+next.rate, now.contextRate+next.contextRate, now.contextRise+next.contextRise
		t.at, t.total = append(t.at, now.at), append(t.total, now.done)
	}
	return t
}

// plus returns a + factor · other.
func (a amounts) plus(other amounts, factor float64) amounts {
	return amounts{
		a.prompts + factor*other.prompts, a.prefill + factor*other.prefill, a.pairs + factor*other.pairs,
		a.decode + factor*other.decode, a.context + factor*other.context,
	}
}

// between returns what was done after one instant of the timeline, until another.
func (t *timeline) between(from, to float64) amounts {
	after := func(at float64) amounts {
		i, _ := slices.BinarySearchFunc(t.at, at, func(a, b float64) int {
			if a <= b {
				return -1
			}
			return 1
		})
		if i == 0 {
			return amounts{}
		}
		return t.total[i-1]
	}
	return after(to).plus(after(from), -1)
}

// features returns the features of n steps in which this was done. Steps with a prompt are limited
// by computing, and use all experts. Others are limited by memory. Every prompt has a step of its
// own, as far as there are enough steps.
func (a amounts) features(n float64, m *profile.Mixture) (v profile.Vector) {
	with := min(a.prompts, n)
	set := func(name string, to float64) { v[profile.CoefficientIndex(name)] = to }
	set("memory.constant", n-with)
	set("compute.prefill", a.prefill)
	set("compute.decode", a.decode*with/n)
	set("overhead.constant", n)
	set("overhead.sequence", a.decode+a.prompts)
	set("overhead.attention", a.pairs)
	set("overhead.context", a.context)
	set(eachExpert, with*float64(m.Count)+(n-with)*m.Activated(a.decode/n))
	return v
}

// timelineStart returns values that agree best with the timelines of the measured requests, as a
// start of a fit. There are none without times of first tokens of single requests.
func (f *fitter) timelineStart() []float64 {
	var rows [][]float64
	var right []float64
	for i := range f.list {
		e := &f.list[i]
		t := timelineOf(e)
		for _, r := range e.Rows {
			if out := e.MeanOutput(r); !r.HeldOut && r.To-r.From == 1 && r.TTFT > 0 && out >= 2 && r.E2E > r.TTFT {
				first, last := r.Sent+r.TTFT, r.Sent+r.E2E
				row, b := f.equation(window{measured: last - first, features: t.between(first, last).features(out-1, &f.Config.StepTime.Experts), counts: [3]float64{0, out - 1, 1}}, 1)
				rows, right = append(rows, row), append(right, b)
			}
		}
	}
	if len(rows) < manyRows {
		return nil
	}
	f.rowCount, f.meanCount = len(rows), 0
	values := f.start(0.8*f.quickest, 0.8*f.quickest/usualPhysics.RidgeTokens)
	for range 3 {
		spread := f.spreadOf(rows, right, values)
		values = f.solve(f.withBeliefs(slices.Clip(rows), slices.Clip(right), values, spread))
	}
	if slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return nil
	}
	return values
}
