package optimize

// Matched is what comes of giving each demand the resource of the same index.
type Matched struct {
	Given    []float64 // min(resource, demand)
	Served   float64   // Σ given
	Shortage float64   // Σ demand not met
	Waste    float64   // Σ resource not used
}

// Schedule gives every demand its own resource, up to the demand. Both have the same length; what is longer
// counts as shortage or waste.
func Schedule(resource, demand []float64) Matched {
	m := Matched{Given: make([]float64, max(len(resource), len(demand)))}
	at := func(v []float64, k int) float64 {
		if k < len(v) {
			return v[k]
		}
		return 0
	}
	for k := range m.Given {
		r, d := at(resource, k), at(demand, k)
		m.Given[k] = min(r, d)
		m.Served += m.Given[k]
		m.Shortage += max(0, d-r)
		m.Waste += max(0, r-d)
	}
	return m
}

// Adjust moves a resource towards its demand by the share alpha of what is missing: r + alpha·(d − r). Repeated
// on a constant demand it converges for 0 < alpha < 2, without overshoot for alpha ≤ 1; when it sees its own
// actions only n steps later it converges for 0 < alpha < 2·sin(π/(2(2n+1))).
func Adjust(resource, demand, alpha float64) float64 { return resource + alpha*(demand-resource) }
