package classic

import "math"

// RightSizing is the problem of how many servers to run in each of several periods: in each they
// cost something, and so does every server that is added. Servers are taken away for nothing
// (Lin, Wierman, Andrew and Thereska 2011; Albers and Quedenfeld 2018, arXiv 1807.05112).
type RightSizing struct {
	Periods int
	Most    int                    // largest number of servers
	Start   int                    // servers before the first period
	Cost    func(t, x int) float64 // of x servers in period t; +Inf: not allowed
	Switch  float64                // for each server that is added
}

// Solve returns a cheapest path, one number for each period, and what it costs, by dynamic
// programming in Periods·Most steps: all moves from a number are cheapest through the least of the
// larger ones, or through the least of the smaller ones less what adding has cost so far. Among
// equals the smallest number counts. The cost is +Inf if nothing is allowed.
func (p *RightSizing) Solve() (path []int, cost float64) {
	n := p.Most + 1
	value, next := make([]float64, n), make([]float64, n)
	for x := range value {
		value[x] = math.Inf(1)
	}
	value[min(p.Start, p.Most)] = 0
	from := make([][]int32, p.Periods)
	for t := range p.Periods {
		from[t] = make([]int32, n)
		step(value, next, from[t], p.Switch, 0)
		for x := range next {
			next[x] += p.Cost(t, x)
		}
		value, next = next, value
	}
	last := least(value)
	if cost = value[last]; math.IsInf(cost, 1) {
		return nil, cost
	}
	path = make([]int, p.Periods)
	for t := p.Periods - 1; t >= 0; t-- {
		path[t] = last
		last = int(from[t][last])
	}
	return path, cost
}

// step sets next[x] to the least of value[y] plus what the move from y to x costs, up for each
// server that is added and down for each that is taken away, and from[x] to the smallest such y.
// From may be nil.
func step(value, next []float64, from []int32, up, down float64) {
	best, at := math.Inf(1), 0 // of value[y] - up·y over y ≤ x
	for x := range value {
		if v := value[x] - up*float64(x); v < best {
			best, at = v, x
		}
		next[x] = best + up*float64(x)
		if from != nil {
			from[x] = int32(at)
		}
	}
	best = math.Inf(1) // of value[y] + down·y over y ≥ x
	for x := len(value) - 1; x >= 0; x-- {
		if v := value[x] + down*float64(x); v <= best {
			best, at = v, x
		}
		if v := best - down*float64(x); v < next[x] {
			next[x] = v
			if from != nil {
				from[x] = int32(at)
			}
		}
	}
}

// least returns the smallest index of the least value.
func least(value []float64) (at int) {
	for x, v := range value {
		if v < value[at] {
			at = x
		}
	}
	return at
}

// greatestLeast returns the largest index of the least value.
func greatestLeast(value []float64) (at int) {
	for x, v := range value {
		if v <= value[at] {
			at = x
		}
	}
	return at
}

// Lazy is lazy capacity provisioning, which decides for one period after another without knowing
// the next: it stays where it is as long as that is between two optima of the periods so far. One
// of them pays for servers that are added, the other for those that are taken away. It costs at
// most three times what is possible (Albers and Quedenfeld 2018, arXiv 1807.05112, for whole
// numbers of servers and convex costs; no deterministic rule can promise less).
type Lazy struct {
	up, down []float64 // cost of the cheapest path to each number that pays so
	next     []float64
	price    float64
	servers  int
}

// NewLazy returns the rule for up to most servers, which begins with none. Price is what each added
// server costs.
func NewLazy(most int, price float64) *Lazy {
	l := &Lazy{up: make([]float64, most+1), down: make([]float64, most+1), next: make([]float64, most+1), price: price}
	for x := 1; x <= most; x++ {
		l.up[x], l.down[x] = math.Inf(1), math.Inf(1)
	}
	return l
}

// Next returns the number of servers for a further period, in which x servers cost cost(x).
func (l *Lazy) Next(cost func(x int) float64) int {
	l.up = l.extend(l.up, cost, l.price, 0)
	l.down = l.extend(l.down, cost, 0, l.price)
	l.servers = min(max(l.servers, least(l.up)), greatestLeast(l.down))
	return l.servers
}

// extend returns the values of paths by one period more.
func (l *Lazy) extend(value []float64, cost func(x int) float64, up, down float64) []float64 {
	step(value, l.next, nil, up, down)
	for x := range l.next {
		l.next[x] += cost(x)
	}
	value, l.next = l.next, value
	return value
}
