package allocation

import (
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// course is the problem of choosing a fleet for each window so that the whole run costs least. It
// solves right-sizing (Lin, Wierman, Andrew and Thereska 2011) by dynamic programming, but chooses
// among whole fleets instead of numbers of servers. The candidates are the plan for the need of
// each window, and plans for the largest needs of several windows. Consecutive windows with equal
// needs, limits and prices form one spell.
type course struct {
	*Stages
	spec   *fleet.Spec
	period time.Duration // length of a window
	spells []spell

	fleets []keepable     // the candidates
	places map[string]int // index of a fleet in fleets, by its replicas
}

// spell is a range of consecutive windows with equal needs, limits and prices: from is its first
// window, until the first window after it.
type spell struct {
	from, until int
	need        []float64 // per model, requests per second
	plan        int       // index of the fleet that was planned for this spell
}

// keepable is a fleet that may be kept for some spells.
type keepable struct {
	Targets
	machines []int // per type
}

// mostFleets bounds the number of candidates. Plans for several spells are left out first.
const mostFleets = 400

// newCourse returns the problem for the needs per window and model, in requests per second.
func newCourse(p *Stages, c *fleet.Spec, period time.Duration, needs [][]float64) *course {
	all := &course{Stages: p, spec: c, period: period, places: map[string]int{}}
	for w, need := range needs {
		if last := len(all.spells) - 1; last >= 0 && slices.Equal(all.spells[last].need, need) && all.sameTerms(w-1, w) {
			all.spells[last].until++
			continue
		}
		all.spells = append(all.spells, spell{from: w, until: w + 1, need: need})
	}
	return all
}

// sameTerms reports whether two windows have equally many machines to rent, at equal prices.
func (c *course) sameTerms(w, other int) bool {
	for k := range c.spec.Types {
		if c.limit(k, w, w+1) != c.limit(k, other, other+1) || c.price(k, w, w+1) != c.price(k, other, other+1) {
			return false
		}
	}
	return true
}

// cheapest returns the fleet of each window, so that rents and changes cost least in all.
func (c *course) cheapest() ([]Targets, error) {
	for i := range c.spells {
		p := &c.spells[i]
		at, err := c.plan(c.limited(p.from, p.until), p.need)
		if err != nil {
			return nil, err
		}
		p.plan = at
	}
	for length := 4; length < 2*len(c.spells) && len(c.fleets) < mostFleets; length *= 4 {
		for from := 0; from < len(c.spells) && len(c.fleets) < mostFleets; from += (length + 1) / 2 {
			several := c.spells[from:min(from+length, len(c.spells))]
			together := make([]float64, len(c.spec.Models))
			for _, p := range several {
				for m, need := range p.need {
					together[m] = max(together[m], need)
				}
			}
			if _, err := c.plan(c.limited(several[0].from, several[len(several)-1].until), together); err != nil {
				return nil, err
			}
		}
	}
	path, err := c.solve()
	if err != nil {
		return nil, err
	}
	var plans []Targets
	for i, at := range path {
		for range c.spells[i].until - c.spells[i].from {
			plans = append(plans, c.fleets[at].Targets)
		}
	}
	return plans, nil
}

// rent returns the rent of a fleet in a spell, in $.
func (c *course) rent(f *keepable, p *spell) (sum float64) {
	for k, n := range f.machines {
		t := &c.spec.Types[k]
		paid := float64(max(n, t.Reserved)) * c.period.Hours()
		sum += paid * c.price(k, p.from, p.until) * float64(p.until-p.from)
	}
	return sum
}

// start returns the instant at which a window begins.
func (c *course) start(w int) kernel.Time { return kernel.Time(time.Duration(w) * c.period) }

// price returns the mean price of a machine type over a range of windows, in $ per hour.
func (c *course) price(k, from, until int) float64 {
	return c.spec.Types[k].PriceBetween(c.start(from), c.start(until))
}

// limited returns the specification, limited to the machines that can be rented in all windows of a
// range. Prices are the means over these windows.
func (c *course) limited(from, until int) *fleet.Spec {
	limited := *c.spec
	limited.Types = slices.Clone(c.spec.Types)
	for k := range limited.Types {
		limited.Types[k].Max = c.limit(k, from, until)
		limited.Types[k].Price, limited.Types[k].Prices = c.price(k, from, until), nil
	}
	return &limited
}

// limit returns how many machines of a type can be rented in every window of a range.
func (c *course) limit(k, from, until int) int {
	t := &c.spec.Types[k]
	least, before := math.MaxInt, t.Max
	start, end := c.start(from), c.start(until)
	for _, s := range t.Supply {
		if s.From > start && s.From < end {
			least = min(least, s.Machines)
		} else if s.From <= start {
			before = s.Machines
		}
	}
	return min(least, before, t.Max)
}

// plan adds the plan for a demand to the fleets, and returns its index there.
func (c *course) plan(limited *fleet.Spec, demand []float64) (int, error) {
	t, err := c.Fits(limited, demand)
	if err != nil {
		return 0, err
	}
	name := fmt.Sprint(t.Replicas)
	at, known := c.places[name]
	if !known {
		at = len(c.fleets)
		c.places[name] = at
		c.fleets = append(c.fleets, keepable{t, c.machines(t.Chosen)})
	}
	return at, nil
}

// machines returns how many machines of each type a fleet takes, by its layout. Without a layout,
// each replica counts as its part of a machine, and the sum is rounded up.
func (c *course) machines(chosen Chosen) []int {
	n := make([]int, len(c.spec.Types))
	for _, h := range chosen.Layout {
		n[h.Type] += h.Count
	}
	if chosen.Layout != nil {
		return n
	}
	each, parts := PerMachine(c.spec), make([]float64, len(n))
	for d, r := range chosen.Replicas {
		parts[c.spec.Deployments[d].Type] += float64(r) / float64(max(1, each[d]))
	}
	for t := range n {
		n[t] = int(math.Ceil(parts[t] - 1e-9))
	}
	return n
}

// solve returns the index of the fleet of each spell, so that rents and changes cost least in all.
func (c *course) solve() ([]int, error) {
	value, from := make([]float64, len(c.fleets)), make([][]int32, len(c.spells))
	next, moves := make([]float64, len(c.fleets)), c.moves()
	for i := range c.spells {
		p := &c.spells[i]
		serve, err := c.serving(p)
		if err != nil {
			return nil, err
		}
		from[i] = make([]int32, len(c.fleets))
		for to := range next {
			next[to] = math.Inf(1)
			if !serve[to] {
				continue
			}
			if i == 0 {
				next[to] = 0
			} else {
				for at, v := range value {
					if math.IsInf(v, 1) {
						continue
					}
					if v += moves[at][to]; v < next[to] {
						next[to], from[i][to] = v, int32(at)
					}
				}
			}
			next[to] += c.rent(&c.fleets[to], p)
		}
		value, next = next, value
	}
	last := 0
	for at, v := range value {
		if v < value[last] {
			last = at
		}
	}
	path := make([]int, len(c.spells))
	for i := len(path) - 1; i >= 0; i-- {
		path[i] = last
		last = int(from[i][last])
	}
	return path, nil
}

// serving returns the fleets that serve the need of a spell on machines that can be rented during
// the spell. The plan for the spell is always among them.
func (c *course) serving(p *spell) ([]bool, error) {
	now := NewSituation(emptyView(c.spec), Demands{Load: p.need}, c.Deployment, true)
	if err := now.scale(c.Capacity, p.need); err != nil {
		return nil, fmt.Errorf("capacity: %w", err)
	}
	each, serve := eachOf(now.Problem), make([]bool, len(c.fleets))
	for at := range c.fleets {
		f := &c.fleets[at]
		serve[at] = true
		for k, n := range f.machines {
			serve[at] = serve[at] && n <= c.limit(k, p.from, p.until)
		}
		if serve[at] {
			short := Shortfall(p.need, PlannedCapacity(c.spec, f.Replicas, each))
			serve[at] = slices.Max(short) == 0
		}
	}
	serve[p.plan] = true
	return serve, nil
}

// moves returns the cost in $ of changing from one fleet to another, in addition to their rents.
// Replaced machines are paid until the new machines and replicas serve. A replica costs its part of
// a machine while it loads. Prices are the means over the run.
func (c *course) moves() [][]float64 {
	all := make([][]float64, len(c.fleets))
	each, run := PerMachine(c.spec), c.limited(0, c.spells[len(c.spells)-1].until)
	for at := range all {
		all[at] = make([]float64, len(c.fleets))
		for to := range all[at] {
			old, new := &c.fleets[at], &c.fleets[to]
			takes, loading := time.Duration(0), 0.
			for d, n := range new.Replicas {
				if more := n - old.Replicas[d]; more > 0 {
					k := &c.spec.Deployments[d]
					takes = max(takes, c.spec.Lead(fleet.DeploymentID(d)))
					loading += float64(more) * run.Types[k.Type].Price / float64(max(1, each[d])) * k.Load.Hours()
				}
			}
			replaced := 0.
			for k, n := range old.machines {
				replaced += float64(max(0, n-new.machines[k])) * run.Types[k].Price
			}
			all[at][to] = loading + replaced*takes.Hours()
		}
	}
	return all
}
