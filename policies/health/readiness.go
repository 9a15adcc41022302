package health

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ReadinessOptions are the settings of Readiness, with the names that Kubernetes has for them.
type ReadinessOptions struct {
	Period    time.Duration // periodSeconds: time between two probes of a replica
	Timeout   time.Duration // timeoutSeconds: longest time to an answer
	Failures  int           // failureThreshold: failed probes in a row until it is not ready
	Successes int           // successThreshold: answered ones in a row until it is ready again
}

// DefaultReadinessOptions are the defaults of Kubernetes.
var DefaultReadinessOptions = ReadinessOptions{Period: 10 * time.Second, Timeout: time.Second, Failures: 3, Successes: 1}

// Readiness takes a replica out of rotation while its probes fail, as the readiness probe of a pod
// in Kubernetes does. A probe is answered by the process that serves requests, so it waits behind
// them: it fails if the request that is first in line at the replica has been on its way for longer
// than the timeout.
type Readiness struct {
	ReadinessOptions
	replicas []probes
}

// probes are the last probes of a replica.
type probes struct {
	failed, passed int // in a row
	out            bool
}

// NewReadiness returns the lever, or an error that names all settings out of range.
func NewReadiness(o ReadinessOptions) (*Readiness, error) {
	var faults []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	wrong(o.Period <= 0, "period: %v is not above 0s", o.Period)
	wrong(o.Timeout <= 0, "timeout: %v is not above 0s", o.Timeout)
	wrong(o.Failures < 1, "failure-threshold: %d is below 1", o.Failures)
	wrong(o.Successes < 1, "success-threshold: %d is below 1", o.Successes)
	return &Readiness{ReadinessOptions: o}, errors.Join(faults...)
}

// Interval implements sim.Health.
func (r *Readiness) Interval() time.Duration { return r.Period }

// Answered implements sim.Health: only probes count.
func (r *Readiness) Answered(fleet.ReplicaID, bool) bool { return false }

// Judge implements sim.Health: it probes each ready replica.
func (r *Readiness) Judge(v *sim.View, m fleet.ModelID, check bool) {
	if !check {
		return
	}
	for i := range v.Ready(m) {
		at := v.ReadyAt(m, i)
		r.replicas = fleet.AtLeast(r.replicas, at)
		p := &r.replicas[at]
		if since, waits := v.Oldest(at); waits && v.Now().Sub(since) > r.Timeout {
			p.failed, p.passed = p.failed+1, 0
			p.out = p.out || p.failed >= r.Failures
			continue
		}
		p.failed, p.passed = 0, p.passed+1
		p.out = p.out && p.passed < r.Successes
	}
}

// InRotation implements sim.Health.
func (r *Readiness) InRotation(at fleet.ReplicaID) bool {
	return int(at) >= len(r.replicas) || !r.replicas[at].out
}

// String returns "readiness", with the settings if they are not the defaults.
func (r *Readiness) String() string {
	if r.ReadinessOptions == DefaultReadinessOptions {
		return "readiness"
	}
	return fmt.Sprintf("readiness(%d of %v every %v)", r.Failures, r.Timeout, r.Period)
}
