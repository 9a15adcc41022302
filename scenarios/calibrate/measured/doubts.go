package measured

import (
	"fmt"
	"math"
	"slices"

	"wavetank/workload/records"
	"wavetank/workload/table"
)

// Contradiction says by how much the times per token of a table of requests or points contradict
// its whole times: ttft + tpot · (output − 1) should be e2e. It returns "" if the mean difference
// is at most 5 %, or a column is missing. The whole times are used then.
func Contradiction(t *table.Table) string {
	const most = 0.05
	out, e1 := t.Numbers(1, slices.Concat(pointOutputs, records.Outputs)...)
	first, e2 := t.Numbers(0, slices.Concat(pointTTFTs, ttfts)...)
	each, e3 := t.Numbers(0, slices.Concat(pointTPOTs, tpots)...)
	whole, e4 := t.Numbers(0, slices.Concat(pointE2Es, latencies)...)
	if table.Join(e1, e2, e3, e4) != nil || out == nil || first == nil || each == nil || whole == nil {
		return "" // faults are told when the table is read
	}
	sum, n := 0.0, 0.0
	for i, e := range whole {
		if e > 0 && out[i] > 1 {
			sum, n = sum+(first[i]+each[i]*(out[i]-1))/e-1, n+1
		}
	}
	if n == 0 || math.Abs(sum/n) <= most {
		return ""
	}
	return fmt.Sprintf("%s: ttft + tpot × (output − 1) is %+.0f %% off e2e on average: is tpot the time per token after the first? e2e is used", t.Name, 100*sum/n)
}

// OnlyWholeTimes reports whether no request with several tokens has a first token before its last,
// as in the log of a client that does not stream.
func OnlyWholeTimes(log []LoggedRequest) bool {
	several := false
	for _, m := range log {
		if m.Output > 1 {
			several = true
			if m.First == 0 || m.First < m.Last {
				return false
			}
		}
	}
	return several
}

// WithoutFirstTokens removes the instants of first tokens.
func WithoutFirstTokens(log []LoggedRequest) {
	for i := range log {
		log[i].First, log[i].Queue = 0, 0
	}
}

// Failures returns a text for each point with more than 1 % failed requests.
func Failures(points []LoadPoint) (list []string) {
	for i := range points {
		if p := &points[i]; p.Failed > mostFailed {
			list = append(list, failedText(p.Name, p.Failed))
		}
	}
	return list
}

// mostFailed is the largest share of requests that may fail without a word.
const mostFailed = 0.01

func failedText(name string, share float64) string {
	return fmt.Sprintf("%s: %.3g %% of the requests failed", name, 100*share)
}

// Doubts returns sentences on what points do not say, or what is not used of them.
func Doubts(points []LoadPoint) (list []string) {
	unknown, bursty := 0, 0.0
	for i := range points {
		p := &points[i]
		if len(p.Input.Shares) == 0 || len(p.Output.Shares) == 0 {
			unknown++
		}
		if p.Burstiness > 0 && p.Burstiness != 1 && p.Rate > 0 {
			bursty = p.Burstiness
		}
	}
	if unknown > 0 {
		list = append(list, fmt.Sprintf("%d of %d points have only the means of their lengths; how far lengths spread matters for TTFT (--spread)", unknown, len(points)))
	}
	if bursty > 0 {
		list = append(list, fmt.Sprintf("a burstiness of %v is not simulated: requests are sent at random instants, as with 1, or with 100 and above at equal intervals", bursty))
	}
	return list
}
