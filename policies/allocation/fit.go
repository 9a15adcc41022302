package allocation

import (
	"cmp"
	"fmt"
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// BestFit places each replica where least is left free, large ones first, and orders machines only for what
// fits on none. A MIG slice begins at the highest memory slot at which it may and has room: placed largest first,
// slices so fill an empty GPU whenever they can. Surplus replicas drain, loading ones first, then those on the emptiest machines, and machines
// left without replicas are released.
//
// A ready replica is kept while the model's other ready replicas would fall short of the capacity wanted, that is
// until its replacement has loaded. Where that keeps a wanted replica from finding room and nothing else is
// loading that could end it, it drains at once. Draining replicas hold their place until they finish; what does
// not fit is tried again next time.
type BestFit struct{}

// String returns "best-fit".
func (BestFit) String() string { return "best-fit" }

// Place implements Placer.
func (BestFit) Place(v *sim.View, t Targets) (sim.Plan, error) { return place(v, t, rule{}) }

// FirstFit is BestFit but for one thing: it places each replica on the oldest machine that has room.
type FirstFit struct{}

// String returns "first-fit".
func (FirstFit) String() string { return "first-fit" }

// Place implements Placer.
func (FirstFit) Place(v *sim.View, t Targets) (sim.Plan, error) {
	return place(v, t, rule{firstMachine: true})
}

// FirstStart is BestFit but for one thing: a slice of a GPU begins at the lowest memory slot at which it may.
type FirstStart struct{}

// String returns "first-start".
func (FirstStart) String() string { return "first-start" }

// Place implements Placer.
func (FirstStart) Place(v *sim.View, t Targets) (sim.Plan, error) {
	return place(v, t, rule{firstStart: true})
}

// rule is what placers differ in.
type rule struct {
	firstMachine bool // place on the first machine with room, not where least is left
	firstStart   bool // begin slices at the lowest start, not at the highest
}

// place makes the plan.
func place(v *sim.View, t Targets, by rule) (sim.Plan, error) {
	c := v.Spec()
	if len(t.Replicas) != len(c.Deployments) || len(t.Demand) != len(c.Models) || len(t.Shortfall) != len(c.Models) {
		return sim.Plan{}, fmt.Errorf("targets have %d deployments, %d demands and %d shortfalls; the catalog has %d deployments and %d models",
			len(t.Replicas), len(t.Demand), len(t.Shortfall), len(c.Deployments), len(c.Models))
	}
	for d, n := range t.Replicas {
		if n < 0 {
			return sim.Plan{}, fmt.Errorf("%d replicas of %s are wanted", n, c.Deployments[d].Name)
		}
	}
	l := fit(v, t, by, true)
	missing := l.missing(t.Replicas)
	if slices.Contains(missing, true) && !l.underWay() {
		l = fit(v, t, by, false)
		missing = l.missing(t.Replicas)
	}
	plan := l.plan
	plan.Demand = slices.Clone(t.Demand)
	plan.Capacity = capacity(c, l.current)
	plan.Shortfall = slices.Clone(t.Shortfall)
	for m, short := range shortfall(plan.Demand, plan.Capacity) {
		if missing[m] {
			plan.Shortfall[m] = max(plan.Shortfall[m], short)
		}
	}
	return plan, nil
}

// underWay reports whether a replica is loading or about to.
func (l *ledger) underWay() bool {
	loading := len(l.plan.Load)
	for i := range l.view.Active() {
		if id := l.view.ActiveAt(i); l.view.Replica(id).State == fleet.Loading && !slices.Contains(l.plan.Drain, id) {
			loading++
		}
	}
	return loading > 0
}

// fit drains, loads, boots and stops towards the targets.
func fit(v *sim.View, t Targets, by rule, patient bool) *ledger {
	l := newLedger(v)
	l.rule = by
	l.shrink(t.Replicas, patient)
	l.grow(t.Replicas)
	l.stopIdle()
	return l
}

// shrink drains what is beyond the targets.
func (l *ledger) shrink(want []int, patient bool) {
	spare := l.spare(want, patient)
	candidates := make([][]fleet.ReplicaID, len(want)) // of the deployments with a surplus
	for i := range l.view.Active() {
		id := l.view.ActiveAt(i)
		r := l.view.Replica(id)
		if d := r.Deployment; r.State != fleet.Draining && l.current[d] > want[d] {
			candidates[d] = append(candidates[d], id)
		}
	}
	for d, list := range candidates {
		c := &l.catalog.Deployments[d]
		for l.current[d] > want[d] {
			i := l.leaver(list)
			if l.view.Replica(list[i]).State == fleet.Ready {
				if spare[c.Model] < c.Capacity*(1-1e-9) {
					break
				}
				spare[c.Model] -= c.Capacity
			}
			l.drain(list[i])
			list = slices.Delete(list, i, i+1)
		}
	}
}

// spare returns per model how much capacity of ready replicas may drain: without patience all of it.
func (l *ledger) spare(want []int, patient bool) []float64 {
	spare := make([]float64, len(l.catalog.Models))
	for d := range l.catalog.Deployments {
		c := &l.catalog.Deployments[d]
		spare[c.Model] += float64(l.view.Count(fleet.DeploymentID(d)).Ready) * c.Capacity
	}
	if patient {
		for m, wanted := range capacity(l.catalog, want) {
			spare[m] -= wanted
		}
	}
	return spare
}

// leaver returns the place in the list of the replica that should go first: a loading one, then one on the
// machine with the fewest others, ties the newest.
func (l *ledger) leaver(list []fleet.ReplicaID) int {
	best, least := 0, 0
	for i, id := range list {
		r := l.view.Replica(id)
		rank := 2 * l.machines[l.at[r.Machine]].replicas
		if r.State != fleet.Loading {
			rank += 1 << 30
		}
		if i == 0 || rank <= least {
			best, least = i, rank
		}
	}
	return best
}

// grow places what is below the targets: first one replica of each model that has none, then large ones first.
func (l *ledger) grow(want []int) {
	order := make([]fleet.DeploymentID, 0, len(want))
	served := make([]bool, len(l.catalog.Models))
	for d := range want {
		order = append(order, fleet.DeploymentID(d))
		if l.current[d] > 0 {
			served[l.catalog.Deployments[d].Model] = true
		}
	}
	slices.SortStableFunc(order, func(a, b fleet.DeploymentID) int { return -cmp.Compare(size(l.catalog, a), size(l.catalog, b)) })
	for _, d := range order {
		if m := l.catalog.Deployments[d].Model; !served[m] && l.current[d] < want[d] {
			served[m] = l.place(d)
		}
	}
	for _, d := range order {
		for l.current[d] < want[d] && l.place(d) {
		}
	}
}

// place loads one replica where the rule says, on a new machine where it fits on none; false where the limits
// do not allow that.
func (l *ledger) place(d fleet.DeploymentID) bool {
	c := &l.catalog.Deployments[d]
	kind := &l.catalog.Types[c.Type]
	machine, gpu, least := -1, 0, 0.
	for i := range l.machines {
		a := &l.machines[i]
		if a.kind != c.Type {
			continue
		}
		if g, left, ok := a.place(kind, &c.Need); ok && (machine < 0 || left < least) {
			machine, gpu, least = i, g, left
			if l.rule.firstMachine {
				break
			}
		}
	}
	if machine >= 0 {
		l.load(d, machine, gpu)
		return true
	}
	fresh := empty(kind, c.Type)
	gpu, _, ok := fresh.place(kind, &c.Need)
	if !ok {
		return false
	}
	if machine, ok = l.boot(c.Type); ok {
		l.load(d, machine, gpu)
	}
	return ok
}
