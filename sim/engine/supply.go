package engine

import (
	"slices"
	"sort"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// supplies sets what can be rented at the start, and schedules its changes.
func (r *run) supplies() {
	for t := range r.Spec.Types {
		for i, s := range r.Spec.Types[t].Supply {
			switch {
			case s.From <= 0:
				r.fleet.SetLimit(fleet.TypeID(t), s.Machines)
			case s.From < kernel.Time(r.Duration):
				r.queue.Schedule(s.From, event{kind: supplySet, index: int32(t), other: int32(i)})
			}
		}
	}
}

// supply changes what can be rented of a machine type. Of the machines beyond it, those without a notice get one,
// newest first.
func (r *run) supply(t fleet.TypeID, i int) {
	r.fleet.SetLimit(t, r.Spec.Types[t].Supply[i].Machines)
	stay := 0
	for _, on := range slices.Clone(r.fleet.Live()) {
		if r.fleet.Machine(on).Type != t || r.lossSchedule.noticed[on] {
			continue
		}
		if stay++; stay > r.fleet.Limit(t) {
			r.giveNotice(on)
		}
	}
}

// outage returns the next time that a machine is down in the trace of its type, from now on; it is far away where
// there is none.
func (r *run) outage(on fleet.MachineID) fleet.Outage {
	never := fleet.Outage{Down: kernel.Never, Up: kernel.Never}
	all, n := r.Spec.Types[r.fleet.Machine(on).Type].Outages, r.lossSchedule.number[on]
	if n >= uint64(len(all)) {
		return never
	}
	list := all[n]
	i := sort.Search(len(list), func(i int) bool { return list[i].Down >= r.queue.Now() })
	if i == len(list) {
		return never
	}
	return list[i]
}
