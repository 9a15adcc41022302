package optimize

import "math"

// Where a machine has to boot, or where few machines serve the demand, the relaxation over
// fillings rents a fraction of a machine. Its bound may then be far below the cost of every plan,
// and so many fillings have reduced costs within this gap that no search lists them.
// boundByMachines branches on the numbers of machines alone, and generates fillings at every node
// (branch and price).

const (
	mostMachineNodes = 40   // of one search
	machineGap       = 0.01 // relative gap from which on it searches
)

// tierLimit limits the number of machines of a tier.
type tierLimit struct {
	tier         int // number of the tier, in the order of the relaxation
	lower, upper float64
}

// limitTiers sets limits on the numbers of machines.
func (w *filled) limitTiers(limits []tierLimit) {
	for _, l := range limits {
		j := w.machines + l.tier
		w.program.Lower[j] = max(w.program.Lower[j], l.lower)
		w.program.Upper[j] = min(w.program.Upper[j], l.upper)
	}
}

// machineNode is a node of a search over numbers of machines.
type machineNode struct {
	limits []tierLimit
	root   root
}

// boundByMachines raises the bound of a solution whose gap is large, by a search over the numbers
// of machines of each tier. A node whose numbers are whole is not searched further. Its relaxation
// is rounded, and replaces the solution if that is better.
func (x *index) boundByMachines(best *Solution, name string) {
	if best.Exact || best.Share < 1 || x.generated == nil || !x.wide(best) {
		return
	}
	l := x.generated.fillings
	defer func() { l.tiers = nil }()
	open := []machineNode{{root: x.generated.root}}
	for nodes := 0; nodes < mostMachineNodes; nodes++ {
		at := lowest(open)
		best.raise(open[at].root.bound)
		n := open[at]
		tier, value := n.fraction()
		if tier < 0 || best.Exact || !x.wide(best) {
			return
		}
		open = append(open[:at], open[at+1:]...)
		for _, limit := range []tierLimit{{tier, math.Ceil(value), math.Inf(1)}, {tier, 0, math.Floor(value)}} {
			l.tiers = append(n.limits[:len(n.limits):len(n.limits)], limit)
			r := l.generate(defaultWork * len(x.Configurations))
			if !r.solved {
				r = n.root // the bound of its parent holds
				r.rented = nil
			}
			r.bound = max(r.bound, n.root.bound)
			open = append(open, machineNode{l.tiers, r})
			if child := &open[len(open)-1]; r.rented != nil {
				if tier, _ := child.fraction(); tier < 0 {
					best.consider(l.rounded(r, name+": machines whole, fillings down"))
				}
			}
		}
	}
	best.raise(open[lowest(open)].root.bound)
}

// wide reports whether the gap of a solution is large enough for a search over machines.
func (x *index) wide(best *Solution) bool {
	return best.Objective-best.Bound > float64(machineGap*math.Abs(best.Objective))
}

// lowest returns the index of the node with the lowest bound.
func lowest(open []machineNode) (at int) {
	for i := range open {
		if open[i].root.bound < open[at].root.bound {
			at = i
		}
	}
	return at
}

// fraction returns the tier whose number of machines is farthest from a whole number; −1 if all are
// whole.
func (n *machineNode) fraction() (tier int, value float64) {
	tier = -1
	most := 1e-6
	for i, v := range n.root.rented {
		if off := math.Abs(v - math.Round(v)); off > most {
			tier, value, most = i, v, off
		}
	}
	return tier, value
}
