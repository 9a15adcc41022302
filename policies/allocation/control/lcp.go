package control

import (
	"fmt"
	"math"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize/classic"
	"wavetank/sim/kernel"
)

// prices are the costs of one replica of a model's cheapest deployment. A replica pays its part of
// a machine that is filled with such replicas.
type prices struct {
	capacity float64 // requests per second that it counts for
	hour     float64 // US dollars
	added    float64 // US dollars while it boots and loads
	most     int     // replicas that the limits on machines allow
}

// pricesOf returns the prices of a model; ok is false where no deployment of it can be used.
func pricesOf(s *allocation.Situation, m int, switching float64) (p prices, ok bool) {
	if len(s.Cheapest[m]) == 0 {
		return prices{}, false
	}
	d := s.Cheapest[m][0]
	c := &s.Problem.Configurations[d]
	p = prices{capacity: c.Capacity, hour: s.Problem.Types[c.Type].Price / float64(s.Problem.PerMachine(d))}
	p.added = switching * p.hour * s.Lead[m].Hours()
	for _, d := range s.Cheapest[m] {
		p.most += most(s, d)
	}
	p.most = min(p.most, allocation.MostKept)
	return p, p.capacity > 0
}

// needed returns the replicas that a load needs, at most what the limits allow.
func (p *prices) needed(load float64) int { return min(whole(load/p.capacity), p.most) }

// amount returns the capacity of n replicas, in requests per second, less a rounding margin, so
// that no plan adds a replica.
func (p *prices) amount(n int) float64 { return float64(n) * p.capacity * (1 - 1e-9) }

// missing returns the cost of a missing replica for a while: more than any plan can save by it.
func (p *prices) missing(rent float64) float64 { return 1000 * (rent + p.added + 1e-9) }

func checkSwitching(switching float64) error {
	if !(switching >= 0) || math.IsInf(switching, 0) {
		return fmt.Errorf("switching: %v is not a number of at least 0", switching)
	}
	return nil
}

// LCP is lazy capacity provisioning for each model (classic.Lazy). It adds the replicas that the
// demand needs at once. It keeps a replica that is not needed until the rent equals the cost of
// booting and loading it again. It is for one run.
type LCP struct {
	switching float64
	models    []lazy
	last      kernel.Time
}

// lazy is the rule of one model.
type lazy struct {
	*classic.Lazy
	most int
}

// NewLCP returns the controller. Switching multiplies the price of an added replica, which is its
// rent while it boots and loads.
func NewLCP(switching float64) (*LCP, error) {
	return &LCP{switching: switching}, checkSwitching(switching)
}

// Control implements allocation.Controller. The time since the last decision counts as a period of
// the present demand.
func (l *LCP) Control(s *allocation.Situation) allocation.Wanted {
	demand, now := s.Demand.Total(), s.View.Now()
	span := now.Sub(l.last)
	if l.models == nil {
		l.models, span = make([]lazy, len(demand)), s.View.Period()
	}
	l.last = now
	w := allocation.Wanted{Amount: demand}
	for m := range demand {
		p, ok := pricesOf(s, m, l.switching)
		if !ok {
			continue
		}
		of := &l.models[m]
		if of.Lazy == nil {
			*of = lazy{classic.NewLazy(p.most, p.added), p.most}
		}
		need, rent := min(p.needed(demand[m]), of.most), p.hour*span.Hours()
		n := of.Next(func(x int) float64 { return rent*float64(x) + p.missing(rent)*float64(max(0, need-x)) })
		if n > need { // what is needed may be more than the limits allow
			w.Amount[m] = p.amount(n)
		}
	}
	return w
}

// Unserved implements allocation.Controller.
func (l *LCP) Unserved(demand, planned []float64) []float64 {
	return allocation.Shortfall(demand, planned)
}
