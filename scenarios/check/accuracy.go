package check

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// Accuracies returns the scopes whose answers may differ in accuracy between policies. These are
// the models whose deployed variants differ in accuracy. If there are any, "all" comes first.
func (e *Review) Accuracies() (list []string) {
	c := e.Spec
	for m := range c.Models {
		var seen []float64
		for d := range c.Deployments {
			if k := &c.Deployments[d]; int(k.Model) == m && !slices.Contains(seen, c.Variants[k.Variant].Accuracy) {
				seen = append(seen, c.Variants[k.Variant].Accuracy)
			}
		}
		if len(seen) > 1 {
			list = append(list, c.Models[m].Name)
		}
	}
	if len(list) > 0 {
		list = slices.Insert(list, 0, rows.All)
	}
	return list
}

// doubtsOfAccuracy says which least mean accuracies a policy cannot keep, or takes no account of.
func (e *Review) doubtsOfAccuracy(p *file.Policy) (list []string) {
	uses, _ := e.uses(p)
	c, solves := e.Spec, p.Allocator.Solves()
	for m := range c.Models {
		model := &c.Models[m]
		best, least := fleet.DeploymentID(-1), model.Accuracy
		for d := range c.Deployments {
			id := fleet.DeploymentID(d)
			if int(c.Deployments[d].Model) != m || !uses(id) {
				continue
			}
			if best < 0 || e.accuracy(id) > e.accuracy(best) {
				best = id
			}
			least = min(least, e.accuracy(id))
		}
		switch {
		case best < 0 || least >= model.Accuracy:
		case e.accuracy(best) < model.Accuracy:
			text := fmt.Sprintf("the mean accuracy of %v %% asked of %s is out of reach: the most accurate deployment, %s, has %v %%",
				model.Accuracy, model.Name, c.Deployments[best].Name, e.accuracy(best))
			if solves {
				text += "; solvers plan no more for it than min-replicas"
			}
			list = append(list, text)
		case !solves:
			list = append(list, fmt.Sprintf("the allocator takes no account of the mean accuracy of %v %% asked of %s: only plans by a solver do (plan: %s)",
				model.Accuracy, model.Name, strings.Join(registry.SolverPlans(), ", ")))
		}
	}
	return list
}

// accuracy returns the accuracy of the answers of a deployment, in percent.
func (e *Review) accuracy(d fleet.DeploymentID) float64 {
	return e.Spec.Variants[e.Spec.Deployments[d].Variant].Accuracy
}
