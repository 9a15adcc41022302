package place

import (
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// rebuild moves replicas to the machines of the layout that a solver found. It is used only if the
// targets cannot be reached otherwise. Each machine is matched with the machine of the layout that
// shares most replicas with it.
func rebuild(v *sim.View, t allocation.Targets, choose chooser, instant bool) *ledger {
	l := newLedger(v)
	l.instant = instant
	hosts := expand(t)
	on := make([]int, len(l.machines)) // per machine, its index in the layout; −1: none
	for i := range l.machines {
		want := make([]int, len(t.Replicas))
		if on[i] = l.closest(i, hosts); on[i] >= 0 {
			hosts[on[i]].taken, l.machines[i].kept = true, true
			want = hosts[on[i]].replicas
		}
		l.strip(i, want)
	}
	for i, h := range hosts {
		at := slices.Index(on, i)
		if at < 0 && !l.order(h.kind) {
			continue
		} else if at < 0 {
			at = len(l.machines) - 1
		}
		l.furnish(at, h.replicas, t.Replicas)
	}
	shrink(l, t, make([]bool, len(l.spec.Models)))
	grow(l, t.Replicas, choose)
	l.stopIdle()
	return l
}

// layoutHost is one machine of a layout.
type layoutHost struct {
	kind     fleet.TypeID
	replicas []int // per deployment
	taken    bool
}

// expand lists the machines of the layout one by one.
func expand(t allocation.Targets) (hosts []layoutHost) {
	for _, m := range t.Layout {
		replicas := make([]int, len(t.Replicas))
		for _, load := range m.Loads {
			replicas[load.Configuration] += load.Replicas
		}
		for range m.Count {
			hosts = append(hosts, layoutHost{kind: fleet.TypeID(m.Type), replicas: replicas})
		}
	}
	return hosts
}

// closest returns the machine of a layout that shares most replicas with machine i, among those not
// matched yet. It returns −1 if none has the right type.
func (l *ledger) closest(i int, hosts []layoutHost) int {
	if l.machines[i].closed {
		return -1
	}
	held, best, most := l.held(i), -1, -1
	for h := range hosts {
		if hosts[h].taken || hosts[h].kind != l.machines[i].kind {
			continue
		}
		common := 0
		for d, list := range held {
			common += min(len(list), hosts[h].replicas[d])
		}
		if common > most {
			best, most = h, common
		}
	}
	return best
}

// held returns the loading and ready replicas of machine i, by deployment.
func (l *ledger) held(i int) (lists [][]fleet.ReplicaID) {
	lists = make([][]fleet.ReplicaID, len(l.spec.Deployments))
	for _, id := range l.view.Machine(l.machines[i].id).Placed() {
		if r := l.view.Replica(id); r.State != fleet.Draining {
			lists[r.Deployment] = append(lists[r.Deployment], id)
		}
	}
	return lists
}

// strip drains the replicas of machine i that exceed the wanted numbers.
func (l *ledger) strip(i int, want []int) {
	for d, list := range l.held(i) {
		for len(list) > want[d] {
			at := leaver(l, list)
			l.drain(list[at])
			list = slices.Delete(list, at, at+1)
		}
	}
}

// furnish loads the replicas that machine i misses, large ones first, but at most as many as the
// targets ask for.
func (l *ledger) furnish(i int, want, targets []int) {
	there := make([]int, len(want))
	if l.machines[i].id >= 0 {
		for d, list := range l.held(i) {
			there[d] = min(len(list), want[d])
		}
	}
	for _, d := range l.largestFirst() {
		for ; there[d] < want[d] && l.current[d] < targets[d]; there[d]++ {
			at, _, ok := l.best(i, d, vectorpacking.Best)
			if !ok {
				break
			}
			l.load(d, at)
		}
	}
}
