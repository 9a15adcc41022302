package theory

import (
	"errors"
	"regexp"
)

// Tandem is a line of M/M/1 stations. At every instant, the numbers at the stations are independent
// (Jackson, 1957).
type Tandem struct {
	Stations []MM1
	L, W     float64
	Empty    float64 // probability that all stations are empty
}

// NewTandem solves the line for the arrival rate and the service rates of its stations.
func NewTandem(lambda float64, mus ...float64) (Tandem, error) {
	var c checks
	c.count("stations", len(mus), 1, mostStates)
	q := Tandem{Empty: 1}
	for i, mu := range mus {
		station, err := NewMM1(lambda, mu)
		if err != nil {
			c.fault("station %d: %w", i+1, err)
		}
		q.Stations = append(q.Stations, station)
		q.L += station.L
		q.W += station.W
		q.Empty *= 1 - station.Rho
	}
	return q, c.err()
}

func (q Tandem) quantities() []quantity {
	return []quantity{plain("W_total", q.W), plain("L_total", q.L), plain("P(all empty)", q.Empty)}
}

// FeedbackNetwork is a network of station A followed by station B. From B a customer goes back to A
// with a fixed probability. Each station is an M/M/c queue whose arrivals are all visits (Jackson,
// 1957).
type FeedbackNetwork struct {
	Visits float64 // visits per unit of time to each station
	A, B   MMc
	W      float64 // mean time from arrival to departure, over all visits
}

// Station is a pool of servers in a network, with its service rate per server.
type Station struct {
	Servers int
	Mu      float64
}

// NewFeedback solves the network for the arrival rate, the stations, and the probability of going
// back.
func NewFeedback(lambda float64, a, b Station, back float64) (FeedbackNetwork, error) {
	var c checks
	c.positive("lambda", lambda)
	if !(back >= 0 && back < 1) {
		c.fault("the chance of going back is %v, not in [0, 1)", back)
	}
	if err := c.err(); err != nil {
		return FeedbackNetwork{}, err
	}
	q := FeedbackNetwork{Visits: lambda / (1 - back)}
	var err error
	if q.A, err = NewMMc(a.Servers, q.Visits, a.Mu); err != nil {
		c.fault("station A: %w", err)
	}
	if q.B, err = NewMMc(b.Servers, q.Visits, b.Mu); err != nil {
		c.fault("station B: %w", err)
	}
	q.W = (q.A.L + q.B.L) / lambda
	return q, c.err()
}

func (q FeedbackNetwork) quantities() []quantity {
	return []quantity{
		plain("gamma", q.Visits), plain("LA", q.A.L), plain("LB", q.B.L), plain("WA", q.A.W), plain("WB", q.B.W),
		plain("L_total", q.A.L+q.B.L), plain("W_total", q.W),
	}
}

var feedbackName = regexp.MustCompile(`^A:M/M/(\d+) mu=([^,]+),B:M/M/(\d+) mu=([^,]+),pBA=([^,]+)\)$`)

// readFeedback reads the stations from the name of the family, as in "A:M/M/2 mu=1,B:M/M/1
// mu=2,pBA=0.25)".
func readFeedback(r *reader) ([]quantity, error) {
	lambda := r.number("lam")
	a, b, back := r.stations()
	if err := errors.Join(r.faults...); err != nil {
		return nil, err
	}
	return solved(NewFeedback(lambda, a, b, back))
}

// stations returns the two stations in the name of the family, and the probability of going back.
func (r *reader) stations() (a, b Station, back float64) {
	part := feedbackName.FindStringSubmatch(r.variant)
	if part == nil {
		r.fault("the stations %q are not written A:M/M/2 mu=1,B:M/M/1 mu=2,pBA=0.25", r.variant)
		return a, b, 0
	}
	station := func(servers, mu string) Station {
		return Station{Servers: int(min(r.parse("servers", servers), mostStates+1)), Mu: r.parse("mu", mu)}
	}
	return station(part[1], part[2]), station(part[3], part[4]), r.parse("pBA", part[5])
}

// Stations parses the rest of the name of a network with feedback, after its opening bracket, as in
// "A:M/M/2 mu=1,B:M/M/1 mu=2,pBA=0.25)". It returns the two stations, and the probability of going
// back from the second to the first.
func Stations(variant string) (a, b Station, back float64, err error) {
	r := &reader{variant: variant}
	a, b, back = r.stations()
	return a, b, back, errors.Join(r.faults...)
}

// ForkJoin is a system of two equal M/M/1 stations. Each serves one half of every job. A job is
// done when both halves are done.
type ForkJoin struct {
	L, W float64
}

// NewForkJoin solves the system for the arrival rate of jobs and the service rate of halves: W =
// (12−ρ)/8 · 1/(μ−λ) (Flatto and Hahn, 1984; Nelson and Tantawi, 1988).
func NewForkJoin(lambda, mu float64) (ForkJoin, error) {
	station, err := NewMM1(lambda, mu)
	w := (12 - station.Rho) / 8 * station.W
	return ForkJoin{L: lambda * w, W: w}, err
}

func (q ForkJoin) quantities() []quantity { return []quantity{plain("W", q.W), plain("L", q.L)} }
