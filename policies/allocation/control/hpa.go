package control

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wavetank/sim/kernel"
)

// HPAOptions are the parameters of NewHPA.
type HPAOptions struct {
	Metrics []MetricSpec
	Behavior
	ReplicaRange
	Period time.Duration // time between two decisions; 0: the control period
}

// HPAPeriod is the time between two decisions in Kubernetes.
const HPAPeriod = 15 * time.Second

// DefaultHPATarget is the default target for the utilization of replicas.
const DefaultHPATarget = 0.7

// DefaultHPAOptions aim at 70 % utilization with the behaviour of Kubernetes.
func DefaultHPAOptions() HPAOptions {
	return HPAOptions{
		Metrics: []MetricSpec{{Signal: Load, Target: DefaultHPATarget}}, Behavior: StandardBehavior(), ReplicaRange: ReplicaRange{MinReplicas: 1},
		Period: HPAPeriod,
	}
}

// NewHPA returns the horizontal pod autoscaler of Kubernetes (autoscaling/v2), one for each model.
// Every 15 s it computes the number of replicas that each metric needs, and takes the largest
// (kubernetes/kubernetes, pkg/controller/podautoscaler/horizontal.go, computeReplicasForMetrics).
// The Behavior limits how fast the number changes. Load and KVShare are metrics of pods. The other
// signals are external metrics with an AverageValue or a Value. A model can only scale to zero with
// an external metric.
//
// A replica counts as soon as it is ready. Kubernetes ignores the CPU of a new pod for one more
// metric window.
func NewHPA(o HPAOptions) (*Scaling, error) {
	faults := []error{o.ReplicaRange.validate(0), o.Behavior.validate(), checkPeriod(o.Period)}
	if len(o.Metrics) == 0 {
		faults = append(faults, errors.New("metrics: there is none"))
	}
	for i, m := range o.Metrics {
		if err := m.validate(); err != nil {
			faults = append(faults, fmt.Errorf("metrics[%d].%w", i, err))
		}
	}
	if o.MinReplicas == 0 && !slices.ContainsFunc(o.Metrics, MetricSpec.external) {
		faults = append(faults, errors.New("min-replicas: 0 needs a metric that exists without replicas: waiting or concurrency"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Scaling{
		period: o.Period, bounds: o.ReplicaRange,
		scaler: func(allowed int) scaler { return newHPA(o, allowed) },
	}, nil
}

// shortestPeriod and longestPeriod are the bounds of the time between two decisions. A run with
// shorter ones would be all decisions.
const (
	shortestPeriod = time.Millisecond
	longestPeriod  = 24 * time.Hour
)

// checkPeriod returns the fault of a time between two decisions; 0 stands for the control period.
func checkPeriod(d time.Duration) error {
	if d > 0 && d < shortestPeriod {
		return fmt.Errorf("period: %v is shorter than %v", d, shortestPeriod)
	}
	return checkSpan("period", d)
}

// checkSpan returns the fault of a time that may be 0.
func checkSpan(name string, d time.Duration) error {
	if d < 0 || d > longestPeriod {
		return fmt.Errorf("%s: %v is outside [0s, 24h]", name, d)
	}
	return nil
}

// hpa is the autoscaler of one model.
type hpa struct {
	HPAOptions
	recommender recommender
	allowed     int // number of replicas that the limits on machines allow
}

func newHPA(o HPAOptions, allowed int) *hpa {
	return &hpa{HPAOptions: o, allowed: allowed, recommender: recommender{Behavior: o.Behavior}}
}

func (h *hpa) first(now kernel.Time, n int) int {
	h.recommender.begin(now, n)
	return n
}

// next goes through reconcileAutoscaler of horizontal.go.
func (h *hpa) next(o *observed) int {
	least, most := min(h.MinReplicas, h.ReplicaRange.most(h.allowed)), h.ReplicaRange.most(h.allowed)
	switch {
	case o.wanted == 0 && least != 0: // scaled to 0 by others, so the autoscaler is off
		return 0
	case o.wanted > most:
		return most
	case o.wanted < least:
		return least
	}
	raw, ok := h.recommend(o)
	if !ok {
		return o.wanted
	}
	_, n := h.recommender.next(o.now, o.wanted, raw, least, most)
	return n
}

// recommend returns the largest number of replicas that a metric asks for. ok is false if no metric
// can be read. It is also false if some metric cannot be read and the others ask for fewer replicas
// than now.
func (h *hpa) recommend(o *observed) (n int, ok bool) {
	unread := 0
	for _, m := range h.Metrics {
		asked, ok := m.replicas(o, h.tolerance())
		if !ok {
			unread++
			continue
		}
		n = max(n, asked)
	}
	return n, unread == 0 || unread < len(h.Metrics) && n >= o.wanted
}
