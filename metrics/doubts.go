package metrics

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Doubts returns what the numbers of a run do not count and a reader should know of, one sentence each: that clients held
// requests back. Policies of which the same is to be said share a sentence. It says nothing where nothing is doubtful.
func Doubts(rows []Row) []string {
	var policies, texts []string
	whose := map[string][]string{}
	for _, r := range rows {
		if r.Metric == "wanted" && !slices.Contains(policies, r.Policy) {
			policies = append(policies, r.Policy)
		}
	}
	means := meansOf(rows)
	for _, policy := range policies {
		text := heldBack(func(metric string) float64 { return means[[2]string{policy, metric}] })
		if text == "" {
			continue
		}
		if whose[text] == nil {
			texts = append(texts, text)
		}
		whose[text] = append(whose[text], policy)
	}
	for i, text := range texts {
		if len(whose[text]) < len(policies) {
			texts[i] = strings.Join(whose[text], ", ") + ": " + text
		}
	}
	return texts
}

// heldBack says what clients held back, by the means of the measures; "" where their waits are no hundredth of the latency
// and all was sent.
func heldBack(mean func(metric string) float64) string {
	wanted, kept, wait := mean("wanted"), mean("held_back"), mean("client_wait_mean")
	if !(wanted > 0) || kept == 0 && !(wait > 0.01*mean("latency_mean")) {
		return ""
	}
	text := fmt.Sprintf("the requests waited %.3g s at the client on average and %.3g s at most, which no latency counts", wait, mean("client_wait_max"))
	if kept > 0 {
		text = fmt.Sprintf("the client held back %s of %s requests (%.0f %%) because of its limit in flight; %s", thousands(kept), thousands(wanted), 100*kept/wanted, text)
	}
	return text
}

// meansOf returns the means over replications of the measures over all, by policy and metric.
func meansOf(rows []Row) map[[2]string]float64 {
	sums, counts := map[[2]string]float64{}, map[[2]string]float64{}
	for _, r := range rows {
		if key := [2]string{r.Policy, r.Metric}; r.Scope == All {
			sums[key] += r.Value
			counts[key]++
		}
	}
	for key := range sums {
		sums[key] /= counts[key]
	}
	return sums
}

// thousands writes a number as a whole one with a comma before every three digits.
func thousands(x float64) string {
	text := strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
