package metrics

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Balance measures how evenly the requests of a model are spread over its replicas. The load of a
// replica in a control period is the number of requests that started there, divided by its planned
// capacity, so that replicas on fast and slow machines can be compared. Only replicas that were
// ready for the whole period count, in periods with at least two of them. In each period the
// largest load is divided by the mean load, and so is the standard deviation of the loads. The
// results are means over the periods, weighted by their requests.
//
// The first is the load imbalance of parallel computing, plus 1: Pearce, Gamblin, de Supinski,
// Schulz and Amato, "Quantifying the effectiveness of load balance algorithms", ICS 2012. The
// second is the coefficient of variation.
type Balance struct {
	sim.Handlers
	spec     *fleet.Spec
	span     MeasuredSpan
	until    kernel.Time // end of the open period
	replicas []replicaStarts
	ready    [][]fleet.ReplicaID // per model, with those that left in the open period
	left     []bool              // per model: some left in the open period
	models   []imbalance
	loads    []float64 // of the replicas of a model; used again
}

// replicaStarts counts the requests that started at a replica in the open period.
type replicaStarts struct {
	starts     int
	since      kernel.Time // it is ready since then
	deployment fleet.DeploymentID
	left       bool // it is not ready any more
}

// imbalance sums up periods, weighted by their requests.
type imbalance struct{ requests, peak, variation float64 }

// NewBalance returns the metric for a spec and a measured span. Series calls start for it.
func NewBalance(c *fleet.Spec, s MeasuredSpan) *Balance {
	b := &Balance{spec: c, span: s, until: kernel.Never, ready: make([][]fleet.ReplicaID, len(c.Models)), left: make([]bool, len(c.Models)), models: make([]imbalance, len(c.Models))}
	if s.Period > 0 {
		b.until = kernel.Time(s.Period)
	}
	b.On(b.come, sim.ReplicaReady)
	b.On(b.leave, sim.ReplicaDraining)
	b.On(func(f *sim.Fact) { b.advance(f.At) }, sim.Ended)
	return b
}

// start counts a request that starts at a replica.
func (b *Balance) start(f *sim.Fact) {
	if f.At >= b.until {
		b.advance(f.At)
	}
	if int(f.Replica) < len(b.replicas) {
		b.replicas[f.Replica].starts++
	}
}

func (b *Balance) come(f *sim.Fact) {
	b.advance(f.At)
	for int(f.Replica) >= len(b.replicas) {
		b.replicas = append(b.replicas, replicaStarts{})
	}
	b.replicas[f.Replica] = replicaStarts{since: f.At, deployment: f.Deployment}
	b.ready[f.Model] = append(b.ready[f.Model], f.Replica)
}

func (b *Balance) leave(f *sim.Fact) {
	b.advance(f.At)
	if int(f.Replica) < len(b.replicas) {
		b.replicas[f.Replica].left, b.left[f.Model] = true, true
	}
}

// advance closes the open period, if it ends at an instant or before. Nothing started in the
// periods between its end and that instant.
func (b *Balance) advance(at kernel.Time) {
	if at < b.until {
		return
	}
	period := kernel.Time(b.span.Period)
	if from := b.until - period; b.span.Has(from) && b.until <= b.span.Until {
		for m := range b.models {
			b.add(&b.models[m], b.ready[m], from)
		}
	}
	for m, list := range b.ready {
		if b.left[m] {
			list = slices.DeleteFunc(list, func(r fleet.ReplicaID) bool { return b.replicas[r].left })
			b.ready[m], b.left[m] = list, false
		}
		for _, r := range list {
			b.replicas[r].starts = 0
		}
	}
	b.until = (at/period + 1) * period
}

// add adds a period that began at an instant.
func (b *Balance) add(m *imbalance, ready []fleet.ReplicaID, from kernel.Time) {
	b.loads = b.loads[:0]
	requests, sum, most := 0.0, 0.0, 0.0
	for _, r := range ready {
		one := &b.replicas[r]
		capacity := b.spec.Deployments[one.deployment].Capacity
		if one.left || one.since > from || capacity <= 0 {
			continue
		}
		load := float64(one.starts) / capacity
		b.loads = append(b.loads, load)
		requests, sum, most = requests+float64(one.starts), sum+load, max(most, load)
	}
	n := float64(len(b.loads))
	if n < 2 || requests == 0 {
		return
	}
	mean, squares := sum/n, 0.0
	for _, load := range b.loads {
		squares += (load - mean) * (load - mean)
	}
	m.requests += requests
	m.peak += requests * most / mean
	m.variation += requests * math.Sqrt(squares/n) / mean
}

// Measures returns the imbalance of all models together and, if there are several, of each. It
// leaves out models that never had two replicas, and decode models.
func (b *Balance) Measures() (list []rows.Measurement) {
	var all imbalance
	apart := several(b.spec)
	for i, m := range b.models {
		if m.requests == 0 || b.spec.Decodes(fleet.ModelID(i)) {
			continue
		}
		all.requests, all.peak, all.variation = all.requests+m.requests, all.peak+m.peak, all.variation+m.variation
		if apart {
			list = append(list, m.measures(b.spec.Models[i].Name)...)
		}
	}
	if all.requests == 0 {
		return nil
	}
	return append(all.measures(rows.All), list...)
}

func (m *imbalance) measures(scope string) []rows.Measurement {
	return []rows.Measurement{measure(scope, "imbalance", "1", m.peak/m.requests), measure(scope, "imbalance_cv", "1", m.variation/m.requests)}
}
