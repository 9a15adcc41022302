package place

import (
	"fmt"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// chooser says where one more replica of a deployment goes. It only looks at l.machines[from:]. ok
// is false if none of these machines has room.
type chooser func(l *ledger, d fleet.DeploymentID, from int) (at site, ok bool)

// least returns a chooser of the site with the least score. Ties go to the oldest machine.
func least(by vectorpacking.Score) chooser {
	return func(l *ledger, d fleet.DeploymentID, from int) (best site, ok bool) {
		most := 0.
		for i := from; i < len(l.machines); i++ {
			if at, score, fits := l.best(i, d, by); fits && (!ok || score < most) {
				best, most, ok = at, score, true
			}
		}
		return best, ok
	}
}

// towards returns the plan that brings the fleet closer to the targets.
//
// It places wanted replicas, large ones first, and orders machines only for replicas that fit
// nowhere. Surplus replicas drain, in the order of leaver. Machines without replicas are released.
// Draining replicas hold their places until their requests are finished. If a replica does not fit,
// the next plan tries again.
//
// A surplus replica that is ready stays as long as its model needs its capacity, that is until its
// replacement has loaded. But it may take the room that a wanted replica needs. If nothing loads or
// drains that would make room, the surplus replica drains at once (see hasty).
//
// If the targets have a layout, it decides on which machine a replica is (see layout). If no
// replica waits for room, spare room may be used (see useSpare).
func towards(v *sim.View, t allocation.Targets, choose chooser) (sim.Plan, error) {
	return towardsGoal(v, goal{Targets: t, choose: choose})
}

// towardsGoal is towards for a goal without its layout.
func towardsGoal(v *sim.View, to goal) (sim.Plan, error) {
	t, c := to.Targets, v.Spec()
	if len(t.Replicas) != len(c.Deployments) || len(t.Each) != len(c.Deployments) || len(t.Demand) != len(c.Models) || len(t.Shortfall) != len(c.Models) {
		return sim.Plan{}, fmt.Errorf("targets have %d deployments, %d capacities, %d demands and %d shortfalls; there are %d deployments and %d models",
			len(t.Replicas), len(t.Each), len(t.Demand), len(t.Shortfall), len(c.Deployments), len(c.Models))
	}
	for d, n := range t.Replicas {
		if n < 0 {
			return sim.Plan{}, fmt.Errorf("%d replicas of %s are wanted", n, c.Deployments[d].Name)
		}
	}
	patient := make([]bool, len(c.Models))
	for m := range patient {
		patient[m] = true
	}
	to.layout = newLayout(v, t)
	l := fit(v, to, patient, false)
	if l.short(t.Replicas) > 0 && !underWay(l) {
		hasty(v, to, patient)
		l = fit(v, to, patient, false)
	}
	missing := l.missing(t.Replicas)
	if t.UseSpare && l.waiting == 0 {
		useSpare(l, t, to.choose)
	}
	plan := l.plan
	plan.Demand, plan.Each = slices.Clone(t.Demand), slices.Clone(t.Each)
	plan.Capacity = allocation.PlannedCapacity(c, l.current, t.Each)
	plan.Shortfall, plan.Optimality = slices.Clone(t.Shortfall), t.Optimality
	for m, short := range allocation.Shortfall(plan.Demand, plan.Capacity) {
		if missing[m] {
			plan.Shortfall[m] = max(plan.Shortfall[m], short)
		}
	}
	return plan, nil
}

// goal is what a plan brings the fleet closer to.
type goal struct {
	allocation.Targets
	layout *layout // nil: the targets have none
	choose chooser
	spread *Spread // nil: replicas are placed without regard to zones
}

// hasty finds models whose surplus ready replicas must drain before their replacements are ready,
// so that wanted replicas find room. It sets patient to false for these models. A model is chosen
// if this alone makes room. If no single model makes room, but all together do, all are chosen.
func hasty(v *sim.View, t goal, patient []bool) {
	in := func() int { return fit(v, t, patient, true).short(t.Replicas) }
	first := in()
	short := first
	for m := 0; m < len(patient) && short > 0; m++ {
		patient[m] = false
		if n := in(); n < short {
			short = n
		} else {
			patient[m] = true
		}
	}
	if short < first || short == 0 {
		return
	}
	clear(patient)
	if in() < short {
		return
	}
	for m := range patient {
		patient[m] = true
	}
}

// underWay reports whether a replica loads or drains now, or will load or drain by the plan.
func underWay(l *ledger) bool {
	if len(l.plan.Load)+len(l.plan.Drain) > 0 {
		return true
	}
	for i := range l.view.Active() {
		if l.view.Replica(l.view.ActiveAt(i)).State != fleet.Ready {
			return true
		}
	}
	return false
}

// fit returns the ledger after a plan towards the targets. Patient is per model: its ready surplus
// replicas stay while their capacity is needed. The parameter instant sets ledger.instant.
func fit(v *sim.View, t goal, patient []bool, instant bool) *ledger {
	l := newLedger(v, t.spread)
	l.instant = instant
	if t.layout != nil {
		t.layout.follow(l, t.Targets, t.choose, patient)
	} else {
		shrink(l, t.Targets, patient)
		grow(l, t.Replicas, t.choose)
	}
	l.stopIdle()
	return l
}

// shrink drains the surplus replicas.
func shrink(l *ledger, t allocation.Targets, patient []bool) {
	candidates := make([][]fleet.ReplicaID, len(t.Replicas)) // per deployment with a surplus
	for i := range l.view.Active() {
		id := l.view.ActiveAt(i)
		r := l.view.Replica(id)
		if d := r.Deployment; r.State != fleet.Draining && l.current[d] > t.Replicas[d] {
			candidates[d] = append(candidates[d], id)
		}
	}
	drainSurplus(l, t, patient, candidates)
}

// drainSurplus drains the surplus replicas, which are among the candidates of each deployment.
func drainSurplus(l *ledger, t allocation.Targets, patient []bool, candidates [][]fleet.ReplicaID) {
	want, spare := t.Replicas, spareCapacity(l, t, patient)
	for d, list := range candidates {
		c := &l.spec.Deployments[d]
		list = slices.Clone(list)
		for l.current[d] > want[d] && len(list) > 0 {
			i := leaver(l, list)
			if l.view.Replica(list[i]).State == fleet.Ready {
				if spare[c.Model] < t.Each[d]*(1-1e-9) {
					break
				}
				spare[c.Model] -= t.Each[d]
			}
			l.drain(list[i])
			list = slices.Delete(list, i, i+1)
		}
	}
}

// spareCapacity returns per model how much capacity of ready replicas may drain, in requests per
// second. If a model is not patient, it is all of its capacity.
func spareCapacity(l *ledger, t allocation.Targets, patient []bool) []float64 {
	spare := make([]float64, len(l.spec.Models))
	for d := range l.spec.Deployments {
		c := &l.spec.Deployments[d]
		spare[c.Model] += float64(l.view.Count(fleet.DeploymentID(d)).Ready) * t.Each[d]
	}
	for m, wanted := range allocation.PlannedCapacity(l.spec, t.Replicas, t.Each) {
		if patient[m] {
			spare[m] -= wanted
		}
	}
	return spare
}

// grow places missing replicas: first one replica of each model that has none, then all others,
// large ones first.
func grow(l *ledger, want []int, choose chooser) {
	order := l.largestFirst()
	served := l.servedModels()
	for _, d := range order {
		if m := l.spec.Deployments[d].Model; !served[m] && l.current[d] < want[d] {
			served[m] = place(l, d, choose)
		}
	}
	for _, d := range order {
		for l.current[d] < want[d] && place(l, d, choose) {
		}
	}
}

// servedModels reports per model whether it has a loading or ready replica.
func (l *ledger) servedModels() []bool {
	served := make([]bool, len(l.spec.Models))
	for d, n := range l.current {
		if n > 0 {
			served[l.spec.Deployments[d].Model] = true
		}
	}
	return served
}

// place loads one replica where the chooser says, or on a new machine if none has room. It returns
// false if the limits do not allow a new machine, or no zone may have the replica.
func place(l *ledger, d fleet.DeploymentID, choose chooser) bool {
	at, ok := choose(l, d, 0)
	if !ok && l.boot(d) {
		at, ok = choose(l, d, len(l.machines)-1) // the new machine
	}
	if !ok && l.zoned.anyway() {
		at, ok = least(vectorpacking.Best)(l, d, 0)
	}
	if ok {
		l.load(d, at)
	}
	return ok
}
