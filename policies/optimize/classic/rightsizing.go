package classic

import "math"

// RightSizing is the problem of how many servers to run in each of several periods at least total
// cost. The number of servers has a cost in each period. Adding a server has a cost, too; removing
// one has none (Lin, Wierman, Andrew and Thereska 2011; Albers and Quedenfeld 2018, arXiv
// 1807.05112).
type RightSizing struct {
	Periods int
	Most    int                    // largest number of servers
	Start   int                    // servers before the first period
	Cost    func(t, x int) float64 // cost of x servers in period t; +Inf: not allowed
	Switch  float64                // cost of each added server
}

// Solve returns a cheapest path, with one number of servers for each period, and its cost. The cost
// is +Inf if no path is allowed. It uses dynamic programming with Periods·Most steps, because step
// finds the cheapest move to every number in one pass. Among equal paths it prefers small numbers.
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

// step computes the cheapest moves to every number of servers. It sets next[x] to the smallest
// value[y] + cost of the move from y to x, and from[x] to the smallest such y. The move costs up
// for each added server and down for each removed server. From may be nil.
func step(value, next []float64, from []int32, up, down float64) {
	best, at := math.Inf(1), 0 // smallest value[y] - up·y over y ≤ x
	for x := range value {
		if v := value[x] - float64(up*float64(x)); v < best {
			best, at = v, x
		}
		next[x] = best + float64(up*float64(x))
		if from != nil {
			from[x] = int32(at)
		}
	}
	best = math.Inf(1) // smallest value[y] + down·y over y ≥ x
	for x := len(value) - 1; x >= 0; x-- {
		if v := value[x] + float64(down*float64(x)); v <= best {
			best, at = v, x
		}
		if v := best - float64(down*float64(x)); v < next[x] {
			next[x] = v
			if from != nil {
				from[x] = int32(at)
			}
		}
	}
}

// least returns the index of the smallest value; the first one if there are several.
func least(value []float64) (at int) {
	for x, v := range value {
		if v < value[at] {
			at = x
		}
	}
	return at
}

// greatestLeast returns the index of the smallest value; the last one if there are several.
func greatestLeast(value []float64) (at int) {
	for x, v := range value {
		if v <= value[at] {
			at = x
		}
	}
	return at
}

// Lazy is lazy capacity provisioning, an online rule: it decides for one period after the other
// without knowing the next. It computes two optima for the periods so far. One of them pays for
// added servers, the other for removed servers. The number of servers changes only as far as needed
// to lie between the last numbers of these two optima.
//
// The rule costs at most three times the optimum (Albers and Quedenfeld 2018, arXiv 1807.05112, for
// whole numbers of servers and convex costs). No deterministic rule can guarantee less.
type Lazy struct {
	// Per number of servers, the cost of the cheapest path to it. Paths of up pay for added
	// servers, and paths of down for removed servers.
	up, down []float64

	next    []float64
	price   float64
	servers int
}

// NewLazy returns the rule. It begins without servers. The parameter most is the largest number of
// servers, and price is the cost of an added server.
func NewLazy(most int, price float64) *Lazy {
	l := &Lazy{up: make([]float64, most+1), down: make([]float64, most+1), next: make([]float64, most+1), price: price}
	for x := 1; x <= most; x++ {
		l.up[x], l.down[x] = math.Inf(1), math.Inf(1)
	}
	return l
}

// Next returns the number of servers for the next period, in which x servers cost cost(x).
func (l *Lazy) Next(cost func(x int) float64) int {
	l.up = l.extend(l.up, cost, l.price, 0)
	l.down = l.extend(l.down, cost, 0, l.price)
	l.servers = min(max(l.servers, least(l.up)), greatestLeast(l.down))
	return l.servers
}

// extend returns the costs of the cheapest paths after one more period.
func (l *Lazy) extend(value []float64, cost func(x int) float64, up, down float64) []float64 {
	step(value, l.next, nil, up, down)
	for x := range l.next {
		l.next[x] += cost(x)
	}
	value, l.next = l.next, value
	return value
}
