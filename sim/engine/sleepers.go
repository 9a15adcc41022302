package engine

import (
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// sleepers are the replicas that sleep on machines (fleet.Sleep). It is nil in a run without any.
type sleepers struct {
	*core
	on    [][]sleeper // per machine, in the order in which they fell asleep
	woken []bool      // per replica: it was not started up, but woken
}

// sleeper is a replica of a variant that sleeps.
type sleeper struct {
	variant fleet.VariantID
	bytes   int64 // host memory that its weights take
}

func newSleepers(c *core) *sleepers {
	if !slices.ContainsFunc(c.Spec.Types, func(t fleet.MachineType) bool { return t.Sleep != nil }) {
		return nil
	}
	return &sleepers{core: c}
}

// wake wakes the sleeper of the variant of a new replica that sleeps on its machine for the
// shortest time. It returns how long that takes without a load from the storage, and whether the
// weights have to be loaded. Ok is false if there is none.
func (s *sleepers) wake(at fleet.ReplicaID) (takes time.Duration, loads, ok bool) {
	if s == nil {
		return 0, false, false
	}
	rep, d := s.fleet.Replica(at), s.deployment(at)
	s.on = fleet.AtLeast(s.on, rep.Machine)
	list := s.on[rep.Machine]
	for i, one := range slices.Backward(list) {
		if one.variant == d.Variant {
			s.on[rep.Machine] = slices.Delete(list, i, i+1)
			s.woken = fleet.AtLeast(s.woken, at)
			s.woken[at] = true
			how := s.machineType(rep.Machine).Sleep
			return how.Wakes(d), how.Level == 2, true
		}
	}
	return 0, false, false
}

// left lets a replica that has left its machine sleep there. One that was cancelled sleeps only if
// it was waking. If host memory is full, those that have slept longest end.
func (s *sleepers) left(at fleet.ReplicaID, how sim.FactKind) {
	if s == nil {
		return
	}
	on, d := s.fleet.Replica(at).Machine, s.deployment(at)
	rule := s.machineType(on).Sleep
	if rule == nil || how == sim.ReplicaCancelled && (int(at) >= len(s.woken) || !s.woken[at]) {
		return
	}
	one := sleeper{variant: d.Variant}
	if rule.Level == 1 {
		one.bytes = d.Weights
	}
	s.on = fleet.AtLeast(s.on, on)
	list, held := append(s.on[on], one), int64(0)
	for i := range list {
		held += list[i].bytes
	}
	for ; held > rule.Memory && rule.Level == 1; list = list[1:] {
		held -= list[0].bytes
	}
	s.on[on] = slices.Clone(list)
}

// end ends all sleepers on a machine that fails or is given back.
func (s *sleepers) end(on fleet.MachineID) {
	if s != nil && int(on) < len(s.on) {
		s.on[on] = nil
	}
}
