package engine

import (
	"slices"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// maintenance schedules the begins and ends of the maintenance of all machine types.
func (l *losses) maintenance() {
	for t := range l.Spec.Types {
		for i, w := range l.Spec.Types[t].Maintenance {
			if w.From < kernel.Time(l.Duration) {
				e := event{kind: serviceTurns, index: int32(t), other: int32(i)}
				l.queue.Schedule(w.From, e)
				l.queue.Schedule(w.Until, e)
			}
		}
	}
}

// maintain begins or ends a maintenance of a machine type. At its begin, the replicas on the
// machines drain.
func (l *losses) maintain(t fleet.TypeID, i int) {
	w := &l.Spec.Types[t].Maintenance[i]
	begins := l.queue.Now() < w.Until
	for _, on := range slices.Clone(l.fleet.Live()) {
		m := l.fleet.Machine(on)
		if m.Type != t || m.Maintained == begins || begins && !l.fleet.Maintains(on, w) {
			continue
		}
		l.fleet.Maintain(on, begins)
		if !begins {
			continue
		}
		if err := l.leaving.drainAll(on); err != nil {
			l.fail("maintenance of machine %d: %w", on, err)
			return
		}
	}
}
