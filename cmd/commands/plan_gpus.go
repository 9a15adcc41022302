package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/tables"
	"wavetank/reports/wording"
	"wavetank/scenarios"
	"wavetank/scenarios/plan"
	"wavetank/scenarios/study"
)

const deviceFigure = "gpus.png"

// runGPUs searches for the fewest devices that a clairvoyant allocator needs, prints the answer and
// stores it.
func (o *planOptions) runGPUs(c *cobra.Command, name string, e *scenarios.Experiment, ledger *study.Ledger) error {
	priced, err := o.scenario.changed(c, name, plan.DevicePrices(e), func(string) {})
	if err == nil {
		err = priced.Scenario.Select(plan.DeviceReferences)
	}
	if err != nil {
		return input(err)
	}
	told := progressOf(c, o.look.quiet)
	keepRuns(ledger, e, priced)
	tellCapacities(told, e)
	tellCapacities(told, priced)
	q := &plan.DeviceQuestion{Experiment: e, Priced: priced, Confidence: o.confidence / 100, Parallel: o.parallel}
	began, next := time.Now(), 2*time.Second
	tell := func(line func() string) {
		if spent := time.Since(began); spent >= next {
			next = 2 * spent
			fmt.Fprintln(told, line())
		}
	}
	q.Searching = func(policy string, runs int) {
		tell(func() string { return fmt.Sprintf("search for %s: %s", policy, count(runs, "run", "runs")) })
	}
	q.Counted = func(done, of int) {
		tell(func() string { return fmt.Sprintf("%d of %s", done, count(of, "run", "runs")) })
	}
	a, err := q.Answer(c.Context())
	switch {
	case errors.Is(err, context.Canceled):
		return interruption(fmt.Sprintf("finished runs are kept in %s; the same command goes on", o.ledger))
	case err != nil:
		return err
	}
	if err := o.showGPUs(c, e, a); err != nil {
		return err
	}
	if !a.Uses[0].Reached {
		return errors.New("no clairvoyant schedule is found that keeps every objective")
	}
	return nil
}

// showGPUs prints the answer, and stores it if a folder is named.
func (o *planOptions) showGPUs(c *cobra.Command, e *scenarios.Experiment, a *plan.DeviceAnswer) error {
	t, f := devicesOf(e, a, o.confidence)
	if err := t.Print(c.OutOrStdout(), o.look.of(c.OutOrStdout())); err != nil || o.out == "" {
		return err
	}
	data, err := t.CSV()
	if err != nil {
		return err
	}
	image, err := f.Encode("png")
	if err != nil {
		return err
	}
	page := t.Page()
	page.Runs = a.Runs
	for i := range a.Uses {
		page.Runs += a.Uses[i].Searched
	}
	return o.write(c, e, page, "Report, table, data and figure", []store.FileData{{Name: "plan.md", Data: []byte(t.Markdown())}, {Name: "plan.csv", Data: data}, {Name: deviceFigure, Data: image}})
}

// devicesOf returns the tables and the figure to show.
func devicesOf(e *scenarios.Experiment, a *plan.DeviceAnswer, confidence float64) (t tables.DeviceTable, f figures.DeviceFigure) {
	s := &e.Scenario
	t.Title = s.Name + ": the fewest devices that a clairvoyant allocator needs"
	t.Asks = planAsks(a.Goals, []int{s.Replications}, confidence, s.Seed)
	f.Title, f.Step, f.Policies = t.Title, a.Step, e.Listed
	for i := range a.Uses {
		u := &a.Uses[i]
		one := plan.Candidate{Shares: u.Shares}
		_, worst, _ := one.Margin(plan.Asked(a.Goals))
		l := tables.DeviceLine{Name: u.Name, Reference: u.Reference, Foresees: u.Foresees, Mean: u.Mean, Peak: u.Peak, Cost: u.Cost, Verdicts: verdictsOf(a.Goals, &one), Worst: worst}
		d := figures.DeviceCourse{Name: u.Name, Reference: u.Reference}
		for _, w := range u.Windows {
			l.Windows = append(l.Windows, tables.DeviceCell{From: w.From, Until: w.Until, Mean: w.Mean, Low: w.Low, High: w.High})
			d.Seconds, d.Devices = append(d.Seconds, w.From), append(d.Devices, w.Mean)
		}
		t.Lines, f.Lines = append(t.Lines, l), append(f.Lines, d)
	}
	t.Verdict = deviceVerdict(a)
	searched := 0
	for i := range a.Uses {
		searched += a.Uses[i].Searched
	}
	t.Counts = []string{fmt.Sprintf("%s of the searches, and %s of the references and policies. A window is %s long.", count(searched, "run", "runs"), count(a.Runs, "run", "runs"), wording.Span(a.Step))}
	return t, f
}

// deviceVerdict returns the answer in sentences.
func deviceVerdict(a *plan.DeviceAnswer) (list []string) {
	least, constant := &a.Uses[0], &a.Uses[1]
	if !least.Reached {
		list = append(list, "No clairvoyant schedule is found that keeps every objective; the schedule shown misses least.")
	}
	list = append(list, fmt.Sprintf("A clairvoyant allocator needs %s devices on average and %s in the highest window; a fleet that stays the same needs %s.",
		wording.Digits(least.Mean, 3), wording.Digits(least.Peak, 3), wording.Digits(constant.Peak, 3)))
	best, blind := -1, 0
	for i := 2; i < len(a.Uses); i++ {
		if !a.Uses[i].Foresees {
			blind++
		}
		one := plan.Candidate{Shares: a.Uses[i].Shares}
		m, _, ok := one.Margin(plan.Asked(a.Goals))
		if ok && m.Mean >= 0 && !a.Uses[i].Foresees && (best < 0 || a.Uses[i].Mean < a.Uses[best].Mean) {
			best = i
		}
	}
	switch {
	case blind == 0:
		return append(list, "All policies of the scenario know the load beforehand.")
	case best < 0:
		return append(list, "Of the policies that do not know the load, none keeps every objective on average.")
	}
	u := &a.Uses[best]
	return append(list, fmt.Sprintf("Of the policies that do not know the load, and keep every objective on average, %s uses fewest: %s on average, %s %% more.", u.Name, wording.Digits(u.Mean, 3), wording.Digits(100*(u.Mean/least.Mean-1), 2)))
}
