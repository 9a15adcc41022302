package control

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"wavetank/sim/kernel"
)

// TestRecommenderFollowsTheGoldenTraces replays published traces of the controller, row by row.
func TestRecommenderFollowsTheGoldenTraces(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "instances", "golden", "hpa_traces.csv"))
	if err != nil {
		t.Skipf("the shared instances are not there: %v", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	slow := standardBehavior(1, 100)
	slow.stabilizeDown = 0
	slow.down = []scalingPolicy{{false, 10, time.Minute}}
	behaviors := map[string]behavior{
		"hpa_default_spike":          standardBehavior(1, 100),
		"hpa_tolerance_edges":        standardBehavior(1, 100),
		"hpa_small_start_pods4":      standardBehavior(1, 100),
		"hpa_down_limited_10pct_60s": slow,
	}
	recommenders := map[string]*recommender{}
	seen := 0
	for _, row := range rows[1:] {
		name := row[0]
		if recommenders[name] == nil {
			b, ok := behaviors[name]
			if !ok {
				t.Fatalf("trace %s has no behaviour here", name)
			}
			recommenders[name] = &recommender{behavior: b}
		}
		var n [7]float64
		for i := range n {
			if n[i], err = strconv.ParseFloat(row[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		now, current := kernel.Time(kernel.Seconds(n[0])), int(n[1])
		u := usage{ready: current, mean: n[2] / n[1], target: 1}
		raw := u.replicas(0.1)
		stabilized, final := recommenders[name].next(now, current, raw)
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
		{"within the tolerance", usage{ready: 10, mean: 0.55, target: 0.5}, 10},
		{"high", usage{ready: 10, mean: 0.8, target: 0.5}, 16},
		{"low", usage{ready: 10, mean: 0.2, target: 0.5}, 4},
		{"high, unready count as idle", usage{ready: 10, unready: 5, mean: 0.9, target: 0.5}, 18},
		{"high, unready bring it within the tolerance", usage{ready: 10, unready: 6, mean: 0.8, target: 0.5}, 16},
		{"high, unready turn it round", usage{ready: 10, unready: 10, mean: 0.8, target: 0.5}, 20},
		{"low, unready do not count", usage{ready: 10, unready: 5, mean: 0.2, target: 0.5}, 4},
		{"low, missing count as at their target", usage{ready: 10, missing: 5, mean: 0.2, target: 0.5}, 9},
		{"high, missing count as idle", usage{ready: 10, missing: 2, mean: 0.8, target: 0.5}, 16},
		{"at the target, missing change nothing", usage{ready: 10, missing: 2, mean: 0.5, target: 0.5}, 12},
	} {
		if got := c.replicas(0.1); got != c.want {
			t.Errorf("%s: %d replicas, want %d", c.name, got, c.want)
		}
	}
}

func TestOldRecommendationsNeverRaiseTheNumber(t *testing.T) {
	r := &recommender{behavior: standardBehavior(1, 100)}
	r.next(0, 2, 20)
	if _, final := r.next(kernel.Time(15*time.Second), 6, 2); final != 6 {
		t.Errorf("%d replicas, want the 6 there are: a high recommendation only delays the way down", final)
	}
}

func TestLimitsHoldWhateverIsRecommended(t *testing.T) {
	r := &recommender{behavior: standardBehavior(2, 9)}
	for i, raw := range []int{0, 1 << 30, 5, 0, math.MaxInt32} {
		_, final := r.next(kernel.Time(i)*kernel.Time(time.Hour), 5, raw)
		if final < 2 || final > 9 {
			t.Errorf("%d replicas outside [2, 9]", final)
		}
	}
}
