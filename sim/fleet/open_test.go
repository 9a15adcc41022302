package fleet

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestOpenReplicasAreReadyReplicasThatAreNotClosed opens, closes, drains and loses replicas at
// random. The open replicas are always the ready ones without the closed ones, in the same order.
// The least loaded of them, the sum of their loads and the lines by class are those of a simple
// search.
func TestOpenReplicasAreReadyReplicasThatAreNotClosed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &Spec{
			Types: []MachineType{{Name: "box", Cores: 100, Memory: 100, Max: 1}}, Classes: []Class{{Name: "a"}, {Name: "b"}},
			Models: []Model{{Name: "m", QueueLimit: -1}}, Deployments: []Deployment{{Name: "d", Need: Resources{Cores: 1, Memory: 1}, MaxBatch: 1, Slots: 1}},
		}
		f := New(c)
		f.Closes()
		f.QueueByClass()
		on, err := f.Order(0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.Boot(on)
		closed := map[ReplicaID]bool{}
		waiting := [2][]int64{}
		for step := range rapid.IntRange(1, 60).Draw(t, "steps") {
			ready := f.ReadyReplicas(0)
			one := func() ReplicaID { return rapid.SampledFrom(ready).Draw(t, "replica") }
			switch act := rapid.IntRange(0, 7).Draw(t, "act"); {
			case act < 2 && f.Machine(on).Replicas < 20:
				at, err := f.Place(0, on, 0, 0)
				if err != nil {
					t.Fatal(err)
				}
				f.MakeReady(at, 0)
			case act < 4 && len(ready) > 0:
				at := one()
				closed[at] = rapid.Bool().Draw(t, "closed")
				f.SetOpen(at, !closed[at])
			case act == 4 && len(ready) > 0:
				if at := one(); f.Replica(at).Held() == 0 {
					if err := f.Drain(at, 0); err != nil {
						t.Fatal(err)
					}
				}
			case act == 5 && len(f.OpenReplicas(0)) > 0:
				id, _ := f.Admit(&Request{Ordinal: int64(step)})
				f.Give(id, rapid.SampledFrom(f.OpenReplicas(0)).Draw(t, "open"))
			case act == 6:
				class := rapid.IntRange(0, 1).Draw(t, "class")
				id, _ := f.Admit(&Request{Ordinal: int64(step), Class: ClassID(class)})
				f.Hold(id)
				waiting[class] = append(waiting[class], int64(step))
			case act == 7 && f.Pending(0) > 0:
				id, _ := f.FirstPending(0)
				class := f.Request(id).Class
				if want := slices.Min(slices.Concat(waiting[0], waiting[1])); f.Request(id).Ordinal != want {
					t.Fatalf("request %d is first, want %d", f.Request(id).Ordinal, want)
				}
				f.Abandon(id)
				f.Forget(id)
				waiting[class] = waiting[class][1:]
			}
			var want []ReplicaID
			for _, at := range f.ReadyReplicas(0) {
				if !closed[at] {
					want = append(want, at)
				}
			}
			if !slices.Equal(f.OpenReplicas(0), want) {
				t.Fatalf("open are %v, want %v", f.OpenReplicas(0), want)
			}
			best, sum := NoReplica, 0
			for _, at := range want {
				sum += f.Outstanding(at)
				if best == NoReplica || f.Outstanding(at) < f.Outstanding(best) || f.Outstanding(at) == f.Outstanding(best) && at < best {
					best = at
				}
			}
			if at, _ := f.Least(0, LeastOutstanding); at != best {
				t.Fatalf("replica %d is least loaded, want %d", at, best)
			}
			if got := f.Sum(0, LeastOutstanding); got != float64(sum) {
				t.Fatalf("the loads add up to %v, want %d", got, sum)
			}
			var line []int64
			for r := range f.KeptBack(0) {
				line = append(line, r.Ordinal)
			}
			all := slices.Sorted(slices.Values(slices.Concat(waiting[0], waiting[1])))
			if !slices.Equal(line, all) || f.Pending(0) != len(all) {
				t.Fatalf("waiting are %v (%d), want %v", line, f.Pending(0), all)
			}
			for class, list := range waiting {
				if f.Behind(&Request{Class: ClassID(class)}) != (len(list) > 0) {
					t.Fatalf("class %d has %d waiting", class, len(list))
				}
			}
		}
	})
}
