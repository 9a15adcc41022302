package place

import (
	"cmp"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// layout is the layout of the targets, with the live machine that each of its machines is made
// from.
type layout struct {
	hosts []host
	on    map[fleet.MachineID]int // per live machine, the index of its host
}

// host is one machine of a layout.
type host struct {
	machine fleet.MachineID // live machine; −1: a new one
	kind    fleet.TypeID
	wants   []want
}

// want is a number of replicas of a deployment on a host.
type want struct {
	deployment fleet.DeploymentID
	gpu        int // GPU of the machine; −1: any
	count      int
}

// newLayout matches the machines of the targets' layout with the live machines, such that the loads
// cost least. Of equal machines, those whose replicas would drain last are kept. It returns nil if
// the targets have no layout.
func newLayout(v *sim.View, t allocation.Targets) *layout {
	if t.Layout == nil {
		return nil
	}
	l := newLedger(v, nil)
	live := make([]fleet.MachineID, 0, len(l.machines))
	for i := range l.machines {
		if !l.machines[i].closed {
			live = append(live, l.machines[i].id)
		}
	}
	slices.SortStableFunc(live, l.stays)
	predecessors := allocation.Located(v, live, t.LoadPrices).Predecessors(t.Layout)
	out := &layout{on: make(map[fleet.MachineID]int, len(live)), hosts: make([]host, 0, len(predecessors))}
	for _, m := range t.Layout {
		for range m.Count {
			h, from := host{machine: -1, kind: fleet.TypeID(m.Type)}, predecessors[len(out.hosts)]
			if from.Present >= 0 {
				h.machine = live[from.Present]
				out.on[h.machine] = len(out.hosts)
			}
			for _, load := range m.Loads {
				h.add(v.Spec(), load, from)
			}
			out.hosts = append(out.hosts, h)
		}
	}
	return out
}

// stays orders machines: those to keep come first. A machine with fewer replicas that were never
// ready is kept before others, then the one whose replicas would leave last.
func (l *ledger) stays(a, b fleet.MachineID) int {
	return cmp.Or(cmp.Compare(l.neverReady(a), l.neverReady(b)), l.soon(b, a))
}

// neverReady returns the number of loading replicas on a machine.
func (l *ledger) neverReady(id fleet.MachineID) (n int) {
	for _, r := range l.view.Machine(id).Placed() {
		if l.view.Replica(r).State == fleet.Loading {
			n++
		}
	}
	return n
}

// add adds replicas of the layout to a host. The GPU counts only if the replica takes a part of one
// of several.
func (h *host) add(c *fleet.Spec, load optimize.PlacedReplicas, from optimize.Predecessor) {
	w := want{fleet.DeploymentID(load.Configuration), -1, load.Replicas}
	if onPart(c, w.deployment) {
		if w.gpu = load.Device; from.Devices != nil {
			w.gpu = from.Devices[load.Device]
		}
	}
	for i := range h.wants {
		if o := &h.wants[i]; o.deployment == w.deployment && o.gpu == w.gpu {
			o.count += w.count
			return
		}
	}
	h.wants = append(h.wants, w)
}

// onPart reports whether a replica of a deployment takes a part of one of several GPUs.
func onPart(c *fleet.Spec, d fleet.DeploymentID) bool {
	k := &c.Deployments[d]
	return k.Need.GPUShare > 0 && k.Need.GPUs <= 1 && c.Types[k.Type].GPUs > 1
}

// misplaced returns the loading and ready replicas that the layout does not have where they are,
// per deployment. Where a machine has more replicas than the layout, those that leave first (see
// leaver) are misplaced. It notes how many replicas of each want are in place.
func (o *layout) misplaced(l *ledger) (out [][]fleet.ReplicaID, placed [][]int) {
	out, placed = make([][]fleet.ReplicaID, len(l.current)), make([][]int, len(o.hosts))
	for i := range o.hosts {
		placed[i] = make([]int, len(o.hosts[i].wants))
	}
	here := map[want][]fleet.ReplicaID{} // the replicas of one machine, count is 0
	for i := range l.view.Live() {
		id := l.view.LiveAt(i)
		clear(here)
		for _, r := range l.view.Machine(id).Placed() {
			if rep := l.view.Replica(r); rep.State != fleet.Draining {
				at := want{rep.Deployment, -1, 0}
				if onPart(l.spec, rep.Deployment) {
					at.gpu = rep.GPU
				}
				here[at] = append(here[at], r)
			}
		}
		if h, ok := o.on[id]; ok {
			for j, w := range o.hosts[h].wants {
				at := want{w.deployment, w.gpu, 0}
				list := here[at]
				placed[h][j] = min(w.count, len(list))
				for len(list) > w.count {
					leaves := leaver(l, list)
					out[w.deployment] = append(out[w.deployment], list[leaves])
					list = slices.Delete(list, leaves, leaves+1)
				}
				delete(here, at)
			}
		}
		for _, r := range l.view.Machine(id).Placed() { // in a fixed order
			rep := l.view.Replica(r)
			for _, gpu := range []int{-1, rep.GPU} {
				if slices.Contains(here[want{rep.Deployment, gpu, 0}], r) {
					out[rep.Deployment] = append(out[rep.Deployment], r)
					break
				}
			}
		}
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out, placed
}

// follow plans the layout. Misplaced replicas drain as surplus ones do (see shrink). Missing
// replicas load on their machines as far as there is room: first one of each model that has none,
// then all others, large ones first. If others still hold their room, because they drain, or are
// needed until their replacements are ready, they go where there is room, or to further machines.
func (o *layout) follow(l *ledger, t allocation.Targets, choose chooser, patient []bool) {
	misplaced, placed := o.misplaced(l)
	drainSurplus(l, t, patient, misplaced)
	for d, list := range misplaced {
		for _, id := range list {
			if !patient[l.spec.Deployments[d].Model] && !slices.Contains(l.plan.Drain, id) {
				l.drain(id)
			}
		}
	}
	f := &following{layout: o, ledger: l, placed: placed, at: make([]int, len(o.hosts)), missing: make([]int, len(l.current)), from: make([]int, len(l.current))}
	f.begin()
	order := l.largestFirst()
	served := l.servedModels()
	for _, d := range order {
		if m := l.spec.Deployments[d].Model; !served[m] && f.missing[d] > 0 {
			served[m] = f.load(d)
		}
	}
	for _, d := range order {
		for f.missing[d] > 0 && f.load(d) {
		}
	}
	for _, d := range order {
		for f.missing[d] > 0 && l.current[d] < t.Replicas[d] && place(l, d, choose) {
			f.missing[d]--
		}
		l.waiting += f.missing[d]
	}
}

// following is the state of a plan that follows a layout.
type following struct {
	*layout
	*ledger
	placed  [][]int // per host and want, number of replicas in place
	at      []int   // per host, its index in ledger.machines; −1: not ordered yet
	missing []int   // per deployment, number of replicas to load
	from    []int   // per deployment, the first host that may lack one and have room
}

// begin looks up the machines and the missing replicas.
func (f *following) begin() {
	for i, h := range f.hosts {
		f.at[i] = -1
		if h.machine >= 0 {
			f.at[i] = f.ledger.at[h.machine]
			f.machines[f.at[i]].kept = len(h.wants) > 0
		}
		for j, w := range h.wants {
			f.missing[w.deployment] += w.count - f.placed[i][j]
		}
	}
}

// load loads one missing replica of a deployment on the first host that lacks one and has room. It
// orders the machines of new hosts. It returns false if there is no such host. Loads only take
// room, so a host that was passed over is never looked at again.
func (f *following) load(d fleet.DeploymentID) bool {
	for ; f.from[d] < len(f.hosts); f.from[d]++ {
		i := f.from[d]
		h := &f.hosts[i]
		for j, w := range h.wants {
			if w.deployment != d || f.placed[i][j] >= w.count {
				continue
			}
			if f.at[i] < 0 {
				if !f.order(h.kind, 0) {
					continue
				}
				f.at[i] = len(f.machines) - 1
			}
			if to, ok := f.siteOn(f.at[i], w); ok {
				f.ledger.load(d, to)
				f.placed[i][j]++
				f.missing[d]--
				return true
			}
		}
	}
	return false
}
