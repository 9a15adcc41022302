package reference

import (
	"math"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// neighbour is a fleet that differs little from another.
type neighbour struct {
	fleet allocation.Targets
	level []int
	price float64 // US dollars per hour
}

// nearby returns cheaper fleets that differ little from a candidate and are not known to be too
// small:
//   - fleets with small changes of replicas in one or two groups (exchanged),
//   - the solver's plans for the same levels with one machine of a type less, with or without more
//     machines of other types,
//   - the solver's plans for a lower level of one group.
//
// The cheapest comes first.
func (s *ConstantSearch) nearby(of *candidate) ([]neighbour, error) {
	price := s.price(of.fleet.Replicas, of.fleet.Layout)
	var list []neighbour
	add := func(f allocation.Targets, level []int) {
		n := neighbour{f, level, s.price(f.Replicas, f.Layout)}
		if n.price < price*(1-1e-9) && !s.hopeless(f.Replicas) && s.served(f.Replicas) {
			if _, known := s.seen[key(f)]; !known {
				list = append(list, n)
			}
		}
	}
	s.exchanged(of.fleet, price, func(replicas []int) {
		if s.hopeless(replicas) || !s.served(replicas) {
			return
		}
		f := of.fleet
		f.Replicas = replicas
		if layout, fits := pack(s.Spec, replicas); fits {
			f.Layout = layout
			add(f, of.level)
		}
	})
	machines := rented(len(s.Spec.Types), of.fleet.Layout)
	for k, n := range machines {
		if n == 0 {
			continue
		}
		for _, others := range []bool{true, false} {
			c := *s.Spec
			c.Types = slices.Clone(c.Types)
			for t := range c.Types {
				if !others {
					c.Types[t].Max = machines[t]
				}
			}
			c.Types[k].Max = n - 1
			f, err := s.at(of.level, &c)
			if err != nil {
				return nil, err
			}
			add(f, of.level)
		}
	}
	for g := range s.groups {
		level := slices.Clone(of.level)
		if less, err := s.change(level, g, -1, of.fleet.Replicas); err != nil {
			return nil, err
		} else if less {
			f, err := s.at(level, s.Spec)
			if err != nil {
				return nil, err
			}
			add(f, level)
		}
	}
	slices.SortStableFunc(list, byPrice)
	return slices.CompactFunc(list, func(a, b neighbour) bool { return slices.Equal(a.fleet.Replicas, b.fleet.Replicas) }), nil
}

// exchanged calls visit with changed replicas of a fleet. A change removes one replica, or replaces
// one or two replicas by up to four of another deployment in the same group. Two changes in two
// groups are combined, too. It skips changes whose machines cannot be cheaper than the price, in US
// dollars per hour.
func (s *ConstantSearch) exchanged(f allocation.Targets, price float64, visit func(replicas []int)) {
	least := newLeastRent(s.Spec)
	var changes []change
	for d, n := range f.Replicas {
		if n == 0 {
			continue
		}
		changes = append(changes, change{d, 1, d, 0})
		for e := range f.Replicas {
			if e != d && s.groupOf(e) == s.groupOf(d) {
				for less := 1; less <= min(n, 2); less++ {
					for more := 1; more <= 4; more++ {
						changes = append(changes, change{d, less, e, more})
					}
				}
			}
		}
	}
	look := func(replicas []int) {
		if least.of(replicas) < price*(1-1e-9) {
			visit(slices.Clone(replicas))
		}
	}
	replicas := slices.Clone(f.Replicas)
	for i, one := range changes {
		one.make(replicas, 1)
		look(replicas)
		for _, other := range changes[:i] {
			if s.groupOf(other.from) != s.groupOf(one.from) {
				other.make(replicas, 1)
				look(replicas)
				other.make(replicas, -1)
			}
		}
		one.make(replicas, -1)
	}
}

// change removes replicas of one deployment and adds some of another.
type change struct{ from, less, to, more int }

// make makes the change. With times = −1 it undoes the change.
func (c change) make(replicas []int, times int) {
	replicas[c.from] -= times * c.less
	replicas[c.to] += times * c.more
}

func (s *ConstantSearch) groupOf(d int) int { return s.Groups[s.Spec.Deployments[d].Model] }

// leastRent computes a lower bound on the rent of a fleet. For each type, it adds up the shares of
// a machine's cores, memory and GPUs that the replicas need. The largest sum, rounded up, is a
// lower bound on the number of machines.
type leastRent struct {
	spec  *fleet.Spec
	parts [][3]float64 // for each deployment, its shares of a machine's cores, memory and GPUs
	sums  [][3]float64 // scratch: sums of these shares for each type
}

func newLeastRent(c *fleet.Spec) *leastRent {
	l := &leastRent{c, make([][3]float64, len(c.Deployments)), make([][3]float64, len(c.Types))}
	for d := range c.Deployments {
		k := &c.Deployments[d]
		t := &c.Types[k.Type]
		l.parts[d] = [3]float64{float64(k.Need.Cores) / float64(t.Cores), float64(k.Need.Memory) / float64(t.Memory), 0}
		if t.GPUs > 0 {
			l.parts[d][2] = float64(k.Need.GPUShare) * float64(k.Need.Devices()) / float64(fleet.WholeGPU*t.GPUs)
		}
	}
	return l
}

// of returns the lower bound for replicas, in US dollars per hour.
func (l *leastRent) of(replicas []int) (price float64) {
	clear(l.sums)
	for d, n := range replicas {
		for r, part := range l.parts[d] {
			l.sums[l.spec.Deployments[d].Type][r] += float64(n) * part
		}
	}
	for k, sum := range l.sums {
		price += max(math.Ceil(slices.Max(sum[:])-1e-9), float64(l.spec.Types[k].Reserved)) * l.spec.Types[k].Price
	}
	return price
}

// served reports whether every model with a load has a replica.
func (s *ConstantSearch) served(replicas []int) bool {
	n := make([]int, len(s.Loads))
	for d, r := range replicas {
		n[s.Spec.Deployments[d].Model] += r
	}
	for m, l := range s.Loads {
		if l.Mean > 0 && n[m] == 0 {
			return false
		}
	}
	return true
}

// price returns the rent of a fleet in US dollars per hour.
func (s *ConstantSearch) price(replicas []int, layout []optimize.FilledHosts) (price float64) {
	if layout == nil {
		layout, _ = pack(s.Spec, replicas)
	}
	for k, n := range rented(len(s.Spec.Types), layout) {
		price += float64(max(n, s.Spec.Types[k].Reserved)) * s.Spec.Types[k].Price
	}
	return price
}

// rented returns the number of machines of each type in a layout.
func rented(types int, layout []optimize.FilledHosts) []int {
	n := make([]int, types)
	for _, h := range layout {
		n[h.Type] += h.Count
	}
	return n
}

// pack returns the cheapest machines for exactly these replicas that the solver finds, and whether
// the limits on machines allow them.
func pack(c *fleet.Spec, replicas []int) ([]optimize.FilledHosts, bool) {
	none := allocation.Demands{Load: make([]float64, len(c.Models))}
	p := allocation.NewSituation(sim.ViewOf(fleet.New(c), 0), none, "", true).Problem
	p.Demand = make([]float64, len(replicas)) // treat every deployment as a model of its own
	p.Configurations = slices.Clone(p.Configurations)
	for d, n := range replicas {
		p.Demand[d] = float64(n)
		p.Configurations[d].Model, p.Configurations[d].Capacity, p.Configurations[d].Accuracy = d, 1, 0
	}
	for _, t := range p.Types {
		p.Penalty = max(p.Penalty, 1000*t.Price)
	}
	found, err := optimize.Solve(optimize.Best{}, p)
	if err != nil {
		return nil, false
	}
	return found.Layout, slices.Equal(found.Replicas, replicas)
}
