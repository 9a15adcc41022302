package tables

import (
	"io"
	"slices"
	"strconv"

	"wavetank/metrics/compare"
	"wavetank/reports/wording"
)

// RateTable holds the answer of a search for the most load that fleets carry.
type RateTable struct {
	Title   string
	Asks    string   // the objectives, in one sentence
	Verdict []string // the answer in sentences
	Counts  []string // what was left out, and the runs, in sentences
	Varied  []string // the varied paths
	Models  []string // names of the models with requests
	Lines   []RateLine
}

// RateLine is what one fleet or policy carries.
type RateLine struct {
	Values   []string // of the varied paths
	Fleet    string   // its machines, or its policy
	Policy   string   // the name of its policy; "" for machines
	Replicas string   // its replicas; "" for a policy
	Tries    []RateTry
	Carried  int // place in Tries of the largest factor that is carried; −1: none
	Exceeded int // place of the smallest larger factor that misses; −1: none
	Finding  string
	Why      string
	Best     bool // the answer
}

// RateTry is the result with one factor on all arrivals.
type RateTry struct {
	Load     float64   // the factor
	Rate     float64   // requests per second; NaN: not simulated
	Rates    []float64 // of each model
	Cost     compare.Interval
	Verdicts []compare.Verdict // of each objective; empty: not simulated
	Worst    int               // place of the objective that is kept least surely
	Runs     int
	Finding  string
	Why      string
}

// Print writes the answer for a terminal.
func (t RateTable) Print(w io.Writer, look Terminal) error {
	shown := []table{t.table()}
	if look.Full {
		shown = append(shown, t.tried())
	}
	return t.answer().print(w, look, shown...)
}

// Markdown returns the answer as a Markdown page.
func (t RateTable) Markdown() string {
	return t.answer().markdown("![Share in time against the requests per second](rate.png)", t.table(), t.tried())
}

func (t RateTable) answer() answer { return answer{t.Title, t.Asks, t.Verdict, t.Counts} }

// table has a line for each fleet and policy.
func (t RateTable) table() table {
	out := table{title: "What each fleet carries"}
	out.head = append(append([]string{"Fleet"}, t.Varied...), "Carries", "Requests/s", "$/h", "Worst objective,\nin time (%)", "Misses\nwith", "Runs")
	for i := range t.Lines {
		l := &t.Lines[i]
		name := l.Fleet
		if l.Best {
			name += " ←"
		}
		runs := 0
		for _, try := range l.Tries {
			runs += try.Runs
		}
		cells := append([]string{name}, l.Values...)
		cells = append(cells, l.side(l.Carried)...)
		out.lines = append(out.lines, append(cells, l.side(l.Exceeded)[0], strconv.Itoa(runs)))
	}
	out.plain = []string{"← the answer. Carries: the largest factor on all arrivals with which every objective is shown to be kept; misses with: the smallest larger factor that was tried and misses one. In time: mean [interval] of the share asked for."}
	return out
}

// side returns the cells of one side of the bracket: the factor, the requests per second, the cost
// and the worst objective.
func (l *RateLine) side(at int) []string {
	if at < 0 {
		return []string{"–", "–", "–", "–"}
	}
	t := &l.Tries[at]
	if len(t.Verdicts) == 0 {
		return []string{factor(t.Load), "–", "–", "too little capacity"}
	}
	return []string{factor(t.Load), wording.Digits(t.Rate, 3), money(t.Cost.Mean), worst(&t.Verdicts[t.Worst])}
}

// factor writes a factor on the arrivals.
func factor(load float64) string { return wording.Digits(load, 3) + "x" }

// tried has a line for each factor that was tried.
func (t RateTable) tried() table {
	out := table{title: "All factors that were tried"}
	out.head = append(append([]string{"Fleet"}, t.Varied...), "Factor", "Requests/s", "Worst objective,\nin time (%)", "Runs", "Finding")
	for i := range t.Lines {
		l := &t.Lines[i]
		for k := range l.Tries {
			side := l.side(k)
			cells := append([]string{l.Fleet}, l.Values...)
			out.lines = append(out.lines, append(cells, side[0], side[1], side[3], strconv.Itoa(l.Tries[k].Runs), l.Tries[k].Finding))
		}
	}
	return out
}

// CSV returns a line for each factor that was tried and each objective. A factor that was not
// simulated has one line.
func (t RateTable) CSV() ([]byte, error) {
	head := append(slices.Clone(t.Varied), "fleet", "replicas", "load", "finding", "why", "carried", "exceeded", "answer", "runs", "rate")
	for _, m := range t.Models {
		head = append(head, "rate_"+m)
	}
	head = append(head, "cost_rate", "cost_rate_low", "cost_rate_high", "objective", "objective_percent", "share", "low", "high")
	lines := [][]string{head}
	for i := range t.Lines {
		l := &t.Lines[i]
		if len(l.Tries) == 0 {
			own := append(slices.Clone(l.Values), l.Fleet, l.Replicas, "", l.Finding, l.Why, "false", "false", "false", "0")
			lines = append(lines, append(own, make([]string, len(head)-len(own))...))
		}
		for k := range l.Tries {
			try := &l.Tries[k]
			own := append(slices.Clone(l.Values), l.Fleet, l.Replicas, exact(try.Load), try.Finding, try.Why,
				strconv.FormatBool(k == l.Carried), strconv.FormatBool(k == l.Exceeded), strconv.FormatBool(l.Best && k == l.Carried), strconv.Itoa(try.Runs))
			if len(try.Verdicts) == 0 {
				lines = append(lines, append(own, make([]string, len(head)-len(own))...))
				continue
			}
			own = append(own, exact(try.Rate))
			for _, r := range try.Rates {
				own = append(own, exact(r))
			}
			for _, v := range try.Verdicts {
				lines = append(lines, append(slices.Clone(own), exact(try.Cost.Mean), exact(try.Cost.Low), exact(try.Cost.High),
					v.Name, wording.Number(v.Percent), exact(v.Share.Mean), exact(v.Share.Low), exact(v.Share.High)))
			}
		}
	}
	return encodeLines(lines)
}
