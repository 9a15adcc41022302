package optimize

import "math"

// Right-sizing in time: x_t servers are kept in epoch t at the price running(t, x), and every server switched
// on costs start; switching off is free. There are none before the first epoch.

// RightSize returns the cheapest path x_1 … x_epochs with 0 ≤ x ≤ most and its cost, in O(epochs × most).
// Of equally cheap paths it is the one whose last, and then each earlier, state is smallest.
func RightSize(epochs, most int, start float64, running func(epoch, servers int) float64) (path []int, cost float64) {
	value := fromZero(most)
	back := make([][]int, epochs)
	for t := range back {
		back[t] = make([]int, most+1)
		value = advance(value, start, func(x int) float64 { return running(t, x) }, back[t], true)
	}
	path = make([]int, epochs)
	x, cost := smallest(value)
	if epochs == 0 {
		return path, 0
	}
	for t := epochs - 1; t >= 0; t-- {
		path[t] = x
		x = back[t][x]
	}
	return path, cost
}

// fromZero returns the value of each state before the first epoch, where no server runs.
func fromZero(most int) []float64 {
	value := make([]float64, most+1)
	for x := 1; x <= most; x++ {
		value[x] = math.Inf(1)
	}
	return value
}

// advance returns the least cost up to and with an epoch for each state after it, and in back the state before
// it, ties lowest first. A server costs start when it is switched on (paysUp), or else when it is switched off.
func advance(value []float64, start float64, running func(int) float64, back []int, paysUp bool) []float64 {
	most := len(value) - 1
	up, down := 0., start
	if paysUp {
		up, down = start, 0
	}
	next := make([]float64, most+1)
	// From above: the least of value[y] + down·(y − x) over y ≥ x, by a pass from the top.
	least, from := math.Inf(1), most
	for x := most; x >= 0; x-- {
		least += down
		if value[x] <= least {
			least, from = value[x], x
		}
		next[x], back[x] = least, from
	}
	least, from = math.Inf(1), 0
	for x := 0; x <= most; x++ {
		least += up
		if value[x] < least {
			least, from = value[x], x
		}
		if least <= next[x] {
			next[x], back[x] = least, from
		}
	}
	for x := range next {
		next[x] += running(x)
	}
	return next
}

// smallest returns the lowest index of the least value.
func smallest(value []float64) (int, float64) {
	best := 0
	for x, v := range value {
		if v < value[best] {
			best = x
		}
	}
	return best, value[best]
}

// LazyCapacity is the online algorithm of Lin, Wierman, Andrew and Thereska (2011) for right-sizing: it moves
// only when it must, into the corridor between the smallest last state of the best path so far and the largest
// last state of the best path so far if switching off were what costs. Its cost is at most 3 times the least
// for convex running prices.
type LazyCapacity struct {
	start        float64
	lower, upper []float64
	back         []int
	servers      int
}

// NewLazyCapacity returns the algorithm for 0 … most servers of which none runs.
func NewLazyCapacity(most int, start float64) *LazyCapacity {
	return &LazyCapacity{
		start: start,
		lower: fromZero(most),
		upper: fromZero(most),
		back:  make([]int, most+1),
	}
}

// Next returns the servers for one more epoch, whose running prices it is given.
func (l *LazyCapacity) Next(running func(servers int) float64) int {
	l.lower = advance(l.lower, l.start, running, l.back, true)
	l.upper = advance(l.upper, l.start, running, l.back, false)
	low, _ := smallest(l.lower)
	high := 0
	for x, v := range l.upper {
		if v <= l.upper[high] {
			high = x
		}
	}
	l.servers = max(low, min(high, l.servers))
	return l.servers
}

// SwitchingCost returns what a path from 0 servers costs in running and in starts.
func SwitchingCost(path []int, start float64, running func(epoch, servers int) float64) float64 {
	cost, before := 0., 0
	for t, x := range path {
		cost += running(t, x) + start*float64(max(0, x-before))
		before = x
	}
	return cost
}
