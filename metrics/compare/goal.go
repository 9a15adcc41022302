package compare

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"wavetank/metrics/rows"
)

// Goal is the precision that a metric over all requests must reach: the largest allowed half-width
// of the 95 % interval.
type Goal struct {
	Metric   string  // name of the metric in rows
	Half     float64 // half-width in the unit of the metric; if Relative, as a multiple of the mean
	Relative bool
	unit     string // unit of the metric, as in goals()
	text     string // the goal as it was written
}

// goals returns the metrics that a Goal can name, with their units.
func goals() map[string]string {
	list := map[string]string{
		"attainment": "%", "utilization": "%", "accuracy": "%", "cost": "$", "cost_per_1k": "$", "throughput": "1/s", "goodput": "1/s",
	}
	for _, quantity := range []string{"latency", "ttft", "tpot", "itl"} {
		for _, of := range []string{"_mean", "_p50", "_p90", "_p95", "_p99"} {
			list[quantity+of] = "s"
		}
	}
	return list
}

// ParseGoal reads METRIC=HALF. Examples are attainment=0.1pt (percentage points), cost=1% (of the
// mean), latency_p99=5ms, cost=0.2$ and goodput=3/s. Its error lists the metrics that can be named.
func ParseGoal(text string) (Goal, error) {
	fail := func(format string, args ...any) (Goal, error) {
		return Goal{}, fmt.Errorf("%s: %s", text, fmt.Sprintf(format, args...))
	}
	name, value, found := strings.Cut(text, "=")
	if !found {
		return fail("want METRIC=HALF-WIDTH, such as attainment=0.1pt or cost=1%%")
	}
	unit, known := goals()[name]
	if !known {
		return fail("%q cannot be a goal; the metrics for goals are %s", name, strings.Join(slices.Sorted(maps.Keys(goals())), ", "))
	}
	g := Goal{Metric: name, unit: unit, text: text}
	if name == "attainment" {
		g.Metric = shareInTime
	}
	want := map[string]string{"%": "points such as 0.1pt", "$": "% of the mean, or $ such as 0.2$", "1/s": "% of the mean, or a rate such as 3/s", "s": "% of the mean, or a time such as 5ms"}[unit]
	number := func(suffix string) (float64, error) {
		digits, has := strings.CutSuffix(value, suffix)
		if !has {
			return 0, errors.New("another unit")
		}
		return strconv.ParseFloat(strings.TrimSpace(digits), 64)
	}
	var err error
	switch {
	case unit == "%":
		g.Half, err = number("pt")
	case strings.HasSuffix(value, "%"):
		g.Relative = true
		g.Half, err = number("%")
		g.Half /= 100
	case unit == "s":
		var d time.Duration
		d, err = time.ParseDuration(value)
		g.Half = d.Seconds()
	default:
		g.Half, err = number(strings.TrimPrefix(unit, "1"))
	}
	if err != nil || !(g.Half > 0) || math.IsInf(g.Half, 0) {
		return fail("want a half-width above 0 in %s", want)
	}
	return g, nil
}

// String returns the goal as it was written.
func (g Goal) String() string { return g.text }

// Progress says how far an experiment is from a goal.
type Progress struct {
	Reached bool
	Policy  string  // the policy that is farthest from the goal
	Half    float64 // its half-width, in the unit of the goal; NaN or +Inf: it has no interval
}

// Progress reports whether every policy has reached the goal. It returns an error if no policy has
// the metric.
func (g Goal) Progress(comparisons []Comparison) (Progress, error) {
	p := Progress{Reached: true, Half: -1}
	measured := map[string]bool{}
	for _, c := range comparisons {
		if c.Scope == rows.All {
			measured[c.Metric] = true
		}
		if c.Scope != rows.All || c.Metric != g.Metric {
			continue
		}
		half := c.Value.Half()
		if g.Relative && half != 0 {
			half /= math.Abs(c.Value.Mean)
		}
		p.Reached = p.Reached && half <= g.Half
		if math.IsNaN(half) || half > p.Half {
			p.Policy, p.Half = c.Policy, half
		}
	}
	if p.Policy == "" {
		var names []string
		for name := range goals() {
			if measured[name] || name == "attainment" && measured[shareInTime] {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return p, fmt.Errorf("%s: this scenario does not measure it; it measures %s", g.text, strings.Join(names, ", "))
	}
	return p, nil
}

// Tell writes a half-width in the unit of the goal.
func (g Goal) Tell(half float64) string {
	switch {
	case math.IsNaN(half) || math.IsInf(half, 0):
		return "no interval"
	case g.Relative:
		return fmt.Sprintf("± %.3g %%", 100*half)
	case g.unit == "%":
		return fmt.Sprintf("± %.3g points", half)
	case g.unit == "s":
		return fmt.Sprintf("± %.3g ms", 1000*half)
	}
	return fmt.Sprintf("± %.3g %s", half, strings.TrimPrefix(g.unit, "1"))
}
