package tables

import (
	"fmt"
	"math"

	"wavetank/metrics/compare"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// Page returns the answer as its page shows it, apart from what only the search knows: the version,
// the scenario, the runs, and how many candidates have which finding.
func (t PlanTable) Page() *store.StoredPlan {
	p := &store.StoredPlan{Find: store.FindFleet, Title: t.Title, Asks: t.Asks, Verdict: t.Verdict, Counts: t.Counts, Varied: t.Varied}
	for i := range t.Lines {
		l := &t.Lines[i]
		price := l.Price
		if math.IsNaN(price) {
			price = l.Cost.Mean // of a policy
		}
		p.Lines = append(p.Lines, store.PlannedFleet{
			Values: l.Values, Fleet: l.Fleet, Replicas: l.Replicas, Price: store.Finite(price), Finding: l.Finding, Why: l.Why,
			Runs: l.Runs, Best: l.Best, Frontier: l.Frontier, PlannedShare: plannedShare(l.Verdicts, l.Worst),
		})
	}
	return p
}

// Page returns the answer as its page shows it, apart from what only the search knows.
func (t RateTable) Page() *store.StoredPlan {
	p := &store.StoredPlan{Find: store.FindRate, Title: t.Title, Asks: t.Asks, Verdict: t.Verdict, Counts: t.Counts, Varied: t.Varied, Models: t.Models}
	for i := range t.Lines {
		l := &t.Lines[i]
		c := store.CarriedLoad{
			Values: l.Values, Fleet: l.Fleet, Policy: l.Policy, Replicas: l.Replicas, Carried: l.Carried, Exceeded: l.Exceeded,
			Finding: l.Finding, Why: l.Why, Best: l.Best,
		}
		for _, try := range l.Tries {
			c.Tries = append(c.Tries, store.TriedLoad{
				Load: try.Load, Rate: store.Finite(try.Rate), Rates: try.Rates, Price: store.Finite(try.Cost.Mean), Runs: try.Runs,
				Finding: try.Finding, Why: try.Why, PlannedShare: plannedShare(try.Verdicts, try.Worst),
			})
		}
		p.Rates = append(p.Rates, c)
	}
	return p
}

// Page returns the answer as its page shows it, apart from what only the search knows.
func (t DeviceTable) Page() *store.StoredPlan {
	p := &store.StoredPlan{Find: store.FindGPUs, Title: t.Title, Asks: t.Asks, Verdict: t.Verdict, Counts: t.Counts}
	for i := range t.Lines {
		l := &t.Lines[i]
		u := store.UsedDevices{
			Name: l.Name, Reference: l.Reference, Foresees: l.Foresees, Mean: store.Finite(l.Mean), Peak: store.Finite(l.Peak),
			Price: store.Finite(l.Cost.Mean), PlannedShare: plannedShare(l.Verdicts, l.Worst),
		}
		for _, w := range l.Windows {
			u.Ends, u.Means = append(u.Ends, w.Until), append(u.Means, w.Mean)
			u.Lows, u.Highs = append(u.Lows, w.Low), append(u.Highs, w.High)
		}
		p.Uses = append(p.Uses, u)
	}
	if w := t.Lines[0].Windows; len(w) > 0 {
		p.WindowSeconds = w[0].Until - w[0].From
	}
	return p
}

// plannedShare returns the share of the objective at a place, and all shares in words.
func plannedShare(verdicts []compare.Verdict, worst int) (s store.PlannedShare) {
	if len(verdicts) > 0 {
		w := &verdicts[worst]
		s.Worst, s.Asked, s.Share = w.Name, w.Percent, store.Finite(w.Share.Mean)
		if w.Share.Defined() {
			s.Low, s.High = store.Finite(w.Share.Low), store.Finite(w.Share.High)
		}
	}
	for _, v := range verdicts {
		s.Shares = append(s.Shares, fmt.Sprintf("%s: %s %% of %s %%", v.Name, wording.Share(v), wording.Number(v.Percent)))
	}
	return s
}
