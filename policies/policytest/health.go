package policytest

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Health tests a health lever on a fleet whose replicas fail at random:
//   - a replica is in rotation as long as it has answered everything at once,
//   - two levers from the same constructor decide alike,
//   - the interval is above 0,
//   - a decision allocates nothing.
func Health(t *testing.T, make func() (sim.Health, error)) {
	first, err := make()
	must(t, err)
	second, err := make()
	must(t, err)
	f := readyFleet(t)
	if first.Interval() <= 0 {
		t.Fatalf("an interval of %v", first.Interval())
	}
	draw := kernel.NewStream(1, 0, "answers", 0)
	good := f.ReadyReplicas(0)[0]
	for i := range 300 {
		v := sim.ViewOf(f, kernel.Time(i)*kernel.Time(first.Interval()))
		for m := range f.Spec().Models {
			for j := range v.Ready(fleet.ModelID(m)) {
				at := v.ReadyAt(fleet.ModelID(m), j)
				ok := at == good || draw.Float64() < 0.3
				if first.Answered(at, ok) != second.Answered(at, ok) {
					t.Fatalf("step %d: two levers from the same constructor differ about replica %d", i, at)
				}
			}
			for _, h := range []sim.Health{first, second} {
				h.Judge(v, fleet.ModelID(m), i%3 == 0)
			}
			for j := range v.Ready(fleet.ModelID(m)) {
				at := v.ReadyAt(fleet.ModelID(m), j)
				if first.InRotation(at) != second.InRotation(at) {
					t.Fatalf("step %d: two levers from the same constructor decide differently about replica %d", i, at)
				}
				if at == good && !first.InRotation(at) {
					t.Fatalf("step %d: a replica that answers everything is out of rotation", i)
				}
			}
		}
	}
	v := sim.ViewOf(f, kernel.Time(1000*time.Hour))
	n := testing.AllocsPerRun(50, func() {
		first.Answered(good, false)
		first.Judge(v, 0, true)
		first.InRotation(good)
	})
	if n != 0 {
		t.Errorf("%v allocations per decision", n)
	}
}
