package fleet

import "slices"

// lose loses a random replica in both fleets, with all its requests; each is retried or forgotten.
func (o *operations) lose() {
	state := ReplicaState(o.pick("state", 3))
	id, ok := o.replica(state)
	if !ok {
		return
	}
	served, waited := o.f.Lose(id, 0)
	for _, list := range []struct {
		got  []RequestID
		want []int64
	}{{served, o.w.serving[id]}, {waited, o.w.queues[id]}} {
		want := slices.Sorted(slices.Values(list.want))
		if len(list.got) != len(want) {
			o.t.Fatalf("replica %d lost %d requests, want %v", id, len(list.got), want)
		}
		for i, r := range list.got {
			if o.f.Request(r).Ordinal != want[i] {
				o.t.Fatalf("request %d of the lost is %d, want %v", i, o.f.Request(r).Ordinal, want)
			}
		}
	}
	o.w.state[id] = Gone
	o.w.serving[id], o.w.queues[id] = nil, nil
	o.batches = slices.DeleteFunc(o.batches, func(b batch) bool { return b.at == id })
	for _, r := range append(served, waited...) {
		if o.pick("retry", 2) == 0 {
			o.f.Forget(r)
			continue
		}
		request := *o.f.Request(r)
		o.f.Retry(r)
		line := append(o.w.pending[request.Model], request.Ordinal)
		slices.Sort(line)
		o.w.pending[request.Model] = line
	}
	for m, line := range o.w.pending {
		if first, ok := o.f.FirstPending(m); ok != (len(line) > 0) || ok && o.f.Request(first).Ordinal != line[0] {
			o.t.Fatalf("first in line of model %d is not the oldest of %v", m, line)
		}
	}
}

// breakOrRepair breaks a machine that is up and empty, or repairs one.
func (o *operations) breakOrRepair() {
	if o.w.failed == nil {
		o.w.failed = map[MachineID]bool{}
	}
	for on := range MachineID(o.f.Machines()) {
		m := o.f.Machine(on)
		switch _, live := o.w.machines[on]; {
		case !live || m.Cordoned:
			continue
		case m.State == Failed:
			o.f.Repair(on, 0)
			o.w.failed[on] = false
			return
		case m.Idle():
			o.f.Fail(on)
			o.w.failed[on] = true
			return
		}
	}
}
