package plan

import (
	"fmt"
	"math"

	"wavetank/sim/fleet"
)

// FleetLimits are the limits on fleets that the user sets.
type FleetLimits struct {
	MaxCost float64 // $/h; 0: none
	MaxGPUs int     // 0: none
	Types   int     // most types of machines in a fleet; 0: as many as Most candidates allow
}

// Most is the largest number of candidates of a search.
const Most = 20_000

// mixes returns the largest number of types in a fleet, so that all fleets of some variants are at
// most Most.
func (l FleetLimits) mixes(specs []*fleet.Spec) (types int, err error) {
	number := func(types int) (n float64) {
		for _, c := range specs {
			n += fleets(c, types)
		}
		return n
	}
	widest := 1
	for _, c := range specs {
		widest = max(widest, len(c.Types))
	}
	switch n := number(max(1, min(l.Types, widest))); {
	case n > Most && l.Types > 1:
		return 0, fmt.Errorf("--types %d: %.0f fleets are more than %d; take fewer types, or a smaller max of the machines", l.Types, n, Most)
	case n > Most:
		return 0, fmt.Errorf("%.0f fleets are more than %d; take a smaller max of the machines, or fewer values", n, Most)
	case l.Types > 0:
		return min(l.Types, widest), nil
	}
	types = 1
	for types < widest && number(types+1) <= Most {
		types++
	}
	return types, nil
}

// fleets returns the number of fleets of a variant with at most so many types of machines.
func fleets(c *fleet.Spec, types int) float64 {
	with := make([]float64, types+1) // number of fleets with so many types
	with[0] = 1
	for t := range c.Types {
		k := &c.Types[t]
		next := make([]float64, types+1)
		for used, n := range with {
			if k.Min == 0 {
				next[used] += n
			}
			if used < types {
				next[used+1] += n * float64(k.Max-max(1, k.Min)+1)
			}
		}
		with = next
	}
	sum := 0.
	for used, n := range with {
		if used > 0 {
			sum += n
		}
	}
	return sum
}

// each calls visit with the numbers of machines of every fleet that has at most so many types of
// machines.
func each(c *fleet.Spec, types int, visit func(machines []int)) {
	machines := make([]int, len(c.Types))
	var from func(t, used int)
	from = func(t, used int) {
		if t == len(machines) {
			if used > 0 {
				visit(append([]int(nil), machines...))
			}
			return
		}
		for n := c.Types[t].Min; n <= c.Types[t].Max; n++ {
			if n > 0 && used == types {
				break
			}
			machines[t] = n
			from(t+1, used+min(n, 1))
		}
		machines[t] = 0
	}
	from(0, 0)
}

// rent returns the rent of machines in $/h. Reserved machines are always paid.
func rent(c *fleet.Spec, machines []int) (price float64) {
	for t, n := range machines {
		price += float64(max(n, c.Types[t].Reserved)) * c.Types[t].Price
	}
	return price
}

// gpus returns the number of GPUs of machines.
func gpus(c *fleet.Spec, machines []int) (n int) {
	for t, count := range machines {
		n += count * c.Types[t].GPUs
	}
	return n
}

// candidates returns the fleets of a variant. Those with no room for some model, or beyond a limit,
// are settled.
func (v *ScenarioVariant) candidates(index, types int, l FleetLimits) (list []Candidate) {
	c := v.fleets.Spec
	each(c, types, func(machines []int) {
		one := Candidate{Variant: index, Machines: machines, Price: rent(c, machines)}
		home := v.carrier.homeless(machines)
		switch {
		case home != "":
			one.Finding, one.Why = DoesNotFit, fmt.Sprintf("%s has no room on these machines", home)
		case l.MaxCost > 0 && one.Price > l.MaxCost:
			one.Finding, one.Why = DoesNotFit, fmt.Sprintf("costs %.4g $/h, more than --max-cost %v", one.Price, l.MaxCost)
		case l.MaxGPUs > 0 && gpus(c, machines) > l.MaxGPUs:
			one.Finding, one.Why = DoesNotFit, fmt.Sprintf("has %d GPUs, more than --max-gpus %d", gpus(c, machines), l.MaxGPUs)
		case c.Budget > 0 && one.Price > c.Budget*(1+1e-9):
			one.Finding, one.Why = DoesNotFit, fmt.Sprintf("costs %.4g $/h, more than the budget %.4g $/h", one.Price, c.Budget)
		default:
			one.Level = v.carrier.level(machines)
		}
		list = append(list, one)
	})
	return list
}

// policies returns the candidates for the policies of a variant that do not know the load
// beforehand.
func (v *ScenarioVariant) policies(index int) (list []Candidate) {
	for i := range v.Experiment.Scenario.Policies {
		if !v.Experiment.Scenario.Policies[i].Allocator.Clairvoyant() {
			list = append(list, Candidate{Variant: index, Policy: i, Price: math.NaN()})
		}
	}
	return list
}
