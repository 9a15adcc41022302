package metrics

import (
	"math"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// MostTenants is the largest number of tenants that are measured one by one. If there are more,
// only the comparison of tenants is measured.
const MostTenants = 50

// cohorts measures the service of the requests of each class and tenant, as ServiceLevel does for
// models.
type cohorts struct {
	any     bool // there are classes or several tenants
	classes []outcomes
	tenants []outcomes    // empty if there are too many
	shares  []tenantShare // per tenant
}

// tenantShare counts the requests of a tenant, and those in time.
type tenantShare struct{ arrived, onTime int64 }

func newCohorts(c *fleet.Spec) cohorts {
	p := cohorts{any: len(c.Classes) > 0 || len(c.Tenants) > 0, classes: newOutcomes(len(c.Classes)), shares: make([]tenantShare, len(c.Tenants))}
	if len(c.Tenants) <= MostTenants {
		p.tenants = newOutcomes(len(c.Tenants))
	}
	return p
}

// count adds the end of one request.
func (p *cohorts) count(r *fleet.Request, e ending) {
	if class := int(r.Class); class < len(p.classes) {
		p.classes[class].count(e)
	}
	tenant := int(r.Tenant)
	if tenant < len(p.tenants) {
		p.tenants[tenant].count(e)
	}
	if tenant >= len(p.shares) || !e.came {
		return
	}
	if e.kind != sim.RequestRetried {
		p.shares[tenant].arrived++
	}
	if e.onTime {
		p.shares[tenant].onTime++
	}
}

// measures returns the numbers of every class and tenant, and of the comparison of tenants.
func (p *cohorts) measures(c *fleet.Spec, seconds float64) []rows.Measurement {
	var list []rows.Measurement
	add := func(s *outcomes, scope string) {
		list = append(list, s.measures(scope, seconds, math.NaN())...)
		if c.CanLoseReplicas() {
			list = append(list, s.losses(scope)...)
		}
	}
	for i := range p.classes {
		add(&p.classes[i], "class:"+c.Classes[i].Name)
	}
	for i := range p.tenants {
		add(&p.tenants[i], "tenant:"+c.Tenants[i])
	}
	if len(p.classes) > 0 {
		list = append(list, measure(rows.All, "weighted_attainment", "%", p.weighted(c)))
	}
	if len(p.shares) > 1 {
		index, worst, best := p.fairness()
		list = append(list, measure(rows.All, "fairness", "1", index),
			measure(rows.All, "tenant_attainment_min", "%", 100*worst), measure(rows.All, "tenant_attainment_max", "%", 100*best))
	}
	return list
}

// weighted returns the SLO attainment in percent, with each request weighted by its class. It
// returns NaN if there is no request.
func (p *cohorts) weighted(c *fleet.Spec) float64 {
	onTime, arrived := 0.0, 0.0
	for i := range p.classes {
		onTime += c.Classes[i].Weight * float64(p.classes[i].onTime)
		arrived += c.Classes[i].Weight * float64(p.classes[i].arrived())
	}
	return 100 * onTime / arrived
}

// fairness returns Jain's index of the attainments x of the n tenants, and the lowest and the
// highest of these. Tenants without requests are left out. The index is (Σx)²/(nΣx²), and NaN if
// all attainments are 0 (Jain, Chiu and Hawe, "A quantitative measure of fairness and
// discrimination for resource allocation in shared computer systems", DEC-TR-301, 1984).
func (p *cohorts) fairness() (index, worst, best float64) {
	sum, squares, n := 0.0, 0.0, 0.0
	worst, best = math.NaN(), math.NaN()
	for _, s := range p.shares {
		if s.arrived == 0 {
			continue
		}
		x := float64(s.onTime) / float64(s.arrived)
		if n == 0 {
			worst, best = x, x
		}
		worst, best = min(worst, x), max(best, x)
		sum, squares, n = sum+x, squares+x*x, n+1
	}
	return sum * sum / (n * squares), worst, best
}
