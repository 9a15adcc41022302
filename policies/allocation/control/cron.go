package control

import (
	"errors"
	"fmt"
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim/kernel"
)

// Schedule plans numbers of replicas by the clock of a run, which begins at 0.
type Schedule struct {
	Windows []ScheduleWindow
	Every   time.Duration // time after which the windows repeat; 0: never
}

// ScheduleWindow asks for a number of replicas from one instant until another (exclusive).
type ScheduleWindow struct {
	From, To time.Duration
	Replicas int
}

func (s *Schedule) validate() error {
	var faults []error
	if len(s.Windows) == 0 {
		faults = append(faults, errors.New("windows: there is none"))
	}
	if s.Every < 0 {
		faults = append(faults, fmt.Errorf("every: %v is negative", s.Every))
	}
	for i, w := range s.Windows {
		switch {
		case w.From < 0 || w.To <= w.From:
			faults = append(faults, fmt.Errorf("windows[%d].to: %v is not after from, %v", i, w.To, w.From))
		case s.Every > 0 && w.To > s.Every:
			faults = append(faults, fmt.Errorf("windows[%d].to: %v is above every, %v", i, w.To, s.Every))
		}
		if w.Replicas < 0 || w.Replicas > allocation.MostKept {
			faults = append(faults, fmt.Errorf("windows[%d].replicas: %d is outside [0, %d]", i, w.Replicas, allocation.MostKept))
		}
	}
	return errors.Join(faults...)
}

// At returns the largest number of replicas of all windows that hold an instant. ok is false if no
// window holds it.
func (s *Schedule) At(now kernel.Time) (replicas int, ok bool) {
	at := time.Duration(now)
	if s.Every > 0 {
		at %= s.Every
	}
	for _, w := range s.Windows {
		if w.From <= at && at < w.To {
			replicas, ok = max(replicas, w.Replicas), true
		}
	}
	return replicas, ok
}

// CronOptions are the parameters of NewCron.
type CronOptions struct {
	Schedule
	ReplicaRange
	Period time.Duration // time between two decisions; 0: the control period
}

// NewCron returns a scaler that follows the clock. Each model gets at once as many replicas as the
// schedule says. Outside all windows it gets the least number. This is the cron scaler of KEDA
// (kedacore/keda, pkg/scalers/cron_scaler.go) without the autoscaler behind it. A schedule can also
// be a trigger of NewKEDA, where the autoscaler applies.
func NewCron(o CronOptions) (*Scaling, error) {
	if err := errors.Join(o.ReplicaRange.validate(0), o.Schedule.validate(), checkPeriod(o.Period)); err != nil {
		return nil, err
	}
	return &Scaling{
		period: o.Period, bounds: o.ReplicaRange,
		scaler: func(allowed int) scaler { return cron{o, allowed} },
	}, nil
}

// cron is the scaler of one model.
type cron struct {
	CronOptions
	allowed int
}

func (c cron) first(now kernel.Time, _ int) int { return c.at(now) }

func (c cron) next(o *observed) int { return c.at(o.now) }

func (c cron) at(now kernel.Time) int {
	n, _ := c.At(now)
	return c.within(n, c.allowed)
}
