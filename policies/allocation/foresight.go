package allocation

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim"
)

// Foresight knows the load of the whole run beforehand and plans for one load all the time: the
// highest or the mean of the control windows. It is for clairvoyant baselines.
type Foresight struct {
	offered  func() ([][]float64, error)
	headroom float64
	fold     func(so, rate float64, windows int) float64
	load     []float64 // per model, requests per second; nil until asked
}

// NewPeakForesight returns the estimator of the highest load of what offered returns: the true load
// per control window and model, in requests per second. offered is called once, at the first
// decision. The load is multiplied by headroom.
func NewPeakForesight(offered func() ([][]float64, error), headroom float64) (*Foresight, error) {
	return newForesight(offered, headroom, func(so, rate float64, _ int) float64 { return max(so, rate) })
}

// NewMeanForesight returns the estimator of the mean load.
func NewMeanForesight(offered func() ([][]float64, error), headroom float64) (*Foresight, error) {
	return newForesight(offered, headroom, func(so, rate float64, n int) float64 { return so + rate/float64(n) })
}

func newForesight(offered func() ([][]float64, error), headroom float64, fold func(so, rate float64, windows int) float64) (*Foresight, error) {
	err := checkHeadroom(headroom)
	if offered == nil {
		err = errors.Join(err, errors.New("the offered load of the whole run is not known here"))
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

// look asks for the load of the run.
func (f *Foresight) look(models int) error {
	windows, err := f.offered()
	if err != nil {
		return fmt.Errorf("offered load: %w", err)
	}
	load := make([]float64, models)
	for w, rates := range windows {
		if len(rates) != len(load) {
			return fmt.Errorf("window %d of the offered load has %d models, the run %d", w, len(rates), len(load))
		}
		for m, rate := range rates {
			if !(rate >= 0) || math.IsInf(rate, 0) {
				return fmt.Errorf("window %d of the offered load has %v requests per second of model %d", w, rate, m)
			}
			load[m] = f.fold(load[m], rate*f.headroom, len(windows))
		}
	}
	f.load = load
	return nil
}
