package engine_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// asking is an allocator that reads its view, and then decides like another allocator.
type asking struct {
	sim.Allocator
	look func(*sim.View)
}

func (a asking) Allocate(v *sim.View) (sim.Plan, error) {
	a.look(v)
	return a.Allocator.Allocate(v)
}

// always is a distribution whose draws all have the same value.
type always float64

func (f always) Work(*kernel.Stream) float64 { return float64(f) }

// TestCapacityOnItsWayIsExpectedByTheMeans has a machine with a mean boot time of 40 s and a
// replica with a mean load time of 20 s. The replica is expected at 60 s. Both really take twice as
// long. From 40 s on the boot is overdue, and the replica is expected 20 s from now. The machine is
// up at 80 s, and the replica is expected at 100 s. From then on it is overdue, and it is ready at
// 120 s.
func TestCapacityOnItsWayIsExpectedByTheMeans(t *testing.T) {
	second := kernel.Time(time.Second)
	for _, c := range []struct {
		factor fleet.Distribution
		want   []kernel.Time // at 25, 50, … s
	}{
		{nil, []kernel.Time{60, 60}},
		{always(2), []kernel.Time{60, 70, 95, 100}},
	} {
		s := alone(t, 1, func(m *fleet.MachineType) { m.Boot, m.BootDistribution = 40*time.Second, c.factor })
		s.Spec.Deployments[0].Load, s.Spec.Deployments[0].StartDistribution = 20*time.Second, c.factor
		s.Arrivals, s.ColdStart, s.Period, s.Duration = at(0), true, 25*time.Second, 160*time.Second
		asked := 0
		s.Allocator = asking{simtest.Fixed{Replicas: 1}, func(v *sim.View) {
			asked++
			if asked == 1 {
				return // the allocator has ordered nothing yet
			}
			coming := 0
			for at, ready := range v.Coming(0) {
				coming++
				if i := asked - 2; i >= len(c.want) || ready != c.want[i]*second || at != 0 {
					t.Errorf("factor %v, at %v replica %d is expected at %v, want %v s", c.factor, v.Now(), at, ready, c.want)
				}
			}
			if isReady := v.Ready(0) > 0; isReady == (coming > 0) {
				t.Errorf("factor %v, at %v: %d on their way, ready: %v", c.factor, v.Now(), coming, isReady)
			}
		}}
		run(t, s)
		if asked != 7 {
			t.Errorf("factor %v: asked %d times", c.factor, asked)
		}
	}
}

// TestWhatIsReadyIsExpectedNow: of four replicas one is ready, two are booting or loading, and one
// drains.
func TestWhatIsReadyIsExpectedNow(t *testing.T) {
	s := alone(t, 4, func(m *fleet.MachineType) { m.Boot = 40 * time.Second })
	f := fleet.New(s.Spec)
	now := kernel.Time(10 * time.Second)
	for range 4 {
		on, err := f.Order(0, 0, kernel.Time(40*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Place(0, on, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []fleet.ReplicaID{0, 1} {
		f.Boot(fleet.MachineID(at))
		f.MakeReady(at, now)
	}
	if err := f.Drain(1, now); err != nil {
		t.Fatal(err)
	}
	v := sim.ViewOf(f, now)
	for at, want := range []kernel.Time{now, kernel.Never, 4 * now, 4 * now} {
		if got := v.Expected(fleet.ReplicaID(at)); got != want {
			t.Errorf("replica %d is expected at %v, want %v", at, got, want)
		}
	}
	list := ""
	for at := range v.Coming(0) {
		list += fmt.Sprint(at, " ")
		break
	}
	for at := range v.Coming(0) {
		list += fmt.Sprint(at, " ")
	}
	if list != "2 2 3 " {
		t.Errorf("on their way are %v", list)
	}
}

// TestEarlierWindowsAreKept: windows are 1 s long, and window n has n requests. The observation
// delay is 2 s.
func TestEarlierWindowsAreKept(t *testing.T) {
	s := alone(t, 1, func(*fleet.MachineType) {})
	var times []float64
	for n := range 6 {
		for range n {
			times = append(times, float64(n)+0.5)
		}
	}
	s.Arrivals, s.Duration, s.Delay, s.Expected = at(times...), 8*time.Second, 2*time.Second, []float64{7}
	var got []string
	s.Allocator = asking{quietly{}, func(v *sim.View) {
		line := ""
		for i := 0; v.Earlier(i) != nil; i++ {
			line += fmt.Sprint(v.Earlier(i).Models[0].Offered, " ")
		}
		if v.Earlier(0) != v.Window() || v.Earlier(-1) != nil {
			t.Errorf("at %v: the window is not the first of all, or one is later", v.Now())
		}
		got = append(got, line)
	}}
	run(t, s)
	equal(t, got, "7 ", "7 ", "7 ", "0 ", "1 0 ", "2 1 0 ", "3 2 1 0 ", "4 3 2 1 0 ")
}

// TestTheLastWindowsAreKept: after more than WindowsKept windows, the oldest are no longer shown.
func TestTheLastWindowsAreKept(t *testing.T) {
	s := alone(t, 1, func(*fleet.MachineType) {})
	const periods = sim.WindowsKept + 30
	s.Arrivals, s.Duration = at(0), (periods+1)*time.Second
	s.Allocator = asking{quietly{}, func(v *sim.View) {
		n := int(v.Now() / kernel.Time(time.Second))
		oldest := min(n, sim.WindowsKept) - 1
		if n == 0 {
			return
		}
		if w := v.Earlier(oldest); w == nil || w.End != v.Now()-kernel.Time(oldest)*kernel.Time(time.Second) || v.Earlier(oldest+1) != nil {
			t.Fatalf("at %v the window %d before the last is %+v, and before it %+v", v.Now(), oldest, w, v.Earlier(oldest+1))
		}
	}}
	run(t, s)
}

// TestViewsWithWindowsKnowTheEarlierOnes: a view made by WithWindow shows the earlier windows, like
// the view of a run.
func TestViewsWithWindowsKnowTheEarlierOnes(t *testing.T) {
	s := alone(t, 1, func(*fleet.MachineType) {})
	list := []*sim.Window{sim.NewWindow(s.Spec, 3), sim.NewWindow(s.Spec, 2), sim.NewWindow(s.Spec, 1)}
	v := sim.ViewOf(fleet.New(s.Spec), 4)
	if v.Earlier(0) != v.Window() || v.Earlier(1) != nil {
		t.Error("a view without a run has earlier windows")
	}
	v = v.WithWindow(list[0], time.Second, list[1:]...)
	for i, want := range append(list, nil) {
		if v.Earlier(i) != want {
			t.Errorf("the window %d before the last is %v", i, v.Earlier(i))
		}
	}
}

// TestSpentIsWhatMachinesCost orders two machines of 1 $/h at time 0. One of them is released after
// 30 minutes, and one of 3 $/h is ordered then. They have cost 0.5 $ after 15 minutes and 1 $ after
// 30 minutes. From then on they cost 4 $/h.
func TestSpentIsWhatMachinesCost(t *testing.T) {
	s := alone(t, 2, func(*fleet.MachineType) {})
	dear := s.Spec.Types[0]
	dear.Price = 3
	s.Spec.Types = append(s.Spec.Types, dear)
	s.Arrivals, s.Duration, s.Period = at(0), 2*time.Hour, 15*time.Minute
	want := []float64{0, 0.5, 1, 2, 3, 4, 5, 6}
	turn := 0
	s.Allocator = planner(func(v *sim.View) (p sim.Plan) {
		if got := v.Spent(); math.Abs(got-want[turn]) > 1e-12 {
			t.Errorf("at %v: %v $, want %v", v.Now(), got, want[turn])
		}
		switch turn++; turn {
		case 1:
			p.Boot = []fleet.TypeID{0, 0}
		case 3:
			p.Stop, p.Boot = []fleet.MachineID{0}, []fleet.TypeID{1}
		}
		return p
	})
	run(t, s)
	if turn != len(want) {
		t.Errorf("asked %d times", turn)
	}
}

// planner is an allocator that is a function.
type planner func(*sim.View) sim.Plan

func (p planner) Allocate(v *sim.View) (sim.Plan, error) { return p(v), nil }
func (planner) String() string                           { return "planner" }
