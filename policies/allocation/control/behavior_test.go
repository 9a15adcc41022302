package control

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/sim/kernel"
)

// TestRecommenderFollowsTheGoldenTraces replays published traces of the controller, row by row.
func TestRecommenderFollowsTheGoldenTraces(t *testing.T) {
	rows := golden(t, "hpa_traces.csv")
	slow := StandardBehavior()
	slow.Down.Stabilization = 0
	slow.Down.Policies = []ScalingPolicy{{true, 10, time.Minute}}
	behaviors := map[string]Behavior{
		"hpa_default_spike":          StandardBehavior(),
		"hpa_tolerance_edges":        StandardBehavior(),
		"hpa_small_start_pods4":      StandardBehavior(),
		"hpa_down_limited_10pct_60s": slow,
	}
	scalers := map[string]*hpa{}
	seen := 0
	for _, row := range rows {
		name, n := row[0], numbers(t, row[1:])
		now, current := kernel.Time(kernel.Seconds(n[0])), int(n[1])
		if scalers[name] == nil {
			b, ok := behaviors[name]
			if !ok {
				t.Fatalf("trace %s has no behaviour here", name)
			}
			o := HPAOptions{Metrics: []MetricSpec{{Signal: Load, Target: 0.5}}, Behavior: b, ReplicaRange: ReplicaRange{1, 100}}
			scalers[name] = newHPA(o, 1000)
			scalers[name].first(now, current)
		}
		h := scalers[name]
		o := &observed{now: now, wanted: current, ready: current, reading: &reading{}}
		o.set(Load, 0.5*n[2]/n[1])
		raw, _ := h.recommend(o)
		twin := *h // a copy, because stabilize must not change h
		twin.recommender.recommended = slices.Clone(h.recommender.recommended)
		stabilized := twin.recommender.stabilize(now, current, raw)
		final := h.next(o)
		if want := [3]int{int(n[4]), int(n[5]), int(n[6])}; want != [3]int{raw, stabilized, final} {
			t.Errorf("%s at %v: raw, stabilized, final %v, want %v", name, now, [3]int{raw, stabilized, final}, want)
		}
		seen++
	}
	if seen < 70 {
		t.Errorf("only %d rows", seen)
	}
}

func TestReplicaCalculatorCountsUnreadyAndMissingReplicas(t *testing.T) {
	for _, c := range []struct {
		name string
		usage
		want int
	}{
		{"no metric at all", usage{unready: 3, target: 0.5}, 3},
		{"low, a missing CPU counts as all of its request", usage{ready: 10, missing: 3, mean: 0.2, target: 0.5, absent: 1}, 10},
		{"within the tolerance", usage{ready: 10, mean: 0.55, target: 0.5}, 10},
		{"high", usage{ready: 10, mean: 0.8, target: 0.5}, 16},
		{"low", usage{ready: 10, mean: 0.2, target: 0.5}, 4},
		{"high, unready count as idle", usage{ready: 10, unready: 5, mean: 0.9, target: 0.5}, 18},
		{"high, unready bring it within the tolerance", usage{ready: 10, unready: 6, mean: 0.8, target: 0.5}, 16},
		{"high, unready turn it round", usage{ready: 10, unready: 10, mean: 0.8, target: 0.5}, 20},
		{"low, unready do not count", usage{ready: 10, unready: 5, mean: 0.2, target: 0.5}, 4},
		{"low, missing count as at their target", usage{ready: 10, missing: 5, mean: 0.2, target: 0.5, absent: 0.5}, 9},
		{"high, missing count as idle", usage{ready: 10, missing: 2, mean: 0.8, target: 0.5}, 16},
		{"at the target, missing change nothing", usage{ready: 10, missing: 2, mean: 0.5, target: 0.5}, 12},
	} {
		c.current = c.ready + c.unready + c.missing
		if got := c.replicas(tolerance{0.1, 0.1}); got != c.want {
			t.Errorf("%s: %d replicas, want %d", c.name, got, c.want)
		}
	}
}

func TestOldRecommendationsNeverRaiseTheNumber(t *testing.T) {
	r := &recommender{Behavior: StandardBehavior()}
	r.next(0, 2, 20, 1, 100)
	if _, final := r.next(kernel.Time(15*time.Second), 6, 2, 1, 100); final != 6 {
		t.Errorf("%d replicas, want the 6 there are: a high recommendation only delays the way down", final)
	}
}

func TestLimitsHoldWhateverIsRecommended(t *testing.T) {
	r := &recommender{Behavior: StandardBehavior()}
	for i, raw := range []int{0, 1 << 30, 5, 0, math.MaxInt32} {
		_, final := r.next(kernel.Time(i)*kernel.Time(time.Hour), 5, raw, 2, 9)
		if final < 2 || final > 9 {
			t.Errorf("%d replicas outside [2, 9]", final)
		}
	}
}
