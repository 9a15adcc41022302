package build

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
)

// deploymentSet holds the deployments of all models, and the reasons why models cannot use machine
// types.
type deploymentSet struct {
	variants    []fleet.Variant
	deployments []fleet.Deployment
	of          [][]fleet.VariantID     // the variants of each model
	gaps        []Gap                   // pairs of a model and a machine type that it cannot use
	used        []string                // devices that a deployment uses, as model/variant/device
	provenances []Provenance            // indexed like deployments
	stepTimes   []*builtin.StepTimeFile // indexed like deployments
	adopted     []string                // indexed like deployments
}

// deployer makes deployments.
type deployer struct {
	scenario *file.Scenario
	known    *catalogue
	rented   *rented
	asked    *asked
	found    *findings
	content  func(file string) ([]byte, error)
	lengths  func(stream int) (input, output float64) // mean tokens that plans count on
	sizes    func(m *fleet.Model) capacity.RequestSizes
	told     []string // faults of engines that were already reported
	made     deploymentSet
}

// deploy makes the deployments of a model: one for every allowed variant on every machine type that
// has its device, has room for it, and is fast enough for the objective.
func (b *deployer) deploy(id fleet.ModelID) {
	d := &b.asked.demand[id]
	gaps, sizes := make([]Gap, len(b.rented.machines)), b.sizes(&b.asked.models[id])
	for i, v := range d.variants {
		variant := b.variant(id, i)
		b.made.of[id] = append(b.made.of[id], variant)
		for t, machine := range b.rented.machines {
			for _, p := range v.Devices {
				switch {
				case !hasDevice(p, machine):
					gaps[t].keepNearest(Gap{of: noDevice, Why: fmt.Sprintf("it needs %s; the machine has %s", devicesFor(d.variants), devicesOf(machine))})
				case !p.Fits(machine):
					gaps[t].keepNearest(Gap{of: noRoom, Why: lacks(p, machine)})
				default:
					for _, share := range b.timeShares(fleet.TypeID(t), p) {
						made, miss := b.deployment(id, variant, fleet.TypeID(t), v, p, share, &sizes)
						gaps[t].keepNearest(miss)
						if miss.of == noGap {
							b.made.used = append(b.made.used, entry(d.model, v, p))
							b.made.deployments = append(b.made.deployments, made)
							law := b.stepTimeFile(p)
							b.made.stepTimes = append(b.made.stepTimes, law)
							b.made.adopted = append(b.made.adopted, adopted(p))
							b.made.provenances = append(b.made.provenances, b.provenance(p, law))
						}
					}
				}
			}
		}
	}
	for t := range gaps {
		gaps[t].Model, gaps[t].Type = id, fleet.TypeID(t)
		if gaps[t].of != noGap {
			b.made.gaps = append(b.made.gaps, gaps[t])
		}
	}
	whole := len(b.rented.machines) == len(b.scenario.Fleet)
	if len(d.variants) > 0 && whole && !slices.ContainsFunc(gaps, func(miss Gap) bool { return miss.of == noGap }) {
		b.reportUndeployed(id, gaps)
	}
}

// variant returns the i-th allowed variant of a model. A model that decodes shares the variants of
// the model before it, which computes the prompts.
func (b *deployer) variant(id fleet.ModelID, i int) fleet.VariantID {
	d := &b.asked.demand[id]
	if d.role == capacity.Decode {
		return b.made.of[id-1][i]
	}
	v := d.variants[i]
	b.made.variants = append(b.made.variants, fleet.Variant{Name: v.Name, Model: id, Accuracy: v.Accuracy, Weights: int64(v.Weights)})
	return fleet.VariantID(len(b.made.variants) - 1)
}

// timeShares returns the shares of the time of a GPU with which a profile is planned on a machine
// type, in thousandths. It returns only 0 if its replicas take no turns.
func (b *deployer) timeShares(t fleet.TypeID, p builtin.Profile) []int {
	use := b.rented.uses[t]
	if use.Sharing != file.SharedInTime || p.Device == builtin.CPU || p.Tokens != nil || p.GPUs > 1 {
		return []int{0}
	}
	if p.GPUShare > 0 {
		return []int{int(math.Round(p.GPUShare * fleet.WholeGPU))}
	}
	return use.PlannedShares()
}

// deployment makes the deployment of a variant on a machine type by a profile, and with a share of
// the time of its GPU. If the deployment cannot be used, the gap says why.
func (b *deployer) deployment(id fleet.ModelID, variant fleet.VariantID, t fleet.TypeID, v builtin.Variant, p builtin.Profile, share int, sizes *capacity.RequestSizes) (fleet.Deployment, Gap) {
	machine := b.rented.machines[t]
	d := fleet.Deployment{
		Name:    fmt.Sprintf("%s%s@%s%s", v.Name, b.asked.demand[id].role, machine.Name, p.Suffix()),
		Variant: variant, Model: id, Type: t,
		Need: fleet.Resources{
			Cores: p.Cores, Memory: int64(p.Memory),
			GPUs: p.GPUs, GPUShare: int(math.Round(p.Share() * fleet.WholeGPU)), GPUMemory: int64(p.GPUMemory),
		},
	}
	d.Weights = int64(p.Load(v))
	d.Transfer = min(time.Duration(quantity.Longest), kernel.Seconds(float64(p.Load(v))/float64(machine.LoadBandwidth)))
	startup := &b.scenario.Control.Startup
	d.Load, d.StartDistribution = time.Duration(*startup.Mean)+d.Transfer, startup.Variation()
	if p.Device != builtin.CPU {
		d.Kind, d.Need.GPUShare = b.rented.types[t].GPU, max(1, d.Need.GPUShare)
	}
	if share > 0 {
		d.TimeShare, d.Need.GPUShare = share, share
		d.Name += fmt.Sprintf("/time-%g", float64(share)/10)
	}
	if s, ok := p.Slice(machine); ok {
		d.Need = s.Need(d.Need, int64(machine.GPUMemory))
	}
	var miss Gap
	if p.Tokens == nil {
		miss = serveBatches(&d, p, &b.asked.models[id], &b.scenario.Planning, sizes)
	} else {
		miss = b.engine(&d, v, p)
	}
	return d, miss
}

// engine sets the engine of a deployment that serves tokens. If the deployment cannot be used, the
// gap says why. A fault of the engine itself is reported, and leaves no gap.
func (b *deployer) engine(d *fleet.Deployment, v builtin.Variant, p builtin.Profile) Gap {
	c, err := p.Engine(v, b.content)
	if err != nil {
		b.reportEngine(d, v, p, err)
		return Gap{of: noGap}
	}
	d.Tokens = &c
	at := &b.asked.demand[d.Model]
	if at.role != capacity.Whole && c.TokenBytes == 0 {
		b.reportEngine(d, v, p, errors.New("kv-bytes-per-token: the KV cache moves to the replica that decodes; give its bytes per token, or the architecture"))
		return Gap{of: noGap}
	}
	if c.Adapters != nil && !slices.ContainsFunc(b.scenario.Workload, func(w file.Stream) bool { return w.HasTenants() }) {
		b.reportEngine(d, v, p, errors.New("lora: each tenant has an adapter, but no stream has tenants"))
		return Gap{of: noGap}
	}
	u := capacity.Duty{Config: c.One(), Role: at.role}
	u.Input, u.Output = b.lengths(at.stream)
	plan := &b.scenario.Planning
	assumed := b.scenario.Workload[at.stream].Input == nil && plan.Input == 0
	return serveTokens(d, &u, &b.asked.models[d.Model], plan.Utilization, assumed)
}

// reportEngine reports why a replica cannot serve tokens. It reports each fault once, at the key of
// the model if the scenario defines the model, otherwise at the stream.
func (b *deployer) reportEngine(d *fleet.Deployment, v builtin.Variant, p builtin.Profile, err error) {
	if _, reported := err.(strict.Faults); reported { // already reported at their keys
		return
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	at := &b.asked.demand[d.Model]
	written := writtenAt(b.scenario.Models, at.model.Name, v, p)
	for _, e := range list {
		path, text := written, e.Error()
		if key, rest, found := strings.Cut(text, ": "); path != "" && found && !strings.Contains(key, " ") {
			path, text = path+"."+key, rest
		}
		if path == "" {
			path, text = fmt.Sprintf("workload[%d]", at.stream), d.Name+": "+text
		}
		if !slices.Contains(b.told, path+text) {
			b.told = append(b.told, path+text)
			b.found.report(path, text)
		}
	}
}

// writtenAt returns the path of a profile's key tokens in the scenario, or "" if the profile comes
// from the built-in catalogue.
func writtenAt(own []builtin.Model, model string, v builtin.Variant, p builtin.Profile) string {
	for i, m := range own {
		for j, w := range m.Variants {
			for k, q := range w.Devices {
				if m.Name == model && w.Name == v.Name && q.Device == p.Device && q.Suffix() == p.Suffix() {
					return fmt.Sprintf("models[%d].variants[%d].devices[%d].tokens", i, j, k)
				}
			}
		}
	}
	return ""
}

// reportUndeployed reports a model that no machine of the fleet can serve, with the reason.
func (b *deployer) reportUndeployed(id fleet.ModelID, gaps []Gap) {
	d, m := &b.asked.demand[id], &b.asked.models[id]
	path, nearest := fmt.Sprintf("workload[%d]", d.stream), Gap{}
	for _, miss := range gaps {
		nearest.keepNearest(miss)
	}
	switch {
	case nearest.of == unsound:
	case nearest.of == noDevice:
		b.found.report(path, fmt.Sprintf("%s fits on no machine of the fleet: %s", m.Name, wanting(d.variants, b.rented.machines, b.known.machines)))
	case nearest.of == noRoom:
		b.found.report(path, fmt.Sprintf("%s fits on no machine of the fleet: on %s, %s%s",
			m.Name, b.rented.machines[nearest.Type].Name, nearest.Why, elsewhere(d.variants, b.rented.machines, b.known.machines)))
	case m.Target == 0 && !d.inTokens():
		b.found.report(path+".slo.latency", fmt.Sprintf("this key is missing: %s answers in batches, and the latency limits their size", m.Name))
	case nearest.of == tooSmall:
		b.found.report(path, fmt.Sprintf("no machine of the fleet can serve the mean request of %s: %s", m.Name, nearest.Why))
	case d.inTokens():
		if s := &b.scenario.Workload[d.stream]; s.SLO != nil && s.Model != "" {
			path += ".slo." + nearest.key
		}
		b.found.report(path, fmt.Sprintf("no machine of the fleet meets the objectives for %s: %s", m.Name, nearest.Why))
	default:
		b.found.report(path, fmt.Sprintf("no machine of the fleet meets the objective of %v for %s: %s takes %v at best, and the wait rule is %s",
			quantity.Duration(m.Target), m.Name, nearest.who, quantity.Duration(nearest.took), b.scenario.Planning.Wait))
	}
}

// entry returns a name for the device of a profile: model/variant/device.
func entry(m builtin.Model, v builtin.Variant, p builtin.Profile) string {
	return m.Name + "/" + v.Name + "/" + p.Device + p.Suffix()
}
