package plan

import (
	"context"
	"fmt"
	"math"
	"strings"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
	"wavetank/scenarios"
	"wavetank/sim/fleet"
)

// carrier computes how much load fleets carry in theory. Requests are spread over replicas as
// fluids, replicas over machines as fractions, and all batches are full. So no real fleet carries
// more.
type carrier struct {
	spec   *fleet.Spec
	needs  []need    // per deployment that can run
	demand []float64 // requests per second of each model that have to be in time
	proves bool      // the bound holds for every run; otherwise it only guides the search
}

// need is what one replica of a deployment takes of a machine, as shares of its resources.
type need struct {
	deployment int
	rate       float64 // requests per second with full batches
	parts      [4]float64
}

// slack is a factor on the load that has to be in time, up to which a fleet is not yet certain to
// miss: the load of a run differs from its mean.
const slack = 1.05

// newCarrier returns the carrier of a variant.
func newCarrier(e *scenarios.Experiment, f *scenarios.ConstantFleets) *carrier {
	c := &carrier{spec: f.Spec, demand: make([]float64, len(f.Spec.Models)), proves: true}
	for d := range c.spec.Deployments {
		k := &c.spec.Deployments[d]
		if t := &c.spec.Types[k.Type]; k.Capacity > 0 && t.MostReplicas(&k.Need) > 0 {
			c.needs = append(c.needs, need{d, k.Capacity / e.Scenario.Planning.Utilization, t.Parts(&k.Need)})
		}
		// how many sequences share the steps of an engine is only planned
		c.proves = c.proves && (k.Tokens == nil || f.Measured[k.Model] == 0)
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
		percent, known := own[c.spec.Models[m].Name]
		if !known {
			percent = least
			c.proves = c.proves && f.Measured[m] == 0
		}
		c.demand[m] = f.Measured[m] * percent / 100
		c.proves = c.proves && c.spec.Models[m].Decoder == 0
	}
	for i := range e.Traffic {
		t := &e.Traffic[i]
		c.proves = c.proves && t.Drawn() && len(t.Stages) == 0 && t.Most == 0 && len(t.Stream.SystemPrompt) == 0
	}
	return c
}

// level returns the load that machines carry in theory, as a multiple of the load that has to be in
// time; 0 if some model has no room. It is the solution of a linear program.
func (c *carrier) level(machines []int) float64 {
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
	for _, k := range c.needs {
		d := &c.spec.Deployments[k.deployment]
		if machines[d.Type] == 0 {
			continue
		}
		x := b.Column(0, 0, math.Inf(1))
		b.Add(rows[d.Model], x, k.rate)
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

// misses reports whether a fleet is certain to miss an objective, because it cannot carry the mean
// load.
func (c *carrier) misses(level float64) (missed bool, why string) {
	if !c.proves || level*slack >= 1 {
		return false, ""
	}
	return true, fmt.Sprintf("carries at most %.0f %% of the load that has to be in time, even with full batches", 100*level)
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
