package tables

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// Tuning holds the results of tuned settings: on the part of a scenario on which they were tuned
// (train), and on the part on which they are judged (test).
type Tuning struct {
	Title    string
	Asks     string // the objectives, in one sentence
	Lines    []TunedLine
	Verdict  []string // the verdict in sentences
	Settings []string // the changes to each policy, one sentence each
	YAML     string   // the policies with their settings, as in a scenario file
}

// TunedLine is one policy with one setting.
type TunedLine struct {
	Policy   string
	Setting  string // such as "tuned"; empty for a policy that is not tuned
	Foresees bool   // the policy knows the load beforehand

	Trained     *compare.Verdict // train: the objective that is missed most; nil: not simulated
	TrainedCost float64          // train: mean cost, $/h

	Tested    *compare.Standing // test: the verdicts; nil: not simulated
	Cost      compare.Interval  // test: cost, $/h
	Overspent bool              // test: the rent was above the budget at some time
}

// Print writes the results of tuning for a terminal.
func (t Tuning) Print(w io.Writer, look Terminal) error {
	p := &page{Terminal: look}
	if !look.Quiet {
		p.text(bold, t.Title)
		p.text(normal, t.Asks)
		p.table(t.table())
		p.text(normal, "")
	}
	p.text(bold, t.Verdict...)
	p.text(normal, "")
	if !look.Quiet && len(t.Settings) > 0 {
		p.text(normal, append(t.Settings, "")...)
	}
	p.WriteString(t.YAML)
	_, err := io.WriteString(w, p.String())
	return err
}

// Markdown returns the results of tuning as a Markdown page.
func (t Tuning) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", escape(t.Title), escape(t.Asks))
	for _, sentence := range t.Verdict {
		fmt.Fprintf(&b, "%s\n\n", escape(sentence))
	}
	t.table().markdown(&b, "##")
	b.WriteString("## Settings\n\n")
	for _, sentence := range t.Settings {
		fmt.Fprintf(&b, "- %s\n", escape(sentence))
	}
	fmt.Fprintf(&b, "\n```yaml\n%s```\n", t.YAML)
	return b.String()
}

// CSV returns the lines, one for each policy, setting and objective of the test.
func (t Tuning) CSV() ([]byte, error) { return t.data().csv() }

// Output returns the results of tuning for the formats of Output.
func (t Tuning) Output() Output {
	return Output{Title: t.Title, Before: []string{t.Asks}, After: slices.Concat(t.Verdict, t.Settings), Data: []Data{t.data()}, shown: []table{t.table()}}
}

// data has a row for each policy, setting and objective of the test.
func (t Tuning) data() Data {
	d := Data{Key: "tuning", Columns: keyed("policy", "setting", "knows_future", "train_name", "train_share", "train_cost_rate",
		"name", "objective_percent", "share", "low", "high", "verdict", "cost_rate", "cost_rate_low", "cost_rate_high")}
	for _, l := range t.Lines {
		head := []any{l.Policy, l.Setting, l.Foresees, "", nil, nil}
		if l.Trained != nil {
			head = append(head[:3], l.Trained.Name, l.Trained.Share.Mean, l.TrainedCost)
		}
		if l.Tested == nil {
			d.Add(append(head, "", nil, nil, nil, nil, "", nil, nil, nil)...)
			continue
		}
		for _, v := range l.Tested.Verdicts {
			d.Add(slices.Concat(head, []any{v.Name, v.Percent, v.Share.Mean, v.Share.Low, v.Share.High, v.Finding.String(), l.Cost.Mean, l.Cost.Low, l.Cost.High})...)
		}
	}
	return d
}

// table returns a table with a line for each setting, below the line of its policy.
func (t Tuning) table() table {
	tested := slices.ContainsFunc(t.Lines, func(l TunedLine) bool { return l.Tested != nil })
	out := table{title: "Tuned", head: []string{"Policy,\nsetting", "Train: worst\nobjective (%)", "Train\n$/h"}}
	if tested {
		out.head = append(out.head, "Test: worst\nobjective (%)", "Test\n$/h", "Test:\nverdict")
	}
	policy := ""
	for _, l := range t.Lines {
		name := l.Policy
		if l.Foresees {
			name += " †"
		}
		if l.Setting != "" {
			if l.Policy != policy {
				line := make([]string, len(out.head))
				line[0] = name
				out.lines = append(out.lines, line)
			}
			name = indent + l.Setting
		}
		policy = l.Policy
		cells := []string{name, worst(l.Trained), "–"}
		if l.Trained != nil {
			cells[2] = wording.Fixed(l.TrainedCost, wording.Decimals(l.TrainedCost, 3))
		}
		if tested {
			cells = append(cells, l.tested()...)
		}
		out.lines = append(out.lines, cells)
	}
	if tested {
		out.plain = append(out.plain, "Train: means, of the objective that is missed most, or kept with the least margin. Test: mean [95 % interval]. Met: the lower end is at least what is asked; not met: the upper end is below it.")
	}
	if slices.ContainsFunc(t.Lines, func(l TunedLine) bool { return l.Foresees }) {
		out.plain = append(out.plain, analysis.ForesightMeans)
	}
	return out
}

// tested returns the cells of the columns of the test.
func (l TunedLine) tested() []string {
	if l.Tested == nil {
		return []string{"–", "–", ""}
	}
	n := wording.Decimals(l.Cost.Mean, 3)
	cost := wording.Fixed(l.Cost.Mean, n)
	if l.Cost.Defined() && strings.Trim(wording.Fixed(l.Cost.Half(), n), "0.") != "" {
		cost += " [" + wording.Fixed(l.Cost.Low, n) + ", " + wording.Fixed(l.Cost.High, n) + "]"
	}
	verdict := l.Tested.Finding.String()
	if l.Overspent {
		verdict += ", over budget"
	}
	return []string{worst(l.Tested.Worst()), cost, verdict}
}

// worst prints the objective that is missed most: its name, share in time and percentage asked for.
func worst(v *compare.Verdict) string {
	if v == nil {
		return "–"
	}
	return v.Name + " " + wording.Share(*v) + " of " + wording.Number(v.Percent)
}
