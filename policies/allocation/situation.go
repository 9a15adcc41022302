package allocation

import (
	"cmp"
	"slices"
	"time"

	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// NewSituation states a demand as an allocation problem. Only deployments whose names match use can
// serve (fleet.Deployment.Matches). Machines are limited to the number that can be rented now or,
// for a plan of the whole run, to the largest number.
func NewSituation(v *sim.View, demand Demands, use string, wholeRun bool) *Situation {
	p := problem(v, demand.Total(), use)
	p.Present = make([]optimize.FilledHosts, 0, v.Live())
	for i := range v.Live() {
		if m := v.Machine(v.LiveAt(i)); !m.Closed() {
			p.Present = append(p.Present, present(v, m))
		}
	}
	if wholeRun {
		for t := range p.Types {
			p.Types[t].Max = v.Spec().Types[t].Max
		}
	}
	p.Penalty = penalty(p)
	s := &Situation{View: v, Demand: demand, Problem: p, Cheapest: cheapest(p), usable: make([]bool, len(p.Configurations))}
	for d := range p.Configurations {
		s.usable[d] = Usable(p, d)
	}
	s.Lead = leads(v.Spec(), s.Cheapest)
	return s
}

// leads returns the lead of each model: the mean time from an order until the ordered replica
// serves, for the model's cheapest deployment.
func leads(c *fleet.Spec, cheapest [][]int) []time.Duration {
	all := make([]time.Duration, len(cheapest))
	for m, list := range cheapest {
		if len(list) > 0 {
			all[m] = c.Lead(fleet.DeploymentID(list[0]))
		}
	}
	return all
}

// problem returns the allocation problem of a view without the present replicas: the machine types
// and deployments under their indices in the Spec.
func problem(v *sim.View, demand []float64, use string) optimize.Problem {
	c := v.Spec()
	p := optimize.Problem{
		Demand:         demand,
		Types:          make([]optimize.HostType, len(c.Types)),
		Configurations: make([]optimize.Configuration, len(c.Deployments)),
		MinAccuracy:    make([]float64, len(c.Models)),
		AccuracyWeight: c.AccuracyWeight, Budget: c.Budget,
	}
	for m := range c.Models {
		p.MinAccuracy[m] = c.Models[m].Accuracy
	}
	for t := range c.Types {
		k := &c.Types[t]
		p.Types[t] = optimize.HostType{
			Price: k.PriceAt(v.Now()), Min: k.Min, Reserved: k.Reserved, Max: v.Limit(fleet.TypeID(t)), Rented: v.Rented(fleet.TypeID(t)), Devices: k.GPUs,
			Host: []int64{int64(k.Cores), k.Memory}, Device: []int64{fleet.WholeGPU, k.GPUMemory},
		}
	}
	for d := range c.Deployments {
		k := &c.Deployments[d]
		p.Configurations[d] = optimize.Configuration{
			Model: int(k.Model), Type: int(k.Type), Capacity: k.Capacity, Accuracy: c.Variants[k.Variant].Accuracy,
			Host: []int64{int64(k.Need.Cores), k.Need.Memory},
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
	return p
}

// Located states machines with their replicas, in the given order, as the present machines of a
// problem without demand. Prices are those of loads, per deployment. Deployments without a price
// have the price of their part of a machine for the time of a load, or nearly none.
func Located(v *sim.View, live []fleet.MachineID, prices []float64) optimize.Problem {
	c := v.Spec()
	p := problem(v, make([]float64, len(c.Models)), "")
	for d := range p.Configurations {
		f, k := &p.Configurations[d], &c.Deployments[d]
		f.Capacity, f.Switch = 1, nearlyNothing
		if prices != nil && prices[d] > 0 {
			f.Switch = prices[d]
		} else if each := p.PerMachine(d); prices == nil && each > 0 {
			f.Switch = max(f.Switch, c.Types[k.Type].Price/float64(each)*k.Load.Seconds())
		}
	}
	p.Present = make([]optimize.FilledHosts, 0, len(live))
	for _, id := range live {
		p.Present = append(p.Present, present(v, v.Machine(id)))
	}
	return p
}

// nearlyNothing is the price of a load that costs nothing, so that replicas stay nevertheless.
const nearlyNothing = 1e-9

// present states a machine with its loading and ready replicas.
func present(v *sim.View, m *fleet.Machine) optimize.FilledHosts {
	out := optimize.FilledHosts{Type: int(m.Type), Count: 1, Loads: make([]optimize.PlacedReplicas, 0, len(m.Placed()))}
	for _, id := range m.Placed() {
		r := v.Replica(id)
		if r.State == fleet.Draining {
			continue
		}
		load := optimize.PlacedReplicas{Configuration: int(r.Deployment), Device: r.GPU, Replicas: 1, Further: r.Further()}
		if v.Spec().Deployments[r.Deployment].Need.GPUShare == 0 {
			load.Device = -1
		}
		out.Loads = append(out.Loads, load)
	}
	return out
}

// PerMachine returns how many replicas of each deployment fit on one machine without any others.
func PerMachine(c *fleet.Spec) []int {
	each := make([]int, len(c.Deployments))
	for d := range each {
		k := &c.Deployments[d]
		each[d] = c.Types[k.Type].MostReplicas(&k.Need)
	}
	return each
}

// shortfallFactor makes unserved demand expensive: one request per second left unserved costs
// shortfallFactor times the price of the most expensive capacity. So demand is left unserved only
// if machines are missing, not because of their price. The exception is a demand below a thousandth
// of a replica.
const shortfallFactor = 1000

// penalty returns the cost of leaving one request per second unserved, in $ per hour.
func penalty(p optimize.Problem) float64 {
	most := 1.
	for d := range p.Configurations {
		if c := &p.Configurations[d]; Usable(p, d) {
			most = max(most, shortfallFactor*p.Types[c.Type].Price/c.Capacity)
		}
	}
	return most
}

// Usable reports whether the limits allow a replica of configuration d and whether it serves
// anything.
func Usable(p optimize.Problem, d int) bool {
	c := &p.Configurations[d]
	return c.Capacity > 0 && p.Types[c.Type].Max > 0 && p.PerMachine(d) > 0
}

// cheapest returns the usable configurations of each model by price per capacity, then by index.
// The price of a replica is its part of the price of a machine that is filled with replicas of the
// same configuration.
func cheapest(p optimize.Problem) [][]int {
	order := make([][]int, len(p.Demand))
	price := make([]float64, len(p.Configurations))
	for d := range p.Configurations {
		if c := &p.Configurations[d]; Usable(p, d) {
			price[d] = p.Types[c.Type].Price / float64(p.PerMachine(d)) / c.Capacity
			order[c.Model] = append(order[c.Model], d)
		}
	}
	for _, list := range order {
		slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(price[a], price[b]) })
	}
	return order
}
