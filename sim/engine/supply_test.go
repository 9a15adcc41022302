package engine_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// traced gives a machine type random traces.
func traced(t *rapid.T, kind *fleet.MachineType) {
	if rapid.Bool().Draw(t, "outages") {
		for range rapid.IntRange(1, 3).Draw(t, "machines") {
			var list []fleet.Outage
			at := kernel.Time(0)
			for range rapid.IntRange(0, 4).Draw(t, "outages") {
				down := at.Add(time.Duration(rapid.IntRange(0, 15).Draw(t, "up for")) * time.Second)
				at = down.Add(time.Duration(rapid.IntRange(1, 10).Draw(t, "down for")) * time.Second)
				list = append(list, fleet.Outage{Down: down, Up: at})
			}
			kind.Outages = append(kind.Outages, list)
		}
	}
	if rapid.Bool().Draw(t, "supply") {
		from := kernel.Time(-1)
		for range rapid.IntRange(1, 6).Draw(t, "levels") {
			from = from.Add(time.Duration(rapid.IntRange(1, 9000).Draw(t, "after")) * time.Millisecond)
			kind.Supply = append(kind.Supply, fleet.Supply{From: from, Machines: rapid.IntRange(0, 5).Draw(t, "available")})
		}
	}
}

func span(down, up int) fleet.Outage {
	return fleet.Outage{Down: kernel.Time(down) * kernel.Time(time.Second), Up: kernel.Time(up) * kernel.Time(time.Second)}
}

// TestOutagesComeAsTheTraceSays: of two machines, the first is down twice and the second once. An
// outage has no effect if the machine is already down or not up yet.
func TestOutagesComeAsTheTraceSays(t *testing.T) {
	s := alone(t, 2, func(m *fleet.MachineType) {
		m.Outages = [][]fleet.Outage{{span(5, 8), span(8, 9), span(30, 100)}, {span(6, 20)}, {span(1, 59)}}
	})
	s.Arrivals = at(0)
	kinds := []sim.FactKind{sim.MachineFailed, sim.MachineRepaired}
	equal(t, trace(t, s, kinds...),
		"5 machine-failed model -1 replica -1 machine 0 count 0 span 0",
		"6 machine-failed model -1 replica -1 machine 1 count 0 span 0",
		"8 machine-repaired model -1 replica -1 machine 0 count 0 span 0",
		"8 machine-failed model -1 replica -1 machine 0 count 0 span 0",
		"9 machine-repaired model -1 replica -1 machine 0 count 0 span 0",
		"20 machine-repaired model -1 replica -1 machine 1 count 0 span 0",
		"30 machine-failed model -1 replica -1 machine 0 count 0 span 0",
	)
	s.Spec.Types[0].Boot, s.ColdStart = 7*time.Second, true // up at 7 s
	s.Arrivals = at(0)
	equal(t, trace(t, s, kinds...),
		"8 machine-failed model -1 replica -1 machine 0 count 0 span 0",
		"9 machine-repaired model -1 replica -1 machine 0 count 0 span 0",
		"30 machine-failed model -1 replica -1 machine 0 count 0 span 0",
	)
}

// TestOutagesReplaceTheMeanTimes: a machine type with a trace has no other failures.
func TestOutagesReplaceTheMeanTimes(t *testing.T) {
	s := alone(t, 1, func(m *fleet.MachineType) {
		m.Failures = fleet.Failures{MTBF: 2 * time.Second, Repair: time.Second, Constant: true}
		m.Outages = [][]fleet.Outage{{span(5, 8)}}
	})
	s.Arrivals = at(0)
	equal(t, trace(t, s, sim.MachineFailed, sim.MachineRepaired),
		"5 machine-failed model -1 replica -1 machine 0 count 0 span 0",
		"8 machine-repaired model -1 replica -1 machine 0 count 0 span 0",
	)
}

// TestTheNewestMachinesGoWithTheSupply: the allocator always wants three machines. At 10 s the
// supply is one, and the two newest machines get a notice. The one of these that is busy stays
// until its request is done. At 20 s the supply is two, at 30 s zero.
func TestTheNewestMachinesGoWithTheSupply(t *testing.T) {
	second := kernel.Time(time.Second)
	s := alone(t, 3, func(m *fleet.MachineType) {
		m.Spot.Notice = 2 * time.Second
		m.Supply = []fleet.Supply{{From: 0, Machines: 9}, {From: 10 * second, Machines: 1}, {From: 20 * second, Machines: 2}, {From: 30 * second}, {From: 70 * second, Machines: 3}}
	})
	s.Arrivals = at(9.5, 9.6, 9.7, 9.8, 9.85, 9.9) // two requests for each machine
	equal(t, trace(t, s, sim.MachineOrdered, sim.MachineReclaiming, sim.MachineReleased, sim.ReplicaLost),
		"0 machine-ordered model -1 replica -1 machine 0 count 0 span 0",
		"0 machine-ordered model -1 replica -1 machine 1 count 0 span 0",
		"0 machine-ordered model -1 replica -1 machine 2 count 0 span 0",
		"10 machine-reclaiming model -1 replica -1 machine 1 count 0 span 0",
		"10 machine-reclaiming model -1 replica -1 machine 2 count 0 span 0",
		"11.6 machine-released model -1 replica -1 machine 1 count 0 span 0",
		"11.7 machine-released model -1 replica -1 machine 2 count 0 span 0",
		"20 machine-ordered model -1 replica -1 machine 3 count 0 span 0",
		"30 machine-reclaiming model -1 replica -1 machine 0 count 0 span 0",
		"30 machine-released model -1 replica -1 machine 0 count 0 span 0",
		"30 machine-reclaiming model -1 replica -1 machine 3 count 0 span 0",
		"30 machine-released model -1 replica -1 machine 3 count 0 span 0",
	)
}

// greedyForMachines is an allocator that orders one machine more than the limit.
type greedyForMachines struct{}

func (greedyForMachines) Allocate(v *sim.View) (sim.Plan, error) {
	return sim.Plan{Boot: make([]fleet.TypeID, v.Limit(0)+1)}, nil
}

func (greedyForMachines) String() string { return "greedy for machines" }

// TestOrdersBeyondTheSupplyAreRefused: such orders are errors, like orders beyond Max.
func TestOrdersBeyondTheSupplyAreRefused(t *testing.T) {
	s := alone(t, 3, func(m *fleet.MachineType) { m.Supply = []fleet.Supply{{Machines: 2}} })
	s.Arrivals, s.Allocator = at(0), greedyForMachines{}
	err := engine.Run(t.Context(), s)
	if want := "no further box may be rented: all 2 are"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// TestSupplyOfPlentyChangesNothing: if the supply is always large enough, the facts are the same as
// without a supply.
func TestSupplyOfPlentyChangesNothing(t *testing.T) {
	sum := func(supply ...fleet.Supply) uint64 {
		p := simtest.NewFingerprint()
		s := alone(t, 2, func(m *fleet.MachineType) {
			m.Failures, m.Supply = fleet.Failures{MTBF: 5 * time.Second, Repair: time.Second}, supply
		})
		s.Arrivals, s.Observers = at(1, 2, 3, 10, 11, 20), []sim.Observer{p}
		run(t, s)
		return p.Sum()
	}
	second := kernel.Time(time.Second)
	if sum() != sum(fleet.Supply{Machines: 2}, fleet.Supply{From: 7 * second, Machines: 50}, fleet.Supply{From: 13 * second, Machines: 2}) {
		t.Error("a supply of plenty moved a run")
	}
}

func TestImpossibleTracesAreRefused(t *testing.T) {
	for want, change := range map[string]func(*fleet.MachineType){
		"an outage of machine 1 from 8s to 8s":  func(m *fleet.MachineType) { m.Outages = [][]fleet.Outage{{span(8, 8)}} },
		"an outage of machine 2 from 4s to 6s":  func(m *fleet.MachineType) { m.Outages = [][]fleet.Outage{nil, {span(3, 5), span(4, 6)}} },
		"an outage of machine 1 from -1s to 6s": func(m *fleet.MachineType) { m.Outages = [][]fleet.Outage{{span(-1, 6)}} },
		"a supply of -1 machines from 0s on":    func(m *fleet.MachineType) { m.Supply = []fleet.Supply{{Machines: -1}} },
		"a supply of 2 machines from 0s on":     func(m *fleet.MachineType) { m.Supply = []fleet.Supply{{Machines: 1}, {Machines: 2}} },
	} {
		s := alone(t, 1, change)
		s.Arrivals = at(0)
		if err := engine.Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
