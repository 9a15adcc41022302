package allocation

import "wavetank/sim"

// Follow runs for each model as many replicas of its cheapest deployment as the demand needs, ⌈demand/capacity⌉,
// at once and without regard to what runs now. Where the machines of that deployment run out, the next
// cheapest takes the rest.
type Follow struct {
	estimate
}

// NewFollow returns the scaler.
func NewFollow(o Options) (*Follow, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return &Follow{newEstimate(o)}, nil
}

// Scale implements Scaler.
func (f *Follow) Scale(v *sim.View) (Targets, error) {
	demand := f.demand(v)
	p := Problem(v, demand, f.Deployment)
	order := cheapest(p)
	replicas := fill(p, order, demand)
	keep(p, order, replicas, f.MinReplicas)
	return targets(v, replicas, demand), nil
}

// String returns "follow", with the parameters that differ from their defaults.
func (f *Follow) String() string { return label("follow", f.parts()...) }
