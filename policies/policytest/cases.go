package policytest

import (
	"time"
	"wavetank/sim/fleet"
)

// Cases returns the cases that every allocator is tested on. Each call makes new ones.
func Cases() []*Case {
	steady := func(rates ...float64) [][]float64 { return [][]float64{rates, rates, rates, rates, rates, rates} }
	none := Mixed()
	for t := range none.Types {
		none.Types[t].Max = 0
	}
	tight := Mixed()
	tight.Types[small].Max, tight.Types[large].Max, tight.Types[gpu].Max = 1, 0, 1
	orphan := Mixed()
	orphan.Models = append(orphan.Models, fleet.Model{Name: "orphan", Target: time.Second, Percentile: 99, QueueLimit: 10})
	single := Mixed()
	single.Types[small].Max, single.Types[large].Max, single.Types[gpu].Max = 0, 0, 1
	return []*Case{
		{Name: "mixed", Spec: Mixed(), Rates: steady(60, 25)},
		{Name: "one model idle", Spec: Mixed(), Rates: steady(60, 0)},
		{Name: "all models idle", Spec: Mixed(), Rates: steady(0, 0)},
		{Name: "no machine", Spec: none, Rates: steady(20, 5), Beyond: true},
		{Name: "beyond the limits", Spec: tight, Rates: steady(300, 200), Beyond: true},
		{Name: "one machine, then the other model", Spec: single, Rates: [][]float64{{200, 0}, {200, 0}, {0, 200}, {0, 200}, {200, 200}, {0, 0}}},
		{Name: "a model without deployments", Spec: orphan, Rates: steady(30, 10, 5), Beyond: true},
		{Name: "slices and whole GPUs", Spec: Cut(), Rates: [][]float64{{300, 60}, {900, 60}, {300, 400}, {20, 400}, {900, 700}, {20, 20}, {20, 20}}},
		{Name: "up and down", Spec: Mixed(), Rates: [][]float64{{5, 5}, {150, 5}, {150, 90}, {0, 90}, {10, 0}, {10, 10}}},
	}
}
