package control

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim/kernel"
)

// Limits bounds how fast the requested capacity changes. A Limits serves one run.
type Limits struct {
	of allocation.Controller
	LimitsOptions
	asked   []float64     // per model, the last requested capacity; nil: none yet
	changed []kernel.Time // per model, when asked last changed
}

// LimitsOptions are the parameters of Limits. Steps are relative to the last requested capacity.
type LimitsOptions struct {
	Up, Down float64       // largest steps up and down in a period; 0: no limit
	Cooldown time.Duration // time after a change in which capacity is not reduced
}

// NewLimits returns a controller that limits the changes of another controller.
func NewLimits(of allocation.Controller, o LimitsOptions) (*Limits, error) {
	var faults []error
	check := func(name string, step float64) {
		if !(step >= 0) || math.IsInf(step, 0) {
			faults = append(faults, fmt.Errorf("%s: %v is not a number of at least 0", name, step))
		}
	}
	check("step-up", o.Up)
	check("step-down", o.Down)
	if o.Down > 1 {
		faults = append(faults, fmt.Errorf("step-down: %v is above 1, which is all", o.Down))
	}
	if o.Cooldown < 0 {
		faults = append(faults, fmt.Errorf("cooldown: %v is negative", o.Cooldown))
	}
	return &Limits{of: of, LimitsOptions: o}, errors.Join(faults...)
}

// Control implements allocation.Controller.
func (l *Limits) Control(s *allocation.Situation) allocation.Wanted {
	w, now := l.of.Control(s), s.View.Now()
	if l.asked == nil {
		l.asked, l.changed = append([]float64(nil), w.Amount...), make([]kernel.Time, len(w.Amount))
		return w
	}
	for m, want := range w.Amount {
		was := l.asked[m]
		if l.Up > 0 && was > 0 {
			want = min(want, was*(1+l.Up))
		}
		if l.Down > 0 {
			want = max(want, was*(1-l.Down))
		}
		if want < was && now < l.changed[m].Add(l.Cooldown) {
			want = was
		}
		if want != was {
			l.changed[m] = now
		}
		l.asked[m], w.Amount[m] = want, want
	}
	return w
}

// Unserved implements allocation.Controller. It counts only the demand that the limits on machines
// leave unserved.
func (l *Limits) Unserved(demand, planned []float64) []float64 {
	short := l.of.Unserved(demand, planned)
	for m, s := range allocation.Shortfall(l.asked, planned) {
		short[m] = min(short[m], s)
	}
	return short
}
