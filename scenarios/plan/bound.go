package plan

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
	"wavetank/scenarios"
	"wavetank/sim/fleet"
)

// carrier computes how much load fleets carry in theory. Requests are spread over replicas as
// fluids, replicas over machines as fractions, and all batches are full. So no real fleet carries
// more.
type carrier struct {
	spec    *fleet.Spec
	needs   []need    // per deployment that can run
	demand  []float64 // requests per second of each model that have to be in time
	share   []float64 // share of the requests of each model that have to be in time
	proves  bool      // the bound holds for every run; otherwise it only guides the search
	engines bool      // some deployment is a token replica, so rate and most differ
	slack   float64   // factor on the load that has to be in time, up to which none is sure to miss
}

// need is what one replica of a deployment takes of a machine, as shares of its resources.
type need struct {
	deployment int
	rate       float64 // requests per second with full batches, or as planned for an LLM
	most       float64 // requests per second that no replica exceeds; token_bound.go for an LLM
	parts      [4]float64
}

// spare is a factor on the load that has to be in time, up to which a fleet is not yet certain to
// miss: the load of a run differs from its mean.
const spare = 1.05

// newCarrier returns the carrier of a variant.
func newCarrier(ctx context.Context, e *scenarios.Experiment, f *scenarios.ConstantFleets) (*carrier, error) {
	models := len(f.Spec.Models)
	c := &carrier{spec: f.Spec, demand: make([]float64, models), share: make([]float64, models), proves: true}
	for d := range c.spec.Deployments {
		k := &c.spec.Deployments[d]
		if t := &c.spec.Types[k.Type]; k.Capacity > 0 && t.MostReplicas(&k.Need) > 0 {
			rate := k.Capacity / e.Scenario.Planning.Utilization
			c.needs = append(c.needs, need{d, rate, rate, t.Parts(&k.Need)})
		}
		c.engines = c.engines || k.Tokens != nil
	}
	least := 100.
	own := map[string]float64{}
	for _, g := range e.Goals() {
		least = min(least, g.Percent)
		if !strings.HasPrefix(g.Scope, "class:") {
			own[g.Name] = g.Percent
		}
	}
	for m := range c.spec.Models {
		percent, known := own[c.spec.Models[c.spec.Asked(fleet.ModelID(m))].Name]
		if !known {
			percent = least
			c.proves = c.proves && f.Measured[m] == 0
		}
		c.share[m] = percent / 100
		c.demand[m] = f.Measured[m] * c.share[m]
	}
	for i := range e.Traffic {
		t := &e.Traffic[i]
		c.proves = c.proves && !t.Waits() && len(t.Stages) == 0
	}
	asked, err := newAskedWork(ctx, e)
	if err != nil {
		return nil, err
	}
	c.slack = spare * (1 + asked.allowed/time.Duration(e.Scenario.Duration-e.Scenario.Warmup).Seconds())
	c.limit(asked)
	return c, nil
}

// level returns the load that machines are planned to carry in theory, as a multiple of the load
// that has to be in time; 0 if some model has no room. It guides the search.
func (c *carrier) level(machines []int) float64 {
	return c.carries(machines, func(k *need) float64 { return k.rate })
}

// bound returns a load above which no fleet with these machines carries more, in the same unit.
func (c *carrier) bound(machines []int) float64 {
	return c.carries(machines, func(k *need) float64 { return k.most })
}

// carries returns the load that machines carry if no replica exceeds a rate. It is the solution of
// a linear program.
func (c *carrier) carries(machines []int, rate func(*need) float64) float64 {
	var b program.Builder
	rows := make([]int, len(c.demand))
	level := b.Column(1, 0, math.Inf(1))
	for m, d := range c.demand {
		rows[m] = b.Row(0, math.Inf(1))
		b.Add(rows[m], level, -d)
	}
	places := make([][4]int, len(machines))
	for t, n := range machines {
		for r := range places[t] {
			places[t][r] = b.Row(math.Inf(-1), float64(n))
		}
	}
	for i := range c.needs {
		k := &c.needs[i]
		d := &c.spec.Deployments[k.deployment]
		if machines[d.Type] == 0 {
			continue
		}
		x := b.Column(0, 0, math.Inf(1))
		b.Add(rows[d.Model], x, rate(k))
		for r, part := range k.parts {
			b.Add(places[d.Type][r], x, part)
		}
	}
	p := b.Program()
	p.Maximize = true
	found, err := linear.Solve(context.Background(), p, linear.Controls{})
	switch {
	case err != nil || found.Status == linear.Unbounded:
		return endless / 2 // nothing is demanded
	case found.Status != linear.Optimal:
		return 0
	}
	return max(0, found.Objective)
}

// misses reports whether a fleet with a bound is certain to miss an objective, because it cannot
// carry the mean load.
func (c *carrier) misses(bound float64) (missed bool, why string) {
	if !c.proves || bound*c.slack >= 1 {
		return false, ""
	}
	return true, fmt.Sprintf("carries at most %.0f %% of the load that has to be in time, even with full batches", 100*bound)
}

// homeless returns the name of a model with a load that has no room on machines of these types, or
// "".
func (c *carrier) homeless(machines []int) string {
	for m, d := range c.demand {
		room := d == 0
		for _, k := range c.needs {
			of := &c.spec.Deployments[k.deployment]
			room = room || int(of.Model) == m && machines[of.Type] > 0
		}
		if !room {
			return c.spec.Models[m].Name
		}
	}
	return ""
}
