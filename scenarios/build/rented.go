package build

import (
	"fmt"
	"slices"
	"time"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// rented holds the machine types of a fleet: entries of the catalogue, with the changes of the
// scenario.
type rented struct {
	machines []builtin.Machine
	types    []fleet.MachineType // indexed like machines
	uses     []*file.Machines    // the entries of the fleet, indexed like machines
	kinds    []string            // kinds of devices; the first is the CPU
}

// rent returns the machine types of a scenario's fleet. It reports unknown machines, and leaves
// them out.
func rent(s *file.Scenario, known []builtin.Machine, found *findings) rented {
	r := rented{kinds: []string{builtin.CPU}}
	for i := range s.Fleet {
		use := &s.Fleet[i]
		m, err := builtin.FindMachine(known, use.Machine)
		if err != nil {
			if !found.unnamed("machines") {
				found.report(fmt.Sprintf("fleet[%d].machine", i), err.Error())
			}
			continue
		}
		if use.MIG && !m.MIG {
			found.report(fmt.Sprintf("fleet[%d].mig", i), fmt.Sprintf("the GPUs of %s cannot be cut into slices", m.Name))
			continue
		}
		if use.Sleep != nil && use.Sleep.Memory > m.Memory {
			found.report(fmt.Sprintf("fleet[%d].sleep.memory", i), fmt.Sprintf("%v are more than the memory of %s, %v", use.Sleep.Memory, m.Name, m.Memory))
			continue
		}
		if m, err = changed(m, use); err != nil {
			found.report(fmt.Sprintf("fleet[%d].price", i), err.Error())
			continue
		}
		if use.Group > 1 && m.GPUs == 0 {
			found.report(fmt.Sprintf("fleet[%d].group", i), fmt.Sprintf("%s has no GPU, and only replicas on GPUs are spread over machines", use.Machine))
			continue
		}
		m = m.Grouped(use.Group)
		r.machines = append(r.machines, m)
		r.uses = append(r.uses, use)
		r.types = append(r.types, machineType(m, s, use, r.kind(m)))
	}
	return r
}

// changed returns a machine of the catalogue with the changes of the scenario. It is an error if
// the scenario names a price that the catalogue does not have.
func changed(m builtin.Machine, use *file.Machines) (builtin.Machine, error) {
	if use.Boot != nil && use.Boot.Mean != nil {
		m.Boot = *use.Boot.Mean
	}
	if p := use.Price; p != nil {
		switch {
		case p.Fixed != nil:
			m.Price = *p.Fixed
		case p.Offer == file.SpotOffer:
			m.Price = m.SpotPrice
		case p.Offer == file.ReservedOffer:
			m.Price = m.ReservedPrice
		}
		if p.Offer != "" && m.Price == 0 {
			return m, fmt.Errorf("no %s price of %s is known; give the price itself, such as 0.35$/h", p.Offer, m.Name)
		}
	}
	if use.Network != nil {
		m.Network = *use.Network
	}
	m.Name, m.MIG = use.Label(), use.MIG
	return m, nil
}

// kind returns the kind of a machine's devices. A new kind is added.
func (r *rented) kind(m builtin.Machine) fleet.KindID {
	if m.GPUs == 0 {
		return fleet.CPU
	}
	at := slices.Index(r.kinds, m.GPU)
	if at < 0 {
		at = len(r.kinds)
		r.kinds = append(r.kinds, m.GPU)
	}
	return fleet.KindID(at)
}

// machineType returns a machine as an entry of a fleet.Spec. Files of outages, availability and
// prices are read later.
func machineType(m builtin.Machine, s *file.Scenario, use *file.Machines, kind fleet.KindID) fleet.MachineType {
	t := fleet.MachineType{
		Name: m.Name, Min: use.Min, Max: use.Max, Boot: time.Duration(m.Boot),
		Price: float64(m.Price), Reserved: use.Reserved, Billing: use.Billing.Unit(),
		Cores: m.Cores, Memory: int64(m.Memory),
		GPU: kind, GPUs: m.GPUs, GPUMemory: int64(m.GPUMemory), Sliced: m.MIG,
		IdleWatts: float64(m.IdleWatts), PeakWatts: float64(m.PeakWatts),
		LoadBandwidth: float64(m.LoadBandwidth), Network: float64(m.Network),
		Interference: float64(use.Interference),
	}
	for _, w := range use.Slowdowns {
		t.Slowdowns = append(t.Slowdowns, fleet.Slowdown{From: kernel.Time(w.From), Until: kernel.Time(w.Until), Factor: float64(w.Factor), Share: float64(w.Share) / 100})
	}
	if use.Sleep != nil {
		group := m.Group()
		t.Sleep = &fleet.Sleep{Level: use.Sleep.Level, Memory: int64(group) * int64(use.Sleep.Memory), Bandwidth: float64(group) * float64(use.Sleep.Bandwidth), Wake: time.Duration(use.Sleep.Wake)}
	}
	placeIn(&t, s, use)
	if use.Price != nil {
		t.Prices = timeline(use.Price.Table.Timeline())
	}
	if use.Boot != nil {
		t.BootDistribution = use.Boot.Variation()
	}
	t.Failures = failuresOf(use.Failures)
	if s := use.Spot; s != nil {
		t.Spot = fleet.Spot{Life: time.Duration(s.MeanLife), Notice: time.Duration(s.Notice)}
	}
	shortened(&t, m.Group())
	if a := use.Availability; a != nil {
		t.Spot.Notice = time.Duration(a.Notice)
	}
	return t
}

// shortened divides the mean times until a machine is lost by the size of its group, because the
// loss of one machine is that of the group: the shortest of n exponential times with equal means
// has an n-th of their mean. Machines that all fail after the same constant time fail together.
func shortened(t *fleet.MachineType, group int) {
	t.Spot.Life = divided(t.Spot.Life, group)
	if !t.Failures.Constant {
		t.Failures.MTBF = divided(t.Failures.MTBF, group)
	}
}

// divided returns an n-th of a mean time, at least a nanosecond, because a mean of 0 means never.
func divided(mean time.Duration, n int) time.Duration {
	if mean == 0 {
		return 0
	}
	return max(1, mean/time.Duration(n))
}
