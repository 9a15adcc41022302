package control

import (
	"slices"
	"testing"
	"time"
)

// TestKEDAGoesToZeroAndBack goes through one cycle: active, cooling down, no replicas, and active
// again at the next poll.
func TestKEDAGoesToZeroAndBack(t *testing.T) {
	o := DefaultKEDAOptions()
	o.Behavior.Down.Stabilization = 0
	k := newKEDA(o, 100)
	n := k.first(0, 2)
	requests := func(at float64) float64 {
		switch {
		case at < 60:
			return 24
		case at == 375: // between two polls
			return 80
		case at > 400:
			return 80
		}
		return 0
	}
	got := map[float64]int{}
	for at := 15.; at <= 450; at += 15 {
		n = k.next(seen(at, n, map[Signal]float64{Concurrency: requests(at)}))
		got[at] = n
	}
	for at, want := range map[float64]int{
		15: 3, 45: 3, // ⌈24/10⌉
		60: 1, 330: 1, // one replica stays until 300 s after the last activity, at 30 s
		360: 0, 375: 0, 390: 0, // at 375 KEDA does not poll
		420: 1, 435: 5, 450: 8, // one replica at the poll, then at most four more in 15 s
	} {
		if got[at] != want {
			t.Errorf("at %v s %d replicas, want %d", at, got[at], want)
		}
	}
}

func TestKEDAStartsAboveItsActivationAlone(t *testing.T) {
	o := DefaultKEDAOptions()
	o.Triggers[0].Activation = 10
	for requests, want := range map[float64]int{0: 0, 10: 0, 11: 1} {
		k := newKEDA(o, 100)
		k.first(0, 0)
		if n := k.next(seen(30, 0, map[Signal]float64{Concurrency: requests})); n != want {
			t.Errorf("%v requests: %d replicas, want %d", requests, n, want)
		}
	}
}

func TestKEDASumsUpSharesOverReplicas(t *testing.T) {
	o := DefaultKEDAOptions()
	o.Triggers = []Trigger{{MetricSpec: MetricSpec{Signal: KVShare, Target: 0.5}}}
	k := newKEDA(o, 100)
	k.first(0, 4)
	if n := k.next(seen(15, 4, map[Signal]float64{KVShare: 0.9})); n != 8 { // ⌈3.6/0.5⌉
		t.Errorf("4 → %d, want 8", n)
	}
}

func TestKEDAFollowsAScheduleAsATrigger(t *testing.T) {
	o := DefaultKEDAOptions()
	o.Triggers = []Trigger{{MetricSpec: MetricSpec{Signal: Scheduled, Target: 1, Schedule: &Schedule{
		Windows: []ScheduleWindow{{10 * time.Minute, 20 * time.Minute, 6}},
	}}}}
	k := newKEDA(o, 100)
	n := k.first(0, 0)
	var path []int
	for at := 15.; at <= 1860; at += 15 {
		if next := k.next(seen(at, n, nil)); next != n {
			path, n = append(path, int(at), next), next
		}
	}
	// The window ends at 1200 s. The autoscaler goes down to 1 five minutes after the schedule last
	// asked for six replicas. The last poll within the window is at 1170 s. The first poll more
	// than 300 s later is at 1500 s.
	if want := []int{600, 1, 615, 5, 630, 6, 1485, 1, 1500, 0}; !slices.Equal(path, want) {
		t.Errorf("changes %v, want %v", path, want)
	}
}
