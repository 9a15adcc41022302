package control

import (
	"math"
	"slices"
	"time"

	"wavetank/sim/kernel"
)

// usage is what the horizontal pod autoscaler knows of the replicas of one deployment.
type usage struct {
	ready   int     // replicas whose metric counts
	unready int     // replicas that still start
	missing int     // replicas without a metric
	mean    float64 // metric over the ready ones
	target  float64 // what the mean should be
}

// current returns all replicas.
func (u usage) current() int { return u.ready + u.unready + u.missing }

// replicas returns how many replicas bring the metric to its target, as the replica calculator of
// Kubernetes' autoscaling/v2 does. Within the tolerance the number stays. Missing replicas count as
// at their target when the metric is low, and as idle when it is high. Unready ones count as idle
// when it is high. Where that would turn the direction round, the number stays.
func (u usage) replicas(tolerance float64) int {
	current := u.current()
	if u.ready == 0 {
		return current
	}
	within := func(ratio float64) bool { return 1-tolerance <= ratio && ratio <= 1+tolerance }
	ratio := u.mean / u.target
	up := ratio > 1 && u.unready > 0
	if !up && u.missing == 0 {
		if within(ratio) {
			return current
		}
		return whole(ratio * float64(u.ready))
	}
	total, count := u.mean*float64(u.ready), u.ready
	if ratio < 1 {
		total += u.target * float64(u.missing)
	}
	if ratio != 1 {
		count += u.missing
	}
	if up {
		count += u.unready
	}
	again := total / float64(count) / u.target
	if within(again) || (ratio < 1 && again > 1) || (ratio > 1 && again < 1) {
		return current
	}
	next := whole(again * float64(count))
	if (again < 1 && next > current) || (again > 1 && next < current) {
		return current
	}
	return next
}

// whole rounds up. It bounds the result, so that it can be added to.
func whole(x float64) int { return int(min(math.Ceil(x), 1<<30)) }

// scalingPolicy limits how much may change within a period.
type scalingPolicy struct {
	pods   bool // value counts replicas; otherwise percent of those at the start of the period
	value  float64
	period time.Duration
}

// behavior is the behaviour section of an autoscaler. Of several policies the one that allows the
// largest change holds.
type behavior struct {
	stabilizeUp, stabilizeDown time.Duration
	up, down                   []scalingPolicy
	least, most                int
}

// standardBehavior is what Kubernetes applies where nothing is said.
func standardBehavior(least, most int) behavior {
	return behavior{
		stabilizeDown: 5 * time.Minute,
		up:            []scalingPolicy{{true, 4, 15 * time.Second}, {false, 100, 15 * time.Second}},
		down:          []scalingPolicy{{false, 100, 15 * time.Second}},
		least:         least,
		most:          most,
	}
}

// stamped is a number that was recommended, or a change that was made (positive: up), at an
// instant.
type stamped struct {
	at    kernel.Time
	value int
}

// recommender turns raw recommendations into numbers of replicas as Kubernetes' horizontal
// controller does. It stabilises them over a window, limits the rate of change, and keeps them
// within limits.
type recommender struct {
	behavior
	recommended []stamped
	changed     []stamped
}

// next takes the raw recommendation of an instant; instants ascend.
func (r *recommender) next(now kernel.Time, current, raw int) (stabilized, final int) {
	stabilized = r.stabilize(now, current, raw)
	final = r.limit(now, current, stabilized)
	if final != current {
		r.changed = append(r.changed, stamped{now, final - current})
	}
	return stabilized, final
}

// stabilize keeps the current number within the lowest recommendation of the upward window and the
// highest of the downward one.
func (r *recommender) stabilize(now kernel.Time, current, raw int) int {
	low, high := raw, raw
	for _, s := range r.recommended {
		if within(s.at, now, r.stabilizeUp) {
			low = min(low, s.value)
		}
		if within(s.at, now, r.stabilizeDown) {
			high = max(high, s.value)
		}
	}
	r.recommended = forget(append(r.recommended, stamped{now, raw}), now, max(r.stabilizeUp, r.stabilizeDown))
	return min(max(current, low), high)
}

// limit bounds the change by the scaling policies and the result by the limits.
func (r *recommender) limit(now kernel.Time, current, desired int) int {
	most, least := r.most, r.least
	longest := time.Duration(0)
	up, down := 0, math.MaxInt
	for _, p := range r.up {
		up = max(up, p.upTo(current-r.change(now, p.period)))
		longest = max(longest, p.period)
	}
	for _, p := range r.down {
		down = min(down, p.downTo(current-r.change(now, p.period)))
		longest = max(longest, p.period)
	}
	r.changed = forget(r.changed, now, longest)
	switch {
	case desired > current:
		most = min(most, max(current, up))
	case desired < current:
		least = max(least, min(current, down))
	}
	return min(max(desired, least), most)
}

// change returns the sum of the changes within a period.
func (r *recommender) change(now kernel.Time, period time.Duration) (sum int) {
	for _, s := range r.changed {
		if within(s.at, now, period) {
			sum += s.value
		}
	}
	return sum
}

func (p scalingPolicy) upTo(start int) int {
	if p.pods {
		return start + int(p.value)
	}
	return whole(float64(start) * (1 + p.value/100))
}

func (p scalingPolicy) downTo(start int) int {
	if p.pods {
		return start - int(p.value)
	}
	return int(float64(start) * (1 - p.value/100))
}

// within reports whether an instant is less than a span before now.
func within(at, now kernel.Time, span time.Duration) bool { return now.Sub(at) < span }

// forget drops what is a span old or older.
func forget(list []stamped, now kernel.Time, span time.Duration) []stamped {
	return slices.DeleteFunc(list, func(s stamped) bool { return !within(s.at, now, span) })
}
