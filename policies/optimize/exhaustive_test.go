package optimize

import (
	"fmt"
	"math"
	"slices"
)

// exhaustive returns the least objective by trying every multiset of machine fillings within the
// limits.
func exhaustive(p Problem) float64 {
	x, best := newIndex(p), math.Inf(1)
	try := everyFilling
	if slices.ContainsFunc(p.Configurations, func(f Configuration) bool { return f.Switch > 0 }) {
		try = everyFleet
	}
	try(p, func(replicas, machines []int, loads float64) {
		total := p.booting(machines) + loads
		for k, n := range machines {
			total += p.Types[k].Price * float64(max(0, n-p.Types[k].Reserved))
		}
		for m, demand := range p.Demand {
			_, worth := x.split(m, replicas, nil)
			total += p.Penalty*demand - worth
		}
		best = min(best, total+absence(p, replicas))
	})
	return best
}

// absence returns the price of the replicas that are missing of the least numbers.
func absence(p Problem, replicas []int) (price float64) {
	for m, least := range p.MinReplicas {
		n, smallest, floor := 0, math.Inf(1), 0.
		for c, f := range p.Configurations {
			if f.Model == m && f.Capacity > 0 && p.PerMachine(c) > 0 {
				floor = max(floor, f.Accuracy)
			}
		}
		floor = min(floor, p.floor(m))
		for c, f := range p.Configurations {
			if f.Model == m && f.Capacity > 0 && p.PerMachine(c) > 0 && f.Accuracy >= floor {
				n += replicas[c]
				smallest = min(smallest, f.Capacity)
			}
		}
		if !math.IsInf(smallest, 1) && (least > 1 || p.Demand[m] == 0) {
			price += p.Penalty * smallest * float64(max(0, least-n))
		}
	}
	return price
}

// everyFilling calls do with the replicas and the machines of every multiset of full machines
// within the limits. Loads cost nothing.
func everyFilling(p Problem, do func(replicas, machines []int, loads float64)) {
	fillings := make([][][]int, len(p.Types))
	for k := range p.Types {
		fillings[k] = maximalFillings(p, k)
	}
	replicas, machines := make([]int, len(p.Configurations)), make([]int, len(p.Types))
	var try func(k, first int)
	try = func(k, first int) {
		if k == len(p.Types) {
			if p.spending(machines) <= p.money()*(1+1e-12) {
				do(replicas, machines, 0)
			}
			return
		}
		if machines[k] >= min(p.Types[k].Min, p.Types[k].Max) {
			try(k+1, 0)
		}
		for i := first; machines[k] < p.Types[k].Max && i < len(fillings[k]); i++ {
			machines[k]++
			for c, n := range fillings[k][i] {
				replicas[c] += n
			}
			try(k, i)
			machines[k]--
			for c, n := range fillings[k][i] {
				replicas[c] -= n
			}
		}
	}
	try(0, 0)
}

// maximalFillings lists what one machine of type k can hold, such that nothing more fits, by trying
// every device for every replica.
func maximalFillings(p Problem, k int) (list [][]int) {
	held, seen := make([]int, len(p.Configurations)), map[string]bool{}
	host := append([]int64(nil), p.Types[k].Host...)
	devices := make([][]int64, p.Types[k].Devices)
	for d := range devices {
		devices[d] = append([]int64(nil), p.Types[k].Device...)
	}
	var try func(from int)
	try = func(from int) {
		full := true
		for c := range p.Configurations {
			f := p.Configurations[c]
			if f.Type != k {
				continue
			}
			if ok, _ := roomFor(f.Host, host); !ok {
				continue
			}
			places := devices
			if !anyPositive(f.Device) {
				places = [][]int64{nil}
			}
			for _, place := range places {
				if place != nil {
					if ok, _ := roomFor(f.Device, place); !ok {
						continue
					}
				}
				taken, ok := with(f, place, devices)
				if !ok {
					continue
				}
				full = false
				if c < from {
					continue
				}
				subtract(host, f.Host, 1)
				for _, t := range taken {
					subtract(t, f.Device, 1)
				}
				held[c]++
				try(c)
				held[c]--
				subtract(host, f.Host, -1)
				for _, t := range taken {
					subtract(t, f.Device, -1)
				}
			}
		}
		if key := fmt.Sprint(held); full && !seen[key] {
			seen[key] = true
			list = append(list, append([]int(nil), held...))
		}
	}
	try(0)
	return list
}

// with returns the devices that a replica takes with one: where it needs several, any others that
// are whole.
func with(f Configuration, place []int64, devices [][]int64) (taken [][]int64, ok bool) {
	if place == nil {
		return nil, true
	}
	taken = [][]int64{place}
	for _, d := range devices {
		if len(taken) < f.Devices && &d[0] != &place[0] && slices.Equal(d, f.Device) {
			taken = append(taken, d)
		}
	}
	return taken, len(taken) >= f.Devices
}
