package tokens

import (
	"math"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// bare is a minimal server for the same requests: first come first served, whole prompts, many
// decoding steps at once, no blocks, no reports. Benchmarks compare the replica with it.
type bare struct {
	c        *Config
	waiting  []bareRequest
	fresh    []bareRequest // prompts of the present step
	ends     []bareEnd     // ends of the decoding sequences, in the order of time
	steps    int64
	context  int64 // context of the decoding sequences
	base     kernel.Time
	fraction int64
	count    int64 // steps of the present run
	time     int64
	growth   int64
}

type bareRequest struct{ prompt, output int32 }

// bareEnd is the step at which a sequence finishes, and the number of tokens that it then has in
// the cache.
type bareEnd struct{ step, tokens int64 }

func (r *bare) total(n int64) int64 { return r.fraction + n*r.time + r.growth*(n*(n-1)/2) }

func (r *bare) next() kernel.Time {
	if r.count == 0 {
		return kernel.Never
	}
	return r.base + kernel.Time(r.total(r.count)/profile.Grains)
}

func (r *bare) arrive(now kernel.Time, _ int64, a *arrival) kernel.Time {
	r.waiting = append(r.waiting, bareRequest{a.prompt, a.output})
	if r.count == 0 {
		return now
	}
	if n := r.count; n > 1 {
		span := float64(int64(now-r.base)*profile.Grains - r.fraction)
		half := float64(r.growth) / 2
		b := float64(r.time) - half
		k := int64(2 * span / (b + math.Sqrt(b*b+4*half*span)))
		for r.count = min(k+1, n); r.count < n && r.next() < now; r.count++ {
		}
	}
	return r.next()
}

func (r *bare) step(now kernel.Time) (finished int, next kernel.Time, steps int) {
	steps = int(r.count)
	if r.count == 0 {
		r.fraction = 0
	} else {
		r.fraction = r.total(r.count) % profile.Grains
	}
	r.base, r.steps = now, r.steps+r.count
	r.context += r.count * int64(len(r.ends))
	for _, q := range r.fresh {
		if q.output == 1 {
			finished++
			continue
		}
		r.context += int64(q.prompt)
		end := bareEnd{r.steps + int64(q.output) - 1, int64(q.prompt + q.output - 1)}
		i := len(r.ends)
		for r.ends = append(r.ends, end); i > 0 && r.ends[i-1].step > end.step; i-- {
			r.ends[i] = r.ends[i-1]
		}
		r.ends[i] = end
	}
	done := 0
	for done < len(r.ends) && r.ends[done].step == r.steps {
		r.context -= r.ends[done].tokens
		done++
	}
	r.ends = r.ends[:copy(r.ends, r.ends[done:])]
	r.fresh = r.fresh[:0]
	r.plan()
	return finished + done, r.next(), steps
}

func (r *bare) plan() {
	n := int64(len(r.ends))
	w := profile.Work{Decode: n, Context: r.context}
	taken, budget := 0, int32(r.c.MaxTokens-len(r.ends))
	for taken < len(r.waiting) && len(r.ends)+taken < r.c.MaxSequences && r.waiting[taken].prompt <= budget {
		p := r.waiting[taken].prompt
		budget -= p
		w.Prefill += int64(p)
		w.Attention += int64(p) * int64(p)
		taken++
	}
	r.fresh = append(r.fresh, r.waiting[:taken]...)
	r.waiting = r.waiting[:copy(r.waiting, r.waiting[taken:])]
	w.Sequences = n + int64(taken)
	if r.count = 0; w.Sequences > 0 {
		r.count = 1
		r.time, r.growth = r.c.StepTime.Time(w), 0
		if taken == 0 {
			r.count, r.growth = r.ends[0].step-r.steps, r.c.StepTime.Memory.Context*n
		}
	}
}
