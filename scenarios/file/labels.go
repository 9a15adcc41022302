package file

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/workload/distribution"
)

// Class is a service level class of requests.
type Class struct {
	Name     string  `yaml:"name,required" doc:"name of the class"`
	SLO      *SLO    `yaml:"slo,omitempty" doc:"objective of its requests; the objective of their model when not given"`
	Priority int     `yaml:"priority" doc:"urgency; a lower number is more urgent"`
	Weight   float64 `yaml:"weight" doc:"weight of a request, relative to those of other classes"`
}

// Patience is the random time that a request waits for its start before it gives up.
type Patience struct {
	Mean         quantity.Duration `yaml:"mean,required" doc:"mean time that a request waits for its start before it gives up"`
	Distribution Service           `yaml:"distribution" was:"law" doc:"distribution of this time, scaled to the mean"`
}

// Sessions groups the requests of a stream into sessions.
type Sessions struct {
	MeanRequests float64 `yaml:"mean-requests,required" doc:"mean number of requests of a session; the number is geometrically distributed"`
	Open         int     `yaml:"open" doc:"sessions open at a time; each request belongs to one of them, all equally likely"`
}

// Tenants are the senders of a stream's requests. They are given by their number, with shares after
// Zipf's law, or by their names with a share each.
type Tenants struct {
	counted
	Shares strict.Ordered[float64]
}

// counted is the form of Tenants with a number of tenants, called t1, t2 and so on.
type counted struct {
	Count int     `yaml:"count,required" doc:"number of tenants, called t1, t2 and so on"`
	Zipf  float64 `yaml:"zipf" doc:"exponent of Zipf's law: the share of rank r is proportional to r^-zipf; 0 gives equal shares"`
}

const mostTenants = 100_000

// SetDefaults implements strict.Defaulter.
func (c *Class) SetDefaults() { c.Weight = 1 }

// SetDefaults implements strict.Defaulter.
func (p *Patience) SetDefaults() { p.Distribution.Choose("deterministic", nil) }

// SetDefaults implements strict.Defaulter.
func (s *Sessions) SetDefaults() { s.Open = 100 }

// DecodeNode implements strict.NodeDecoder.
func (t *Tenants) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.Get("count") != nil || n.Get("zipf") != nil {
		d.Decode(n, &t.counted)
	} else {
		d.Decode(n, &t.Shares)
	}
}

// Shapes implements strict.Shaper.
func (Tenants) Shapes() []any {
	return []any{counted{}, strict.RawSchema{
		"type": "object", "additionalProperties": map[string]any{"type": "number"},
		"propertyNames": map[string]any{"not": map[string]any{"enum": []string{"count", "zipf"}}},
	}}
}

// EncodeValue implements strict.ValueEncoder.
func (t Tenants) EncodeValue() any {
	if t.Count > 0 {
		return t.counted
	}
	return t.Shares
}

// Check implements strict.Checker.
func (c *Class) Check(_ *strict.Node, report func(path, message string)) {
	checkName(report, "name", c.Name)
	if !(c.Weight >= 0 && c.Weight <= 1e9) {
		report("weight", fmt.Sprintf("%v is outside 0 to 1e9", c.Weight))
	}
}

// Check implements strict.Checker.
func (p *Patience) Check(_ *strict.Node, report func(path, message string)) {
	positive(report, "mean", p.Mean)
}

// Check implements strict.Checker.
func (s *Sessions) Check(_ *strict.Node, report func(path, message string)) {
	if !(s.MeanRequests >= 1 && s.MeanRequests <= 1e9) {
		report("mean-requests", fmt.Sprintf("%v is outside 1 to 1e9", s.MeanRequests))
	}
	if s.Open < 1 || s.Open > 1_000_000 {
		report("open", fmt.Sprintf("%d is outside 1 to 1000000", s.Open))
	}
}

// Check implements strict.Checker.
func (t *Tenants) Check(_ *strict.Node, report func(path, message string)) {
	if len(t.Shares) > 0 {
		for _, s := range t.Shares {
			checkName(report, JoinPath("", s.Key), s.Key)
		}
		checkShares(t.Shares, "", report)
		return
	}
	if t.Count < 1 || t.Count > mostTenants {
		report("count", fmt.Sprintf("%d is outside 1 to %d", t.Count, mostTenants))
	}
	if !(t.Zipf >= 0 && t.Zipf <= 20) {
		report("zipf", fmt.Sprintf("%v is outside 0 to 20", t.Zipf))
	}
}

// List returns the tenants with their weights.
func (t *Tenants) List() (names []string, weights []float64) {
	for _, s := range t.Shares {
		names, weights = append(names, s.Key), append(weights, s.Value)
	}
	if len(t.Shares) > 0 {
		return names, weights
	}
	n := min(t.Count, mostTenants) // Check reports a larger count
	for i := range n {
		names = append(names, fmt.Sprintf("t%d", i+1))
	}
	return names, distribution.ZipfWeights(n, t.Zipf)
}
