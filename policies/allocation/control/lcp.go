package control

import (
	"fmt"
	"math"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize/classic"
	"wavetank/sim/kernel"
)

// prices are the costs of one replica of a model's cheapest deployment. A replica costs its part of
// the price of a machine that is filled with such replicas.
type prices struct {
	capacity float64 // planned capacity, in requests per second
	hour     float64 // rent, in US dollars per hour
	added    float64 // cost of the boot and load, in US dollars
	most     int     // number of replicas that the limits on machines allow
}

// pricesOf returns the prices of a model. ok is false if none of its deployments can be used.
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

// needed returns the number of replicas that a load needs, but at most as many as the limits allow.
func (p *prices) needed(load float64) int { return min(whole(load/p.capacity), p.most) }

// amount returns the capacity of n replicas, in requests per second. It subtracts a margin for
// rounding errors, so that no plan needs n + 1 replicas for it.
func (p *prices) amount(n int) float64 { return float64(n) * p.capacity * (1 - 1e-9) }

// missing returns the cost of a missing replica over a time in which its rent would be the given
// sum. It is far more than a plan can save by leaving it out.
func (p *prices) missing(rent float64) float64 { return 1000 * (rent + p.added + 1e-9) }

func checkSwitching(switching float64) error {
	if !(switching >= 0) || math.IsInf(switching, 0) {
		return fmt.Errorf("switching: %v is not a number of at least 0", switching)
	}
	return nil
}

// LCP is lazy capacity provisioning for each model (classic.Lazy). If the demand needs more
// replicas, it adds them at once. It keeps a replica that is not needed until its rent equals the
// cost of booting and loading it again. An LCP serves one run.
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

// NewLCP returns the controller. Switching is a factor on the cost of an added replica, which is
// its rent while it boots and loads.
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
		if n > need { // otherwise ask for all of the demand, even beyond the limits
			w.Amount[m] = p.amount(n)
		}
	}
	return w
}

// Unserved implements allocation.Controller.
func (l *LCP) Unserved(demand, planned []float64) []float64 {
	return allocation.Shortfall(demand, planned)
}
