package check

import (
	"slices"

	"wavetank/metrics/rows"
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
