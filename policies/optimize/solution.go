package optimize

import (
	"math"
	"slices"
)

// Solution is the result of a solver. Its replicas can be placed on its machines; Layout is such a
// placement. Prices and limits are nil or NaN if they are not known.
type Solution struct {
	Method    string        // the solver, and its variant that found the solution
	Replicas  []int         // number of replicas of each configuration
	Machines  []int         // number of machines of each type
	Rates     []float64     // requests per second given to each configuration
	Served    []float64     // per model, requests per second
	Shortfall []float64     // per model, requests per second; Served + Shortfall = Demand
	Share     float64       // least served share of a model that the limits keep short; 1: none is
	Layout    []FilledHosts // a placement of the replicas
	Cost      float64       // cost of the machines that are not always paid, in $ per hour
	Switching float64       // cost of added replicas and machines, in $ per hour
	Objective float64       // objective of Problem, in $ per hour
	Bound     float64       // no solution has a lower objective; NaN: not known
	Prices    []float64     // per model, cost of one more request per second, in $ per hour
	Limits    []float64     // per type, most that one more machine than Max saves, in $ per hour
	Exact     bool          // Objective is proved to be the least
	Scale     string        // rounding of the solver; "": none
	Warnings  []string

	Unservable float64 // no solution has a smaller sum of Shortfall, if a bound is known
}

// FilledHosts are Count machines of one type that hold the same replicas.
type FilledHosts struct {
	Type  int
	Count int
	Loads []PlacedReplicas
}

// PlacedReplicas are replicas of one configuration on one device of a machine.
type PlacedReplicas struct {
	Configuration int
	Device        int // −1: on the host alone
	Replicas      int
	Further       []int // devices that the replicas take in addition to Device
}

// Solver is a method for Problem.
type Solver interface {
	// Solve returns a feasible solution, or an error if the problem is not valid.
	Solve(Problem) (Solution, error)
	String() string
}

// clone returns a copy that shares no list with the solution, except those of placed replicas.
func (found *Solution) clone() Solution {
	c := *found
	c.Replicas, c.Machines, c.Rates = slices.Clone(c.Replicas), slices.Clone(c.Machines), slices.Clone(c.Rates)
	c.Served, c.Shortfall, c.Layout = slices.Clone(c.Served), slices.Clone(c.Shortfall), slices.Clone(c.Layout)
	c.Prices, c.Limits, c.Warnings = slices.Clone(c.Prices), slices.Clone(c.Limits), slices.Clone(c.Warnings)
	for i := range c.Layout {
		c.Layout[i].Loads = slices.Clone(c.Layout[i].Loads)
	}
	return c
}

// add appends a machine to the layout. If it equals the last entry, it raises the count of this
// entry.
func (found *Solution) add(m FilledHosts) {
	if n := len(found.Layout); n > 0 && found.Layout[n-1].Type == m.Type && slices.EqualFunc(found.Layout[n-1].Loads, m.Loads, PlacedReplicas.equal) {
		found.Layout[n-1].Count++
		return
	}
	found.Layout = append(found.Layout, m)
}

// equal reports whether two loads are the same.
func (l PlacedReplicas) equal(o PlacedReplicas) bool {
	return l.Configuration == o.Configuration && l.Device == o.Device && l.Replicas == o.Replicas && slices.Equal(l.Further, o.Further)
}

// devices returns the devices of a load. The list is empty if the load is only on the host.
func (l PlacedReplicas) devices() []int {
	if l.Device < 0 {
		return nil
	}
	return append([]int{l.Device}, l.Further...)
}

// sameAs reports whether two solutions run the same replicas on the same machines.
func (found *Solution) sameAs(o *Solution) bool {
	return slices.Equal(found.Replicas, o.Replicas) && slices.Equal(found.Machines, o.Machines) &&
		slices.EqualFunc(found.Layout, o.Layout, func(a, b FilledHosts) bool {
			return a.Type == b.Type && a.Count == b.Count && slices.EqualFunc(a.Loads, b.Loads, PlacedReplicas.equal)
		})
}

// price sets the costs and the objective of a solution from its machines, replicas and rates, and
// the price of its loads.
func (x *index) price(found *Solution, loads float64) {
	p := &x.Problem
	found.Cost, found.Switching = 0, p.booting(found.Machines)+loads
	for k, n := range found.Machines {
		found.Cost += float64(float64(max(0, n-p.Types[k].Reserved)) * p.Types[k].Price)
	}
	reward := 0.
	for c := range found.Replicas {
		reward += float64(p.Configurations[c].Accuracy * found.Rates[c])
	}
	found.Objective = found.Cost + found.Switching + float64(p.Penalty*total(found.Shortfall)) - float64(p.AccuracyWeight*reward)
	for m := range p.MinReplicas {
		found.Objective += float64(x.absent[m] * float64(x.missing(m, found.Replicas)))
	}
}

// prove sets a lower bound, and sets Exact if the bound equals the objective.
func (found *Solution) prove(bound float64) {
	found.Bound = bound
	if found.Objective-bound <= 1e-9*(1+math.Abs(found.Objective)) {
		found.Exact = true
	}
}
