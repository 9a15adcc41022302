package allocation

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/policies/optimize/classic"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Static decides once, knowing the load of the whole run, and keeps what it decided. For each model it runs
// as many replicas of the cheapest deployment as meet the latency objective at one load: the highest or the
// mean of the control windows. Where the machines of that deployment run out, the next cheapest provides the
// capacity that is missing. It is a clairvoyant baseline.
type Static struct {
	name    string
	offered func() ([][]float64, error)
	fold    func(so, rate float64, windows int) float64
	options Options
	load    []float64 // per model, requests per second; nil until decided
	decided []int     // per deployment
	short   []float64 // per model, requests per second that the limits leave unserved
}

// NewStaticPeak returns the scaler for the highest load of what offered returns: the true load per control
// window and model, in requests per second. It is asked once, at the first decision.
func NewStaticPeak(offered func() ([][]float64, error), o Options) (*Static, error) {
	return newStatic("static-peak", offered, o, func(so, rate float64, _ int) float64 { return max(so, rate) })
}

// NewStaticMean returns the scaler for the mean load.
func NewStaticMean(offered func() ([][]float64, error), o Options) (*Static, error) {
	return newStatic("static-mean", offered, o, func(so, rate float64, n int) float64 { return so + rate/float64(n) })
}

func newStatic(name string, offered func() ([][]float64, error), o Options, fold func(so, rate float64, windows int) float64) (*Static, error) {
	err := o.validate()
	if offered == nil {
		err = errors.Join(err, errors.New("the offered load of the whole run is not known here"))
	}
	if err != nil {
		return nil, err
	}
	return &Static{name: name, offered: offered, fold: fold, options: o}, nil
}

// foresee folds the offered load of the run.
func (s *Static) foresee(models int) error {
	windows, err := s.offered()
	if err != nil {
		return fmt.Errorf("offered load: %w", err)
	}
	load := make([]float64, models)
	for w, rates := range windows {
		if len(rates) != models {
			return fmt.Errorf("window %d of the offered load has %d models, the catalog %d", w, len(rates), models)
		}
		for m, rate := range rates {
			if !(rate >= 0) || math.IsInf(rate, 0) {
				return fmt.Errorf("window %d of the offered load has %v requests per second of model %d", w, rate, m)
			}
			load[m] = s.fold(load[m], rate*s.options.Headroom, len(windows))
		}
	}
	s.load = load
	return nil
}

// Scale implements Scaler.
func (s *Static) Scale(v *sim.View) (Targets, error) {
	if s.decided == nil {
		if err := s.foresee(len(v.Spec().Models)); err != nil {
			return Targets{}, err
		}
		p := Problem(v, s.load, s.options.Deployment)
		for t := range p.Types {
			p.Types[t].Max = v.Spec().Types[t].Max // whatever is to be had just now
		}
		order := cheapest(p)
		wanted := make([]float64, len(s.load))
		for m, list := range order {
			wanted[m] = s.load[m]
			if len(list) > 0 {
				n := servers(v.Spec(), fleet.DeploymentID(list[0]), s.load[m])
				wanted[m] = float64(n) * p.Configurations[list[0]].Capacity
			}
		}
		s.decided = fill(p, order, wanted)
		keep(p, order, s.decided, s.options.MinReplicas)
		s.short = make([]float64, len(s.load))
		for m, got := range capacity(v.Spec(), s.decided) {
			if wanted[m] > 0 && got < wanted[m] { // Erlang's replicas may run above their planned capacity
				s.short[m] = s.load[m] * (1 - got/wanted[m])
			}
		}
	}
	t := targets(v, slices.Clone(s.decided), slices.Clone(s.load))
	t.Shortfall = slices.Clone(s.short)
	return t, nil
}

// servers returns the fewest replicas of a deployment with which a model meets its latency objective under a
// load in requests per second, by Erlang's C: batches of the largest size are the customers, slots the
// servers, and a batch may wait for what its own latency leaves of the objective. Where that is nothing, and of token
// replicas, which begin with requests one by one, the planned capacity decides.
func servers(c *fleet.Spec, d fleet.DeploymentID, rate float64) int {
	k := &c.Deployments[d]
	m := &c.Models[k.Model]
	spare := m.Target - k.Latency.Latency(k.MaxBatch)
	share := 1 - m.Percentile/100
	if spare <= 0 || share <= 0 || k.Tokens != nil {
		return int(min(math.Ceil(rate/k.Capacity), math.MaxInt32))
	}
	batches := rate / float64(k.MaxBatch)
	speed := 1 / k.Latency.Latency(k.MaxBatch).Seconds()
	slots := classic.MinServersForWait(batches, speed, spare.Seconds(), share)
	return (slots + k.Slots - 1) / k.Slots
}

// String returns the name, with the parameters that differ from their defaults.
func (s *Static) String() string { return label(s.name, s.options.parts()...) }
