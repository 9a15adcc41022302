package engine_test

import (
	"slices"
	"testing"
	"time"

	"wavetank/policies/ordering"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// light is an allocator that some models wake. It records when it is asked for a plan.
type light struct {
	sleeper
	wakes   bool
	idle    bool // it plans nothing
	asked   []float64
	roused  int
	waiting []int // how many requests waited at each decision
	windows []*sim.Window
}

func (l *light) Wakes(*sim.View, fleet.ModelID) bool {
	l.roused++
	return l.wakes
}

func (l *light) Allocate(v *sim.View) (p sim.Plan, err error) {
	l.asked = append(l.asked, v.Now().Sub(0).Seconds())
	l.waiting = append(l.waiting, v.Waiting(0))
	l.windows = append(l.windows, v.Window())
	if l.idle {
		return p, nil
	}
	return l.sleeper.Allocate(v)
}

func newLight(wakes, idle bool) *light {
	return &light{sleeper: sleeper{&cast{wanted: map[fleet.DeploymentID]int{}}}, wakes: wakes, idle: idle}
}

// sleeping returns a run whose fleet is empty at the start. A machine boots in 2 s, and a replica
// loads in 1 s. The period is 10 s.
func sleeping(t *testing.T, l *light, arrivals sim.Arrivals) sim.Setup {
	s := alone(t, 3, func(m *fleet.MachineType) { m.Boot = 2 * time.Second })
	s.Spec.Deployments[0].Load = time.Second
	s.Allocator, s.Arrivals, s.Period, s.Duration = l, arrivals, 10*time.Second, 30*time.Second
	return s
}

// TestARequestWakesItsModel: three requests arrive at 3.5 s and find no replica. The allocator is
// asked at this instant, once for all three, with the window of the start. The replica is ready at
// 6.5 s. The regular decisions of the allocator come at the same instants as before. This holds for
// every router and order.
func TestARequestWakesItsModel(t *testing.T) {
	for name, change := range map[string]func(*sim.Setup){
		"router":                      func(*sim.Setup) {},
		"central queue":               func(s *sim.Setup) { s.Router = routing.NewCentralQueue() },
		"order":                       func(s *sim.Setup) { s.Order = ordering.SJF() },
		"order that interrupts":       func(s *sim.Setup) { s.Order = ordering.SRPT() },
		"queue with three places":     func(s *sim.Setup) { s.Spec.Models[0].QueueLimit = 3 },
		"requests with some patience": func(s *sim.Setup) { s.Spec.Models[0].Timeout = 20 * time.Second },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLight(true, false)
			s := sleeping(t, l, at(3.5, 3.5, 3.5))
			change(&s)
			equal(t, trace(t, s, sim.MachineOrdered, sim.ReplicaReady, sim.RequestFinished),
				"3.5 machine-ordered model -1 replica -1 machine 0 count 0 span 0",
				"6.5 replica-ready model 0 replica 0 machine 0 count 0 span 0",
				"7.5 request-finished model 0 replica 0 machine 0 count 0 span 4",
				"8.5 request-finished model 0 replica 0 machine 0 count 0 span 5",
				"9.5 request-finished model 0 replica 0 machine 0 count 0 span 6",
			)
			if want := []float64{0, 3.5, 10, 20}; !slices.Equal(l.asked, want) || l.waiting[1] != 3 || l.windows[1] != l.windows[0] {
				t.Errorf("asked at %v, want %v, with %v waiting", l.asked, want, l.waiting)
			}
		})
	}
}

// TestWhatTakesNoTimeIsThereAtOnce: if boots and loads take no time, the request that wakes its
// model starts at the instant of its arrival.
func TestWhatTakesNoTimeIsThereAtOnce(t *testing.T) {
	s := sleeping(t, newLight(true, false), at(3))
	s.Spec.Types[0].Boot, s.Spec.Deployments[0].Load = 0, 0
	equal(t, trace(t, s, sim.RequestFinished), "4 request-finished model 0 replica 0 machine 0 count 0 span 1")
}

// TestAModelWakesOnceInAPeriod: an allocator with empty plans is asked at the first request of a
// period, but not at further requests. An allocator that no model wakes is asked only at its
// periods.
func TestAModelWakesOnceInAPeriod(t *testing.T) {
	for _, c := range []struct {
		wakes  bool
		want   []float64
		roused int
	}{
		{true, []float64{0, 1, 10, 12, 20}, 2},
		{false, []float64{0, 10, 20}, 4},
	} {
		l := newLight(c.wakes, true)
		run(t, sleeping(t, l, at(1, 2, 12, 13)))
		if !slices.Equal(l.asked, c.want) || l.roused != c.roused {
			t.Errorf("wakes: %v; asked at %v, want %v; roused %d times, want %d", c.wakes, l.asked, c.want, l.roused, c.roused)
		}
	}
}

// TestAModelWithAReplicaWakesNobody: a replica in any state before draining is enough. The replica
// of the first request is drained at 10 s. Then the model wakes the allocator again, although the
// machine is still rented.
func TestAModelWithAReplicaWakesNobody(t *testing.T) {
	l := newLight(true, false)
	s := sleeping(t, l, at(1, 2, 3.5, 5, 6, 14))
	equal(t, trace(t, s, sim.MachineOrdered, sim.ReplicaReady, sim.ReplicaRemoved),
		"1 machine-ordered model -1 replica -1 machine 0 count 0 span 0",
		"4 replica-ready model 0 replica 0 machine 0 count 0 span 0",
		"10 replica-removed model 0 replica 0 machine 0 count 0 span 0",
		"15 replica-ready model 0 replica 1 machine 0 count 0 span 0",
		"20 replica-removed model 0 replica 1 machine 0 count 0 span 0",
	)
	if want := []float64{0, 1, 10, 14, 20}; !slices.Equal(l.asked, want) || l.roused != 2 {
		t.Errorf("asked at %v, want %v; roused %d times", l.asked, want, l.roused)
	}
}

// TestTwoModelsWakeOnce: requests for two models at one instant cause one decision of the
// allocator.
func TestTwoModelsWakeOnce(t *testing.T) {
	l := newLight(true, false)
	s := sleeping(t, l, &given{step: time.Second, requests: []fleet.Request{{Arrival: 3, Work: 1}, {Arrival: 3, Work: 1, Model: 1}}})
	s.Spec.Models = append(s.Spec.Models, s.Spec.Models[0])
	s.Spec.Deployments = append(s.Spec.Deployments, s.Spec.Deployments[0])
	s.Spec.Deployments[1].Model = 1
	equal(t, trace(t, s, sim.ReplicaReady),
		"6 replica-ready model 0 replica 0 machine 0 count 0 span 0",
		"6 replica-ready model 1 replica 1 machine 1 count 0 span 0",
	)
	if want := []float64{0, 3, 10, 20}; !slices.Equal(l.asked, want) || l.roused != 2 {
		t.Errorf("asked at %v, want %v; roused %d times", l.asked, want, l.roused)
	}
}

// TestALostReplicaWakes: the machine of the only replica fails at 5 s. Its request is retried, and
// the allocator is asked at that instant.
func TestALostReplicaWakes(t *testing.T) {
	l := newLight(true, false)
	s := sleeping(t, l, at(1.5))
	s.Spec.Types[0].Outages = [][]fleet.Outage{{span(5, 100)}}
	equal(t, trace(t, s, sim.MachineOrdered, sim.RequestRetried, sim.RequestFinished),
		"1.5 machine-ordered model -1 replica -1 machine 0 count 0 span 0",
		"5 request-retried model 0 replica 0 machine 0 count 0 span 0",
		"5 machine-ordered model -1 replica -1 machine 1 count 0 span 0",
		"9 request-finished model 0 replica 1 machine 1 count 0 span 7.5",
	)
}

// paced is an allocator with a period of its own.
type paced struct {
	sim.Allocator
	period time.Duration
}

func (p paced) Period() time.Duration { return p.period }

// TestAnAllocatorMayHaveItsOwnPeriod: its decisions, its windows and the period in its view have
// the length that it returns. The load that it sees at the start is the same rate as without a
// period of its own.
func TestAnAllocatorMayHaveItsOwnPeriod(t *testing.T) {
	for own, want := range map[time.Duration]time.Duration{0: 10 * time.Second, 4 * time.Second: 4 * time.Second} {
		for _, given := range []time.Duration{10 * time.Second, 0} {
			if own == 0 && given == 0 {
				continue
			}
			s := alone(t, 1, func(*fleet.MachineType) {})
			s.Arrivals, s.Period, s.Duration, s.Expected = at(0, 1, 2, 3, 13, 14), given, 21*time.Second, []float64{3}
			turns := 0
			s.Allocator = paced{planner(func(v *sim.View) (p sim.Plan) {
				if v.Now() != kernel.Time(want)*kernel.Time(turns) || v.Period() != want || v.Window().Length() != want {
					t.Errorf("own period %v: turn %d at %v, the period is %v, the window %v", own, turns, v.Now(), v.Period(), v.Window().Length())
				}
				if turns == 0 && v.Window().Rate(0) != 3 {
					t.Errorf("own period %v: told %v requests/s at the start", own, v.Window().Rate(0))
				}
				turns++
				return p
			}), own}
			run(t, s)
			if n := int(20*time.Second/want) + 1; turns != n {
				t.Errorf("own period %v: %d turns, want %d", own, turns, n)
			}
		}
	}
}

// TestABadPeriodNamesTheAllocator: a negative period of an allocator is a fault of the setup.
func TestABadPeriodNamesTheAllocator(t *testing.T) {
	s := alone(t, 1, func(*fleet.MachineType) {})
	s.Arrivals, s.Allocator = at(0), paced{quietly{}, -time.Second}
	if err := s.Validate(); err == nil || err.Error() != `allocator "quietly": its control period -1s is negative` {
		t.Errorf("%v", err)
	}
}
