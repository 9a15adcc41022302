package allocation

import (
	"cmp"
	"math"
	"slices"

	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// worth says how many times the price of the dearest capacity a request left unserved costs, so that a demand
// is left unserved for want of machines and not for their price, unless it is below a thousandth of a replica.
const worth = 1000

// Problem states a demand, in requests per second per model, as an allocation problem: the machine types and
// deployments of the view's catalogue under their own indices, with the replicas there are now. A deployment
// whose name does not contain the text use cannot serve.
func Problem(v *sim.View, demand []float64, use string) optimize.Problem {
	c := v.Spec()
	p := optimize.Problem{
		Demand:         demand,
		Types:          make([]optimize.HostType, len(c.Types)),
		Configurations: make([]optimize.Configuration, len(c.Deployments)),
	}
	for t := range c.Types {
		k := &c.Types[t]
		p.Types[t] = optimize.HostType{
			Price: k.Price, Max: v.Limit(fleet.TypeID(t)), Devices: k.GPUs,
			Host: []int64{int64(k.Cores), k.Memory}, Device: []int64{fleet.WholeGPU, k.GPUMemory},
		}
	}
	for d := range c.Deployments {
		k := &c.Deployments[d]
		p.Configurations[d] = optimize.Configuration{
			Model: int(k.Model), Type: int(k.Type), Capacity: k.Capacity, Accuracy: c.Variants[k.Variant].Accuracy,
			Host:    []int64{int64(k.Need.Cores), k.Need.Memory},
			Current: v.Count(fleet.DeploymentID(d)).Current(),
		}
		if k.Need.GPUShare > 0 {
			p.Configurations[d].Device = []int64{int64(k.Need.GPUShare), k.Need.GPUMemory}
		}
		if k.Need.GPUs > 1 {
			p.Configurations[d].Device, p.Configurations[d].Devices = p.Types[k.Type].Device, k.Need.GPUs
		}
		if !k.Matches(use) {
			p.Configurations[d].Capacity = 0
		}
	}
	for d := range p.Configurations {
		if capacity := p.Configurations[d].Capacity; usable(p, d) {
			p.Penalty = max(p.Penalty, worth*p.Types[p.Configurations[d].Type].Price/capacity)
		}
	}
	p.Penalty = max(p.Penalty, 1)
	return p
}

// usable reports whether the limits allow a replica of configuration d and it serves anything.
func usable(p optimize.Problem, d int) bool {
	c := &p.Configurations[d]
	return c.Capacity > 0 && p.Types[c.Type].Max > 0 && p.PerMachine(d) > 0
}

// cheapest returns per model the usable configurations in the order of their price per capacity, ties the
// lowest index. The price of a replica is its part of a machine filled with its like.
func cheapest(p optimize.Problem) [][]int {
	order := make([][]int, len(p.Demand))
	price := make([]float64, len(p.Configurations))
	for d := range p.Configurations {
		if c := &p.Configurations[d]; usable(p, d) {
			price[d] = p.Types[c.Type].Price / float64(p.PerMachine(d)) / c.Capacity
			order[c.Model] = append(order[c.Model], d)
		}
	}
	for _, list := range order {
		slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(price[a], price[b]) })
	}
	return order
}

// fill returns replicas per configuration that provide the wanted capacity per model, each model from the
// configurations listed for it, in that order, as far as the machine limits go. Where they do not go far
// enough, every replica goes to the model of which the largest share is missing, ties the lowest index. A
// replica is counted as its part of a machine filled with its like.
func fill(p optimize.Problem, order [][]int, wanted []float64) []int {
	replicas := make([]int, len(p.Configurations))
	used := make([]float64, len(p.Types))
	left, next := slices.Clone(wanted), make([]int, len(order))
	for {
		model, share := -1, 1e-9
		for m := range left {
			if s := left[m] / wanted[m]; wanted[m] > 0 && next[m] < len(order[m]) && s > share {
				model, share = m, s
			}
		}
		if model < 0 {
			return replicas
		}
		d := order[model][next[model]]
		c := &p.Configurations[d]
		part := 1 / float64(p.PerMachine(d))
		if used[c.Type]+part > float64(p.Types[c.Type].Max)+1e-6 {
			next[model]++
			continue
		}
		used[c.Type] += part
		replicas[d]++
		left[model] -= c.Capacity
	}
}

// keep adds replicas of the cheapest listed configuration until every model has the least number. Where that
// exceeds the limit of a machine type, those that have most there give replicas up for it.
func keep(p optimize.Problem, order [][]int, replicas []int, least int) {
	total := make([]int, len(order))
	for d, n := range replicas {
		total[p.Configurations[d].Model] += n
	}
	for m, list := range order {
		if len(list) == 0 {
			continue
		}
		for ; total[m] < least; total[m]++ {
			replicas[list[0]]++
			for beyond(p, replicas, p.Configurations[list[0]].Type) {
				from := giver(p, replicas, total, p.Configurations[list[0]].Type, max(least, 1))
				if from < 0 {
					break
				}
				replicas[from]--
				total[p.Configurations[from].Model]--
			}
		}
	}
}

// beyond reports whether the replicas on a machine type exceed its limit, each counted as its part of a machine
// filled with its like.
func beyond(p optimize.Problem, replicas []int, t int) bool {
	used := 0.
	for d, n := range replicas {
		if p.Configurations[d].Type == t && n > 0 {
			used += float64(n) / float64(max(1, p.PerMachine(d)))
		}
	}
	return used > float64(p.Types[t].Max)+1e-6
}

// giver returns the configuration with the most replicas on a machine type of those whose models have more than
// the least number, ties the lowest index; -1 when there is none.
func giver(p optimize.Problem, replicas, total []int, t, least int) int {
	best := -1
	for d, n := range replicas {
		c := &p.Configurations[d]
		if c.Type == t && n > 0 && total[c.Model] > least && (best < 0 || n > replicas[best]) {
			best = d
		}
	}
	return best
}

// most returns how many replicas of configuration d the limits allow.
func most(p optimize.Problem, d int) int {
	return int(min(int64(p.PerMachine(d))*int64(p.Types[p.Configurations[d].Type].Max), math.MaxInt32))
}

// targets completes wanted replicas to targets.
func targets(v *sim.View, replicas []int, demand []float64) Targets {
	t := Targets{Replicas: replicas, Demand: demand, Capacity: capacity(v.Spec(), replicas)}
	t.Shortfall = shortfall(t.Demand, t.Capacity)
	return t
}
