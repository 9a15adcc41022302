package health

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Both takes a replica out of rotation while one of two levers does: a proxy with outlier detection
// in front of replicas with readiness probes. Each lever checks at its own interval.
type Both struct {
	outliers  *OutlierEjection
	readiness *Readiness
	interval  time.Duration
}

// NewBoth returns the lever, or an error. The longer of the two intervals must be a whole multiple
// of the shorter one.
func NewBoth(o OutlierOptions, r ReadinessOptions) (*Both, error) {
	outliers, errO := NewOutlierEjection(o)
	readiness, errR := NewReadiness(r)
	if err := errors.Join(prefixed("outlier-ejection", errO), prefixed("readiness", errR)); err != nil {
		return nil, err
	}
	b := &Both{outliers, readiness, min(o.Interval, r.Period)}
	if long := max(o.Interval, r.Period); long%b.interval != 0 {
		return nil, fmt.Errorf("readiness: period: %v and the interval %v of outlier-ejection: the longer is no whole multiple of the shorter", r.Period, o.Interval)
	}
	return b, nil
}

// prefixed returns an error whose faults begin with a key.
func prefixed(key string, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var faults []error
	for _, one := range joined.Unwrap() {
		faults = append(faults, fmt.Errorf("%s: %w", key, one))
	}
	return errors.Join(faults...)
}

// Interval implements sim.Health.
func (b *Both) Interval() time.Duration { return b.interval }

// Answered implements sim.Health.
func (b *Both) Answered(at fleet.ReplicaID, ok bool) (judge bool) { return b.outliers.Answered(at, ok) }

// Judge implements sim.Health.
func (b *Both) Judge(v *sim.View, m fleet.ModelID, check bool) {
	due := func(every time.Duration) bool { return check && v.Now()%kernel.Time(every) == 0 }
	b.outliers.Judge(v, m, due(b.outliers.OutlierOptions.Interval))
	b.readiness.Judge(v, m, due(b.readiness.Period))
}

// InRotation implements sim.Health.
func (b *Both) InRotation(at fleet.ReplicaID) bool {
	return b.outliers.InRotation(at) && b.readiness.InRotation(at)
}

// String returns "both", with the levers if their settings are not the defaults.
func (b *Both) String() string {
	if b.outliers.OutlierOptions == DefaultOutlierOptions && b.readiness.ReadinessOptions == DefaultReadinessOptions {
		return "both"
	}
	return fmt.Sprintf("both(%s, %s)", b.outliers, b.readiness)
}
