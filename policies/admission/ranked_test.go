package admission

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/ordering"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/simtest"
)

// rankedLines returns a view of two replicas that serve by rank. At each of them the given number
// of requests wait.
func rankedLines(tb testing.TB, waiting int, rank func(i int) int64) *sim.View {
	c := small(tb, 2)
	c.Classes = []fleet.Class{{Name: "tight", Target: 100 * ms}, {Name: "loose", Target: 100 * ms, Priority: 1 << 20}}
	f := simtest.Ready(tb, c, 2)
	f.Rank()
	for i := range 2 * waiting {
		id, _ := f.Admit(&fleet.Request{Work: 1, Class: 1, Ordinal: int64(i)})
		f.SetRank(id, rank(i))
		f.Give(id, fleet.ReplicaID(i%2))
	}
	return sim.ViewOf(f, 0)
}

// TestTheEndIsKnownAsFarAsItCounts: end with a limit tells the same as the exact end: whether a
// request ends within the limit.
func TestTheEndIsKnownAsFarAsItCounts(t *testing.T) {
	late, timely := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		rank := rapid.SliceOfN(rapid.Int64Range(0, 20), 1, 300).Draw(rt, "ranks")
		v := rankedLines(t, len(rank)/2, func(i int) int64 { return rank[i] })
		order := rapid.SampledFrom([]sim.Order{ordering.Priority(), ordering.PreemptivePriority(), ordering.EDF(), nil}).Draw(rt, "order")
		r := &fleet.Request{Work: 1, Class: fleet.ClassID(rapid.IntRange(0, 1).Draw(rt, "class")), Ordinal: 1 << 40}
		within := time.Duration(rapid.IntRange(-1, 400).Draw(rt, "within")) * ms
		a := NewEarlyDrop(true, order)
		a.flows = make([]flow, 1)
		whole := a.end(v, 0, r, math.MaxInt64) <= within
		if got := a.end(v, 0, r, within) <= within; got != whole {
			rt.Fatalf("within %v: %v, want %v", within, got, whole)
		}
		if whole {
			timely++
		} else {
			late++
		}
	})
	if late == 0 || timely == 0 {
		t.Errorf("%d requests are late and %d are not", late, timely)
	}
}

// BenchmarkAdmitInARankedLine times decisions at two replicas where many requests wait and the most
// urgent are served first. One case is an urgent request, the other a request behind all others.
func BenchmarkAdmitInARankedLine(b *testing.B) {
	for _, waiting := range []int{100, 10_000} {
		v := rankedLines(b, waiting, func(i int) int64 { return int64((i*7919)%waiting) + 10 })
		for class, name := range []string{"urgent", "last"} {
			b.Run(fmt.Sprintf("%d/%s", waiting, name), func(b *testing.B) {
				a := NewEarlyDrop(true, ordering.PreemptivePriority())
				b.ReportAllocs()
				for b.Loop() {
					a.Admit(v, &fleet.Request{Work: 1, Class: fleet.ClassID(class), Ordinal: 1 << 40})
				}
			})
		}
	}
}
