package control

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim/kernel"
)

// KPAOptions are the parameters of NewKPA.
type KPAOptions struct {
	Concurrency       float64 // requests that a replica may hold at a time
	TargetUtilization float64 // target, as a share of Concurrency
	StableWindow      time.Duration
	PanicShare        float64 // length of the panic window, as a share of the stable window
	PanicThreshold    float64 // multiple of the ready replicas at which the scaler panics
	MaxScaleUpRate    float64
	MaxScaleDownRate  float64
	ScaleDownDelay    time.Duration // how long the largest wanted number is kept
	Grace             time.Duration // how long the last replica stays when none is wanted
	ReplicaRange
	Period time.Duration // time between two decisions
}

// DefaultKPAOptions are those of Knative (knative/serving, pkg/autoscaler/config/config.go).
func DefaultKPAOptions() KPAOptions {
	return KPAOptions{
		Concurrency: 100, TargetUtilization: 0.7, StableWindow: 60 * time.Second, PanicShare: 0.1, PanicThreshold: 2,
		MaxScaleUpRate: 1000, MaxScaleDownRate: 2, Grace: 30 * time.Second, Period: 2 * time.Second,
	}
}

// NewKPA returns a scaler that acts like Knative's pod autoscaler, separately for each model
// (knative/serving, pkg/autoscaler/scaling/autoscaler.go, Scale). Every 2 s it divides the mean
// number of requests in the system over the last minute by a target. If the mean of the last six
// seconds asks for twice the ready replicas, it panics: it uses the larger of both means, and
// removes no replica. A model goes to zero if there was no request in the whole minute
// (pkg/reconciler/autoscaling/kpa/scaler.go). A request that then finds no replica wakes the scaler
// at once, as Knative's activator does.
func NewKPA(o KPAOptions) (*Scaling, error) {
	faults := []error{o.ReplicaRange.validate(0), checkPeriod(o.Period), checkSpan("scale-down-delay", o.ScaleDownDelay), checkSpan("scale-to-zero-grace-period", o.Grace)}
	fault := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(!(o.Concurrency > 0) || math.IsInf(o.Concurrency, 0), "concurrency: %v is not a positive number", o.Concurrency)
	fault(!(o.TargetUtilization > 0 && o.TargetUtilization <= 1), "target-utilization: %v is outside (0, 1]", o.TargetUtilization)
	fault(o.StableWindow < 6*time.Second || o.StableWindow > time.Hour, "stable-window: %v is outside [6s, 1h]", o.StableWindow)
	fault(!(o.PanicShare > 0 && o.PanicShare <= 1), "panic-window: %v is outside (0, 1]", o.PanicShare)
	fault(!(o.PanicThreshold > 1 && o.PanicThreshold <= 10), "panic-threshold: %v is outside (1, 10]", o.PanicThreshold)
	fault(!(o.MaxScaleUpRate > 1) || math.IsInf(o.MaxScaleUpRate, 0), "max-scale-up-rate: %v is not a number above 1", o.MaxScaleUpRate)
	fault(!(o.MaxScaleDownRate > 1) || math.IsInf(o.MaxScaleDownRate, 0), "max-scale-down-rate: %v is not a number above 1", o.MaxScaleDownRate)
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Scaling{
		period: o.Period, bounds: o.ReplicaRange, wakes: true,
		scaler: func(allowed int) scaler { return &kpa{KPAOptions: o, allowed: allowed} },
	}, nil
}

// kpa is the scaler of one model.
type kpa struct {
	KPAOptions
	allowed  int
	requests trail
	panic    panicking
	asked    []stamped   // wanted numbers within ScaleDownDelay
	active   bool        // whether replicas are wanted
	changed  kernel.Time // when active last changed
}

// panicking is the state of panic.
type panicking struct {
	on    bool
	since kernel.Time // when the load was last above the threshold
	most  int         // largest number of replicas wanted during the panic
}

// first starts in panic if there is more than one replica, because the past load is not known
// (newAutoscaler).
func (k *kpa) first(now kernel.Time, n int) int {
	k.panic = panicking{n > 1, now, n}
	k.active, k.changed = n > 0, now
	return n
}

// watch implements watcher.
func (k *kpa) watch(o *observed) {
	requests, ok := o.get(Concurrency)
	k.requests.watch(o, requests, ok, k.StableWindow)
}

func (k *kpa) next(o *observed) int {
	stable, ok := k.requests.mean(k.StableWindow)
	if !ok {
		return o.wanted
	}
	recent, _ := k.requests.mean(time.Duration(float64(k.StableWindow) * k.PanicShare))
	if o.stranded > 0 {
		// Knative's activator reports requests that it holds back before the next mean.
		stable, recent = max(stable, 1), max(recent, 1)
	}
	n := k.decide(o.now, o.ready, stable, recent)
	k.asked = append(forget(k.asked, o.now, k.ScaleDownDelay), stamped{o.now, n})
	for _, s := range k.asked {
		n = max(n, s.value)
	}
	return k.toZero(o.now, k.within(n, k.allowed))
}

// decide returns the number of replicas for the means over the stable and the panic window.
func (k *kpa) decide(now kernel.Time, ready int, stable, recent float64) int {
	there := max(1, float64(ready))
	target := k.Concurrency * k.TargetUtilization
	rate := func(n float64) int {
		return int(min(max(n, math.Floor(there/k.MaxScaleDownRate)), math.Ceil(there*k.MaxScaleUpRate), mostWhole))
	}
	forStable, forRecent := math.Ceil(stable/target), math.Ceil(recent/target)
	n := rate(forStable)
	p := &k.panic
	switch {
	case forRecent/there >= k.PanicThreshold:
		p.on, p.since = true, now
	case p.on && p.since.Add(k.StableWindow) < now:
		*p = panicking{}
	}
	if p.on {
		p.most = max(p.most, n, rate(forRecent))
		n = p.most
	}
	return n
}

// toZero removes the last replica if the model was active for at least the stable window, and no
// replica has been wanted for the grace period (handleScaleToZero).
func (k *kpa) toZero(now kernel.Time, n int) int {
	switch {
	case n > 0:
		if !k.active {
			k.active, k.changed = true, now
		}
		return n
	case k.active && now.Sub(k.changed) < k.StableWindow:
		return 1
	case k.active:
		k.active, k.changed = false, now
	}
	if now.Sub(k.changed) < k.Grace {
		return 1
	}
	return 0
}
