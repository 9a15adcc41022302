package control

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/sim/kernel"
)

// Behavior is the behaviour section of a horizontal pod autoscaler (autoscaling/v2,
// HorizontalPodAutoscalerBehavior): how fast it may scale in each direction.
type Behavior struct{ Up, Down ScalingRules }

// ScalingRules limit the scaling in one direction.
type ScalingRules struct {
	Stabilization time.Duration   // how long an earlier recommendation holds a change back
	Policies      []ScalingPolicy // limits on the change
	Select        Selection       // which of several policies applies
	Tolerance     float64         // relative deviation from the target that is ignored
}

// ScalingPolicy limits how much may change within a period.
type ScalingPolicy struct {
	Percent bool    // Value is in percent of the replicas at the start of the period
	Value   float64 // largest change: percent, or number of replicas
	Period  time.Duration
}

// Selection says which of several scaling policies applies.
type Selection string

// The selections of Kubernetes.
const (
	SelectMost  Selection = "max"      // the policy that allows the largest change
	SelectLeast Selection = "min"      // the policy that allows the smallest change
	SelectNone  Selection = "disabled" // no policy: the number does not change in this direction
)

// DefaultTolerance is the relative deviation from the target that Kubernetes ignores by default.
const DefaultTolerance = 0.1

// StandardBehavior is the default of Kubernetes: up by four replicas or 100 % in 15 s, whichever is
// more, and down to the highest recommendation of the last five minutes (kubernetes/kubernetes,
// pkg/apis/autoscaling/v2/defaults.go).
func StandardBehavior() Behavior {
	const period = 15 * time.Second
	return Behavior{
		Up:   ScalingRules{0, []ScalingPolicy{{false, 4, period}, {true, 100, period}}, SelectMost, DefaultTolerance},
		Down: ScalingRules{5 * time.Minute, []ScalingPolicy{{true, 100, period}}, SelectMost, DefaultTolerance},
	}
}

// The bounds of Kubernetes' API (pkg/apis/autoscaling/validation/validation.go).
const (
	longestStabilization = time.Hour
	longestPolicyPeriod  = 30 * time.Minute
)

func (b *Behavior) validate() error {
	return errors.Join(b.Up.validate("behavior.scale-up"), b.Down.validate("behavior.scale-down"))
}

func (r *ScalingRules) validate(name string) error {
	var faults []error
	fault := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(name+"."+format, args...))
		}
	}
	fault(r.Stabilization < 0 || r.Stabilization > longestStabilization, "stabilization: %v is outside [0s, 1h]", r.Stabilization)
	fault(!(r.Tolerance >= 0 && r.Tolerance < 1), "tolerance: %v is outside [0, 1)", r.Tolerance)
	fault(!slices.Contains([]Selection{SelectMost, SelectLeast, SelectNone}, r.Select), "select-policy: %q is none of max, min, disabled", r.Select)
	fault(len(r.Policies) == 0, "policies: there is none")
	for i, p := range r.Policies {
		fault(!(p.Value > 0 && p.Value <= mostWhole), "policies[%d].value: %v is not a positive number", i, p.Value)
		fault(p.Period <= 0 || p.Period > longestPolicyPeriod, "policies[%d].period: %v is outside (0s, 30m]", i, p.Period)
	}
	return errors.Join(faults...)
}

func (b *Behavior) tolerance() tolerance { return tolerance{b.Up.Tolerance, b.Down.Tolerance} }

// stamped is a recommended number of replicas, or a change of the number (positive: up), with its
// instant.
type stamped struct {
	at    kernel.Time
	value int
}

// recommender turns raw recommendations into numbers of replicas as Kubernetes' horizontal
// controller does (pkg/controller/podautoscaler/horizontal.go). It stabilises them over a window,
// limits the rate of change, and keeps them within limits.
type recommender struct {
	Behavior
	recommended []stamped
	changed     []stamped
}

// begin records the number of replicas before the first recommendation
// (recordInitialRecommendation).
func (r *recommender) begin(now kernel.Time, current int) {
	r.recommended = append(r.recommended, stamped{now, current})
}

// next takes the raw recommendation of an instant. It returns the recommendation after the
// stabilization, and the final number within [least, most]. Instants must ascend.
func (r *recommender) next(now kernel.Time, current, raw, least, most int) (stabilized, final int) {
	stabilized = r.stabilize(now, current, raw)
	final = r.limit(now, current, stabilized, least, most)
	r.change(now, final-current)
	return stabilized, final
}

// change records a change that was made (storeScaleEvent).
func (r *recommender) change(now kernel.Time, by int) {
	if by != 0 {
		r.changed = append(r.changed, stamped{now, by})
	}
}

// stabilize moves the current number only as far as needed to reach the lowest recommendation of
// the upward window, or to fall to the highest one of the downward window
// (stabilizeRecommendationWithBehaviors).
func (r *recommender) stabilize(now kernel.Time, current, raw int) int {
	low, high := raw, raw
	for _, s := range r.recommended {
		if within(s.at, now, r.Up.Stabilization) {
			low = min(low, s.value)
		}
		if within(s.at, now, r.Down.Stabilization) {
			high = max(high, s.value)
		}
	}
	r.recommended = forget(append(r.recommended, stamped{now, raw}), now, max(r.Up.Stabilization, r.Down.Stabilization))
	return min(max(current, low), high)
}

// limit bounds the change by the scaling policies, and the result by [least, most]
// (convertDesiredReplicasWithBehaviorRate).
func (r *recommender) limit(now kernel.Time, current, desired, least, most int) int {
	switch {
	case desired > current:
		most = min(most, max(current, r.upTo(now, current)))
	case desired < current:
		least = max(least, min(current, r.downTo(now, current)))
	}
	longest := time.Duration(0)
	for _, p := range slices.Concat(r.Up.Policies, r.Down.Policies) {
		longest = max(longest, p.Period)
	}
	r.changed = forget(r.changed, now, longest)
	return min(max(desired, least), most)
}

// upTo returns the largest number that the policies allow (calculateScaleUpLimitWithScalingRules).
func (r *recommender) upTo(now kernel.Time, current int) int {
	return r.Up.bound(current, slices.Min[[]int], slices.Max[[]int], func(p ScalingPolicy) int { return p.upTo(current - r.changes(now, p.Period)) })
}

// downTo returns the smallest number that the policies allow
// (calculateScaleDownLimitWithBehaviors).
func (r *recommender) downTo(now kernel.Time, current int) int {
	return r.Down.bound(current, slices.Max[[]int], slices.Min[[]int], func(p ScalingPolicy) int { return p.downTo(current - r.changes(now, p.Period)) })
}

// bound returns the farthest number that the policies allow. r.Select says whether the strictest or
// the most generous policy applies. If no policy applies, it returns the current number.
func (r *ScalingRules) bound(
	current int, nearest, farthest func([]int) int, limit func(ScalingPolicy) int,
) int {
	if r.Select == SelectNone {
		return current
	}
	limits := make([]int, len(r.Policies))
	for i, p := range r.Policies {
		limits[i] = limit(p)
	}
	if r.Select == SelectLeast {
		return nearest(limits)
	}
	return farthest(limits)
}

// changes returns the sum of the changes within the last period.
func (r *recommender) changes(now kernel.Time, period time.Duration) (sum int) {
	for _, s := range r.changed {
		if within(s.at, now, period) {
			sum += s.value
		}
	}
	return sum
}

func (p ScalingPolicy) upTo(start int) int {
	if !p.Percent {
		return start + int(p.Value)
	}
	return whole(float64(start) * (1 + p.Value/100))
}

func (p ScalingPolicy) downTo(start int) int {
	if !p.Percent {
		return start - int(p.Value)
	}
	return int(math.Floor(float64(start) * (1 - p.Value/100)))
}

// within reports whether an instant is less than the given span before now.
func within(at, now kernel.Time, span time.Duration) bool { return now.Sub(at) < span }

// forget drops the entries that are at least as old as the given span.
func forget(list []stamped, now kernel.Time, span time.Duration) []stamped {
	return slices.DeleteFunc(list, func(s stamped) bool { return !within(s.at, now, span) })
}
