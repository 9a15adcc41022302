package measured

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestBlocksFollowFromHowFullTheCacheWas computes how many blocks an engine has from the share of
// them that was in use.
func TestBlocksFollowFromHowFullTheCacheWas(t *testing.T) {
	var log []LoggedRequest
	for i := range 200 {
		sent, output := float64(i)/6, 20+i*37%280
		first := sent + 0.2
		log = append(log, LoggedRequest{Sent: sent, First: first, Last: first + 0.02*float64(output), Input: int32(20 + i*101%1500), Output: int32(output)})
	}
	series := "t,running,kv_cache_pct\n"
	for at := 1.0; at < 30; at++ {
		n, blocks := blocksInUse(log, at, 16)
		series += fmt.Sprintf("%v,%d,%.2f\n", at, n, 100*blocks/4000)
	}
	if n, err := EstimateBlocks(read(t, series), log, 16); err != nil || math.Abs(float64(n)-4000) > 20 {
		t.Errorf("%d blocks, %v", n, err)
	}
	for text, want := range map[string]int{
		// More requests are running than the log has.
		"t,running,kv_cache_pct\n1,99,50\n2,99,50\n3,99,50\n":    0,
		"t,running,kv_cache_usage\n1,0,0\n2,0,0\n3,0,0\n4,0,0\n": 0,
	} {
		if n, err := EstimateBlocks(read(t, text), log, 16); n != want || err != nil {
			t.Errorf("%q: %d %v", text, n, err)
		}
	}
	if _, err := EstimateBlocks(read(t, "t,kv_cache_pct\n1,x\n"), log, 16); err == nil || !strings.Contains(err.Error(), `column "running" or`) || !strings.Contains(err.Error(), `"x" is not a number`) {
		t.Error(err)
	}
}
