package control

import "math"

// usage is the input of the horizontal pod autoscaler for one metric of a model's replicas.
type usage struct {
	current int     // number of replicas wanted now
	ready   int     // number of replicas whose metric counts
	unready int     // number of replicas that still start
	missing int     // number of replicas without a metric
	mean    float64 // mean of the metric over the ready replicas
	target  float64 // target of the mean
	absent  float64 // assumed metric of a missing replica if the mean is low
}

// tolerance holds the relative deviations from a target, up and down, that are ignored.
type tolerance struct{ up, down float64 }

// holds reports whether a ratio of metric to target is within the tolerance
// (kubernetes/kubernetes, pkg/controller/podautoscaler/replica_calculator.go, Tolerances).
func (t tolerance) holds(ratio float64) bool { return 1-t.down <= ratio && ratio <= 1+t.up }

// replicas returns how many replicas bring the metric to its target, as the replica calculator of
// Kubernetes does with metrics of pods (replica_calculator.go, GetResourceReplicas and
// calcPlainMetricReplicas). Within the tolerance the number does not change. If the metric is high,
// missing and unready replicas count as idle. If the mean with them would ask for a change in the
// other direction, the number does not change.
func (u usage) replicas(t tolerance) int {
	if u.ready == 0 {
		return u.current
	}
	ratio := u.mean / u.target
	up := ratio > 1 && u.unready > 0
	if !up && u.missing == 0 {
		if t.holds(ratio) {
			return u.current
		}
		return whole(ratio * float64(u.ready))
	}
	total, count := u.mean*float64(u.ready), u.ready
	if ratio < 1 {
		total += u.absent * float64(u.missing)
	}
	if ratio != 1 {
		count += u.missing
	}
	if up {
		count += u.unready
	}
	again := total / float64(count) / u.target
	if t.holds(again) || (ratio < 1 && again > 1) || (ratio > 1 && again < 1) {
		return u.current
	}
	next := whole(again * float64(count))
	if (again < 1 && next > u.current) || (again > 1 && next < u.current) {
		return u.current
	}
	return next
}

// perReplica returns how many replicas bring the total of a metric to its target per replica.
// Current is the present number (replica_calculator.go, GetExternalPerPodMetricReplicas).
func perReplica(total, target float64, current int, t tolerance) int {
	if current > 0 && t.holds(total/(target*float64(current))) {
		return current
	}
	return whole(total / target)
}

// byValue returns how many replicas bring a metric of the whole model to its target. Now current
// replicas are wanted, and ready replicas are ready (replica_calculator.go,
// getUsageRatioReplicaCount).
func byValue(value, target float64, current, ready int, t tolerance) int {
	ratio := value / target
	switch {
	case current == 0:
		return whole(ratio)
	case t.holds(ratio):
		return current
	}
	return whole(ratio * float64(ready))
}

// mostWhole bounds the result of whole, so that sums do not overflow.
const mostWhole = 1 << 30

// whole rounds up. A number that exceeds a whole number only by a rounding error counts as whole.
func whole(x float64) int { return int(min(math.Ceil(x-1e-9*math.Abs(x)), mostWhole)) }
