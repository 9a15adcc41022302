package control

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim/kernel"
)

// TargetTrackingOptions are the parameters of NewTargetTracking.
type TargetTrackingOptions struct {
	MetricSpec
	OutDatapoints int     // this many datapoints in a row above the target add replicas
	InDatapoints  int     // this many datapoints in a row below the threshold remove replicas
	InThreshold   float64 // share of the target below which the metric is low
	InStep        float64 // largest share of the replicas that is removed at a time
	OutCooldown   time.Duration
	InCooldown    time.Duration
	NoScaleIn     bool // replicas are never removed
	ReplicaRange
	Period time.Duration // length of a datapoint
}

// DefaultTargetTrackingOptions are those of Application Auto Scaling for services: datapoints of a
// minute, three in a row above the target, fifteen in a row below 90 % of the target, and cooldowns
// of 300 s (AWS, Application Auto Scaling User Guide, "How target tracking scaling works"; the
// alarms are those that AWS creates for an ECS service).
func DefaultTargetTrackingOptions() TargetTrackingOptions {
	return TargetTrackingOptions{
		MetricSpec: MetricSpec{Signal: Load, Target: DefaultHPATarget}, OutDatapoints: 3, InDatapoints: 15, InThreshold: 0.9, InStep: 0.1,
		OutCooldown: 300 * time.Second, InCooldown: 300 * time.Second, ReplicaRange: ReplicaRange{MinReplicas: 1}, Period: time.Minute,
	}
}

// NewTargetTracking returns a scaler that acts like AWS target tracking, separately for each model.
// An alarm on a high metric adds replicas in proportion to the metric. An alarm on a low metric
// removes them slowly, but not while replicas start. Cooldowns separate the actions. During the
// cooldown of an addition only a larger addition is made. Its size is computed from the number of
// replicas before the first addition. AWS does not publish how many replicas a scale-in removes.
// Here it removes replicas in proportion to the metric: at least one, and at most the share InStep.
func NewTargetTracking(o TargetTrackingOptions) (*Scaling, error) {
	faults := []error{o.ReplicaRange.validate(1), checkSpan("scale-out-cooldown", o.OutCooldown), checkSpan("scale-in-cooldown", o.InCooldown), checkPeriod(o.Period)}
	fault := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	if err := o.MetricSpec.validate(); err != nil {
		faults = append(faults, fmt.Errorf("metric.%w", err))
	}
	const most = 1000
	fault(o.Signal == Scheduled, "metric: a schedule is not tracked")
	fault(o.OutDatapoints < 1 || o.OutDatapoints > most, "scale-out-datapoints: %d is outside [1, %d]", o.OutDatapoints, most)
	fault(o.InDatapoints < 1 || o.InDatapoints > most, "scale-in-datapoints: %d is outside [1, %d]", o.InDatapoints, most)
	fault(!(o.InThreshold > 0 && o.InThreshold <= 1), "scale-in-threshold: %v is outside (0, 1]", o.InThreshold)
	fault(!(o.InStep > 0 && o.InStep <= 1), "scale-in-step: %v is outside (0, 1]", o.InStep)
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Scaling{
		period: o.Period, bounds: o.ReplicaRange,
		scaler: func(allowed int) scaler { return &targetTracking{TargetTrackingOptions: o, allowed: allowed} },
	}, nil
}

// targetTracking is the scaler of one model.
type targetTracking struct {
	TargetTrackingOptions
	allowed   int
	high, low int         // number of high datapoints and of low datapoints in a row
	values    trail       // values of the metric within the last datapoint
	coolsOut  kernel.Time // end of the cooldown of an addition
	coolsIn   kernel.Time
	base      int // replicas before the first addition of this cooldown
}

func (a *targetTracking) first(_ kernel.Time, n int) int { return n }

// watch implements watcher.
func (a *targetTracking) watch(o *observed) {
	value, ok := a.perReplica(o)
	a.values.watch(o, value, ok, a.Period)
}

func (a *targetTracking) next(o *observed) int {
	value, ok := a.values.mean(a.Period)
	if !ok {
		return o.wanted // no data, no decision
	}
	a.high, a.low = inRow(a.high, value > a.Target), inRow(a.low, value < a.InThreshold*a.Target)
	switch {
	case a.high >= a.OutDatapoints:
		return a.within(a.out(o, value), a.allowed)
	case a.low >= a.InDatapoints && !a.NoScaleIn && o.unready() == 0:
		return a.within(a.in(o, value), a.allowed)
	}
	return o.wanted
}

func inRow(n int, another bool) int {
	if !another {
		return 0
	}
	return n + 1
}

// perReplica returns the mean of the metric over the ready replicas.
func (a *targetTracking) perReplica(o *observed) (value float64, ok bool) {
	value, ok = a.read(o)
	if a.Signal.kind() == ofTotal {
		value /= float64(o.ready)
	}
	return value, ok && o.ready > 0
}

// out returns the number of replicas after an addition.
func (a *targetTracking) out(o *observed, value float64) int {
	if o.now >= a.coolsOut {
		a.base = o.wanted
	}
	n := whole(float64(a.base) * value / a.Target)
	if n <= o.wanted {
		return o.wanted
	}
	a.coolsOut = o.now.Add(a.OutCooldown)
	a.coolsIn = o.now // an addition ends the cooldown of a removal
	return n
}

// in returns the number of replicas after a removal. It removes no replica if one replica less
// would bring the metric above its target.
func (a *targetTracking) in(o *observed, value float64) int {
	if o.now < a.coolsIn || o.now < a.coolsOut {
		return o.wanted
	}
	step := max(1, int(math.Floor(float64(o.wanted)*a.InStep)))
	n := max(whole(float64(o.wanted)*value/a.Target), o.wanted-step)
	if n < o.wanted {
		a.coolsIn = o.now.Add(a.InCooldown)
	}
	return min(n, o.wanted)
}
