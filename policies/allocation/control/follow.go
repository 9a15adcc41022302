package control

import "wavetank/policies/allocation"

// Follow asks at once for the capacity that the demand needs, regardless of the present fleet.
type Follow struct{}

// Control implements allocation.Controller.
func (Follow) Control(s *allocation.Situation) allocation.Wanted {
	return allocation.Wanted{Amount: s.Demand.Total()}
}

// Unserved implements allocation.Controller.
func (Follow) Unserved(demand, planned []float64) []float64 {
	return allocation.Shortfall(demand, planned)
}
