package commands

import (
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/metrics/compare"
	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/reports/wording"
	"wavetank/scenarios/plan"
)

const rateFigure = "rate.png"

// showRate prints the answer, and stores it if a folder is named.
func (o *planOptions) showRate(c *cobra.Command, name string, j *plan.RateQuestion, a *plan.CarriedLoads, stopped bool) error {
	t := rateOf(j, a, stopped, o.confidence)
	if err := t.Print(c.OutOrStdout(), o.look.of(c.OutOrStdout())); err != nil || o.out == "" {
		return err
	}
	data, err := t.CSV()
	if err != nil {
		return err
	}
	files := []store.FileData{{Name: "plan.md", Data: []byte(t.Markdown())}, {Name: "plan.csv", Data: data}}
	if f := rateFigureOf(j, a, t.Title); len(f.Curves) > 0 {
		image, err := f.Encode("png")
		if err != nil {
			return err
		}
		files = append(files, store.FileData{Name: rateFigure, Data: image})
	}
	if best := a.Best(); best >= 0 && !stopped {
		more, err := o.scenarioFiles(name, func(rename func(string) string) ([]byte, error) { return a.Scenario(best, rename) })
		if err != nil {
			return err
		}
		files = append(files, more...)
	}
	page := t.Page()
	page.Runs = a.Runs
	return o.write(c, j.Variants[0].Experiment, page, "Report, scenario, table, data and figure", files)
}

// rateOf returns the table and the sentences to show.
func rateOf(j *plan.RateQuestion, a *plan.CarriedLoads, stopped bool, confidence float64) tables.RateTable {
	s := &j.Variants[0].Experiment.Scenario
	t := tables.RateTable{Title: s.Name + ": the most load with which every objective is kept", Varied: j.Varied}
	t.Asks = planAsks(j.Goals(0), j.Looks(), confidence, s.Seed)
	with := modelsWithRequests(j, a)
	for _, m := range with {
		t.Models = append(t.Models, j.Variants[0].Experiment.Spec.Models[m].Name)
	}
	for i := range a.Curves {
		c := &a.Curves[i]
		l := tables.RateLine{
			Values: j.Variants[c.Variant].Values, Fleet: j.Variants[c.Variant].Fleet(&c.Candidate), Replicas: j.Variants[c.Variant].Replicas(&c.Candidate),
			Carried: c.Carried, Exceeded: c.Exceeded, Finding: c.Finding.String(), Why: c.Why, Best: i == a.Best(),
		}
		if c.Machines == nil {
			l.Policy = j.Variants[c.Variant].Experiment.Scenario.Policies[c.Policy].Name
		}
		for k := range c.Tries {
			l.Tries = append(l.Tries, rateTry(j, &c.Tries[k], with))
		}
		t.Lines = append(t.Lines, l)
	}
	t.Verdict = rateVerdict(j, a, stopped, confidence)
	left := 0
	for i := range j.Variants {
		left += j.Variants[i].Searching()
	}
	if left > 0 {
		t.Counts = append(t.Counts, fmt.Sprintf("%s left out, because they search for a fleet with the load known beforehand.", count(left, "policy was", "policies were")))
	}
	tries := 0
	for i := range a.Curves {
		tries += len(a.Curves[i].Tries)
	}
	t.Counts = append(t.Counts, fmt.Sprintf("%s of %s were tried, in %s.", count(tries, "factor", "factors"), count(len(a.Curves), "fleet or policy", "fleets and policies"), count(a.Runs, "run", "runs")))
	return t
}

// modelsWithRequests returns the models that have requests in some try. All variants have the same
// models, unless models are varied: then those of the first variant count.
func modelsWithRequests(j *plan.RateQuestion, a *plan.CarriedLoads) (list []int) {
	for m := range j.Variants[0].Experiment.Spec.Models {
		found := false
		for i := range a.Curves {
			for _, t := range a.Curves[i].Tries {
				found = found || m+1 < len(t.Rates) && t.Rates[m+1] > 0
			}
		}
		if found {
			list = append(list, m)
		}
	}
	return list
}

// rateTry returns the line of a factor.
func rateTry(j *plan.RateQuestion, t *plan.LoadTry, models []int) tables.RateTry {
	_, worst, _ := t.Margin(plan.Asked(j.Goals(t.Variant)))
	l := tables.RateTry{Load: t.Load, Rate: math.NaN(), Cost: t.Cost, Worst: worst, Runs: t.Runs, Finding: t.Finding.String(), Why: t.Why, Verdicts: verdictsOf(j.Goals(t.Variant), &t.Candidate)}
	if t.Ran() && len(t.Rates) > 0 {
		l.Rate = t.Rates[0]
		for _, m := range models {
			l.Rates = append(l.Rates, t.Rates[m+1])
		}
	}
	return l
}

// rateVerdict returns the answer in sentences.
func rateVerdict(j *plan.RateQuestion, a *plan.CarriedLoads, stopped bool, confidence float64) (list []string) {
	best := a.Best()
	if stopped {
		list = append(list, "The search was not finished.")
	}
	if best < 0 {
		return append(list, nothingCarried(j, a)...)
	}
	c := &a.Curves[best]
	t := &c.Tries[c.Carried]
	list = append(list, fmt.Sprintf("%s: %v times the arrivals, %s.", wording.Capital(variantText(j.Varied, j.Variants, &c.Candidate)), t.Load, ratesText(j, t)))
	if c.Machines != nil {
		list = append(list, "These are all machines of the scenario. They run "+j.Variants[c.Variant].Replicas(&c.Candidate)+".")
	}
	list = append(list, fmt.Sprintf("Every objective is kept with a confidence of %v %%, in %s. %s", confidence, count(t.Runs, "replication", "replications"), bindingText(j, t)))
	if c.Exceeded >= 0 {
		over := &c.Tries[c.Exceeded]
		list = append(list, fmt.Sprintf("With %v times the arrivals: %s.", over.Load, over.Why))
	} else {
		list = append(list, fmt.Sprintf("Nothing more was tried: %s.", c.Limit))
	}
	for i := range a.Curves {
		list = append(list, dipsText(j, &a.Curves[i])...)
	}
	return list
}

// ratesText says how many requests per second a try has, in total and by model.
func ratesText(j *plan.RateQuestion, t *plan.LoadTry) string {
	text := wording.Digits(t.Rates[0], 3) + " requests/s"
	var parts []string
	for m, rate := range t.Rates[1:] {
		if rate > 0 {
			parts = append(parts, fmt.Sprintf("%s %s/s", j.Variants[t.Variant].Experiment.Spec.Models[m].Name, wording.Digits(rate, 3)))
		}
	}
	if len(parts) > 1 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	return text
}

// bindingText says which objective binds.
func bindingText(j *plan.RateQuestion, t *plan.LoadTry) string {
	goals := j.Goals(t.Variant)
	_, o, ok := t.Margin(plan.Asked(goals))
	if !ok {
		return ""
	}
	v := compare.Verdict{Objective: goals[o], Share: t.Shares[o]}
	return fmt.Sprintf("The objective of %s binds: %s %% of %v %%.", v.Name, wording.Share(v), v.Percent)
}

// dipsText says with which smaller factors a fleet misses although it keeps all with a larger one.
func dipsText(j *plan.RateQuestion, c *plan.LoadCurve) (list []string) {
	for _, i := range c.Dips {
		t := &c.Tries[i]
		list = append(list, fmt.Sprintf("Less load is not always easier for %s: with %v times the arrivals, %s.", variantText(j.Varied, j.Variants, &c.Candidate), t.Load, t.Why))
	}
	return list
}

// nothingCarried says that no load is shown to be carried, and why.
func nothingCarried(j *plan.RateQuestion, a *plan.CarriedLoads) (list []string) {
	list = append(list, "No load is shown to be carried.")
	out := plan.Unreachable(j.Variants)
	if near, t := a.Nearest(); near >= 0 && len(out) == 0 {
		c := &a.Curves[near]
		if t != nil {
			list = append(list, fmt.Sprintf("The one that misses least is %s, with %v times the arrivals: %s.", variantText(j.Varied, j.Variants, &c.Candidate), t.Load, t.Why))
		} else {
			list = append(list, fmt.Sprintf("%s: %s.", wording.Capital(variantText(j.Varied, j.Variants, &c.Candidate)), c.Why))
		}
	}
	for _, sentence := range out {
		list = append(list, wording.Capital(sentence)+".")
	}
	return list
}

// rateFigureOf returns the figure of shares in time against rates.
func rateFigureOf(j *plan.RateQuestion, a *plan.CarriedLoads, title string) figures.RateFigure {
	f := figures.RateFigure{Title: title, Policies: j.Variants[0].Experiment.Listed}
	goals := j.Goals(0)
	f.Asked = goals[0].Percent
	for _, g := range goals {
		if g.Percent != f.Asked {
			f.Asked = 0
		}
	}
	for i := range a.Curves {
		c := &a.Curves[i]
		curve := figures.RateCurve{Name: variantText(j.Varied, j.Variants, &c.Candidate)}
		if c.Machines == nil && len(j.Variants) == 1 {
			curve.Policy = j.Variants[0].Experiment.Scenario.Policies[c.Policy].Name
		}
		for k := range c.Tries {
			t := &c.Tries[k]
			if m, _, ok := t.Margin(plan.Asked(j.Goals(t.Variant))); ok {
				curve.Points = append(curve.Points, figures.RatePoint{Rate: t.Rates[0], Load: t.Load, Margin: m, Kept: t.Finding == plan.Kept, Best: k == c.Carried})
			}
		}
		if len(curve.Points) > 0 {
			f.Curves = append(f.Curves, curve)
		}
	}
	return f
}
