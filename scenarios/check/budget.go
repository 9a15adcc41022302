package check

import (
	"fmt"
	"strings"

	"wavetank/policies/allocation"
	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
)

// doubtsOfBudget warns of a budget that is too small for the machines that are always rented, or
// else for one replica of every model.
func (e *Review) doubtsOfBudget() []string {
	budget, always := e.Spec.Budget, 0.0
	if budget == 0 {
		return nil
	}
	for t := range e.Spec.Types {
		kind := &e.Spec.Types[t]
		always += float64(max(kind.Min, kind.Reserved)) * kind.PriceAt(0)
	}
	if always > budget*(1+1e-9) {
		return []string{fmt.Sprintf("the budget of %s $/h is below the %s $/h of the machines that min and reserved keep: every policy exceeds it", wording.Digits(budget), wording.Digits(always))}
	}
	if least, err := allocation.SmallestRent(e.Spec); err == nil && least > budget*(1+1e-9) {
		return []string{fmt.Sprintf("the budget of %s $/h is below the %s $/h of the cheapest fleet with one replica of every model: policies that keep one of each (min-replicas) exceed it", wording.Digits(budget), wording.Digits(least))}
	}
	return nil
}

// heedless warns of a policy that ignores the budget.
func (e *Review) heedless(p *file.Policy) []string {
	if e.Spec.Budget == 0 || p.Allocator.Solves() {
		return nil
	}
	return []string{fmt.Sprintf("the allocator ignores the budget of %s $/h: only plans by a solver keep to it (plan: %s)", wording.Digits(e.Spec.Budget), strings.Join(registry.SolverPlans(), ", "))}
}
