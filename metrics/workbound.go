package metrics

import (
	"slices"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// WorkBound measures a lower bound of the rent for the requests that were served. The bound of a
// request is the minimum, over all deployments of its model and all batch sizes that plans allow,
// of price × share of the machine × time of the batch ÷ requests in the batch. No fleet pays less
// for these requests, even if it knows the load beforehand. WorkBound counts the requests that
// arrived and finished in the measured span.
//
// For an LLM request, the time is the least time that its tokens add to steps. The constant part of
// a step is shared by the largest number of requests that can run in it.
type WorkBound struct {
	sim.Handlers
	spec   *fleet.Spec
	span   MeasuredSpan
	models []modelWork
}

// modelWork is the work of the requests of one model. There are several ways to count it. Each
// gives a lower bound, and the largest is used.
type modelWork struct {
	batches  batchWork
	engines  []engineWork // token replicas of the model, one element per deployment
	decoders []engineWork // token replicas of its decode model, one element per deployment
}

// NewWorkBound returns the metric for a spec and a measured span.
func NewWorkBound(c *fleet.Spec, s MeasuredSpan) *WorkBound {
	m := &WorkBound{spec: c, span: s, models: make([]modelWork, len(c.Models))}
	shares := newMachineShares(c)
	for id := range m.models {
		w := &m.models[id]
		w.batches = newBatchWork(c, fleet.ModelID(id), shares)
		w.engines = newEngineWorks(c, fleet.ModelID(id), shares)
		if d := c.Models[id].Decoder; d > 0 {
			w.decoders = newEngineWorks(c, d, shares)
		}
	}
	m.On(m.finished, sim.RequestFinished)
	if len(c.Clients) > 0 { // attempts whose answers nobody waits for need not be served
		m.On(asCalls(func(f *sim.Fact) {
			if f.Kind == sim.RequestFinished {
				m.finished(f)
			}
		}), sim.RequestFinished, sim.CallEnded)
	}
	return m
}

// finished counts the work of a request.
func (m *WorkBound) finished(f *sim.Fact) {
	if f.Model < 0 || !m.span.Has(f.Request.Arrival) || !m.span.Counts(f.At) {
		return // the branches of a pipeline request are counted instead
	}
	w := &m.models[f.Model]
	if f.Timings == nil {
		w.batches.add(f.Request)
		return
	}
	prompt, answered := int64(f.Request.Input)-int64(f.Timings.Cached), int64(f.Request.Output)
	do := tokenWork{input: int64(f.Request.Input), prompt: max(1, prompt), further: max(0, answered-1)}
	if w.decoders == nil {
		addLeast(w.engines, do)
		return
	}
	addLeast(w.engines, tokenWork{input: do.input, prompt: do.prompt})
	addLeast(w.decoders, tokenWork{input: do.input, further: do.further})
}

// Dollars returns the bound in US dollars.
func (m *WorkBound) Dollars() (sum float64) {
	for i := range m.models {
		w := &m.models[i]
		sum += w.batches.dollars() + leastDollars(w.engines) + leastDollars(w.decoders)
	}
	return sum
}

// Measures returns the bound, if any request was served.
func (m *WorkBound) Measures() []rows.Measurement {
	if sum := m.Dollars(); sum > 0 {
		return []rows.Measurement{measure(rows.All, "work_bound", "$", sum)}
	}
	return nil
}

// machineShares holds, per deployment, the price of the share of a machine that a replica takes, in
// $ per second. The share is that of one resource, the same resource for all deployments of a
// machine type. So the shares on a machine never sum to more than 1.
type machineShares []float64

// newMachineShares chooses a resource for each machine type: cores, memory, GPUs or memory of GPUs.
// For each resource, it finds the smallest share that a replica takes. It chooses the resource for
// which this share is largest. On a tie it chooses the last.
func newMachineShares(c *fleet.Spec) machineShares {
	shares := make(machineShares, len(c.Deployments))
	for t := range c.Types {
		var parts [][4]float64 // shares of each resource, per deployment of the type
		var of []int
		for d := range c.Deployments {
			if int(c.Deployments[d].Type) == t {
				parts, of = append(parts, c.Types[t].Parts(&c.Deployments[d].Need)), append(of, d)
			}
		}
		best, most := 0, 0.
		for r := range 4 {
			least := 1.
			for _, p := range parts {
				least = min(least, p[r])
			}
			if least >= most {
				best, most = r, least
			}
		}
		for i, d := range of {
			shares[d] = parts[i][best] * leastPrice(&c.Types[t]) / 3600
		}
	}
	return shares
}

// leastPrice returns the lowest price that a machine of a type ever has, in $ per hour.
func leastPrice(t *fleet.MachineType) float64 {
	least := t.PriceAt(0)
	for _, p := range t.Prices {
		least = min(least, p.Value)
	}
	return least
}

// batchWork is the work of the requests of a model on batch replicas.
type batchWork struct {
	each              float64 // least cost of an item with work 1, $
	how               fleet.Combine
	count             float64
	items, works      float64 // sums over requests
	least, leastItems float64 // smallest work and smallest number of items of a request
	sizes             float64 // Σ items × work
}

func newBatchWork(c *fleet.Spec, id fleet.ModelID, shares machineShares) batchWork {
	w := batchWork{how: c.Models[id].Combine}
	for i := range c.Deployments {
		d := &c.Deployments[i]
		if d.Model != id || d.Tokens != nil {
			continue
		}
		largest := d.MaxBatch
		if c.Models[id].Varied || w.how == fleet.CombineSum {
			// a request that needs more than MaxBatch places is a batch of its own
			largest = d.Latency.Max()
		}
		if each := shares[i] / float64(d.Slots) * leastPerItem(d, largest); w.each == 0 || each < w.each {
			w.each = each
		}
	}
	return w
}

// leastPerItem returns the least time per item, in seconds, over batches of 1 to largest items.
// Fractional sizes between whole numbers do not give less, and beyond the largest batch the time
// per item stays the same.
func leastPerItem(d *fleet.Deployment, largest int) float64 {
	least := d.Latency.LatencyOf(1).Seconds()
	if largest > 1 || d.Latency.Max() > 1 {
		// below one item, the time is on the line through sizes 1 and 2
		if d.Latency.LatencyOf(1e-9) <= 0 {
			return 0
		}
	}
	for n := 1; n <= max(1, min(largest, d.Latency.Max())); n++ {
		least = min(least, d.Latency.Latency(n).Seconds()/float64(n))
	}
	return least
}

// add counts a request.
func (w *batchWork) add(r *fleet.Request) {
	size := r.Size()
	if w.count == 0 {
		w.least, w.leastItems = r.Work, size
	}
	w.count++
	w.items += size
	w.works += r.Work
	w.sizes += size * r.Work
	w.least, w.leastItems = min(w.least, r.Work), min(w.leastItems, size)
}

// dollars returns the bound in US dollars. A batch with N items and mean work w takes at least w·N
// times the least time per item. And w·N is at least the sum of the works of its members times the
// smallest number of items, and at least the sum of their items times the smallest work.
func (w *batchWork) dollars() float64 {
	if w.how == fleet.CombineSum {
		return w.each * w.sizes
	}
	return w.each * max(w.works*w.leastItems, w.items*w.least)
}

// leastDollars returns the largest of the bounds of engines, in US dollars, or 0 if there are no
// engines.
func leastDollars(engines []engineWork) float64 {
	if len(engines) == 0 {
		return 0
	}
	return slices.Max(engines[0].sums[:])
}
