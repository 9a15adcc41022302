package health

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// OutlierOptions are the settings of OutlierEjection, with the names that Envoy has for them.
type OutlierOptions struct {
	// consecutive_5xx: failures in a row after which a replica is ejected
	Failures        int
	Interval        time.Duration // time between two analysis sweeps
	BaseEjection    time.Duration // base_ejection_time
	MaxEjection     time.Duration // max_ejection_time
	MaxEjectedShare float64       // max_ejection_percent
	Panic           float64       // healthy_panic_threshold, in percent
}

// DefaultOutlierOptions are the defaults of Envoy.
var DefaultOutlierOptions = OutlierOptions{
	Failures: 5, Interval: 10 * time.Second, BaseEjection: 30 * time.Second, MaxEjection: 300 * time.Second, MaxEjectedShare: 10, Panic: 50,
}

// OutlierEjection ejects replicas that fail several times in a row, as the outlier detection of
// Envoy does.
//
// A replica with so many failures in a row is ejected at once, if no other replica of its model is
// ejected, or if the share of ejected ones is below the largest. A failure is a request that timed
// out, was dropped, or failed. An ejection lasts for the base time, times how often the replica was
// ejected, at most for the longest time. It ends at a sweep. At each sweep, the number of earlier
// ejections of every replica in rotation falls by one. If a smaller share of a model's replicas
// than the panic threshold is in rotation, all are used.
type OutlierEjection struct {
	OutlierOptions
	replicas []record
}

// record is what is known about a replica.
type record struct {
	failures int // in a row
	outlier  bool
	ejected  bool
	used     bool        // although it is ejected, since too few others are in rotation
	since    kernel.Time // begin of the ejection
	times    int         // earlier ejections that still count
}

// NewOutlierEjection returns the lever, or an error that names all settings out of range.
func NewOutlierEjection(o OutlierOptions) (*OutlierEjection, error) {
	var faults []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	wrong(o.Failures < 1, "consecutive-failures: %d is below 1", o.Failures)
	wrong(o.Interval <= 0, "interval: %v is not above 0s", o.Interval)
	wrong(o.BaseEjection <= 0, "base-ejection-time: %v is not above 0s", o.BaseEjection)
	wrong(o.MaxEjection < o.BaseEjection, "max-ejection-time: %v is less than base-ejection-time, %v", o.MaxEjection, o.BaseEjection)
	wrong(!(o.MaxEjectedShare >= 0 && o.MaxEjectedShare <= 100), "max-ejection-percent: %v %% is outside 0 %% to 100 %%", o.MaxEjectedShare)
	wrong(!(o.Panic >= 0 && o.Panic <= 100), "panic-threshold: %v %% is outside 0 %% to 100 %%", o.Panic)
	return &OutlierEjection{OutlierOptions: o}, errors.Join(faults...)
}

// Interval implements sim.Health.
func (e *OutlierEjection) Interval() time.Duration { return e.OutlierOptions.Interval }

// Answered implements sim.Health.
func (e *OutlierEjection) Answered(at fleet.ReplicaID, ok bool) (judge bool) {
	e.replicas = fleet.AtLeast(e.replicas, at)
	r := &e.replicas[at]
	if ok {
		r.failures = 0
		return false
	}
	if r.failures++; r.failures < e.Failures {
		return false
	}
	r.failures = 0
	r.outlier = !r.ejected
	return r.outlier
}

// Judge implements sim.Health.
func (e *OutlierEjection) Judge(v *sim.View, m fleet.ModelID, check bool) {
	all, ejected := v.Ready(m), 0
	for i := range all {
		at := v.ReadyAt(m, i)
		e.replicas = fleet.AtLeast(e.replicas, at)
		if r := &e.replicas[at]; check {
			e.sweep(r, v.Now())
		}
		if e.replicas[at].ejected {
			ejected++
		}
	}
	for i := range all {
		r := &e.replicas[v.ReadyAt(m, i)]
		if r.outlier && (ejected == 0 || 100*float64(ejected)/float64(all) < e.MaxEjectedShare) {
			r.ejected, r.since = true, v.Now()
			r.times++
			ejected++
		}
		r.outlier = false
	}
	panics := 100*float64(all-ejected) < e.Panic*float64(all)
	for i := range all {
		e.replicas[v.ReadyAt(m, i)].used = panics
	}
}

// sweep ends the ejection of a replica if it has lasted long enough.
func (e *OutlierEjection) sweep(r *record, now kernel.Time) {
	switch {
	case !r.ejected:
		r.times = max(0, r.times-1)
	case now.Sub(r.since) >= min(time.Duration(r.times)*e.BaseEjection, e.MaxEjection):
		r.ejected = false
	}
}

// InRotation implements sim.Health.
func (e *OutlierEjection) InRotation(at fleet.ReplicaID) bool {
	r := &e.replicas[at]
	return !r.ejected || r.used
}

// String returns "outlier-ejection", with the number of failures if it is not the default.
func (e *OutlierEjection) String() string {
	if e.OutlierOptions == DefaultOutlierOptions {
		return "outlier-ejection"
	}
	return fmt.Sprintf("outlier-ejection(%d failures, at most %g %%, from %v on)", e.Failures, e.MaxEjectedShare, e.BaseEjection)
}
