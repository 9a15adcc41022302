package routing

import (
	"fmt"
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// PeakEWMA gives each request to the open replica with the least cost. Ties go to the lowest
// identity.
//
//	cost      (unfinished requests + 1) × the latency estimate
//
//	estimate  a latency above the estimate replaces it at once; after a lower latency the estimate
//	          becomes the mean of estimate and latency, with weights w and 1−w, where
//	          w = e^(−t/decay) and t is the time since the last latency; without new latencies
//	          the estimate falls as e^(−t/decay)
//
// A replica without a known latency comes first while it is idle, and last otherwise. The rule is
// "peak EWMA" of Twitter's Finagle. But Finagle takes the better of two sampled replicas, and this
// router the best of all.
type PeakEWMA struct {
	decay    time.Duration
	order    *fleet.Measure
	known    []estimate        // per replica
	outdated []fleet.ReplicaID // replicas whose estimate has changed since the last decision
}

// estimate is the latency estimate of a replica.
type estimate struct {
	nanoseconds float64
	at          kernel.Time
	height      float64 // logarithm of the estimate, as if it decayed since the run's start
	seen        bool
	outdated    bool
}

// DefaultDecay is the default time in which an estimate falls to 1/e of its value.
const DefaultDecay = 10 * time.Second

// NewPeakEWMA returns the router.
func NewPeakEWMA(decay time.Duration) (*PeakEWMA, error) {
	if decay < time.Millisecond {
		return nil, fmt.Errorf("decay: %v is below 1ms", decay)
	}
	p := &PeakEWMA{decay: decay}
	p.order = &fleet.Measure{Key: p.cost}
	return p, nil
}

// cost ranks replicas by the logarithm of their cost. All estimates decay at the same rate, so the
// order of two replicas stays while nothing happens to them.
func (p *PeakEWMA) cost(f *fleet.Fleet, at fleet.ReplicaID) float64 {
	n := float64(f.Outstanding(at))
	p.known = fleet.AtLeast(p.known, at)
	const beyond = 1e14 // the height of every estimate is within ±beyond
	if e := &p.known[at]; e.seen {
		return e.height + math.Log(n+1)
	}
	if n == 0 {
		return -beyond
	}
	return beyond + n
}

// Wants implements sim.Selective.
func (*PeakEWMA) Wants(kind sim.FactKind) bool { return kind == sim.RequestFinished }

// Observe implements sim.Observer. It learns the latency of each finished request.
func (p *PeakEWMA) Observe(fact *sim.Fact) {
	if fact.Kind != sim.RequestFinished {
		return
	}
	p.known = fleet.AtLeast(p.known, fact.Replica)
	e := &p.known[fact.Replica]
	latency := max(float64(fact.Span), 1)
	keep := math.Exp(-float64(fact.At.Sub(e.at)) / float64(p.decay))
	if !e.seen || latency > e.nanoseconds*keep {
		e.nanoseconds = latency
	} else {
		e.nanoseconds = e.nanoseconds*keep + latency*(1-keep)
	}
	e.at, e.seen = fact.At, true
	e.height = math.Log(e.nanoseconds) + float64(fact.At)/float64(p.decay)
	if !e.outdated {
		e.outdated = true
		p.outdated = append(p.outdated, fact.Replica)
	}
}

// Route implements sim.Router.
func (p *PeakEWMA) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	for _, at := range p.outdated {
		v.Rerank(p.order, at)
		p.known[at].outdated = false
	}
	p.outdated = p.outdated[:0]
	at, _ := v.Least(r.Model, p.order)
	return at
}

// String returns "peak-ewma", with the decay if it differs from its default.
func (p *PeakEWMA) String() string {
	if p.decay == DefaultDecay {
		return "peak-ewma"
	}
	return fmt.Sprintf("peak-ewma(decay %v)", p.decay)
}
