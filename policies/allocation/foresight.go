package allocation

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim"
)

// Foresight knows the load of the whole run beforehand. It always plans for the same load: the peak
// or the mean over the control windows. Clairvoyant baselines use it.
type Foresight struct {
	offered  func() ([][]float64, error)
	headroom float64
	fold     func(so, rate float64, windows int) float64
	load     []float64 // per model, requests per second; nil until asked
}

// NewPeakForesight returns the estimator of the highest load, multiplied by headroom. The function
// offered returns the true load per control window and model, in requests per second. It is called
// once, at the first decision.
func NewPeakForesight(offered func() ([][]float64, error), headroom float64) (*Foresight, error) {
	return newForesight(offered, headroom, func(so, rate float64, _ int) float64 { return max(so, rate) })
}

// NewMeanForesight returns the estimator of the mean load. Its parameters are those of
// NewPeakForesight.
func NewMeanForesight(offered func() ([][]float64, error), headroom float64) (*Foresight, error) {
	return newForesight(offered, headroom, func(so, rate float64, n int) float64 { return so + rate/float64(n) })
}

func newForesight(offered func() ([][]float64, error), headroom float64, fold func(so, rate float64, windows int) float64) (*Foresight, error) {
	err := checkHeadroom(headroom)
	if offered == nil {
		err = errors.Join(err, errNotKnown)
	}
	if err != nil {
		return nil, err
	}
	return &Foresight{offered: offered, headroom: headroom, fold: fold}, nil
}

// Estimate implements Estimator.
func (f *Foresight) Estimate(v *sim.View) (Demands, error) {
	if f.load == nil {
		if err := f.look(len(v.Spec().Models)); err != nil {
			return Demands{}, err
		}
	}
	return Demands{Level: f.load, Load: f.load}, nil
}

// look computes f.load, the load to plan for, from the true load of the run.
func (f *Foresight) look(models int) error {
	windows, err := offeredLoad(f.offered, models)
	if err != nil {
		return err
	}
	f.load = make([]float64, models)
	for _, rates := range windows {
		for m, rate := range rates {
			f.load[m] = f.fold(f.load[m], rate*f.headroom, len(windows))
		}
	}
	return nil
}

var errNotKnown = errors.New("the allocator needs the offered load of the whole run, which is not known here")

// offeredLoad returns the load of a run per window and model, in requests per second. An error
// names the first value that cannot be a load.
func offeredLoad(offered func() ([][]float64, error), models int) ([][]float64, error) {
	windows, err := offered()
	if err != nil {
		return nil, fmt.Errorf("offered load: %w", err)
	}
	for w, rates := range windows {
		if len(rates) != models {
			return nil, fmt.Errorf("window %d of the offered load has %d models, the run %d", w, len(rates), models)
		}
		for m, rate := range rates {
			if !(rate >= 0) || math.IsInf(rate, 0) {
				return nil, fmt.Errorf("window %d of the offered load has %v requests per second of model %d", w, rate, m)
			}
		}
	}
	return windows, nil
}
