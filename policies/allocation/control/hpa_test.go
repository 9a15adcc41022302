package control

import (
	"strings"
	"testing"
	"time"

	"wavetank/sim/kernel"
)

// seen returns an observation at an instant in seconds, with the given signals. All wanted replicas
// are ready.
func seen(at float64, replicas int, signals map[Signal]float64) *observed {
	now := kernel.Time(kernel.Seconds(at))
	o := &observed{now: now, end: now, wanted: replicas, ready: replicas, reading: &reading{}}
	for s, v := range signals {
		o.set(s, v)
	}
	return o
}

// TestOneReplicaAtThreeTimesItsLoad: one replica with a load of 305 % and a target of 50 % asks for
// 7 replicas. The standard behaviour allows 5 at once, and 7 after 15 s.
func TestOneReplicaAtThreeTimesItsLoad(t *testing.T) {
	o := DefaultHPAOptions()
	o.Metrics[0].Target = 0.5
	h := newHPA(o, 60)
	n := h.first(0, 1)
	var path []int
	for i := range 4 {
		n = h.next(seen(float64(15+15*i), n, map[Signal]float64{Load: 3.05 / float64(n)}))
		path = append(path, n)
	}
	if want := [4]int{5, 7, 7, 7}; [4]int(path) != want {
		t.Errorf("1 → %v, want %v", path, want)
	}
	o.Behavior.Up.Policies = []ScalingPolicy{{true, 10000, 15 * time.Second}}
	free := newHPA(o, 60)
	if n := free.next(seen(15, free.first(0, 1), map[Signal]float64{Load: 3.05})); n != 7 {
		t.Errorf("without a limit 1 → %d, want 7", n)
	}
}

func TestWithinTheToleranceAHundredReplicasStay(t *testing.T) {
	h := newHPA(DefaultHPAOptions(), 1000)
	h.first(0, 101)
	if n := h.next(seen(15, 101, map[Signal]float64{Load: 0.7 * 1.0999})); n != 101 {
		t.Errorf("%d replicas, want 101", n)
	}
}

func TestTheLargestOfSeveralMetricsCounts(t *testing.T) {
	o := DefaultHPAOptions()
	o.Metrics = []MetricSpec{{Signal: Load, Target: 0.5}, {Signal: Waiting, Target: 5}, {Signal: KVShare, Target: 0.8}}
	o.Behavior.Down.Stabilization = 0
	for _, c := range []struct {
		name    string
		signals map[Signal]float64
		want    int
	}{
		{"load", map[Signal]float64{Load: 0.7, Waiting: 0, KVShare: 0.1}, 6},
		{"waiting", map[Signal]float64{Load: 0.1, Waiting: 33, KVShare: 0.1}, 7},
		{"KV share", map[Signal]float64{Load: 0.1, Waiting: 0, KVShare: 1}, 5},
		{"all low", map[Signal]float64{Load: 0.2, Waiting: 3, KVShare: 0.3}, 2},
		{"one cannot be read, the others are low: nothing is taken away", map[Signal]float64{Load: 0.1, Waiting: 3}, 4},
		{"one cannot be read, another is high", map[Signal]float64{Load: 0.1, Waiting: 33}, 7},
		{"none can be read", nil, 4},
	} {
		h := newHPA(o, 100)
		h.first(0, 4)
		if n := h.next(seen(15, 4, c.signals)); n != c.want {
			t.Errorf("%s: 4 → %d, want %d", c.name, n, c.want)
		}
	}
}

func TestPoliciesAreSelected(t *testing.T) {
	pods, percent := ScalingPolicy{false, 4, 15 * time.Second}, ScalingPolicy{true, 100, 15 * time.Second}
	for _, c := range []struct {
		from     int
		selected Selection
		up, down int // results when the raw recommendation is 100, and when it is 0
	}{
		{2, SelectMost, 6, 0}, {2, SelectLeast, 4, 0}, {2, SelectNone, 2, 2},
		{10, SelectMost, 20, 0}, {10, SelectLeast, 14, 6}, {10, SelectNone, 10, 10},
	} {
		rules := ScalingRules{0, []ScalingPolicy{pods, percent}, c.selected, 0.1}
		for desired, want := range map[int]int{100: c.up, 0: c.down} {
			r := &recommender{Behavior: Behavior{rules, rules}}
			if _, n := r.next(0, c.from, desired, 0, 100); n != want {
				t.Errorf("%s: %d → %d, want %d", c.selected, c.from, n, want)
			}
		}
	}
}

// TestARecommendationFromBeforeHoldsTheFirstScaleDown: the number of replicas at the start counts
// as a recommendation, so it delays the first scale-down.
func TestARecommendationFromBeforeHoldsTheFirstScaleDown(t *testing.T) {
	h := newHPA(DefaultHPAOptions(), 100)
	n := h.first(0, 8)
	for at := 15.; at <= 315; at += 15 {
		n = h.next(seen(at, n, map[Signal]float64{Load: 0.07}))
		if want := map[bool]int{true: 8, false: 1}[at < 300]; n != want {
			t.Fatalf("at %v s %d replicas, want %d", at, n, want)
		}
	}
}

func TestAnAutoscalerGoesToZeroWithAnExternalMetricAlone(t *testing.T) {
	o := DefaultHPAOptions()
	o.MinReplicas = 0
	if _, err := NewHPA(o); err == nil || !strings.Contains(err.Error(), "min-replicas") {
		t.Errorf("utilization alone: error %v", err)
	}
	o.Metrics = append(o.Metrics, MetricSpec{Signal: Waiting, Target: 5})
	if _, err := NewHPA(o); err != nil {
		t.Error(err)
	}
	o.Behavior.Down.Stabilization = 0
	h := newHPA(o, 10)
	if n := h.next(seen(15, h.first(0, 1), map[Signal]float64{Load: 0, Waiting: 0})); n != 0 {
		t.Errorf("1 → %d, want 0", n)
	}
	if n := h.next(seen(30, 0, map[Signal]float64{Waiting: 12})); n != 3 {
		t.Errorf("0 → %d, want 3", n)
	}
}

func TestFaultsOfAnAutoscalerNameTheirParameter(t *testing.T) {
	for want, change := range map[string]func(*HPAOptions){
		"metrics: there is none":                      func(o *HPAOptions) { o.Metrics = nil },
		"metrics[0].target: 0 is outside":             func(o *HPAOptions) { o.Metrics[0].Target = 0 },
		"scale-up.stabilization: -1s":                 func(o *HPAOptions) { o.Up.Stabilization = -time.Second },
		"scale-down.tolerance: 1 is":                  func(o *HPAOptions) { o.Down.Tolerance = 1 },
		"scale-up.policies: there is none":            func(o *HPAOptions) { o.Up.Policies = nil },
		"scale-down.policies[0].period: 0s":           func(o *HPAOptions) { o.Down.Policies[0].Period = 0 },
		`scale-up.select-policy: "most" is none of`:   func(o *HPAOptions) { o.Up.Select = "most" },
		"min-replicas: -1 is outside":                 func(o *HPAOptions) { o.MinReplicas = -1 },
		"max-replicas: 1 is below min-replicas, 3":    func(o *HPAOptions) { o.MinReplicas, o.MaxReplicas = 3, 1 },
		"period: 1ns is shorter than 1ms":             func(o *HPAOptions) { o.Period = 1 },
		"period: -1s is outside":                      func(o *HPAOptions) { o.Period = -time.Second },
		"scale-up.policies[1].value: -2 is not a pos": func(o *HPAOptions) { o.Up.Policies[1].Value = -2 },
	} {
		o := DefaultHPAOptions()
		change(&o)
		if _, err := NewHPA(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
