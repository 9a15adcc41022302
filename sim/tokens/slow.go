package tokens

import (
	"math"

	"wavetank/sim/kernel"
)

// longestStep is the longest time of a slow step, in grains: 36 minutes.
const longestStep = 1 << 61

// Slow lets every step that begins from now on take factor times as long. The factor is at least 1;
// with 1 the replica has its full speed again. The caller then calls Wake or Next, because a run of
// steps under way ends at the first boundary that is not before now.
func (r *Engine) Slow(now kernel.Time, factor float64) {
	if r.special == nil {
		if factor == 1 {
			return
		}
		r.special = &special{slow: 1}
	}
	if factor == r.special.slow {
		return
	}
	r.special.slow = factor
	if r.run.count > 0 {
		r.run.count = r.run.until(r.grains(now))
	}
}

// finished returns after how many grains the planned step ends, if it takes so long at full speed.
// Ranks are aligned and slowed down later (EngineGroup.align).
func (r *Engine) finished(grains int64) int64 {
	x := r.special
	if x.rank {
		return grains
	}
	grains = x.slowed(grains)
	if x.stages != nil {
		grains = x.stages.pass(r.base, r.fraction, grains)
	}
	return grains
}

// slowed returns the time of a step in grains, if it takes so long at full speed.
func (x *special) slowed(grains int64) int64 {
	if x.slow == 1 {
		return grains
	}
	return int64(min(math.Round(float64(grains)*x.slow), longestStep))
}
