package calibrate

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestBlocksFollowFromHowFullTheCacheWas counts the blocks that a simulated engine held, and estimates how many it has.
func TestBlocksFollowFromHowFullTheCacheWas(t *testing.T) {
	c := engine(t)
	served, err := Replay(&c, draws(200, 6, 3))
	if err != nil {
		t.Fatal(err)
	}
	d := draws(200, 6, 3)
	var log []Measured
	for i, s := range served {
		log = append(log, Measured{Sent: s.Sent, First: s.First, Last: s.Last, Input: d.Requests[i].Input, Output: d.Requests[i].Output})
	}
	series := "t,running,kv_cache_pct\n"
	for at := 1.0; at < 30; at++ {
		n, blocks := holding(log, at, 16)
		series += fmt.Sprintf("%v,%d,%.2f\n", at, n, 100*blocks/4000)
	}
	if n, err := Occupied(read(t, series), log, 16); err != nil || math.Abs(float64(n)-4000) > 20 {
		t.Errorf("%d blocks, %v", n, err)
	}
	for text, want := range map[string]int{
		"t,running,kv_cache_pct\n1,99,50\n2,99,50\n3,99,50\n":    0, // others are under way
		"t,running,kv_cache_usage\n1,0,0\n2,0,0\n3,0,0\n4,0,0\n": 0,
	} {
		if n, err := Occupied(read(t, text), log, 16); n != want || err != nil {
			t.Errorf("%q: %d %v", text, n, err)
		}
	}
	if _, err := Occupied(read(t, "t,kv_cache_pct\n1,x\n"), log, 16); err == nil || !strings.Contains(err.Error(), "no column running") || !strings.Contains(err.Error(), `"x" is not a number`) {
		t.Error(err)
	}
}
