package page

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/wording"
)

// timeNames are the times of requests that have distributions, in the order of the page.
var timeNames = []struct{ metric, short, long string }{
	{"latency", "Latency", "Latency, from arrival to finish"},
	{"ttft", "TTFT", "Time to first token, from arrival"},
	{"prefill", "TTFT from admission", "Time to first token, from admission"},
	{"tpot", "TPOT", "Time per output token"},
	{"itl", "ITL", "Time between tokens"},
}

// tails shows the distributions of times on an axis that gives room to the slowest requests.
func (s *sheet) tails() template.HTML {
	v := tabs{Group: "tails", Label: "Times"}
	has := map[analysis.Column]bool{}
	var scopes []string
	for _, q := range s.Quantiles {
		if c := (analysis.Column{Scope: q.Scope, Metric: q.Metric}); !has[c] {
			has[c] = true
			if !contains(scopes, q.Scope) {
				scopes = append(scopes, q.Scope)
			}
		}
	}
	for _, scope := range byBreadth(scopes) {
		for _, n := range timeNames {
			if !has[analysis.Column{Scope: scope, Metric: n.metric}] || len(v.Tabs) == mostTabs {
				continue
			}
			title := scopeTitle(scope)
			if s.Tokens(rows.All) {
				title += " · " + n.short
			}
			if body := s.tailChart(n.metric, n.long, scope); body != "" {
				v.Tabs = append(v.Tabs, tab{title, body})
			}
		}
	}
	if len(v.Tabs) == 0 {
		return ""
	}
	v.Note = sentence("A line shows the time within which a share of all arrived requests was served: mean share over the replications. Each step to the right leaves a tenth of the requests out, so 90, 99 and 99.9 % are equally far apart. Lower is better. A line that ends early: the remaining requests never finished. The dashed lines are the objective; a policy keeps it if its line passes below and to the right of the crossing.")
	return render("tabs", v)
}

func contains(list []string, text string) bool {
	for _, one := range list {
		if one == text {
			return true
		}
	}
	return false
}

// byBreadth puts the scope of all requests first.
func byBreadth(scopes []string) []string {
	var list []string
	if contains(scopes, rows.All) {
		list = append(list, rows.All)
	}
	for _, one := range scopes {
		if one != rows.All {
			list = append(list, one)
		}
	}
	return list
}

// tailChart draws the distributions of one time in one scope. It returns "" if all times are equal.
func (s *sheet) tailChart(metric, title, scope string) template.HTML {
	curves := s.CDFs(metric, scope)
	low, high, most := math.Inf(1), math.Inf(-1), 0.0
	for _, k := range curves {
		for i, t := range k.Times {
			if low, high = min(low, t), max(high, t); k.Mean[i] < 100 {
				most = max(most, k.Mean[i])
			}
		}
	}
	if !(low < high) {
		return ""
	}
	goal, asked := s.limit(metric, scope)
	if goal > 0 {
		low, high = min(low, goal), max(high, goal)
	}
	end := min(99.99, max(99, most, asked+(100-asked)*0.5))
	x := scale{0, end, wide, func(v float64) float64 { return axis.Nines(0, end, min(v, 99.9999999)) }}
	y := logarithmic(low/1.15, high*1.15)
	c := &chart{Class: "tail", Title: title, Height: 340, XLabel: "Share of requests (%)", About: s.aboutTail(metric, title, scope)}
	if metric == "itl" {
		c.XLabel = "Share of tokens (%)"
	}
	c.mark(x, y, axis.NinesTicks(0, end), axis.Log(y.low, y.high, 8, false))
	if goal > 0 {
		c.path("goal", fmt.Sprintf("M0 %dH%d", y.y(goal), wide))
		c.Labels = append(c.Labels, pointLabel{X: 0, Y: 100 * y.to(goal), Index: -1, Class: "goalleft", Text: "objective " + seconds(goal)})
		if asked < end {
			c.path("goal", fmt.Sprintf("M%d 0V%d", x.x(asked), wide))
		}
	}
	for i, k := range curves {
		c.path(fmt.Sprintf("line q%d", i), tailLine(k, x, y))
	}
	return c.draw()
}

// limit returns the limit of an objective for a time in a scope, in seconds, and the share that
// must keep it, in percent. Both are 0 if there is none. With a single model, its objective is
// that of all requests.
func (s *sheet) limit(metric, scope string) (goal, asked float64) {
	judged := s.Judged()
	for _, o := range judged {
		if o.Scope != scope && !(scope == rows.All && len(judged) == 1) {
			continue
		}
		for _, t := range analysis.Tails {
			if t.Metric == metric && t.Bound(o) > 0 {
				goal, asked = t.Bound(o), o.Percent
			}
		}
	}
	return goal, asked
}

// seconds prints a time.
func seconds(v float64) string {
	switch {
	case v < 1e-3:
		return wording.Digits(v*1e6, 3) + " µs"
	case v < 1:
		return wording.Digits(v*1e3, 3) + " ms"
	}
	return wording.Digits(v, 3) + " s"
}

// tailLine returns the path of a distribution. Points so near that no screen shows them apart are
// left out.
func tailLine(k analysis.CDF, x, y scale) string {
	var b strings.Builder
	px, py := 0, 0
	for i, t := range k.Times {
		share := k.Mean[i]
		ax, ay := min(x.x(share), wide+20), y.y(t)
		last := i == len(k.Times)-1
		if b.Len() > 0 && abs(ax-px) < 3 && abs(ay-py) < 3 && !last {
			continue
		}
		if b.Len() == 0 {
			fmt.Fprintf(&b, "M%d %d", ax, ay)
		} else {
			fmt.Fprintf(&b, "L%d %d", ax, ay)
		}
		px, py = ax, ay
		if ax > wide {
			break
		}
	}
	return b.String()
}

// aboutTail says in words what a chart of distributions shows.
func (s *sheet) aboutTail(metric, title, scope string) string {
	text := scopeTitle(scope) + ": " + title + "."
	for _, p := range s.Policies {
		var parts []string
		for _, percentile := range []string{"p50", "p95", "p99"} {
			if c := s.At(p, analysis.Column{Scope: scope, Metric: metric + "_" + percentile}); c != nil {
				parts = append(parts, percentile+" "+wording.Rough(c.Unit, c.Value))
			}
		}
		if len(parts) > 0 {
			text += " " + p + ": " + strings.Join(parts, ", ") + "."
		}
	}
	return text
}
