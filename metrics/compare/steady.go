package compare

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/rows"
)

// Caution is a warning about all numbers of one policy in one scope.
type Caution struct {
	Scenario, Policy, Scope string
	Text                    string // a clause that begins with Saturated or NotStationary
}

// String names the policy, and the scope if it is not all.
func (c Caution) String() string {
	if c.Scope == rows.All {
		return c.Policy + " is " + c.Text
	}
	return c.Policy + ", " + c.Scope + ", is " + c.Text
}

// Warn adds each caution to the warnings of the comparisons that it concerns: metrics of the
// service of requests, in its scope and in the scope of all requests.
func Warn(comparisons []Comparison, cautions []Caution) {
	for i := range comparisons {
		c := &comparisons[i]
		if !met(c.Metric) {
			continue
		}
		for _, caution := range cautions {
			if caution.Scenario != c.Scenario || caution.Policy != c.Policy || caution.Scope != c.Scope && c.Scope != rows.All {
				continue
			}
			text := caution.Text
			if caution.Scope != c.Scope {
				text = caution.Scope + " is " + text
			}
			if c.Value.Warning != "" {
				text = c.Value.Warning + "; " + text
			}
			c.Value.Warning = text
			c.warn(caution.Text)
		}
	}
}

// met reports whether a metric is about the service of requests.
func met(metric string) bool {
	switch metric {
	case "throughput", "goodput", "slo_attainment", "cost_per_1k":
		return true
	}
	return slices.ContainsFunc([]string{"latency_", "ttft_", "tpot_", "itl_", "queue_"}, func(p string) bool { return strings.HasPrefix(metric, p) })
}

// The kinds of cautions.
const (
	Saturated     = "saturated"
	NotStationary = "not stationary"
)

// Cautions finds the policies and models whose runs are not in a steady state. It uses the samples
// after the warm-up (in seconds), of at least two replications. It skips the scopes in varying,
// whose demand is meant to vary.
//
// Saturated means that the backlog rises. The backlog is the number of requests in the system at
// the end of each step or, for LLMs, the number of tokens that these still need. Three conditions
// must hold:
//
//   - By Student's t-test, one-sided at 5 %, the mean of its slopes in the replications is above
//     zero.
//   - Over the span it rises by more than 5 % of its mean.
//   - It rises by at least half of √n, where n is the number of arrivals. That is about the rise of
//     a queue without spare capacity, with random arrivals and constant service times: a random
//     walk that does not go below zero. A backlog that rises by less has spare capacity.
//
// Not stationary means that throughput, waiting requests or running requests differ between the
// first and the second half of the time. They differ by the paired t-test, at 5 % for the three
// together (Bonferroni), and by more than 2 % of the mean. For waiting and running requests, this
// mean is that of all requests in the system: by Little's law, latencies then differ by 2 %.
func Cautions(series []rows.TimeSeries, warmup float64, varying []string) []Caution {
	var order []cell
	courses := map[cell]map[int]*course{}
	for i := range series {
		s := &series[i]
		if slices.Contains(varying, s.Scope) || !slices.Contains([]string{"in_system", "backlog_tokens", "demand", "throughput", "waiting", "running"}, s.Metric) {
			continue
		}
		key := cell{s.Scenario, s.Policy, s.Scope, s.Metric}
		if courses[key] == nil {
			courses[key] = map[int]*course{}
			if s.Metric == "in_system" {
				order = append(order, key)
			}
		}
		courses[key][s.Replication] = courseAfter(s, warmup)
	}
	var result []Caution
	for _, key := range order {
		if key.scope == rows.All && slices.ContainsFunc(order, func(k cell) bool { return k.scope != rows.All }) {
			continue // the models have cautions of their own
		}
		of := func(metric string) []*course {
			k := key
			k.metric = metric
			return inOrder(courses[k])
		}
		text := growing(of)
		if text == "" {
			text = unsteady(of)
		}
		if text != "" {
			result = append(result, Caution{key.scenario, key.policy, key.scope, text})
		}
	}
	return result
}

// inOrder returns the courses in the order of their replications.
func inOrder(of map[int]*course) (list []*course) {
	for _, replication := range slices.Sorted(maps.Keys(of)) {
		list = append(list, of[replication])
	}
	return list
}

// course is one series of one replication, after the warm-up.
type course struct {
	from, until []float64 // of each step, in seconds
	values      []float64
}

// courseAfter returns the steps of a series that begin after the warm-up.
func courseAfter(s *rows.TimeSeries, warmup float64) *course {
	last := 0.0 // end of the step before
	for i, end := range s.Ends {
		if last >= warmup-1e-9 {
			return &course{append([]float64{last}, s.Ends[i:len(s.Ends)-1]...), s.Ends[i:], s.Values[i:]}
		}
		last = end
	}
	return &course{}
}

// span returns the length of the time that the values cover, in seconds.
func (c *course) span() float64 { return c.until[len(c.until)-1] - c.from[0] }

// averageOf returns the mean of all values of some courses, or 0 if there are none.
func averageOf(list []*course) float64 {
	sum, n := 0.0, 0
	for _, c := range list {
		for _, v := range c.values {
			sum, n = sum+v, n+1
		}
	}
	return sum / float64(max(1, n))
}

// slope returns the slope of the values over time, per second, by least squares.
func (c *course) slope() float64 {
	n := float64(len(c.values))
	time, mean := 0.0, 0.0
	for i, v := range c.values {
		time, mean = time+c.until[i]/n, mean+v/n
	}
	above, below := 0.0, 0.0
	for i, v := range c.values {
		above += (c.until[i] - time) * (v - mean)
		below += (c.until[i] - time) * (c.until[i] - time)
	}
	return above / below
}

// halves returns the means of the values over the first and the second half of the time.
func (c *course) halves() (first, second float64) {
	middle := (c.from[0] + c.until[len(c.until)-1]) / 2
	var sums, seconds [2]float64
	for i, v := range c.values {
		half := 0
		switch {
		case c.from[i] >= middle-1e-9:
			half = 1
		case c.until[i] > middle+1e-9:
			continue
		}
		sums[half] += v * (c.until[i] - c.from[i])
		seconds[half] += c.until[i] - c.from[i]
	}
	return sums[0] / seconds[0], sums[1] / seconds[1]
}

// least is the smallest number of steps of a course that is examined.
const least = 2

func enough(list []*course) bool {
	return len(list) >= 2 && !slices.ContainsFunc(list, func(c *course) bool { return len(c.values) < least })
}

// growing returns a warning if the backlog is shown to grow, in requests or in tokens, and "" if
// not.
func growing(of func(metric string) []*course) string {
	requests, demand := of("in_system"), of("demand")
	if !enough(requests) {
		return ""
	}
	arrivals := averageOf(demand) * requests[0].span()
	chance := math.Sqrt(arrivals) / 2
	if text := rising(requests, chance, "requests"); text != "" {
		return text
	}
	tokens := of("backlog_tokens")
	return rising(tokens, chance*averageOf(tokens)/averageOf(requests), "tokens")
}

// rising returns a warning if a backlog is shown to rise over the span by at least least, and "" if
// not.
func rising(list []*course, least float64, what string) string {
	if !enough(list) {
		return ""
	}
	slopes := make([]float64, len(list))
	for i, c := range list {
		slopes[i] = c.slope()
	}
	slope, variance := moments(slopes)
	deviation := math.Sqrt(variance / float64(len(slopes)))
	rise := slope * list[0].span()
	if !(slope > 0 && slope >= deviation*critical(0.90, len(slopes)-1) && rise > 0.05*averageOf(list) && rise >= least) {
		return ""
	}
	return fmt.Sprintf("%s: the backlog grows by %s %s a minute, so the numbers depend on how long the run is", Saturated, roughly(60*slope), what)
}

// roughly writes a positive number with two significant digits.
func roughly(v float64) string {
	if v >= 100 {
		unit := math.Pow10(int(math.Log10(v)) - 1)
		return fmt.Sprintf("%.0f", math.Round(v/unit)*unit)
	}
	return fmt.Sprintf("%.2g", v)
}

// unsteady returns a warning if a metric is shown to differ between the first and the second half
// of the time, and "" if none is.
func unsteady(of func(metric string) []*course) string {
	level := 1 - 0.05/3
	for _, about := range []struct{ metric, name string }{
		{"throughput", "throughput"}, {"waiting", "the number of waiting requests"}, {"running", "the number of running requests"},
	} {
		list := of(about.metric)
		if !enough(list) {
			continue
		}
		changes, means := make([]float64, len(list)), make([]float64, len(list))
		for i, c := range list {
			first, second := c.halves()
			changes[i], means[i] = difference(second, first), (first+second)/2
		}
		change := meanAt(changes, level)
		mean, _ := moments(means)
		whole := mean
		if about.metric != "throughput" {
			whole = max(mean, averageOf(of("in_system")))
		}
		if change.ExcludesZero() && math.Abs(change.Mean) > 0.02*whole {
			way := "higher"
			if change.Mean < 0 {
				way = "lower"
			}
			return fmt.Sprintf("%s: %s is %s %% %s in the second half of the measured time than in the first", NotStationary, about.name, roughly(100*math.Abs(change.Mean)/mean), way)
		}
	}
	return ""
}
