package commands

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/cmd/archive"
	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/reports/wording"
	"wavetank/scenarios"
	"wavetank/scenarios/tune"
)

// byMerit sorts tuned policies by their results on the training part, the best first.
func byMerit(tuned []tune.Tuned) []tune.Tuned {
	list := slices.Clone(tuned)
	slices.SortStableFunc(list, func(a, b tune.Tuned) int {
		switch {
		case a.BestTrained.Better(&b.BestTrained.Appraisal):
			return -1
		case b.BestTrained.Better(&a.BestTrained.Appraisal):
			return 1
		}
		return 0
	})
	return list
}

// tuneTable is the first file of a folder of tuning.
const tuneTable = "tune.md"

// show prints the result, and stores it if a folder is named. Results are those of the test, or nil
// if there was no test.
func (o *tuneOptions) show(c *cobra.Command, j *tune.Job, best []tune.Tuned, results *scenarios.Results) error {
	t, err := tuningOf(j, best, results)
	if err != nil {
		return err
	}
	if o.format.isText() {
		err = t.Print(c.OutOrStdout(), lookOptions{quiet: o.quiet}.of(c.OutOrStdout()))
	} else {
		err = o.format.write(c.OutOrStdout(), t.Output())
	}
	if err != nil || o.out == "" {
		return err
	}
	data, err := t.CSV()
	if err != nil {
		return err
	}
	files := []store.FileData{{Name: tuneTable, Data: []byte(t.Markdown())}, {Name: "tune.csv", Data: data}, {Name: "best.yaml", Data: []byte(t.YAML)}}
	if results != nil {
		html, err := testPage(j, results)
		if err != nil {
			return err
		}
		files = append(files, store.FileData{Name: store.PageFile, Data: html})
	}
	for _, f := range files {
		if err := store.WriteWhole(filepath.Join(o.out, f.Name), f.Data); err != nil {
			return err
		}
	}
	return o.format.tell(c, "\nTable, data and settings are in %s\n", o.out)
}

// testPage makes the page of the results of the test.
func testPage(j *tune.Job, results *scenarios.Results) ([]byte, error) {
	r, err := archive.Of(j.Test)
	if err != nil {
		return nil, err
	}
	r.Rows, r.Series, r.Quantiles, r.Pooled = results.Rows, results.Series, results.Quantiles, results.Pooled
	r.Manifest.Completed, r.Manifest.References = results.Completed, archive.Sought(j.Test)
	return reports.Page(r)
}

// tested holds the results of the test, by the names of policies.
type tested struct {
	standings map[string]*compare.Standing
	costs     map[string]compare.Interval // $/h
	foresee   []string
	overspent map[string]bool // the rent was above the budget at some time
}

func testedOf(j *tune.Job, results *scenarios.Results) (t tested, err error) {
	t = tested{standings: map[string]*compare.Standing{}, costs: map[string]compare.Interval{}, overspent: map[string]bool{}}
	if results == nil {
		return t, nil
	}
	comparisons, err := compare.Compare(results.Rows, results.Pooled, "")
	if err != nil {
		return t, err
	}
	for _, s := range compare.Standings(compare.Judge(comparisons, j.Test.Goals())) {
		t.standings[s.Policy] = &s
	}
	for _, c := range comparisons {
		if c.Scope == rows.All && c.Metric == "cost_rate" {
			t.costs[c.Policy] = c.Value
		}
	}
	for _, r := range results.Rows {
		if r.Scope == rows.All && r.Metric == compare.OverBudget && r.Value > 0 {
			t.overspent[r.Policy] = true
		}
	}
	t.foresee = j.Test.Clairvoyant()
	return t, nil
}

// line returns the line of a policy with its results in the test.
func (t *tested) line(name, policy, setting string) tables.TunedLine {
	return tables.TunedLine{
		Policy: policy, Setting: setting, Tested: t.standings[name], Cost: t.costs[name], Overspent: t.overspent[name],
		Foresees: slices.Contains(t.foresee, name),
	}
}

// tuningOf returns the tables to show.
func tuningOf(j *tune.Job, best []tune.Tuned, results *scenarios.Results) (t tables.Tuning, err error) {
	s := &j.Train.Scenario
	judged, err := testedOf(j, results)
	if err != nil {
		return t, err
	}
	t.Title = fmt.Sprintf("%s: tuned on %v, judged on %v", s.Name, j.TrainOn, j.TestOn)
	var asks []string
	for _, o := range j.Goals() {
		asks = append(asks, fmt.Sprintf("%s %v %% in time (%s)", o.Name, o.Percent, o.About))
	}
	t.Asks = fmt.Sprintf("Budget of each policy: %s of the training part; seed %d. Objectives: %s.", count(j.Budget, "simulation", "simulations"), s.Seed, strings.Join(asks, "; "))
	if budget := j.Train.Spec.Budget; budget > 0 {
		t.Asks += fmt.Sprintf(" Budget of the machines: %s $/h.", wording.Number(budget))
	}
	for i := range best {
		b := &best[i]
		name := b.Written.Name
		written, tuned := judged.line(name, name, "as written"), judged.line(name, name, "tuned")
		if b.Changed() {
			tuned = judged.line(b.TunedName(), name, "tuned")
		}
		written.Trained, written.TrainedCost = trainedOf(j, b.WrittenTrained)
		tuned.Trained, tuned.TrainedCost = trainedOf(j, b.BestTrained)
		t.Lines = append(t.Lines, written, tuned)
		t.Settings = append(t.Settings, settingText(b))
	}
	for _, name := range judged.foresee {
		t.Lines = append(t.Lines, judged.line(name, name, ""))
	}
	t.Verdict = verdictOf(j, &best[0], &judged)
	text, err := tune.YAML(best)
	t.YAML = string(text)
	return t, err
}
