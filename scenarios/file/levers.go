package file

import "wavetank/policies/registry"

// LeverSet is the levers of one policy, with the scenario's where it names none.
type LeverSet struct {
	Admission *registry.Admission
	Router    *registry.Router
	Order     *registry.Order
	Batcher   *registry.Batcher
}

// Levers returns the levers of a policy.
func (s *Scenario) Levers(p *Policy) LeverSet {
	l := LeverSet{&s.Admission, &s.Router, &s.Order, &s.Batcher}
	if p.Admission != nil {
		l.Admission = p.Admission
	}
	if p.Router != nil {
		l.Router = p.Router
	}
	if p.Batcher != nil {
		l.Batcher = p.Batcher
	}
	if p.Order != nil {
		l.Order = p.Order
	}
	return l
}
