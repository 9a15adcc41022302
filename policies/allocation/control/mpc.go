package control

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize/classic"
	"wavetank/sim/fleet"
)

// MPC is model predictive control of each model with a receding horizon. At each decision it plans
// the cheapest numbers of replicas for the forecast of the next periods, and carries out the first
// step. An MPC serves one run.
type MPC struct {
	switching float64
	periods   int
}

// DefaultMPCPeriods is the default number of control periods that MPC plans.
const DefaultMPCPeriods = 20

// NewMPC returns the controller. Periods is the number of control periods to plan. MPC plans more
// if an order takes longer: at least one period beyond the lead. Switching is a factor on the cost
// of an added replica, which is its rent while it boots and loads.
func NewMPC(switching float64, periods int) (*MPC, error) {
	err := checkSwitching(switching)
	if periods < 1 || periods > 1000 {
		err = errors.Join(err, fmt.Errorf("periods: %d is outside [1, 1000]", periods))
	}
	return &MPC{switching, periods}, err
}

// Control implements allocation.Controller.
func (c *MPC) Control(s *allocation.Situation) allocation.Wanted {
	demand := s.Demand.Total()
	w := allocation.Wanted{Amount: demand}
	period := max(s.View.Period(), time.Second)
	for m := range demand {
		p, ok := pricesOf(s, m, c.switching)
		if !ok {
			continue
		}
		h := horizon{prices: p, rent: p.hour * period.Hours()}
		dead := 0
		if s.View.Active() > 0 { // the first fleet is ready at once
			dead = int((s.Lead[m] + period - 1) / period)
		}
		h.committed = coming(s, fleet.ModelID(m), p.capacity, dead+1, period)
		now := 0. // the largest load until an order made now serves
		for t := range max(c.periods, dead+1) {
			load := c.load(s, m, t, dead)
			h.need = append(h.need, load/p.capacity)
			if t <= dead {
				now = max(now, load)
			}
		}
		w.Amount[m] = now
		if n := h.now(); n > p.needed(now) {
			w.Amount[m] = p.amount(n)
		}
	}
	return w
}

// load returns the expected load of a model t periods from now, in requests per second. It contains
// the backlog until an order made now serves, which is after dead periods.
func (c *MPC) load(s *allocation.Situation, m, t, dead int) float64 {
	load := s.Demand.Load[m]
	if s.Demand.Ahead != nil {
		load = s.Demand.Ahead(m, t+1)
	}
	if s.Demand.Backlog != nil && t <= dead {
		load += s.Demand.Backlog[m]
	}
	return max(0, load)
}

// Unserved implements allocation.Controller.
func (c *MPC) Unserved(demand, planned []float64) []float64 {
	return allocation.Shortfall(demand, planned)
}

// horizon is the planning problem of one model, in replicas of its cheapest deployment. It is this
// linear program, where x(t) replicas exist or are ordered in period t, s(t) are added, and u(t)
// are missing:
//
//	min Σ rent·x(t) + added·s(t) + missing·u(t)
//	x(t) − x(t−1) ≤ s(t),  x(t) + u(t) ≥ need(t),
//
// In the first periods, before an order made now serves, only the committed replicas can serve. The
// rows form an interval matrix. So if needs are whole numbers, the corners of the program are
// whole, too, and dynamic programming finds an optimal one (classic.RightSizing).
type horizon struct {
	prices
	rent      float64   // rent of a replica for a period, in US dollars
	need      []float64 // replicas needed, per period
	committed []float64 // replicas that serve without new orders; until an order made now serves
}

// start returns the number of replicas that exist or have been ordered.
func (h *horizon) start() int {
	return int(math.Round(h.committed[len(h.committed)-1]))
}

// path returns the cheapest number of replicas in each period. Ordered replicas count.
func (h *horizon) path() []int {
	dead := len(h.committed) - 1
	top, start := 0, h.start()
	for _, need := range h.need {
		top = max(top, min(whole(need), h.most))
	}
	p := classic.RightSizing{
		Periods: len(h.need), Most: max(top, start), Start: start, Switch: h.added,
		Cost: func(t, x int) float64 {
			serve := float64(x)
			if t < dead {
				if x > start {
					return math.Inf(1)
				}
				serve = min(serve, h.committed[t])
			}
			missing := max(0, float64(min(whole(h.need[t]), h.most))-serve)
			return h.rent*float64(x) + h.missing(h.rent)*missing
		},
	}
	path, _ := p.Solve()
	return path
}

// now returns the number of replicas to have now, including those to order now.
func (h *horizon) now() (n int) {
	for _, x := range h.path()[:len(h.committed)] {
		n = max(n, x)
	}
	return n
}

// coming returns how many replicas a model has ready 0, 1, 2, … periods from now if nothing more is
// ordered. Each replica counts as its capacity over the given capacity.
func coming(s *allocation.Situation, m fleet.ModelID, capacity float64, periods int, length time.Duration) []float64 {
	v, ready := s.View, make([]float64, periods)
	for i := range v.Active() {
		r := v.Replica(v.ActiveAt(i))
		if r.Model != m || r.State != fleet.Ready && r.State != fleet.Loading {
			continue
		}
		part := s.Problem.Configurations[r.Deployment].Capacity / capacity
		at := v.Expected(v.ActiveAt(i))
		for t := range ready {
			if at <= v.Now().Add(time.Duration(t)*length) {
				ready[t] += part
			}
		}
	}
	return ready
}
