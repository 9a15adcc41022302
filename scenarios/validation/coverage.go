package validation

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"wavetank/metrics/compare"
	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/scenarios"
)

// CoverageScenario is the default scenario of coverage.
//
//go:embed coverage.yaml
var CoverageScenario []byte

// Coverage says how often the 95 % intervals of an experiment contain the true value.
type Coverage struct {
	Scenario     string
	Replications int // replications of each policy
	Group        int // replications in a group, from which an interval is made
	Lines        []CoverageLine
}

// CoverageLine counts the intervals of one metric of one policy, one interval for each group. The
// true value is the value over all replications together. The counts add up to the number of
// groups.
type CoverageLine struct {
	Policy     string
	Metric     string
	Difference bool // true: the value is a difference to the baseline
	Truth      float64
	Groups     int
	Held       int
	Below      int // groups whose whole interval lies below the true value
	Above      int
	None       int // groups without an interval
}

// covered are the metrics of a coverage, if the scenario has them.
var covered = []string{"latency_mean", "latency_p50", "latency_p95", "latency_p99", "slo_attainment", "ttft_p50", "ttft_p95", "ttft_p99"}

// Cover simulates the scenario's replications and divides them into groups of equal size, which
// must divide their number. Each group is compared as if it were a separate experiment.
func Cover(ctx context.Context, e *scenarios.Experiment, group, parallel int, progress func(done, of int)) (*Coverage, error) {
	policies, all := len(e.Scenario.Policies), e.Scenario.Replications
	truth := newTruths(e)
	var groups [][]compare.Comparison
	for from := 0; from < all; from += group {
		results, err := e.RunPart(ctx, scenarios.RunOptions{Parallel: parallel, Distributions: truth.merge}, from, from+group)
		if err != nil {
			return nil, err
		}
		comparisons, err := compare.Compare(results.Rows, results.Pooled, e.Scenario.Compared())
		if err != nil {
			return nil, err
		}
		groups = append(groups, comparisons)
		truth.add(results.Rows)
		if progress != nil {
			progress((from+group)*policies, all*policies)
		}
	}
	c := &Coverage{Scenario: e.Scenario.Name, Replications: all, Group: group}
	for _, difference := range []bool{false, true} {
		for _, metric := range covered {
			for _, p := range e.Scenario.Policies {
				value := truth.value(p.Name, metric)
				if difference {
					value -= truth.value(e.Scenario.Compared(), metric)
				}
				if !math.IsNaN(value) && !(difference && p.Name == e.Scenario.Compared()) {
					c.Lines = append(c.Lines, lineOf(groups, CoverageLine{Policy: p.Name, Metric: metric, Difference: difference, Truth: value}))
				}
			}
		}
	}
	return c, nil
}

// lineOf counts the intervals of the groups that contain the true value, lie below it, or lie above
// it.
func lineOf(groups [][]compare.Comparison, line CoverageLine) CoverageLine {
	for _, comparisons := range groups {
		for _, c := range comparisons {
			if c.Policy != line.Policy || c.Metric != line.Metric || c.Scope != rows.All {
				continue
			}
			line.Groups++
			i := c.Value
			if line.Difference {
				i = c.Difference
			}
			switch {
			case math.IsNaN(i.Low) || math.IsNaN(i.High):
				line.None++
			case i.High < line.Truth:
				line.Below++
			case i.Low > line.Truth:
				line.Above++
			default:
				line.Held++
			}
		}
	}
	return line
}

// truths holds the true values: the values of metrics over all replications together.
type truths struct {
	policies      []string
	distributions map[string]*histogram.Latencies // keys are policies and quantities
	sums          map[string]float64              // keys are policies and metrics
	counts        map[string]float64
}

func newTruths(e *scenarios.Experiment) *truths {
	t := &truths{distributions: map[string]*histogram.Latencies{}, sums: map[string]float64{}, counts: map[string]float64{}}
	for _, p := range e.Scenario.Policies {
		t.policies = append(t.policies, p.Name)
	}
	return t
}

// merge adds the distributions of a run.
func (t *truths) merge(policy int, list []histogram.Compact) {
	for i := range list {
		scope, metric := list[i].Name()
		if key := t.policies[policy] + " " + metric; scope == rows.All {
			if t.distributions[key] == nil {
				t.distributions[key] = histogram.NewLatencies()
			}
			list[i].AddTo(t.distributions[key])
		}
	}
}

// add adds the rows of a group. The true mean latency is the mean over replications. The true
// attainment is the share of all requests.
func (t *truths) add(list []rows.Row) {
	arrived := map[string]float64{}
	for _, r := range list {
		if r.Scope == rows.All && r.Metric == "arrived" {
			arrived[fmt.Sprint(r.Policy, " ", r.Replication)] = r.Value
		}
	}
	for _, r := range list {
		if r.Scope != rows.All {
			continue
		}
		weight := 1.0
		if r.Metric == "slo_attainment" {
			weight = arrived[fmt.Sprint(r.Policy, " ", r.Replication)]
		}
		t.sums[r.Policy+" "+r.Metric] += weight * r.Value
		t.counts[r.Policy+" "+r.Metric] += weight
	}
}

// value returns the true value of a metric; NaN if it is unknown.
func (t *truths) value(policy, metric string) float64 {
	for suffix, share := range map[string]float64{"_p50": 0.50, "_p95": 0.95, "_p99": 0.99} {
		if quantity, is := strings.CutSuffix(metric, suffix); is {
			if d := t.distributions[policy+" "+quantity]; d != nil {
				return d.Quantile(share)
			}
			return math.NaN()
		}
	}
	return t.sums[policy+" "+metric] / t.counts[policy+" "+metric]
}

// Print writes the coverage as a table for a terminal.
func (c *Coverage) Print(w io.Writer) error {
	fmt.Fprintln(w, c.conditions())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\npolicy\tmetric\ttruth\theld\ttoo low\ttoo high\tnone")
	for _, l := range c.Lines {
		fmt.Fprintln(t, strings.Join(l.cells(), "\t"))
	}
	return t.Flush()
}

// Markdown writes the coverage as a table of the documentation.
func (c *Coverage) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n| policy | metric | truth | held | too low | too high | none |\n|---|---|--:|--:|--:|--:|--:|\n", c.conditions())
	for _, l := range c.Lines {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(l.cells(), " | "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Coverage) conditions() string {
	return fmt.Sprintf("%s: %d replications of each policy, cut into groups of %d. Each group has its 95 %% intervals; the truth is the value over all replications together.",
		c.Scenario, c.Replications, c.Group)
}

// cells returns the cells of a line of the table.
func (l CoverageLine) cells() []string {
	metric := l.Metric
	if l.Difference {
		metric += ", difference"
	}
	share := func(n int) string { return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(l.Groups)) }
	return []string{escape(l.Policy), metric, figure(l.Truth), share(l.Held), share(l.Below), share(l.Above), share(l.None)}
}
