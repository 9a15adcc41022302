package routing

import (
	"strconv"
	"testing"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// TestPriorityLoadIsThatOfEnvoy compares shares with the tables of Envoy's documentation, chapter
// "Priority levels", for an overprovisioning factor of 1.4. The health of a level is a share of 100
// replicas.
func TestPriorityLoadIsThatOfEnvoy(t *testing.T) {
	all := [levels]int{100, 100, 100}
	for _, c := range []struct{ open, ready, want [levels]int }{
		{[levels]int{100, 100}, [levels]int{100, 100}, [levels]int{100, 0}},
		{[levels]int{72, 100}, [levels]int{100, 100}, [levels]int{100, 0}},
		{[levels]int{71, 100}, [levels]int{100, 100}, [levels]int{99, 1}},
		{[levels]int{50, 100}, [levels]int{100, 100}, [levels]int{70, 30}},
		{[levels]int{25, 100}, [levels]int{100, 100}, [levels]int{35, 65}},
		{[levels]int{0, 100}, [levels]int{100, 100}, [levels]int{0, 100}},
		{[levels]int{25, 25}, [levels]int{100, 100}, [levels]int{50, 50}},
		{[levels]int{71, 71, 100}, all, [levels]int{99, 1, 0}},
		{[levels]int{50, 50, 100}, all, [levels]int{70, 30, 0}},
		{[levels]int{25, 100, 100}, all, [levels]int{35, 65, 0}},
		{[levels]int{25, 25, 100}, all, [levels]int{35, 35, 30}},
		{[levels]int{25, 25, 20}, all, [levels]int{36, 36, 28}},
		// one of a thousand is open; no replica in the zone of the client; none is open anywhere
		{[levels]int{1}, [levels]int{1000}, [levels]int{100, 0, 0}},
		{[levels]int{0, 2, 3}, [levels]int{0, 2, 3}, [levels]int{0, 100, 0}},
		{[levels]int{}, all, [levels]int{}},
	} {
		if got := priorityLoad(140, c.open, c.ready); got != c.want {
			t.Errorf("%v of %v replicas are open: shares %v, want %v", c.open, c.ready, got, c.want)
		}
	}
}

// inZones returns a fleet with one ready replica in each of the zones. Zones 1 and 2 are in one
// region.
func inZones(tb testing.TB, zones ...fleet.ZoneID) (*fleet.Fleet, *fleet.Spec) {
	tb.Helper()
	c := &fleet.Spec{
		Kinds:    []string{"cpu"},
		Zones:    []fleet.Zone{{Name: "a", Region: "r"}, {Name: "b", Region: "r"}, {Name: "c"}},
		Types:    []fleet.MachineType{{Name: "box", Cores: 1, Memory: 1, Max: len(zones), Zones: []fleet.ZoneID{1, 2, 3}}},
		Models:   []fleet.Model{{Name: "m", Variants: []fleet.VariantID{0}}},
		Variants: []fleet.Variant{{Name: "v"}},
	}
	c.Deployments = []fleet.Deployment{{Name: "d", Need: fleet.Resources{Cores: 1}, MaxBatch: 1, Slots: 1}}
	f := fleet.New(c)
	f.Closes()
	for _, in := range zones {
		on, err := f.OrderIn(0, in, 0, 0)
		if err != nil {
			tb.Fatal(err)
		}
		f.Boot(on)
		at, err := f.Place(0, on, 0, 0)
		if err != nil {
			tb.Fatal(err)
		}
		f.MakeReady(at, 0)
	}
	return f, c
}

// TestLocalityFailoverLeavesAZoneThatIsOutOfRotation closes replicas of the zone of the client, and
// counts the levels of 10,000 choices. Zone 1 has four replicas, and zones 2 (of the same region)
// and 3 have two each.
func TestLocalityFailoverLeavesAZoneThatIsOutOfRotation(t *testing.T) {
	f, c := inZones(t, 1, 1, 1, 1, 2, 2, 3, 3)
	p, err := NewLocalityFailover(DefaultOverprovisioning, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	v := sim.ViewOf(f, 0)
	for _, step := range []struct {
		close fleet.ReplicaID
		want  [levels]float64 // shares in percent
	}{
		{-1, [levels]float64{100, 0, 0}}, {0, [levels]float64{100, 0, 0}}, {1, [levels]float64{70, 30, 0}}, {4, [levels]float64{70, 30, 0}},
		{2, [levels]float64{35, 65, 0}}, {5, [levels]float64{35, 0, 65}}, {3, [levels]float64{0, 0, 100}},
	} {
		if step.close >= 0 {
			f.SetOpen(step.close, false)
		}
		var got [levels]float64
		const n = 10_000
		for range n {
			at := p.Route(v, &fleet.Request{Zone: 1})
			got[levelOf(c, 1, f.ZoneOf(at))] += 100. / n
		}
		for i := range got {
			if d := got[i] - step.want[i]; d < -2 || d > 2 {
				t.Errorf("after closing replica %d: shares %v, want %v", step.close, got, step.want)
				break
			}
		}
	}
	f.SetOpen(6, false)
	f.SetOpen(7, false)
	if at := p.Route(v, &fleet.Request{Zone: 1}); at != fleet.NoReplica {
		t.Errorf("no replica is open, but the request goes to replica %d", at)
	}
}

// BenchmarkLocalityFailover times decisions alone, in a fleet of three zones where every fifth
// replica is closed. Clients are in all three zones.
//
//	go test -run xxx -bench LocalityFailover ./policies/routing
func BenchmarkLocalityFailover(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			zones := make([]fleet.ZoneID, n)
			for i := range zones {
				zones[i] = fleet.ZoneID(1 + i%3)
			}
			f, _ := inZones(b, zones...)
			for at := 0; at < n; at += 5 {
				f.SetOpen(fleet.ReplicaID(at), false)
			}
			p, err := NewLocalityFailover(DefaultOverprovisioning, 1, 0)
			if err != nil {
				b.Fatal(err)
			}
			v, r := sim.ViewOf(f, 0), &fleet.Request{}
			b.ReportAllocs()
			for b.Loop() {
				r.Zone = r.Zone%3 + 1
				p.Route(v, r)
			}
		})
	}
}
