package control

import (
	"fmt"
	"math"
)

// MetricSpec is a metric that a scaler keeps at a target.
type MetricSpec struct {
	Signal     Signal
	Target     float64   // target value; per replica if the signal is a sum over all replicas
	Schedule   *Schedule // for the signal Scheduled only
	PerReplica bool      // sum up any signal over the replicas, with a target per replica
}

// String returns the name of the signal, with the target.
func (m MetricSpec) String() string {
	if m.Signal == Scheduled {
		return m.Signal.String()
	}
	return fmt.Sprintf("%s %v", m.Signal, m.Target)
}

// NewMetric returns the metric of a signal with a target.
func NewMetric(s Signal, target float64) (MetricSpec, error) {
	m := MetricSpec{Signal: s, Target: target}
	return m, m.validate()
}

// NewScheduledMetric returns the metric of a schedule: the number of replicas that it asks for,
// with the target 1 per replica.
func NewScheduledMetric(s Schedule) (MetricSpec, error) {
	m := MetricSpec{Signal: Scheduled, Target: 1, Schedule: &s}
	return m, m.validate()
}

func (m MetricSpec) validate() error {
	if m.Signal == Scheduled {
		return m.Schedule.validate()
	}
	if m.Signal.share() && !(m.Target > 0 && m.Target <= 1) {
		return fmt.Errorf("target: %v is outside (0, 1]", m.Target)
	}
	if !(m.Target > 0) || math.IsInf(m.Target, 0) {
		return fmt.Errorf("target: %v is not a positive number", m.Target)
	}
	return nil
}

// external reports whether the metric has a value even if there is no replica, like the external
// metrics of Kubernetes.
func (m MetricSpec) external() bool { return m.Signal.kind() != ofPods }

// read returns the value of the metric. ok is false if it cannot be read.
func (m MetricSpec) read(o *observed) (value float64, ok bool) {
	if m.Signal == Scheduled {
		n, ok := m.Schedule.At(o.now)
		if !ok {
			n = 1 // the value of KEDA's cron_scaler.go outside its windows
		}
		return float64(n), true
	}
	return o.get(m.Signal)
}

// total returns the sum of the metric over all replicas.
func (m MetricSpec) total(o *observed) (value float64, ok bool) {
	value, ok = m.read(o)
	if m.Signal.kind() == ofPods {
		value *= float64(o.ready - o.fresh)
	}
	return value, ok
}

// replicas returns the number of replicas that would bring the metric to its target. ok is false if
// the metric cannot be read.
func (m MetricSpec) replicas(o *observed, t tolerance) (n int, ok bool) {
	if m.PerReplica || m.Signal.kind() == ofTotal {
		total, ok := m.total(o)
		return perReplica(total, m.Target, o.wanted, t), ok
	}
	value, ok := m.read(o)
	if m.Signal.kind() == ofWhole {
		return byValue(value, m.Target, o.wanted, o.ready, t), ok
	}
	u := usage{
		current: o.wanted, ready: o.ready - o.fresh, missing: o.fresh, unready: o.unready(),
		mean: value, target: m.Target, absent: m.Target,
	}
	if m.Signal == Load { // a resource metric: a missing replica counts with its full request
		u.absent = max(1, m.Target)
	}
	return u.replicas(t), ok && u.ready > 0
}
