package analysis

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// Sweep is the analysis of a sweep: every setting under every policy, and what varies among them.
type Sweep struct {
	store.Archive
	Factors []SweepFactor
	Points  []SweepPoint

	InTime SweptMetric // the first metric of figures: the share in time, or else a latency
	Price  SweptMetric // the second: the cost per hour
}

// SweptMetric is a metric over all requests that tables and figures of a sweep show.
type SweptMetric struct {
	Column
	Unit   string
	Better rows.Direction
	Of     []compare.Interval // for each point
	wording.Format
}

// SweepFactor is what varies among the points: a varied path, or the policy.
type SweepFactor struct {
	Name   string
	Short  string   // the end of the path, if no other factor has the same
	Levels []string // its values; neighbouring numbers share a level if there are very many
}

// SweepPoint is one setting under one policy.
type SweepPoint struct {
	Setting     int // place in Manifest.Sweep.Settings
	Policy      string
	Levels      []int // level of each factor
	Comparisons []compare.Comparison
	Standing    *compare.Standing // nil: no objective has a verdict
	Foresees    bool              // the policy knows the load beforehand
	Overspent   bool              // the rent was above the budget at some time
}

// PolicyFactor is the name of the factor that is the policy.
const PolicyFactor = "policy"

// SweepOf analyses the results of a sweep.
func SweepOf(r store.Archive) (*Sweep, error) {
	s := &Sweep{Archive: r}
	for i := range r.Settings {
		if err := s.add(i); err != nil {
			return nil, fmt.Errorf("setting %d: %w", i+1, err)
		}
	}
	s.addFactors()
	s.choose()
	return s, nil
}

// add adds the points of a setting.
func (s *Sweep) add(i int) error {
	setting, found := s.Manifest.Sweep.Settings[i], s.Settings[i]
	comparisons, err := compare.Compare(found.Rows, found.Pooled, "")
	if err != nil {
		return err
	}
	standings := compare.Standings(compare.Judge(comparisons, setting.Objectives))
	for _, policy := range setting.Policies {
		p := SweepPoint{Setting: i, Policy: policy, Foresees: slices.Contains(setting.Clairvoyant, policy)}
		p.Comparisons = Keep(comparisons, func(c compare.Comparison) bool { return c.Policy == policy })
		if at := slices.IndexFunc(standings, func(t compare.Standing) bool { return t.Policy == policy }); at >= 0 {
			p.Standing = &standings[at]
		}
		p.Overspent = slices.ContainsFunc(found.Rows, func(row rows.Row) bool {
			return row.Policy == policy && row.Scope == rows.All && row.Metric == compare.OverBudget && row.Value > 0
		})
		s.Points = append(s.Points, p)
	}
	return nil
}

// addFactors finds what varies, and the levels of the points.
func (s *Sweep) addFactors() {
	for i, path := range s.Manifest.Sweep.Varied {
		s.addFactor(path, func(p *SweepPoint) string { return s.Manifest.Sweep.Settings[p.Setting].Values[i] })
	}
	policies := map[string]bool{}
	for _, p := range s.Points {
		policies[p.Policy] = true
	}
	if len(policies) > 1 {
		s.addFactor(PolicyFactor, func(p *SweepPoint) string { return p.Policy })
	}
	for i := range s.Factors {
		s.Factors[i].Short = s.short(i)
	}
}

// short returns the end of the path of a factor that names it among the factors: "poisson.rate".
func (s *Sweep) short(factor int) string {
	path := s.Factors[factor].Name
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		key := path[strings.LastIndexByte(path[:end], '.')+1:]
		if strings.ContainsAny(key, `"]`) {
			break
		}
		if !slices.ContainsFunc(s.Factors, func(f SweepFactor) bool { return f.Name != path && strings.HasSuffix(f.Name, "."+key) }) {
			return key
		}
	}
	return path
}

func (s *Sweep) addFactor(name string, of func(*SweepPoint) string) {
	var values []string
	for i := range s.Points {
		if v := of(&s.Points[i]); !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	f := SweepFactor{Name: name, Levels: values}
	level := map[string]int{}
	for i, v := range values {
		level[v] = i
	}
	if len(values) > mostLevels {
		if levels, in := bins(values); levels != nil {
			f.Levels, level = levels, in
		}
	}
	for i := range s.Points {
		p := &s.Points[i]
		p.Levels = append(p.Levels, level[of(p)])
	}
	s.Factors = append(s.Factors, f)
}

// mostLevels is the largest number of levels that a factor of numbers has. If there are more
// values, they share binsOfNumbers levels.
const (
	mostLevels    = 16
	binsOfNumbers = 5
)

// choose chooses the two metrics that tables and figures show.
func (s *Sweep) choose() {
	s.Price = s.metric("cost_rate")
	for _, name := range []string{"slo_attainment", "latency_p99", "latency_mean", "throughput"} {
		if s.InTime = s.metric(name); slices.ContainsFunc(s.InTime.Of, func(i compare.Interval) bool { return Finite(i.Mean) }) {
			return
		}
	}
}

// metric returns the intervals of a metric over all requests.
func (s *Sweep) metric(name string) SweptMetric {
	m := SweptMetric{Column: Column{Scope: rows.All, Metric: name}, Better: rows.Describe(name).Better, Of: make([]compare.Interval, len(s.Points))}
	for i, p := range s.Points {
		m.Of[i] = compare.Interval{Mean: math.NaN()}
		for _, c := range p.Comparisons {
			if c.Scope == rows.All && c.Metric == name {
				m.Of[i], m.Unit = c.Value, c.Unit
			}
		}
	}
	m.Format = wording.FormatOf(name, m.Unit, m.Of)
	return m
}

// Finite reports whether a value is a finite number.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Title returns the title of the metric with its unit.
func (m *SweptMetric) Title() string {
	title := rows.Describe(m.Metric).Title
	if strings.HasPrefix(m.Metric, "latency_p") {
		title = "Latency " + title
	}
	if m.Format.Unit != "" {
		title += " (" + m.Format.Unit + ")"
	}
	return title
}

// At returns the mean of the metric over the points for which is is true, as it is printed: in
// the unit of Title. It is NaN if there is no such point, or if the mean is not finite.
func (m *SweptMetric) At(s *Sweep, is func(*SweepPoint) bool) float64 {
	sum, n := 0.0, 0
	for i := range s.Points {
		if is(&s.Points[i]) {
			sum += m.Of[i].Mean * m.Factor
			n++
		}
	}
	if mean := sum / float64(n); Finite(mean) {
		return mean
	}
	return math.NaN()
}

// NameOf names a point by its values and its policy: "lp with fleet[0].max 3, router p2c".
func (s *Sweep) NameOf(p *SweepPoint) string {
	var parts []string
	for i, v := range s.Manifest.Sweep.Settings[p.Setting].Values {
		parts = append(parts, s.Manifest.Sweep.Varied[i]+" "+v)
	}
	return p.Policy + " with " + strings.Join(parts, ", ")
}
