package metrics

import (
	"slices"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// WorkBound measures the least rent for which what was served could have been served: for each
// request the least, over all deployments of its model and all batch sizes that plans allow, of
// price × share of the machine × time of the batch ÷ requests in it. No fleet, whatever it knows,
// pays less for these requests. It counts those that arrived and finished in the measured span.
//
// Of an LLM request it is the least time that its tokens add to steps. The part of a step that is
// the same for all is shared by as many as there can be.
type WorkBound struct {
	sim.Handlers
	spec   *fleet.Spec
	span   MeasuredSpan
	models []modelWork
}

// modelWork is the work of one model in the least favourable of several ways to count, each of
// which is a bound.
type modelWork struct {
	batches  batchWork
	engines  []engineWork // of token replicas of the model, each a deployment
	decoders []engineWork // of those that decode for it
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
	return m
}

// finished counts the work of a request.
func (m *WorkBound) finished(f *sim.Fact) {
	if f.Model < 0 || !m.span.Has(f.Request.Arrival) || !m.span.Counts(f.At) {
		return // a request of a pipeline is its branches
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

// Dollars returns the bound.
func (m *WorkBound) Dollars() (sum float64) {
	for i := range m.models {
		w := &m.models[i]
		sum += w.batches.dollars() + leastDollars(w.engines) + leastDollars(w.decoders)
	}
	return sum
}

// Measures returns the bound, where anything was served.
func (m *WorkBound) Measures() []rows.Measurement {
	if sum := m.Dollars(); sum > 0 {
		return []rows.Measurement{measure(rows.All, "work_bound", "$", sum)}
	}
	return nil
}

// machineShares is what a replica of each deployment takes of a machine, in $ per second: of one
// resource, the same for all deployments of the type, so that the shares of a machine are never
// more than all of it.
type machineShares []float64

// newMachineShares chooses for each type the resource of which its smallest replica takes most, of
// cores, memory, GPUs and memory of GPUs. Of equals it takes the last.
func newMachineShares(c *fleet.Spec) machineShares {
	shares := make(machineShares, len(c.Deployments))
	for t := range c.Types {
		var parts [][]float64 // per deployment of the type
		var of []int
		for d := range c.Deployments {
			if int(c.Deployments[d].Type) == t {
				parts, of = append(parts, partsOf(&c.Types[t], &c.Deployments[d])), append(of, d)
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

// leastPrice returns the lowest price of a machine that there ever is, in $ per hour.
func leastPrice(t *fleet.MachineType) float64 {
	least := t.PriceAt(0)
	for _, p := range t.Prices {
		least = min(least, p.Value)
	}
	return least
}

// partsOf returns what a replica takes of a machine's cores, memory, GPUs and memory of GPUs.
func partsOf(t *fleet.MachineType, d *fleet.Deployment) []float64 {
	n := &d.Need
	parts := []float64{float64(n.Cores) / float64(t.Cores), float64(n.Memory) / float64(t.Memory), 0, 0}
	if t.GPUs == 0 {
		return parts
	}
	gpus := float64(n.Devices()) / float64(t.GPUs)
	switch {
	case n.Slice.Slots > 0:
		parts[2], parts[3] = gpus*float64(n.Slice.Compute)/fleet.ComputeSlices, gpus*float64(n.Slice.Slots)/fleet.MemorySlots
	case n.GPUShare > 0:
		parts[2], parts[3] = gpus*float64(n.GPUShare)/fleet.WholeGPU, gpus*float64(n.GPUMemory)/float64(max(1, t.GPUMemory))
	}
	return parts
}

// batchWork is the work of a model on batch replicas.
type batchWork struct {
	each              float64 // least $ for an item of work 1
	how               fleet.Combine
	count             float64
	items, works      float64 // sums
	least, leastItems float64 // work and items of a request
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
			largest = d.Latency.Max() // a request that needs more than MaxBatch places is a batch
		}
		if each := shares[i] / float64(d.Slots) * leastPerItem(d, largest); w.each == 0 || each < w.each {
			w.each = each
		}
	}
	return w
}

// leastPerItem returns the least time of a batch per item, in seconds, of batches of up to so many
// items. Between whole numbers it is no less, and beyond the largest batch it stays the same.
func leastPerItem(d *fleet.Deployment, largest int) float64 {
	least := d.Latency.LatencyOf(1).Seconds()
	if largest > 1 || d.Latency.Max() > 1 {
		// below one item, the time is on the line through one and two
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

// dollars returns the bound. A batch of items N and mean work w takes at least w·N times the least
// time per item. That is no less than the sum over its members of work times the items of the
// smallest, nor than that of items times the least work.
func (w *batchWork) dollars() float64 {
	if w.how == fleet.CombineSum {
		return w.each * w.sizes
	}
	return w.each * max(w.works*w.leastItems, w.items*w.least)
}

// leastDollars returns the largest of the bounds of engines, or 0 without any.
func leastDollars(engines []engineWork) float64 {
	if len(engines) == 0 {
		return 0
	}
	return slices.Max(engines[0].sums[:])
}
