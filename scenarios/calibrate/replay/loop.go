package replay

import (
	"math"
	"slices"

	"wavetank/scenarios/calibrate/measured"
)

// ClientLoop says that each of some clients sends its next request after its last one has ended and
// a pause, in seconds.
type ClientLoop struct {
	Clients int
	Pause   float64
}

// FindLoop reports whether a log is that of a closed loop. If at most n requests are in flight,
// then request n + k is sent after k others have ended. In a closed loop it is sent soon after
// that. The pause is the median.
func FindLoop(log []measured.LoggedRequest) (ClientLoop, bool) {
	const (
		few   = 3    // rounds of all clients that a loop has at least
		most  = 0.9  // share of requests that are sent soon after an end
		short = 0.05 // longest such pause, relative to the mean time of a request
	)
	ends, whole := make([]float64, len(log)), 0.0
	for i, m := range log {
		ends[i] = m.Last
		whole += m.Last - m.Sent
	}
	slices.Sort(ends)
	whole /= max(1, float64(len(log)))
	late := 1e-6 + 0.002*whole // an end may be logged so much later than the next request
	clients, ended := 0, 0
	for i, m := range log {
		for ended < len(ends) && ends[ended] <= m.Sent+late {
			ended++
		}
		clients = max(clients, i+1-ended)
	}
	if clients < 1 || len(log) < max(10, few*clients) {
		return ClientLoop{}, false
	}
	var pauses []float64
	for k, m := range log[clients:] {
		pauses = append(pauses, max(0, m.Sent-ends[k]))
	}
	slices.Sort(pauses)
	if pauses[int(most*float64(len(pauses)))] > short*whole {
		return ClientLoop{}, false
	}
	return ClientLoop{Clients: clients, Pause: math.Round(1e6*pauses[len(pauses)/2]) / 1e6}, true
}

// Loop makes the demand of a load that of a closed loop. The first requests keep their instants.
func (e *MeasuredLoad) Loop(l ClientLoop) {
	e.Demand.Cap, e.Demand.Pause = l.Clients, l.Pause
	e.Demand.Requests = slices.Clone(e.Demand.Requests)
	for i := l.Clients; i < len(e.Demand.Requests); i++ {
		e.Demand.Requests[i].Arrival = 0
	}
}
