package allocation

import (
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// course is the problem of which fleet to keep in each window, so that all cost least. It is
// right-sizing (Lin, Wierman, Andrew and Thereska 2011) over whole fleets instead of numbers of
// servers, by dynamic programming. The fleets are the plans for what each window needs, and for
// what several together need.
type course struct {
	*Stages
	spec   *fleet.Spec
	period time.Duration
	needs  [][]float64 // per window and model, requests per second

	fleets []keepable
	places map[string]int // of a fleet among them, by its replicas
	of     []int          // per window, the fleet that is the plan for it
}

// keepable is a fleet that may be kept for some windows.
type keepable struct {
	Targets
	machines []int // per type
}

// mostFleets bounds the fleets that are looked at. Those for several windows are left out first.
const mostFleets = 400

func newCourse(p *Stages, c *fleet.Spec, period time.Duration, needs [][]float64) *course {
	return &course{Stages: p, spec: c, period: period, needs: needs, places: map[string]int{}, of: make([]int, len(needs))}
}

// cheapest returns the plan of each window.
func (c *course) cheapest() ([]Targets, error) {
	for w := range c.needs {
		at, err := c.plan(c.limited(w, w), c.needs[w])
		if err != nil {
			return nil, err
		}
		c.of[w] = at
	}
	for length := 4; length < 2*len(c.needs) && len(c.fleets) < mostFleets; length *= 4 {
		for from := 0; from < len(c.needs) && len(c.fleets) < mostFleets; from += (length + 1) / 2 {
			until := min(from+length, len(c.needs))
			together := make([]float64, len(c.spec.Models))
			for _, need := range c.needs[from:until] {
				for m := range need {
					together[m] = max(together[m], need[m])
				}
			}
			if _, err := c.plan(c.limited(from, until-1), together); err != nil {
				return nil, err
			}
		}
	}
	path, err := c.solve()
	plans := make([]Targets, len(path))
	for w, at := range path {
		plans[w] = c.fleets[at].Targets
	}
	return plans, err
}

// rent returns what a fleet costs in a window, in $, at the prices when it begins.
func (c *course) rent(f *keepable, w int) (sum float64) {
	at := kernel.Time(time.Duration(w) * c.period)
	for k, n := range f.machines {
		t := &c.spec.Types[k]
		sum += float64(max(n, t.Reserved)) * t.PriceAt(at) * c.period.Hours()
	}
	return sum
}

// limited returns the specification with the most machines that there are to rent in all of some
// windows.
func (c *course) limited(from, until int) *fleet.Spec {
	limited := *c.spec
	limited.Types = slices.Clone(c.spec.Types)
	for k := range limited.Types {
		limited.Types[k].Max = c.limit(k, from, until)
	}
	return &limited
}

// limit returns the most machines of a type that there are to rent in all of some windows.
func (c *course) limit(k, from, until int) int {
	t := &c.spec.Types[k]
	least, before := math.MaxInt, t.Max
	start, end := kernel.Time(time.Duration(from)*c.period), kernel.Time(time.Duration(until+1)*c.period)
	for _, s := range t.Supply {
		if s.From > start && s.From < end {
			least = min(least, s.Machines)
		} else if s.From <= start {
			before = s.Machines
		}
	}
	return min(least, before, t.Max)
}

// plan adds the plan for a demand to the fleets, and returns its place among them.
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

// machines returns the machines of each type that a fleet takes: those of its layout or, without
// one, as many as hold its replicas if each takes its part of a machine.
func (c *course) machines(chosen Chosen) []int {
	n := make([]int, len(c.spec.Types))
	for _, h := range chosen.Layout {
		n[h.Type] += h.Count
	}
	if chosen.Layout != nil {
		return n
	}
	p, parts := problem(emptyView(c.spec), make([]float64, len(c.spec.Models)), ""), make([]float64, len(n))
	for d, r := range chosen.Replicas {
		parts[c.spec.Deployments[d].Type] += float64(r) / float64(max(1, p.PerMachine(d)))
	}
	for t := range n {
		n[t] = int(math.Ceil(parts[t] - 1e-9))
	}
	return n
}

// solve returns the fleet of each window, by the cheapest succession.
func (c *course) solve() ([]int, error) {
	value, from := make([]float64, len(c.fleets)), make([][]int32, len(c.needs))
	next, moves := make([]float64, len(c.fleets)), c.moves()
	for w := range c.needs {
		serve, err := c.serving(w)
		if err != nil {
			return nil, err
		}
		from[w] = make([]int32, len(c.fleets))
		for to := range next {
			next[to] = math.Inf(1)
			if !serve[to] {
				continue
			}
			if w == 0 {
				next[to] = 0
			} else {
				for at, v := range value {
					if math.IsInf(v, 1) {
						continue
					}
					if v += moves[at][to]; v < next[to] {
						next[to], from[w][to] = v, int32(at)
					}
				}
			}
			next[to] += c.rent(&c.fleets[to], w)
		}
		value, next = next, value
	}
	last := 0
	for at, v := range value {
		if v < value[last] {
			last = at
		}
	}
	path := make([]int, len(c.needs))
	for w := len(path) - 1; w >= 0; w-- {
		path[w] = last
		last = int(from[w][last])
	}
	return path, nil
}

// serving returns the fleets that serve what a window needs, of machines that are to be had then.
// The plan for the window is always among them.
func (c *course) serving(w int) ([]bool, error) {
	now := NewSituation(emptyView(c.spec), Demands{Load: c.needs[w]}, c.Deployment, true)
	if err := now.scale(c.Capacity, c.needs[w]); err != nil {
		return nil, fmt.Errorf("capacity: %w", err)
	}
	each, serve := eachOf(now.Problem), make([]bool, len(c.fleets))
	for at := range c.fleets {
		f := &c.fleets[at]
		serve[at] = true
		for k, n := range f.machines {
			serve[at] = serve[at] && n <= c.limit(k, w, w)
		}
		if serve[at] {
			short := Shortfall(c.needs[w], PlannedCapacity(c.spec, f.Replicas, each))
			serve[at] = slices.Max(short) == 0
		}
	}
	serve[c.of[w]] = true
	return serve, nil
}

// moves returns what the way from one fleet to another costs beside their rents: what is replaced
// is paid until the new machines and replicas serve, and a replica costs its part of a machine
// while it loads.
func (c *course) moves() [][]float64 {
	all := make([][]float64, len(c.fleets))
	empty := problem(emptyView(c.spec), make([]float64, len(c.spec.Models)), "")
	for at := range all {
		all[at] = make([]float64, len(c.fleets))
		for to := range all[at] {
			old, new := &c.fleets[at], &c.fleets[to]
			takes, loading := time.Duration(0), 0.
			for d, n := range new.Replicas {
				if more := n - old.Replicas[d]; more > 0 {
					k := &c.spec.Deployments[d]
					takes = max(takes, c.spec.Lead(fleet.DeploymentID(d)))
					loading += float64(more) * c.spec.Types[k.Type].Price / float64(max(1, empty.PerMachine(d))) * k.Load.Hours()
				}
			}
			replaced := 0.
			for k, n := range old.machines {
				replaced += float64(max(0, n-new.machines[k])) * c.spec.Types[k].Price
			}
			all[at][to] = loading + replaced*takes.Hours()
		}
	}
	return all
}
