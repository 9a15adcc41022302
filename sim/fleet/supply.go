package fleet

import (
	"fmt"

	"wavetank/sim/kernel"
)

// Limit returns how many machines of a type may be rented at a time now: its Max, or the supply if
// that is less.
func (f *Fleet) Limit(t TypeID) int { return f.limit[t] }

// SetLimit sets the supply of machines of a type. The limit is at most Max. Machines that are
// already rented stay.
func (f *Fleet) SetLimit(t TypeID, machines int) { f.limit[t] = min(machines, f.spec.Types[t].Max) }

// CheckTraces returns the first fault in the outages and the supply of a machine type. Both must be
// in the order of time and not begin before the run. The outages of one machine must not overlap.
func (t *MachineType) CheckTraces() error {
	for n, list := range t.Outages {
		up := kernel.Time(0)
		for _, o := range list {
			if o.Down < up || o.Up <= o.Down {
				return fmt.Errorf("machine type %s: an outage of machine %d from %v to %v is empty, overlaps the one before, or begins before the run", t.Name, n+1, o.Down, o.Up)
			}
			up = o.Up
		}
	}
	last := kernel.Time(-1)
	for _, s := range t.Supply {
		if s.From <= last || s.Machines < 0 {
			return fmt.Errorf("machine type %s: a supply of %d machines from %v on: numbers must not be negative, instants must ascend from 0", t.Name, s.Machines, s.From)
		}
		last = s.From
	}
	return nil
}
