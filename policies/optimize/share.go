package optimize

import "math"

// If the limits or the budget leave demand unserved, solutions are ordered first by the least
// served share of a model, then by their objective (max-min fairness; Bertsekas and Gallager, Data
// Networks, 1992, section 6.5.2). So no model goes without service while others are served in full.

// steps is the resolution of shares: differences below a hundredth of a model's demand do not
// count.
const steps = 100

// better reports whether a solution is better than another solution of the same problem.
func (found *Solution) better(than *Solution) bool {
	a, b := inSteps(found.Share), inSteps(than.Share)
	return a > b || a == b && found.Objective < than.Objective
}

// inSteps returns how many whole steps a share has.
func inSteps(share float64) float64 { return math.Floor(float64(share*steps) + 1e-6) }

// leastShare returns the least served share of the replicas of the packing.
func (pk *packing) leastShare() float64 {
	machines := make([]int, len(pk.machines))
	for k, list := range pk.machines {
		machines[k] = len(list)
	}
	return pk.index.leastShare(pk.replicas, machines)
}

// leastShare returns the least served share among the models that the limits keep short. It is 1 if
// there is no such model.
func (x *index) leastShare(replicas, machines []int) float64 {
	least := 1.
	for m := range x.Demand {
		served, _ := x.split(m, replicas, nil)
		if share := x.share(m, served, replicas); share < least && x.short(m, served, replicas, machines) {
			least = share
		}
	}
	return least
}

// short reports whether the limits keep model m short: one more machine, full of replicas of one
// configuration, would cost less than the demand that it serves is worth.
func (x *index) short(m int, served float64, replicas, machines []int) bool {
	rest, missing, running := x.Demand[m]-served, x.missing(m, replicas), x.running(m, replicas)
	if rest <= 1e-9*x.Demand[m] && missing == 0 {
		return false
	}
	for _, c := range x.byModel[m] {
		f := &x.Configurations[c]
		n := int(min(float64(x.perMachine[c]), max(math.Ceil(rest/f.Capacity), float64(missing))))
		price := x.Types[f.Type].next(machines[f.Type]) + float64(f.Switch*float64(n))
		if float64(x.Penalty*rest)+float64(x.absent[m]*float64(missing)) <= price {
			continue
		}
		replicas[c] += n
		more, _ := x.split(m, replicas, nil)
		added := x.running(m, replicas) - running
		replicas[c] -= n
		if float64(x.Penalty*(more-served))+float64(x.absent[m]*float64(added)) > price {
			return true
		}
	}
	return false
}

// scaled returns the same problem with every demand and every least number of replicas multiplied
// by a share.
func (x *index) scaled(share float64) *index {
	if share == 1 {
		return x
	}
	y := *x
	y.first = x.scratch.scaledFirst.forget()
	y.least = make([]int, len(x.least))
	for m, least := range x.least {
		y.least[m] = int(math.Floor(float64(share*float64(least)) + 1e-9))
	}
	y.Demand = make([]float64, len(x.Demand))
	for m, demand := range x.Demand {
		y.Demand[m] = share * demand
	}
	return &y
}
