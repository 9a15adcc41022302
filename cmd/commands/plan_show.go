package commands

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/cmd/archive"
	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports"
	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/reports/wording"
	"wavetank/scenarios"
	"wavetank/scenarios/library"
	"wavetank/scenarios/plan"
)

// The files of a plan.
const (
	planScenarioFile = "plan.yaml"
	planFigure       = "frontier.png"
)

// show prints the answer, and stores it if a folder is named.
func (o *planOptions) show(c *cobra.Command, name string, j *plan.Question, a *plan.Recommendation, stopped bool) error {
	t := planOf(j, a, stopped, o.confidence)
	if err := t.Print(c.OutOrStdout(), o.look.of(c.OutOrStdout())); err != nil || o.out == "" {
		return err
	}
	data, err := t.CSV()
	if err != nil {
		return err
	}
	files := []store.FileData{{Name: "plan.md", Data: []byte(t.Markdown())}, {Name: "plan.csv", Data: data}}
	if points := frontierOf(j, a); len(points) > 0 {
		image, err := figures.Frontier{Title: t.Title, Points: points}.Encode("png")
		if err != nil {
			return err
		}
		files = append(files, store.FileData{Name: planFigure, Data: image})
	}
	if a.Best >= 0 && !stopped {
		more, err := o.scenarioFiles(name, func(rename func(string) string) ([]byte, error) { return a.Scenario(a.Best, rename) })
		if err != nil {
			return err
		}
		files = append(files, more...)
	}
	page := t.Page()
	page.Runs, page.Grid, page.Found = a.Runs, a.Grid, map[string]int{}
	for finding, n := range plan.Count(a.Candidates) {
		page.Found[finding.String()] = n
	}
	return o.write(c, j.Variants[0].Experiment, page, "Report, scenario, table, data and figure", files)
}

// write stores the page of an answer and its files, and says what is in them. The experiment is
// that of the scenario, or of its first variant.
func (o *planOptions) write(c *cobra.Command, e *scenarios.Experiment, page *store.StoredPlan, what string, files []store.FileData) error {
	resolved, err := e.Resolved()
	if err != nil {
		return err
	}
	page.Version, page.About, page.Scenario, page.Policies = archive.Version, e.Scenario.About, string(resolved), e.Listed
	if err := reports.WritePlan(o.out, page); err != nil {
		return err
	}
	for _, f := range files {
		if err := store.WriteWhole(filepath.Join(o.out, f.Name), f.Data); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "\n%s are in %s\n", what, o.out)
	return err
}

// scenarioFiles returns the answer as a scenario, and the shipped files that it reads. encode gets
// the new name of a file that the scenario reads, and returns the scenario.
func (o *planOptions) scenarioFiles(name string, encode func(rename func(string) string) ([]byte, error)) ([]store.FileData, error) {
	shipped := isShipped(name)
	var files []store.FileData
	var wrong error
	text, err := encode(func(file string) string {
		if shipped && library.Has(file) {
			data, err := readShipped(file)
			wrong = errors.Join(wrong, err)
			base := filepath.Base(file)
			files = append(files, store.FileData{Name: base, Data: data})
			return base
		}
		if filepath.IsAbs(file) {
			return file
		}
		path := file
		if !shipped && name != "-" {
			path = filepath.Join(filepath.Dir(name), file)
		}
		from, err1 := filepath.Abs(o.out)
		to, err2 := filepath.Abs(path)
		moved, err3 := filepath.Rel(from, to)
		if err1 != nil || err2 != nil || err3 != nil {
			return to
		}
		return filepath.ToSlash(moved)
	})
	if err == nil {
		err = wrong
	}
	return append(files, store.FileData{Name: planScenarioFile, Data: text}), err
}

// isShipped reports whether a name is that of a shipped scenario, and not of a file.
func isShipped(name string) bool {
	_, known := library.Scenario(name)
	info, err := os.Stat(name)
	return known && (err != nil || info.IsDir())
}

func readShipped(name string) ([]byte, error) {
	r, err := library.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

// planOf returns the tables and sentences to show.
func planOf(j *plan.Question, a *plan.Recommendation, stopped bool, confidence float64) tables.PlanTable {
	s := &j.Variants[0].Experiment.Scenario
	t := tables.PlanTable{Title: s.Name + ": the cheapest fleet that keeps every objective", Varied: j.Varied}
	t.Asks = planAsks(j.Goals(0), j.Looks(), confidence, s.Seed)
	for i := range a.Candidates {
		c := &a.Candidates[i]
		_, worst, _ := a.Margin(i)
		l := tables.PlanLine{
			Values: j.Variants[c.Variant].Values, Fleet: j.Variants[c.Variant].Fleet(c), Replicas: j.Variants[c.Variant].Replicas(c), Price: c.Price, Cost: c.Cost, Worst: worst, Runs: c.Runs,
			Finding: c.Finding.String(), Why: c.Why, Best: i == a.Best, Frontier: slices.Contains(a.Frontier, i), Verdicts: verdictsOf(j.Goals(c.Variant), c),
		}
		t.Lines = append(t.Lines, l)
	}
	t.Verdict = planVerdict(j, a, stopped, confidence)
	t.Counts = planCounts(a)
	return t
}

// planAsks says what is asked for, and how surely.
func planAsks(goals []rows.Objective, looks []int, confidence float64, seed uint64) string {
	var asks []string
	for _, g := range goals {
		asks = append(asks, fmt.Sprintf("%s %v %% in time (%s)", g.Name, g.Percent, g.About))
	}
	times := count(looks[0], "replication", "replications")
	if last := looks[len(looks)-1]; last > looks[0] {
		times = fmt.Sprintf("%d to %d replications", looks[0], last)
	}
	return fmt.Sprintf("Objectives: %s. Confidence %v %%; %s; seed %d.", strings.Join(asks, "; "), confidence, times, seed)
}

// verdictsOf returns the share of each objective of a candidate.
func verdictsOf(goals []rows.Objective, c *plan.Candidate) (list []compare.Verdict) {
	for o, share := range c.Shares {
		list = append(list, compare.Verdict{Objective: goals[o], Share: share})
	}
	return list
}

// planCounts says how many candidates have each finding, and what the runs are compared with all.
func planCounts(a *plan.Recommendation) []string {
	n, parts := plan.Count(a.Candidates), []string{}
	for _, f := range append(slices.Clone(plan.Findings), plan.Open) {
		switch {
		case f == plan.DoesNotFit && n[f] > 1:
			parts = append(parts, fmt.Sprintf("%d do not fit", n[f]))
		case n[f] > 0:
			parts = append(parts, fmt.Sprintf("%d %v", n[f], f))
		}
	}
	text := fmt.Sprintf("%s: %s.", count(len(a.Candidates), "candidate", "candidates"), strings.Join(parts, ", "))
	if a.Grid > 0 {
		text += fmt.Sprintf(" %s instead of %d, with which all that fit would have been simulated (%.3g %%).", count(a.Runs, "run", "runs"), a.Grid, 100*float64(a.Runs)/float64(a.Grid))
	}
	return []string{text}
}

// planVerdict returns the answer in sentences.
func planVerdict(j *plan.Question, a *plan.Recommendation, stopped bool, confidence float64) (list []string) {
	if a.Best < 0 {
		return infeasible(j, a, stopped)
	}
	c := &a.Candidates[a.Best]
	head := "Rent " + variantText(j.Varied, j.Variants, c)
	if c.Machines == nil {
		head = "Use " + variantText(j.Varied, j.Variants, c)
	}
	if stopped {
		head = "The search was not finished. The cheapest so far that keeps every objective: " + variantText(j.Varied, j.Variants, c)
	}
	list = append(list, fmt.Sprintf("%s: %s $/h, %s $ in 30 days.", head, dollars(c.Price), wording.Digits(c.Price*tables.HoursIn30Days, 3)))
	if c.Replicas != nil {
		v := &j.Variants[c.Variant]
		has := ""
		if gpus := v.GPUs(c); gpus != "" {
			has = "have " + gpus + ", and "
		}
		list = append(list, "Its machines "+has+"run "+v.Replicas(c)+".")
	}
	var shares []string
	for _, v := range verdictsOf(j.Goals(c.Variant), c) {
		shares = append(shares, fmt.Sprintf("%s %s %% of %v %%", v.Name, wording.Share(v), v.Percent))
	}
	list = append(list, fmt.Sprintf("It keeps every objective with a confidence of %v %%, in %s: %s.", confidence, count(c.Runs, "replication", "replications"), strings.Join(shares, "; ")))
	list = append(list, cheaper(j, a)...)
	return append(list, planHints(j, a)...)
}

// variantText names a candidate with the values of its variant.
func variantText(varied []string, variants []plan.ScenarioVariant, c *plan.Candidate) string {
	text := variants[c.Variant].Fleet(c)
	var values []string
	for i, v := range variants[c.Variant].Values {
		values = append(values, varied[i]+" "+v)
	}
	if len(values) > 0 {
		text += " with " + strings.Join(values, ", ")
	}
	return text
}

// cheaper says why the cheaper candidate that comes nearest is not the answer, and which cheaper
// ones are not settled.
func cheaper(j *plan.Question, a *plan.Recommendation) (list []string) {
	var unsettled []string
	nearest := -1
	for i := range a.Best {
		c := &a.Candidates[i]
		if c.Finding == plan.NotSettled {
			unsettled = append(unsettled, variantText(j.Varied, j.Variants, c))
		}
		m, _, ok := a.Margin(i)
		if !ok || c.Finding != plan.Missed {
			continue
		}
		if nearest >= 0 {
			if near, _, _ := a.Margin(nearest); m.Mean <= near.Mean {
				continue
			}
		}
		nearest = i
	}
	if nearest < 0 { // the cheaper one that carries most in theory
		for i := range a.Best {
			if c := &a.Candidates[i]; c.Finding == plan.Missed && (nearest < 0 || c.Level > a.Candidates[nearest].Level) {
				nearest = i
			}
		}
	}
	if nearest >= 0 {
		c := &a.Candidates[nearest]
		list = append(list, fmt.Sprintf("Nothing cheaper is shown to keep all. The one that misses least is %s, %s $/h: %s.", variantText(j.Varied, j.Variants, c), dollars(c.Price), c.Why))
	}
	if len(unsettled) > 0 {
		list = append(list, fmt.Sprintf("Cheaper, and kept on average, but not shown: %s. More replications may settle this (--max-replications).", wording.List(unsettled)))
	}
	return list
}

// infeasible says that nothing keeps all objectives, and why.
func infeasible(j *plan.Question, a *plan.Recommendation, stopped bool) (list []string) {
	if stopped {
		list = append(list, "The search was not finished. No candidate keeps every objective so far.")
	} else {
		list = append(list, "No candidate is shown to keep every objective.")
	}
	if a.Nearest >= 0 {
		c := &a.Candidates[a.Nearest]
		list = append(list, fmt.Sprintf("The one that misses least is %s, %s $/h: %s.", variantText(j.Varied, j.Variants, c), dollars(c.Price), c.Why))
	}
	for _, sentence := range plan.Unreachable(j.Variants) {
		list = append(list, wording.Capital(sentence)+".")
	}
	switch i, bound := a.Strongest(); {
	case len(plan.Unreachable(j.Variants)) > 0:
	case i < 0:
		list = append(list, "No candidate has room for every model within the limits.")
	case bound < 1:
		list = append(list, fmt.Sprintf("Even the strongest fleet, %s, carries at most %.3g times the load that has to be in time, with full batches.", variantText(j.Varied, j.Variants, &a.Candidates[i]), bound))
	}
	return list
}

// frontierOf returns the simulated candidates for the figure, by cost.
func frontierOf(j *plan.Question, a *plan.Recommendation) (list []figures.FrontierPoint) {
	for i := range a.Candidates {
		c := &a.Candidates[i]
		if m, _, ok := a.Margin(i); ok {
			list = append(list, figures.FrontierPoint{Name: variantText(j.Varied, j.Variants, c), Cost: c.Price, Margin: m, Kept: c.Finding == plan.Kept, On: slices.Contains(a.Frontier, i), Best: i == a.Best})
		}
	}
	return list
}
