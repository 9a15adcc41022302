package ordering

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Fair gives each class or tenant a share of the service in proportion to its weight, as long as it
// has requests. Within a class or tenant, requests are served first come, first served. Each model
// has its own queue. The rule is start-time fair queueing. Source: Goyal, Vin and Cheng, IEEE/ACM
// Transactions on Networking, 1997.
//
//   - A request has the tag max(V, F). V is the tag of the request of the model that started last.
//     F is the tag of the request of the same class or tenant that arrived before, plus its cost
//     divided by its weight.
//   - The smallest tag is served first. A service that has begun is not interrupted.
//
// So a class that was idle saves nothing up, and a class that sends more than its share delays only
// itself.
type Fair struct {
	sim.Handlers
	by     FairFlow
	cost   FairCost
	shares map[string]float64
	weight []float64         // per class or tenant: its weight; 0: not asked for yet
	finish [][]float64       // per model: F of each class or tenant
	now    []float64         // per model: V
	tags   map[int64]fairTag // of waiting requests, by their ordinals
}

// fairTag is the tag of a request, and F after it.
type fairTag struct{ at, finish float64 }

// FairFlow says whose requests have a share together.
type FairFlow string

// FairCost says how much of its share a request uses.
type FairCost string

// The flows and the costs of Fair.
const (
	FairByClass  FairFlow = "class"
	FairByTenant FairFlow = "tenant"

	CostRequests FairCost = "requests"
	CostTokens   FairCost = "tokens"
	CostWork     FairCost = "work"
)

// Choices implements strict.Chooser.
func (FairFlow) Choices() []string { return []string{string(FairByClass), string(FairByTenant)} }

// Choices implements strict.Chooser.
func (FairCost) Choices() []string {
	return []string{string(CostRequests), string(CostTokens), string(CostWork)}
}

// NewFair returns the order. The weights are those of the named classes or tenants; others have
// weight 1.
func NewFair(by FairFlow, cost FairCost, shares map[string]float64) (*Fair, error) {
	var faults []error
	if !slices.Contains(by.Choices(), string(by)) {
		faults = append(faults, fmt.Errorf("by: %q is none of %s", by, strings.Join(by.Choices(), ", ")))
	}
	if !slices.Contains(cost.Choices(), string(cost)) {
		faults = append(faults, fmt.Errorf("cost: %q is none of %s", cost, strings.Join(cost.Choices(), ", ")))
	}
	for _, name := range slices.Sorted(maps.Keys(shares)) {
		if w := shares[name]; !(w >= 1e-3 && w <= 1e3) {
			faults = append(faults, fmt.Errorf("shares.%s: %v is outside [0.001, 1000]", name, w))
		}
	}
	f := &Fair{by: by, cost: cost, shares: shares, tags: map[int64]fairTag{}}
	f.On(f.started, sim.RequestStarted)
	f.On(f.ended, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn)
	return f, errors.Join(faults...)
}

// tagUnit is the unit of ranks: tags are rounded to so many parts of a cost of 1.
const tagUnit = 1 << 20

// Rank implements sim.Order. A request that waits keeps its rank.
func (f *Fair) Rank(v *sim.View, r *fleet.Request) int64 {
	if t, ok := f.tags[r.Ordinal]; ok {
		return t.rank()
	}
	flow := f.flowOf(r)
	f.now, f.finish = fleet.AtLeast(f.now, r.Model), fleet.AtLeast(f.finish, r.Model)
	f.finish[r.Model] = fleet.AtLeast(f.finish[r.Model], int32(flow))
	last := &f.finish[r.Model][flow]
	t := fairTag{at: max(f.now[r.Model], *last)}
	t.finish = t.at + f.costOf(v, r)/f.weightOf(v, flow)
	*last, f.tags[r.Ordinal] = t.finish, t
	return t.rank()
}

// rank returns a tag as a rank.
func (t fairTag) rank() int64 { return int64(min(math.Round(t.at*tagUnit), 1<<62)) }

// flowOf returns the class or tenant of a request.
func (f *Fair) flowOf(r *fleet.Request) int {
	if f.by == FairByTenant {
		return int(r.Tenant)
	}
	return int(r.Class)
}

// costOf returns the cost of a request.
func (f *Fair) costOf(v *sim.View, r *fleet.Request) float64 {
	switch f.cost {
	case CostTokens:
		return max(1, float64(r.Input)+float64(r.Output))
	case CostWork:
		return v.Spec().WorkOf(r)
	}
	return 1
}

// weightOf returns the weight of a class or tenant.
func (f *Fair) weightOf(v *sim.View, flow int) float64 {
	f.weight = fleet.AtLeast(f.weight, int32(flow))
	if w := &f.weight[flow]; *w == 0 {
		*w = 1
		if share, ok := f.shares[f.nameOf(v.Spec(), flow)]; ok {
			*w = share
		}
	}
	return f.weight[flow]
}

// nameOf returns the name of a class or tenant, or "" if it has none.
func (f *Fair) nameOf(c *fleet.Spec, flow int) string {
	switch {
	case f.by == FairByTenant && flow < len(c.Tenants):
		return c.Tenants[flow]
	case f.by == FairByClass && flow < len(c.Classes):
		return c.Classes[flow].Name
	}
	return ""
}

// started moves V to the tag of a request that starts.
func (f *Fair) started(fact *sim.Fact) {
	t, ok := f.tags[fact.Request.Ordinal]
	if !ok {
		return // it was handed over, and started before
	}
	f.now[fact.Request.Model] = max(f.now[fact.Request.Model], t.at)
	delete(f.tags, fact.Request.Ordinal)
}

// ended forgets a request that has left the line. If it was the last of its class or tenant, it has
// used nothing of its share.
func (f *Fair) ended(fact *sim.Fact) {
	r := fact.Request
	t, ok := f.tags[r.Ordinal]
	if !ok {
		return
	}
	if last := &f.finish[r.Model][f.flowOf(r)]; *last == t.finish {
		*last = t.at
	}
	delete(f.tags, r.Ordinal)
}

// Discipline implements sim.Order.
func (*Fair) Discipline() sim.Discipline { return sim.Line }

// String returns "fair", with the parameters that differ from their defaults.
func (f *Fair) String() string {
	var parts []string
	if f.by != FairByClass {
		parts = append(parts, "by "+string(f.by))
	}
	if f.cost != CostRequests {
		parts = append(parts, "cost "+string(f.cost))
	}
	for _, name := range slices.Sorted(maps.Keys(f.shares)) {
		parts = append(parts, fmt.Sprintf("%s %g", name, f.shares[name]))
	}
	if len(parts) == 0 {
		return "fair"
	}
	return "fair(" + strings.Join(parts, ", ") + ")"
}
