package tables

import (
	"io"
	"math"
	"slices"
	"strconv"

	"wavetank/metrics/compare"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// PlanTable holds the answer of a search for the cheapest setting that keeps every objective.
type PlanTable struct {
	Title   string
	Asks    string   // the objectives, in one sentence
	Verdict []string // the answer in sentences
	Counts  []string // the candidates by finding, and the runs, in sentences
	Varied  []string // the varied paths; empty: only fleets
	Lines   []PlanLine
}

// PlanLine is one candidate.
type PlanLine struct {
	Values   []string // of the varied paths
	Fleet    string   // its machines, or its policy
	Replicas string   // its replicas; "" if it was never planned
	Price    float64  // rent of its machines, $/h; NaN: not known without a run
	Cost     compare.Interval
	Verdicts []compare.Verdict // of each objective; empty: not simulated
	Worst    int               // place of the objective that is kept least surely
	Runs     int
	Finding  string
	Why      string
	Best     bool // the answer
	Frontier bool // no simulated candidate is cheaper and keeps more
}

// HoursIn30Days is the number of hours for which prices of 30 days are given.
const HoursIn30Days = analysis.HoursOfMonth

// mostPlanLines is the largest number of simulated candidates that are printed without Full.
const mostPlanLines = 20

// Print writes the answer for a terminal.
func (t PlanTable) Print(w io.Writer, look Terminal) error {
	return t.answer().print(w, look, t.table(look.Full))
}

// Markdown returns the answer as a Markdown page.
func (t PlanTable) Markdown() string {
	return t.answer().markdown("![Cost against the margin of every simulated candidate](frontier.png)", t.table(true))
}

func (t PlanTable) answer() answer { return answer{t.Title, t.Asks, t.Verdict, t.Counts} }

// table returns a table of the candidates that were simulated. If they are many and not all are
// wanted, it has the frontier and the candidates around the answer.
func (t PlanTable) table(all bool) table {
	out := table{title: "Simulated candidates, by price"}
	out.head = append(slices.Clone(t.Varied), "Fleet", "$/h", "$ in\n30 days", "Worst objective,\nin time (%)", "Runs", "Finding")
	if n := len(t.Varied); n > 0 { // the first column names the lines
		out.head = append([]string{"Fleet"}, append(slices.Clone(t.Varied), out.head[n+1:]...)...)
	}
	shown := t.shown(all)
	for _, i := range shown {
		l := &t.Lines[i]
		name := l.Fleet
		switch {
		case l.Best:
			name += wording.Unbroken + "←"
		case l.Frontier:
			name += wording.Unbroken + "•"
		}
		cost := l.Price
		if math.IsNaN(cost) {
			cost = l.Cost.Mean
		}
		cells := append([]string{name}, l.Values...)
		out.lines = append(out.lines, append(cells, money(cost), wording.Digits(cost*HoursIn30Days, 3), worst(l.worst()), strconv.Itoa(l.Runs), l.Finding))
	}
	if len(shown) == 0 {
		return table{}
	}
	out.plain = []string{"← the answer; • on the frontier: nothing simulated is cheaper and keeps more. In time: mean [interval] of the share asked for. A candidate that misses ends after few runs, so its interval is wide or missing."}
	return out
}

// shown returns the places of the lines that are printed.
func (t PlanTable) shown(all bool) (list []int) {
	best := -1
	for i := range t.Lines {
		if len(t.Lines[i].Verdicts) > 0 {
			list = append(list, i)
			if t.Lines[i].Best {
				best = len(list) - 1
			}
		}
	}
	if all || len(list) <= mostPlanLines {
		return list
	}
	if best < 0 {
		best = len(list) - 1
	}
	places := list
	return slices.DeleteFunc(slices.Clone(list), func(i int) bool {
		near := slices.Index(places, i) - best
		return !t.Lines[i].Frontier && (near < -6 || near > 3)
	})
}

// worst returns the verdict on the objective that is kept least surely.
func (l *PlanLine) worst() *compare.Verdict { return &l.Verdicts[l.Worst] }

// money writes a price in US dollars per hour.
func money(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return wording.Fixed(v, wording.Decimals(v, 3))
}

// CSV returns the candidates, one line for each of them and each objective. A candidate that was
// not simulated has one line.
func (t PlanTable) CSV() ([]byte, error) {
	head := append(slices.Clone(t.Varied), "fleet", "replicas", "price", "finding", "why", "answer", "frontier", "runs",
		"cost_rate", "cost_rate_low", "cost_rate_high", "objective", "objective_percent", "share", "low", "high")
	lines := [][]string{head}
	for i := range t.Lines {
		l := &t.Lines[i]
		own := append(slices.Clone(l.Values), l.Fleet, l.Replicas, exact(l.Price), l.Finding, l.Why, strconv.FormatBool(l.Best), strconv.FormatBool(l.Frontier), strconv.Itoa(l.Runs))
		if len(l.Verdicts) == 0 {
			lines = append(lines, append(own, make([]string, len(head)-len(own))...))
		}
		for _, v := range l.Verdicts {
			lines = append(lines, append(slices.Clone(own), exact(l.Cost.Mean), exact(l.Cost.Low), exact(l.Cost.High),
				v.Name, wording.Number(v.Percent), exact(v.Share.Mean), exact(v.Share.Low), exact(v.Share.High)))
		}
	}
	return encodeLines(lines)
}
