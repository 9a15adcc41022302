package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/wording"
)

// Kept reports whether a point is shown to keep every objective and the budget.
func (p *SweepPoint) Kept() bool {
	return p.Standing != nil && p.Standing.Finding == compare.Met && !p.Overspent
}

// missedBy returns by how many percentage points the point misses the objective that it misses
// most; negative: it keeps all. It is +Inf if that is not known.
func (p *SweepPoint) missedBy() float64 {
	if p.Standing == nil {
		return math.Inf(1)
	}
	if worst := p.Standing.Worst(); worst != nil {
		return worst.Shortfall()
	}
	return math.Inf(1)
}

// Finding says in a word or two what is shown about the objectives: "met", "over budget".
func (p *SweepPoint) Finding() string {
	switch {
	case p.Standing == nil:
		return ""
	case p.Standing.Finding == compare.Met && p.Overspent:
		return "over budget"
	}
	return p.Standing.Finding.String()
}

// Ranked lists the points from the best to the worst:
//
//   - those that are shown to keep every objective and the budget, the cheapest first;
//   - then those that may keep them, the cheapest first;
//   - then those that do not, by how much they miss.
//
// Among these, points that know the load beforehand come last. Without objectives, the cheapest
// come first.
func (s *Sweep) Ranked() []int {
	group := func(p *SweepPoint) int {
		switch {
		case p.Standing == nil, p.Kept():
			return 0
		case p.Standing.Finding == compare.NotShown && !p.Overspent:
			return 1
		}
		return 2
	}
	order := make([]int, len(s.Points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := &s.Points[i], &s.Points[j]
		if by := cmp.Compare(group(a), group(b)); by != 0 {
			return by
		}
		if a.Foresees != b.Foresees {
			if a.Foresees {
				return 1
			}
			return -1
		}
		if group(a) == 2 {
			if by := cmp.Compare(a.missedBy(), b.missedBy()); by != 0 {
				return by
			}
		}
		return cmp.Compare(s.Price.Of[i].Mean, s.Price.Of[j].Mean)
	})
	return order
}

// Frontier lists the points that no other one beats in both metrics, by cost. Points that know the
// load beforehand are left out. It is empty if the first metric has no better direction.
func (s *Sweep) Frontier() []int {
	sign := -1.0 // so that less is better
	switch s.InTime.Better {
	case rows.Neither:
		return nil
	case rows.Lower:
		sign = 1
	}
	var list []int
	for i := range s.Points {
		if !s.Points[i].Foresees && Finite(s.InTime.Of[i].Mean) && Finite(s.Price.Of[i].Mean) {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(i, j int) int {
		if by := cmp.Compare(s.Price.Of[i].Mean, s.Price.Of[j].Mean); by != 0 {
			return by
		}
		return cmp.Compare(sign*s.InTime.Of[i].Mean, sign*s.InTime.Of[j].Mean)
	})
	best := math.Inf(1)
	return Keep(list, func(i int) bool {
		better := sign*s.InTime.Of[i].Mean < best
		if better {
			best = sign * s.InTime.Of[i].Mean
		}
		return better
	})
}

// Conditions says how much was run: "24 settings, 2 policies, 10 replications, seed 7".
func (s *Sweep) Conditions() string {
	text := wording.Count(len(s.Manifest.Sweep.Settings), "setting")
	switch s.Manifest.Sweep.Sample {
	case "":
	case "pair":
		text += " of paired values"
	default:
		text += " of a sample (" + s.Manifest.Sweep.Sample + ")"
	}
	return fmt.Sprintf("%s, %s in all, %s, seed %d", text, wording.Count(len(s.Points), "point"), s.Replications(), s.Manifest.Seed)
}

// Replications says how many replications the settings have: "10 replications", or "5 to 10
// replications".
func (s *Sweep) Replications() string {
	least, most := math.MaxInt, 0
	for _, one := range s.Manifest.Sweep.Settings {
		least, most = min(least, one.Replications), max(most, one.Replications)
	}
	text := wording.Count(most, "replication")
	if least < most {
		text = fmt.Sprintf("%d to %s", least, text)
	}
	return text
}

// Counts returns how many points keep every objective and the budget, how many miss one, and of how
// many neither is shown.
func (s *Sweep) Counts() (met, missed, open int) {
	for i := range s.Points {
		switch p := &s.Points[i]; {
		case p.Standing == nil:
		case p.Kept():
			met++
		case p.Standing.Finding == compare.NotShown && !p.Overspent:
			open++
		default:
			missed++
		}
	}
	return met, missed, open
}

// Headline says in sentences how many points keep the objectives, and which is the cheapest.
func (s *Sweep) Headline(quote func(string) string) []string {
	met, missed, open := s.Counts()
	if met+missed+open == 0 {
		return []string{"No objective is known, so there is no verdict."}
	}
	best := &s.Points[s.Ranked()[0]]
	at := s.Ranked()[0]
	first := fmt.Sprintf("%s comes nearest to keeping every objective", quote(s.NameOf(best)))
	if met > 0 {
		first = fmt.Sprintf("%s is the cheapest that is shown to keep every objective", quote(s.NameOf(best)))
	}
	if best.Foresees {
		first += ", knowing the load beforehand"
	}
	first += fmt.Sprintf(": %s.", s.numbers(at))
	var parts []string
	for _, part := range []struct {
		n    int
		text string
	}{
		{met, verb(met, "keeps", "keep") + " every objective"},
		{missed, verb(missed, "misses", "miss") + " one or the budget"},
		{open, verb(open, "is", "are") + " not shown to do either"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.text))
		}
	}
	list := []string{first}
	if n := s.asCheap(at); met > 0 && n > 0 {
		list = append(list, fmt.Sprintf("%d other %s every objective and %s about as much: the intervals of the costs overlap.", n, verb(n, "point keeps", "points keep"), verb(n, "costs", "cost")))
	}
	return append(list, fmt.Sprintf("Of %s, %s.", wording.Count(len(s.Points), "point"), wording.List(parts)))
}

// asCheap returns how many other points keep every objective, and may cost as little as a point:
// the intervals of their costs overlap.
func (s *Sweep) asCheap(at int) (n int) {
	low := func(i compare.Interval) float64 {
		if i.Defined() {
			return i.Low
		}
		return i.Mean
	}
	best := s.Price.Of[at]
	high := best.Mean
	if best.Defined() {
		high = best.High
	}
	for i := range s.Points {
		if p := &s.Points[i]; i != at && p.Standing != nil && p.Kept() && low(s.Price.Of[i]) <= high {
			n++
		}
	}
	return n
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// numbers writes the cost and the first metric of a point, with intervals.
func (s *Sweep) numbers(i int) string {
	return s.Cell(&s.Price, i) + " " + s.Price.Format.Unit + ", " + s.Cell(&s.InTime, i) + " " + s.InTime.Format.Unit + " of " + s.InTime.name()
}

// name returns the title of the metric, in the middle of a sentence.
func (m *SweptMetric) name() string {
	if m.Metric == "slo_attainment" {
		return "all requests in time"
	}
	return m.Metric
}

// Cell writes a metric of a point with its interval: "97.3 [95.1, 98.6]".
func (s *Sweep) Cell(m *SweptMetric, i int) string {
	v := m.Of[i]
	text := m.Number(v)
	if v.Defined() && v.Half() > 0 {
		text += " " + m.Spread(v)
	}
	return text
}
