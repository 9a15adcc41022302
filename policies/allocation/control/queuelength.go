package control

import (
	"errors"
	"time"

	"wavetank/sim/kernel"
)

// QueueLengthOptions are the parameters of NewQueueLength.
type QueueLengthOptions struct {
	Target float64       // waiting requests per replica
	Hold   time.Duration // how long the largest wanted number is kept
	ReplicaRange
	Period time.Duration // time between two decisions; 0: the control period
}

// DefaultQueueLengthOptions are those of the production stack of vLLM: five waiting requests per
// replica (vllm-project/production-stack, docs/source/use_cases/autoscaling-keda.rst), and a hold
// of five minutes, which is the delay of scaling down in Kubernetes.
func DefaultQueueLengthOptions() QueueLengthOptions {
	return QueueLengthOptions{Target: 5, Hold: 5 * time.Minute, ReplicaRange: ReplicaRange{MinReplicas: 1}}
}

// NewQueueLength returns a scaler. For each model it runs ⌈waiting/target⌉ replicas, or the largest
// such number within the hold. If MinReplicas is 0, a request that finds no replica wakes the
// scaler at once.
func NewQueueLength(o QueueLengthOptions) (*Scaling, error) {
	hold := checkSpan("hold", o.Hold)
	if err := errors.Join(MetricSpec{Signal: Waiting, Target: o.Target}.validate(), hold, o.ReplicaRange.validate(0), checkPeriod(o.Period)); err != nil {
		return nil, err
	}
	return &Scaling{
		period: o.Period, bounds: o.ReplicaRange, wakes: true,
		scaler: func(allowed int) scaler { return &queueLength{QueueLengthOptions: o, allowed: allowed} },
	}, nil
}

// queueLength is the scaler of one model.
type queueLength struct {
	QueueLengthOptions
	allowed int
	asked   []stamped // wanted numbers within the hold
}

func (q *queueLength) first(now kernel.Time, n int) int {
	q.asked = append(q.asked, stamped{now, n})
	return n
}

func (q *queueLength) next(o *observed) int {
	waiting, _ := o.get(Waiting)
	n := whole(max(waiting, float64(o.stranded)) / q.Target)
	q.asked = append(forget(q.asked, o.now, q.Hold), stamped{o.now, n})
	for _, s := range q.asked {
		n = max(n, s.value)
	}
	return q.within(n, q.allowed)
}
