package optimize

import (
	"slices"
	"testing"
)

// TestBoundsHoldWhereReplicasArePackedAnew: on four devices, 26 small replicas fill three devices
// and a part of the fourth. Two replicas with more memory fit only if they go to different devices,
// so the small ones have to be packed anew. A search that gives up there must not claim a bound.
func TestBoundsHoldWhereReplicasArePackedAnew(t *testing.T) {
	const gib = 1 << 30
	gpu := func(model, share, memory int64, capacity, load float64) Configuration {
		return Configuration{Model: int(model), Capacity: capacity, Host: []int64{1, 2 * gib}, Device: []int64{share, memory * gib}, Switch: load}
	}
	p := Problem{
		Demand: []float64{1035, 735}, Penalty: 212,
		Types: []HostType{{Price: 7, Max: 6, Rented: 2, Switch: 2.5, Host: []int64{64, 256 * gib}, Devices: 4, Device: []int64{1000, 40 * gib}}},
		Configurations: []Configuration{
			gpu(0, 1000, 20, 164, 0.25), gpu(0, 285, 10, 68, 0.083), gpu(0, 142, 5, 40.5, 0.036), gpu(1, 428, 20, 85, 0.125), gpu(1, 142, 10, 33, 0.0625),
		},
		Present: []FilledHosts{{Type: 0, Count: 1, Loads: []PlacedReplicas{{Configuration: 2, Device: 0, Replicas: 7}, {Configuration: 2, Device: 1, Replicas: 7}, {Configuration: 2, Device: 2, Replicas: 7}, {Configuration: 2, Device: 3, Replicas: 7}}}},
	}
	x := newIndex(p)
	// The small replicas of two devices make room for one of the others each.
	pk := newPacking(x)
	for _, machine := range [][][]int{{{2, 6, 4}, {2, 7}, {2, 7}, {2, 6, 4}}, {{3, 2}, {3, 2}, {3, 2}, {3, 2}}} {
		pk.rent(0)
		m := pk.machines[0][len(pk.machines[0])-1]
		for device, loads := range machine {
			m.put(&p.Configurations[loads[0]], PlacedReplicas{Configuration: loads[0], Device: device, Replicas: loads[1]})
			pk.replicas[loads[0]] += loads[1]
			for _, c := range loads[2:] {
				m.put(&p.Configurations[c], PlacedReplicas{Configuration: c, Device: device, Replicas: 1})
				pk.replicas[c]++
			}
		}
	}
	known := pk.solution("by hand")
	if total(known.Shortfall) > 0 || known.Cost != 14 {
		t.Fatalf("%+v", known)
	}
	for _, s := range []Solver{LP{}, DP{}, MILP{}} {
		found, err := Solve(s, p)
		if err != nil {
			t.Fatal(err)
		}
		if found.Bound > known.Objective*(1+1e-9) {
			t.Errorf("%s: bound %v, but a plan costs %v", s, found.Bound, known.Objective)
		}
	}
	l := newFillings(x)
	for _, counts := range [][]int{{0, 0, 26, 0, 2}, {0, 0, 24, 0, 4}} {
		if found := l.packAnew(0, slices.Clone(counts)); found.machine == nil || found.unsure {
			t.Errorf("%v are not packed: %+v", counts, found)
		}
	}
	if found := l.packAnew(0, []int{0, 0, 27, 0, 2}); found.machine != nil || found.unsure {
		t.Errorf("29 parts of a seventh on four devices: %+v", found)
	}
}
