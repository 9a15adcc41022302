package tables

import (
	"fmt"
	"math"

	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// Page returns the answer as its page shows it, apart from what only the search knows: the version,
// the scenario, the runs, and how many candidates have which finding.
func (t PlanTable) Page() *store.FleetPlan {
	p := &store.FleetPlan{Title: t.Title, Asks: t.Asks, Verdict: t.Verdict, Counts: t.Counts, Varied: t.Varied}
	for i := range t.Lines {
		l := &t.Lines[i]
		price := l.Price
		if math.IsNaN(price) {
			price = l.Cost.Mean // of a policy
		}
		one := store.PlannedFleet{
			Values: l.Values, Fleet: l.Fleet, Replicas: l.Replicas, Price: store.Finite(price), Finding: l.Finding, Why: l.Why,
			Runs: l.Runs, Best: l.Best, Frontier: l.Frontier,
		}
		if len(l.Verdicts) > 0 {
			w := l.worst()
			one.Worst, one.Asked, one.Share = w.Name, w.Percent, store.Finite(w.Share.Mean)
			if w.Share.Defined() {
				one.Low, one.High = store.Finite(w.Share.Low), store.Finite(w.Share.High)
			}
		}
		for _, v := range l.Verdicts {
			one.Shares = append(one.Shares, fmt.Sprintf("%s: %s %% of %s %%", v.Name, wording.Share(v), wording.Number(v.Percent)))
		}
		p.Lines = append(p.Lines, one)
	}
	return p
}
