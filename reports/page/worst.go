package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/figures"
	"wavetank/reports/wording"
)

const (
	mostCauseCharts = 12 // policies with a chart of causes over time
	mostWorst       = 8  // stretches of time in the list of the worst
)

// causeSeries lists the causes that have a time series, in the order of the causes of the rows, and
// behind them those that only the series have.
func (s *sheet) causeSeries() (causes []string) {
	for _, c := range s.Columns {
		if name, is := strings.CutPrefix(c.Metric, analysis.Missed); is && c.Scope == rows.All && len(s.Sampled(c.Metric)) > 0 {
			causes = append(causes, name)
		}
	}
	return causes
}

// worstLine is a stretch of time in which a policy lost many requests.
type worstLine struct {
	Policy   policyName
	From, To float64 // seconds
	Text     string  // when
	Lost     float64 // requests per second that missed
	Rate     string  // the same, printed
	Share    string  // of the requests that arrived, in percent
	Cause    string
}

// causesOverTime draws for each policy that missed requests how many missed in each step, by cause,
// and lists the worst steps of all policies.
func (s *sheet) causesOverTime() template.HTML {
	causes := s.causeSeries()
	if len(causes) == 0 {
		return ""
	}
	t := s.StepsOf("demand", mostSteps)
	type stack struct {
		policy int
		parts  [][]float64 // per cause and step, requests per second
		sums   []float64   // per step
		total  float64
	}
	var stacks []stack
	top := 0.0
	for i, p := range s.Policies {
		one := stack{policy: i, sums: make([]float64, len(t.Ends))}
		for _, cause := range causes {
			part := make([]float64, len(t.Ends))
			for k, v := range s.SeriesOf(t, analysis.SeriesKey{Policy: p, Metric: analysis.Missed + cause, Scope: rows.All}).Mean {
				if finite(v) {
					part[k] = v
					one.sums[k] += v
					one.total += v
				}
			}
			one.parts = append(one.parts, part)
		}
		if one.total > 0 {
			stacks = append(stacks, one)
			top = max(top, slices.Max(one.sums))
		}
	}
	if len(stacks) == 0 {
		return ""
	}
	slices.SortStableFunc(stacks, func(a, b stack) int { return cmp.Compare(b.total, a.total) })
	var charts strings.Builder
	var worst []worstLine
	for n, one := range stacks {
		if n < mostCauseCharts {
			charts.WriteString(string(s.causeChart(one.policy, causes, one.parts, one.sums, top, t)))
		}
		worst = append(worst, s.worstOf(one.policy, causes, one.parts, one.sums, t))
	}
	slices.SortStableFunc(worst, func(a, b worstLine) int { return cmp.Compare(b.Lost, a.Lost) })
	return render("causes", struct {
		Charts template.HTML
		Worst  []worstLine
		Unit   string
	}{template.HTML(charts.String()), worst[:min(len(worst), mostWorst)], axis.TimeFor(t.End(), 8).Unit})
}

// causeChart draws the misses of one policy over time as areas on each other, one for each cause.
func (s *sheet) causeChart(policy int, causes []string, parts [][]float64, sums []float64, top float64, t analysis.TimeSteps) template.HTML {
	x, y := linear(0, t.End()), linear(0, top*1.04)
	x.most, y.most = len(t.Ends), courseTall
	c := &chart{Class: "course lostcourse", Title: s.Policies[policy], Unit: "missed requests/s", Height: 130, Wide: x.most, Tall: y.most}
	c.Data = template.HTMLAttr(fmt.Sprintf(` data-low="%g" data-high="%g"`, y.low, y.high))
	c.About = fmt.Sprintf("%s: requests per second that missed their objective, over time, by cause; at most %s.", s.Policies[policy], wording.Digits(slices.Max(sums), 3))
	c.mark(x, y, axis.TimeFor(t.End(), 8).Ticks(0, t.End()), axis.Even(0, y.high, 3, false))
	below := make([]float64, len(sums))
	for i, part := range parts {
		above := make([]float64, len(sums))
		for k, v := range part {
			above[k] = below[k] + v
		}
		if slices.Max(part) > 0 {
			c.path("stack c-"+causes[i], between(below, above, 1, y))
		}
		below = above
	}
	return c.draw()
}

// worstOf returns the step in which a policy lost most requests per second, with the steps beside
// it in which it lost at least half as many.
func (s *sheet) worstOf(policy int, causes []string, parts [][]float64, sums []float64, t analysis.TimeSteps) worstLine {
	peak := slices.Index(sums, slices.Max(sums))
	from, to := peak, peak+1
	for from > 0 && sums[from-1] >= sums[peak]/2 {
		from--
	}
	for to < len(sums) && sums[to] >= sums[peak]/2 {
		to++
	}
	begin := t.Start
	if from > 0 {
		begin = t.Ends[from-1]
	}
	end := t.Ends[to-1]
	missed, cause, most := 0.0, "", 0.0
	for i, part := range parts {
		sum := 0.0
		for k := from; k < to; k++ {
			sum += part[k]
		}
		if missed += sum; sum > most {
			cause, most = causes[i], sum
		}
	}
	arrived := 0.0
	demand := s.SeriesOf(t, analysis.SeriesKey{Policy: s.Policies[policy], Metric: "demand", Scope: rows.All}).Mean
	for k := from; k < to; k++ {
		if finite(demand[k]) {
			arrived += demand[k]
		}
	}
	line := worstLine{
		Policy: s.named(s.Policies[policy]), From: begin, To: end, Text: clock(begin, t.End()) + " to " + clock(end, t.End()),
		Lost: missed / float64(to-from), Rate: wording.Digits(missed/float64(to-from), 2), Cause: strings.ToLower(analysis.CauseTitle(analysis.Missed + cause)),
	}
	if arrived > 0 {
		line.Share = percentText(min(100, 100*missed/arrived))
	}
	return line
}

// clock prints an instant in the unit of the time axis.
func clock(seconds, end float64) string {
	v := seconds / axis.TimeFor(end, 8).Seconds
	return wording.Number(math.Round(v*100) / 100)
}

// causeStyles returns the style rules of the colours of causes.
func (s *sheet) causeStyles() string {
	var b strings.Builder
	seen := map[string]bool{}
	add := func(cause string) {
		if !seen[cause] {
			seen[cause] = true
			c := figures.CauseColour(cause)
			fmt.Fprintf(&b, ".c-%s{--c:#%02x%02x%02x}\n", cause, c.R, c.G, c.B)
		}
	}
	for _, band := range s.CauseBands() {
		add(band.Cause)
	}
	for _, cause := range s.causeSeries() {
		add(cause)
	}
	return b.String()
}
