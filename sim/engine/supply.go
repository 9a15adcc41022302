package engine

import (
	"slices"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// supplies sets how many machines of each type can be rented at the start, and schedules the
// changes of these limits.
func (l *losses) supplies() {
	for t := range l.Spec.Types {
		for i, s := range l.Spec.Types[t].Supply {
			switch {
			case s.From <= 0:
				l.fleet.SetLimit(fleet.TypeID(t), s.Machines)
			case s.From < kernel.Time(l.Duration):
				l.queue.Schedule(s.From, event{kind: supplySet, index: int32(t), other: int32(i)})
			}
		}
	}
}

// supply changes how many machines of a type can be rented. Machines beyond this limit get a
// notice, the newest first. Machines that already have a notice do not count.
func (l *losses) supply(t fleet.TypeID, i int) {
	l.fleet.SetLimit(t, l.Spec.Types[t].Supply[i].Machines)
	stay := 0
	for _, on := range slices.Clone(l.fleet.Live()) {
		if l.fleet.Machine(on).Type != t || l.noticed[on] {
			continue
		}
		if stay++; stay > l.fleet.Limit(t) {
			l.giveNotice(on)
		}
	}
}
