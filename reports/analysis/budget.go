package analysis

import (
	"fmt"
	"slices"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/wording"
)

var (
	overBudget     = Column{rows.All, compare.OverBudget}
	mostOverBudget = Column{rows.All, "over_budget_max"}
)

// Budgeted reports whether the scenario has a budget for machines.
func (a *Analysis) Budgeted() bool { return a.Manifest.Budget > 0 }

// overspends reports whether the rent of a line's policies was above the budget at some time.
func (a *Analysis) overspends(l Line) bool {
	return slices.Contains(a.Decision.Overspent, l.Policy)
}

// Excess returns the share of the time in which the rent of a policy was above the budget, and the
// largest excess, both as text. Both are empty if the rent never was above the budget.
func (a *Analysis) Excess(policy string) (share, most string) {
	time, amount := a.At(policy, overBudget), a.At(policy, mostOverBudget)
	if time == nil || amount == nil || time.Value.Mean == 0 {
		return "", ""
	}
	return wording.Rough("%", time.Value), wording.Rough("$/h", amount.Value)
}

// excess says in a clause by how much the rent of a policy was above the budget.
func (a *Analysis) excess(policy string) string {
	share, most := a.Excess(policy)
	return fmt.Sprintf("above the budget in %s of the time, by %s at most", share, most)
}

// withinBudget returns the end of a sentence about kept objectives. It is empty if there is no
// budget.
func (a *Analysis) withinBudget() string {
	if !a.Budgeted() {
		return ""
	}
	return fmt.Sprintf(" within the budget of %s\u00a0$/h", wording.Number(a.Manifest.Budget))
}

// keptAbove lists the policies that keep every objective, but whose rent was above the budget. It
// returns "" if there are none.
func (a *Analysis) keptAbove(quote func(string) string) string {
	var lines []string
	for _, l := range a.Lines {
		if a.keeps(l) && a.overspends(l) {
			lines = append(lines, fmt.Sprintf("%s (%s, %s)", a.called(l, quote), a.Hourly(l.Policy), a.excess(l.Policy)))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "Kept " + a.allObjectives() + ", but not the budget: " + wording.List(lines) + "."
}
