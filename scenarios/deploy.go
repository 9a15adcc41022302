package scenarios

import (
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
)

// deploy makes the deployments of a model: every allowed variant on every machine type that has a
// device for it, has room for it, and is fast enough for the objective.
func (b *builder) deploy(id fleet.ModelID) {
	d, m := &b.demand[id], &b.catalog.Models[id]
	gaps := make([]gap, len(b.rented))
	for i, v := range d.variants {
		variant := fleet.VariantID(len(b.catalog.Variants))
		if d.part == capacity.Answers { // of the same networks as the model before, which computes the prompts
			variant = b.catalog.Models[id-1].Variants[i]
		} else {
			b.catalog.Variants = append(b.catalog.Variants, fleet.Variant{Name: v.Name, Model: id, Accuracy: v.Accuracy, Weights: int64(v.Weights)})
		}
		m.Variants = append(m.Variants, variant)
		for t, machine := range b.rented {
			for _, p := range v.Devices {
				if otherDevice(p, machine) {
					gaps[t].keep(gap{of: noDevice, why: fmt.Sprintf("it needs %s; the machine has %s", needs(d.variants), has(machine))})
					continue
				}
				if !p.Fits(machine) {
					gaps[t].keep(gap{of: noRoom, why: lacks(p, machine)})
					continue
				}
				made, miss := b.deployment(id, variant, fleet.TypeID(t), v, p)
				gaps[t].keep(miss)
				if miss.of == noGap {
					b.used = append(b.used, entry(d.model, v, p))
					b.catalog.Deployments = append(b.catalog.Deployments, made)
				}
			}
		}
	}
	for t := range gaps {
		gaps[t].model, gaps[t].kind = id, fleet.TypeID(t)
		if gaps[t].of != noGap {
			b.gaps = append(b.gaps, gaps[t])
		}
	}
	if len(d.variants) > 0 && len(b.rented) == len(b.scenario.Fleet) && !slices.ContainsFunc(gaps, func(miss gap) bool { return miss.of == noGap }) {
		b.undeployed(id, gaps)
	}
}

// tokens reports whether the model is served by token replicas only.
func (d *demand) tokens() bool {
	for _, v := range d.variants {
		if len(v.Devices) == 0 || slices.ContainsFunc(v.Devices, func(p builtin.Profile) bool { return p.Tokens == nil }) {
			return false
		}
	}
	return true
}

// deployment makes one deployment, and says what keeps it from being used.
func (b *builder) deployment(id fleet.ModelID, variant fleet.VariantID, t fleet.TypeID, v builtin.Variant, p builtin.Profile) (d fleet.Deployment, miss gap) {
	machine := b.rented[t]
	d = fleet.Deployment{
		Name: fmt.Sprintf("%s%s@%s%s", v.Name, b.demand[id].part, machine.Name, p.Suffix()), Variant: variant, Model: id, Type: t,
		Need: fleet.Resources{Cores: p.Cores, Memory: int64(p.Memory), GPUs: p.GPUs, GPUShare: int(math.Round(p.Share() * fleet.WholeGPU)), GPUMemory: int64(p.GPUMemory)},
	}
	d.Transfer = min(time.Duration(quantity.Longest), kernel.Seconds(float64(p.Load(v))/float64(machine.LoadBandwidth)))
	startup := &b.scenario.Control.Startup
	d.Load, d.StartDistribution = time.Duration(*startup.Mean)+d.Transfer, startup.Variation()
	if p.Device != builtin.CPU {
		d.Kind, d.Need.GPUShare = b.kind(p.Device), max(1, d.Need.GPUShare)
	}
	if s, ok := p.Slice(machine); ok {
		d.Need = s.Need(d.Need, int64(machine.GPUMemory))
	}
	if p.Tokens != nil {
		return d, b.engine(&d, v, p)
	}
	return d, b.batches(&d, p)
}

// batches makes a deployment serve batches, and says why not even a batch of one meets the
// objective.
func (b *builder) batches(d *fleet.Deployment, p builtin.Profile) gap {
	law, err := p.Batch()
	if err != nil { // Check has reported it
		return gap{of: unsound}
	}
	allowed := b.scenario.Planning.Wait.rule().Allowed(b.catalog.Models[d.Model].Target)
	d.Latency, d.Slots = law, max(1, p.Slots)
	d.MaxBatch = capacity.LargestBatch(law, allowed)
	if d.MaxBatch == 0 {
		one := law.Latency(1)
		return gap{of: tooSlow, took: one, why: fmt.Sprintf("a batch of one takes %s, and the objective with the wait rule %s allows %s", wording.Brief(one), b.scenario.Planning.Wait, wording.Brief(allowed))}
	}
	d.Capacity = b.scenario.Planning.Utilization * float64(d.Slots) * law.Throughput(d.MaxBatch)
	return gap{of: noGap}
}
