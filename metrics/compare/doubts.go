package compare

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"wavetank/metrics/rows"
)

// Doubts returns warnings about facts that the numbers of one policy hide: clients held requests
// back, or not one request was answered. It returns none if nothing is doubtful.
func Doubts(data []rows.Row) []string {
	return append(heldBack(data), unserved(data)...)
}

// heldBack returns the warning about requests that clients held back, from the means of the
// metrics. It returns nothing if all requests were sent, and their mean wait at the client is below
// 1 % of the mean latency.
func heldBack(data []rows.Row) []string {
	if len(data) == 0 {
		return nil
	}
	means := meansOf(data)
	mean := func(metric string) float64 { return means[[2]string{data[0].Policy, metric}] }
	wanted, kept, wait := mean("wanted"), mean("held_back"), mean("client_wait_mean")
	if !(wanted > 0) || kept == 0 && !(wait > 0.01*mean("latency_mean")) {
		return nil
	}
	text := fmt.Sprintf("the requests waited %.3g s at the client on average and %.3g s at most, which no latency counts", wait, mean("client_wait_max"))
	if kept > 0 {
		text = fmt.Sprintf("the client held back %s of %s requests (%.0f %%) because of its limit in flight; %s", thousands(kept), thousands(wanted), 100*kept/wanted, text)
	}
	return []string{text}
}

// unserved returns a warning for each scope in which requests came, but none was answered in any
// replication. Such a model has no replica, or no decode replica. It checks the scopes of models
// and pipelines, or the scope of all requests if there are no others.
func unserved(data []rows.Row) (list []string) {
	var scopes []string
	arrived, answered := map[string]float64{}, map[string]float64{}
	for _, r := range data {
		if strings.Contains(r.Scope, ":") || r.Metric != "arrived" && r.Metric != "throughput" {
			continue
		}
		if !slices.Contains(scopes, r.Scope) {
			scopes = append(scopes, r.Scope)
		}
		if r.Metric == "arrived" {
			arrived[r.Scope] += r.Value
		} else {
			answered[r.Scope] += r.Value
		}
	}
	for _, scope := range scopes {
		switch {
		case scope == rows.All && len(scopes) > 1, !(arrived[scope] > 0), answered[scope] != 0:
		case scope == rows.All:
			list = append(list, "not one request was answered, though some came")
		default:
			list = append(list, "not one request of "+scope+" was answered, though some came")
		}
	}
	return list
}

// meansOf returns the means over replications of the metrics in the scope of all requests, by
// policy and metric.
func meansOf(data []rows.Row) map[[2]string]float64 {
	sums, counts := map[[2]string]float64{}, map[[2]string]float64{}
	for _, r := range data {
		if key := [2]string{r.Policy, r.Metric}; r.Scope == rows.All {
			sums[key] += r.Value
			counts[key]++
		}
	}
	for key := range sums {
		sums[key] /= counts[key]
	}
	return sums
}

// thousands writes a number as a whole number with commas between groups of three digits.
func thousands(x float64) string {
	text := strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
