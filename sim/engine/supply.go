package engine

import (
	"slices"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// supplies sets what can be rented at the start, and schedules its changes.
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

// supply changes what can be rented of a machine type. Of the machines beyond it, those without a
// notice get one, newest first.
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
