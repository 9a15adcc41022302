package file

import (
	"fmt"
	"math"

	"wavetank/scenarios/strict"
)

// LeastLoad and MostLoad are the limits on the factor on all arrivals.
const (
	LeastLoad = 1e-6
	MostLoad  = 1e6
)

// LoadFactor returns the factor on the arrivals of all streams: Load, or 1.
//
//   - The rates of a process are multiplied. Times in its shape (the length of a day, a step or a
//     state) stay.
//   - Requests of a trace come as many times on average (workload.Lane.Multiply).
//   - The numbers of clients, and of requests that senders have in flight at most, are multiplied
//     (Senders).
func (s *Scenario) LoadFactor() float64 {
	if s.Load == nil {
		return 1
	}
	return float64(*s.Load)
}

// Senders returns a number of clients, or of requests in flight, multiplied by the LoadFactor and
// rounded; at least 1.
func (s *Scenario) Senders(n int) int {
	return int(max(1, math.Round(float64(n)*s.LoadFactor())))
}

// checkLoad reports a faulty factor, and a factor with which the arrivals of a stream are not
// possible.
func (s *Scenario) checkLoad(report func(path, message string)) {
	f := s.LoadFactor()
	if !(f >= LeastLoad && f <= MostLoad) {
		report("load", fmt.Sprintf("%v is outside 0.000001x to 1000000x", *s.Load))
		return
	}
	for i := range s.Workload {
		w := &s.Workload[i]
		if _, wrong := w.Arrivals.Process(1); wrong != nil {
			continue // the arrivals report their own faults
		}
		if _, err := w.Arrivals.Process(f); err != nil {
			report(strict.Resting("load", fmt.Sprintf("workload[%d].arrivals", i)), fmt.Sprintf("the stream %s cannot have %v times its arrivals: %v", w.Label(), f, err))
		}
		if c := w.Arrivals.Clients(); c != nil && float64(c.Count)*f > mostClients {
			report("load", fmt.Sprintf("the stream %s has %.0f clients then; at most %d are allowed", w.Label(), float64(c.Count)*f, mostClients))
		}
	}
}
