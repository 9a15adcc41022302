package allocation

import (
	"math"

	"wavetank/sim/fleet"
)

// scale sets the capacity of one replica of each deployment in the problem. The wanted load is per
// model, in requests per second. Replicas of one deployment share their load, so n of them may
// serve more than n times what one serves alone. But the problem is linear in the number of
// replicas. So scale looks for the fewest replicas that serve the wanted load, and divides their
// capacity by their number.
func (s *Situation) scale(c Capacity, wanted []float64) error {
	p := &s.Problem
	served, n, first := make([]bool, len(wanted)), len(p.Configurations), 0
	if s, ok := c.(Sampled); ok {
		first = s.First(n)
	}
	for i := range n {
		d := (first + i) % n
		f := &p.Configurations[d]
		if !s.usable[d] {
			continue
		}
		most := min(int64(p.PerMachine(d))*int64(p.Types[f.Type].Max), math.MaxInt32)
		each, err := perReplica(c, fleet.DeploymentID(d), wanted[f.Model], int(most))
		if err != nil {
			return err
		}
		f.Capacity = each
		served[f.Model] = served[f.Model] || each > 0
	}
	for d := range p.Configurations { // a model that nothing serves in time is served late
		if f := &p.Configurations[d]; s.usable[d] && !served[f.Model] {
			f.Capacity = s.View.Spec().Deployments[d].Capacity
		}
	}
	p.Demand = wanted
	p.Penalty = penalty(*p)
	s.Cheapest = cheapest(*p)
	return nil
}

// perReplica returns the capacity of one replica for a linear plan, in requests per second. It is
// the rate of n replicas over n, where n is the smallest number that serves the demand. Fewer
// replicas may serve less each. A plan takes n-1 replicas nevertheless if they serve the demand at
// the rate per replica of n; the miss is smaller than the price of one replica more. Only n-1
// replicas that serve nothing in time never count. The parameter most bounds n.
func perReplica(c Capacity, d fleet.DeploymentID, demand float64, most int) (float64, error) {
	n, rate, err := fewest(c, d, demand, most)
	if err != nil {
		return 0, err
	}
	each := rate / float64(n)
	if demand *= slack; rate < demand || n == 1 {
		return each, nil
	}
	one := demand / float64(n-1) // with this capacity, n-1 replicas would be enough
	fewer, err := c.Rate(d, n-1)
	if fewer == 0 {
		return min(each, one*(1-short)), err
	}
	return min(each, one*(1-1e-10)), err
}

// short is twice the largest share of a replica that a plan may leave unserved (shortfallFactor).
// That much unserved demand does harm only where n-1 replicas serve nothing in time, for example
// because many requests come together. There perReplica returns less by this share.
const short = 2.0 / shortfallFactor

// slack is a factor on demands. It allows for rounding errors, for which no replica is needed.
const slack = 1 - 1e-9

// fewest returns the smallest number of replicas that serve a demand, at least 1, and their rate in
// requests per second. If even most replicas do not serve the demand, it returns most.
func fewest(c Capacity, d fleet.DeploymentID, demand float64, most int) (n int, rate float64, err error) {
	demand *= slack
	serve := func(rate float64) bool { return rate > 0 && rate >= demand }
	low, high := 0, 1 // low replicas are too few
	rate, err = c.Rate(d, high)
	for err == nil && !serve(rate) && high < most {
		low, high = high, min(2*high, most)
		rate, err = c.Rate(d, high)
	}
	for err == nil && serve(rate) && high-low > 1 {
		half := (low + high) / 2
		var between float64
		if between, err = c.Rate(d, half); serve(between) {
			high, rate = half, between
		} else {
			low = half
		}
	}
	return high, rate, err
}
