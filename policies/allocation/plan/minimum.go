package plan

import (
	"fmt"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
)

func checkMinimum(replicas int) error {
	if replicas < 0 || replicas > allocation.MostKept {
		return fmt.Errorf("min-replicas: %d is outside [0, %d]", replicas, allocation.MostKept)
	}
	return nil
}

// enforceMinimum adds replicas of the cheapest listed configuration until every model has the least
// number of replicas. If the replicas on a machine type then exceed its limit, the configurations
// with the most replicas on this type give some up. It is for plans without a solver: the problems
// of solvers contain these numbers.
func enforceMinimum(p optimize.Problem, order [][]int, replicas []int, least int) {
	total := make([]int, len(order))
	for d, n := range replicas {
		total[p.Configurations[d].Model] += n
	}
	for m, list := range order {
		if len(list) == 0 {
			continue
		}
		cheapest, on := list[0], p.Configurations[list[0]].Type
		for ; total[m] < least; total[m]++ {
			replicas[cheapest]++
			for overLimit(p, replicas, on) {
				from := donor(p, replicas, total, on, max(least, 1))
				if from < 0 {
					break
				}
				replicas[from]--
				total[p.Configurations[from].Model]--
			}
		}
	}
}

// overLimit reports whether the replicas on a machine type exceed its limit. A replica counts as
// its part of a machine that is filled with replicas of the same configuration.
func overLimit(p optimize.Problem, replicas []int, t int) bool {
	used := 0.
	for d, n := range replicas {
		if p.Configurations[d].Type == t && n > 0 {
			used += float64(n) / float64(max(1, p.PerMachine(d)))
		}
	}
	return used > float64(p.Types[t].Max)+1e-6
}

// donor returns the configuration with the most replicas on a machine type, among models that have
// more than the least number. Ties go to the lowest index. It returns -1 if there is none.
func donor(p optimize.Problem, replicas, total []int, t, least int) int {
	best := -1
	for d, n := range replicas {
		c := &p.Configurations[d]
		if c.Type == t && n > 0 && total[c.Model] > least && (best < 0 || n > replicas[best]) {
			best = d
		}
	}
	return best
}
