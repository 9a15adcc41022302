package metrics

import (
	"fmt"
	"slices"
	"strings"
)

// Unserved says, in a sentence for each scope, under which policies not one of its requests was answered though some came,
// in any replication: a model without a replica, or whose answers nobody decodes. The scopes are those of models and
// pipelines; of all together where there are no others.
func Unserved(rows []Row) []string {
	type asked struct{ arrived, answered float64 }
	var scopes, policies []string
	sums := map[[2]string]asked{}
	for _, r := range rows {
		if strings.Contains(r.Scope, ":") || r.Metric != "arrived" && r.Metric != "throughput" {
			continue
		}
		if !slices.Contains(scopes, r.Scope) {
			scopes = append(scopes, r.Scope)
		}
		if !slices.Contains(policies, r.Policy) {
			policies = append(policies, r.Policy)
		}
		key := [2]string{r.Scope, r.Policy}
		sum := sums[key]
		if r.Metric == "arrived" {
			sum.arrived += r.Value
		} else {
			sum.answered += r.Value
		}
		sums[key] = sum
	}
	var list []string
	for _, scope := range scopes {
		if scope == All && len(scopes) > 1 {
			continue
		}
		var under []string
		for _, policy := range policies {
			if sum := sums[[2]string{scope, policy}]; sum.arrived > 0 && sum.answered == 0 {
				under = append(under, policy)
			}
		}
		name := "was answered"
		if scope != All {
			name = "of " + scope + " was answered"
		}
		switch {
		case len(under) == 0:
		case len(under) == len(policies):
			list = append(list, fmt.Sprintf("not one request %s, though some came", name))
		default:
			list = append(list, fmt.Sprintf("%s: not one request %s, though some came", strings.Join(under, ", "), name))
		}
	}
	return list
}
