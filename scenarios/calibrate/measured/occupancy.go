package measured

import (
	"math"
	"slices"

	"wavetank/workload/table"
)

// EstimateBlocks estimates the number of KV blocks of an engine from how full its cache was. It
// returns 0 if that is not possible. The columns of the table are:
//   - t: seconds since the start of the run
//   - running: running sequences
//   - kv_cache_pct in percent, or kv_cache_usage as a share
//
// The tokens in the cache are known at instants at which exactly the requests between their first
// and last token are running. The estimate is the median over these instants. At least three are
// needed.
func EstimateBlocks(t *table.Table, log []LoggedRequest, block int) (int, error) {
	at, e1 := t.Needed(-1e300, "t", "time", "timestamp")
	running, e2 := t.Needed(0, "running", "num_requests_running")
	percent, e3 := t.Numbers(0, "kv_cache_pct")
	share, e4 := t.Numbers(0, "kv_cache_usage")
	if err := table.Join(e1, e2, e3, e4); err != nil {
		return 0, err
	}
	const least = 0.02 // share of the cache; smaller ones are rounded too much
	var list []float64
	for i := range at {
		full := 0.0
		switch {
		case percent != nil:
			full = percent[i] / 100
		case share != nil:
			full = share[i]
		}
		if n, blocks := blocksInUse(log, at[i], block); full >= least && full <= 1 && n == int(running[i]) {
			list = append(list, blocks/full)
		}
	}
	const few = 3
	if len(list) < few {
		return 0, nil
	}
	slices.Sort(list)
	return int(min(math.Round(list[len(list)/2]), 1<<30)), nil
}

// blocksInUse returns how many requests were between their first and last token at an instant, and
// the blocks of their tokens.
func blocksInUse(log []LoggedRequest, at float64, block int) (n int, blocks float64) {
	for _, m := range log {
		if m.First > 0 && m.First <= at && at < m.Last {
			n++
			tokens := float64(m.Input) + float64(m.Output)*(at-m.First)/(m.Last-m.First)
			blocks += math.Ceil(tokens / float64(block))
		}
	}
	return n, blocks
}
