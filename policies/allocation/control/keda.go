package control

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim/kernel"
)

// Trigger is a metric that KEDA watches.
type Trigger struct {
	MetricSpec
	Activation float64 // a metric above this value starts a model without replicas
}

// active reports whether the trigger asks for at least one replica. A schedule is active within its
// windows.
func (t Trigger) active(o *observed) bool {
	if t.Signal == Scheduled {
		_, ok := t.Schedule.At(o.now)
		return ok
	}
	value, ok := t.total(o)
	return ok && value > t.Activation
}

// KEDAOptions are the parameters of NewKEDA.
type KEDAOptions struct {
	Triggers []Trigger
	Behavior
	ReplicaRange
	Polling  time.Duration // time between two checks whether triggers are active
	Cooldown time.Duration // how long the last replica is kept after the last activity
	Period   time.Duration // time between two decisions of the autoscaler
}

// DefaultKEDAOptions are those of KEDA: poll every 30 s, cool down for 300 s, scale to zero
// (kedacore/keda, pkg/scaling/scale_handler.go and executor/scale_executor.go). KEDA leaves the
// rest to an autoscaler of Kubernetes, which decides every 15 s.
func DefaultKEDAOptions() KEDAOptions {
	return KEDAOptions{
		Triggers: []Trigger{{MetricSpec: MetricSpec{Signal: Concurrency, Target: 10}}}, Behavior: StandardBehavior(),
		Polling: 30 * time.Second, Cooldown: 300 * time.Second, Period: 15 * time.Second,
	}
}

// NewKEDA returns a scaler that acts like KEDA, separately for each model. It starts a model
// without replicas when a trigger is active. It removes the last replicas when no trigger has been
// active for the cooldown (kedacore/keda, pkg/scaling/executor/scale_scaledobjects.go,
// RequestScale). In between, an autoscaler of Kubernetes keeps every trigger at its target per
// replica (AverageValue). KEDA only polls, so a request does not wake it.
func NewKEDA(o KEDAOptions) (*Scaling, error) {
	faults := []error{o.ReplicaRange.validate(0), o.Behavior.validate(), checkPeriod(o.Period), checkSpan("cooldown", o.Cooldown)}
	if o.Polling < shortestPeriod || o.Polling > longestPeriod {
		faults = append(faults, fmt.Errorf("polling-interval: %v is outside [%v, 24h]", o.Polling, shortestPeriod))
	}
	if len(o.Triggers) == 0 {
		faults = append(faults, errors.New("triggers: there is none"))
	}
	for i, t := range o.Triggers {
		if err := t.validate(); err != nil {
			faults = append(faults, fmt.Errorf("triggers[%d].metric.%w", i, err))
		}
		if !(t.Activation >= 0) || math.IsInf(t.Activation, 0) {
			faults = append(faults, fmt.Errorf("triggers[%d].activation: %v is not a number of at least 0", i, t.Activation))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Scaling{
		period: o.Period, bounds: o.ReplicaRange,
		scaler: func(allowed int) scaler { return newKEDA(o, allowed) },
	}, nil
}

// keda is the scaler of one model.
type keda struct {
	KEDAOptions
	hpa        *hpa
	allowed    int
	poll       kernel.Time // time of the next poll of the triggers
	lastActive kernel.Time
}

func newKEDA(o KEDAOptions, allowed int) *keda {
	behind := HPAOptions{Behavior: o.Behavior, ReplicaRange: ReplicaRange{max(1, o.MinReplicas), o.MaxReplicas}}
	for _, t := range o.Triggers {
		t.PerReplica = true
		behind.Metrics = append(behind.Metrics, t.MetricSpec)
	}
	return &keda{KEDAOptions: o, hpa: newHPA(behind, allowed), allowed: allowed}
}

func (k *keda) first(now kernel.Time, n int) int {
	k.poll, k.lastActive = now.Add(k.Polling), now
	return k.hpa.first(now, n)
}

func (k *keda) next(o *observed) int {
	if o.now >= k.poll {
		k.poll = o.now.Add(k.Polling)
		if n := k.polled(o); n != o.wanted {
			return n
		}
	}
	if o.wanted == 0 {
		return 0
	}
	return k.hpa.next(o)
}

// polled returns the number of replicas after a poll of KEDA, which only starts a model or stops
// it.
func (k *keda) polled(o *observed) int {
	active := false
	for _, t := range k.Triggers {
		active = active || t.active(o)
	}
	n := o.wanted
	switch {
	case active:
		k.lastActive = o.now
		if n == 0 {
			n = min(max(1, k.MinReplicas), k.ReplicaRange.most(k.allowed))
		}
	case n > 0 && k.MinReplicas == 0:
		if k.lastActive.Add(k.Cooldown) < o.now {
			n = 0
		}
	case n < k.MinReplicas:
		n = k.ReplicaRange.within(n, k.allowed)
	}
	return n
}
