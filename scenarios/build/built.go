// Package build makes from a scenario file the specification of the fleet, the traffic of the
// streams, and the list of files that they read. Build calls one step after another. Each step
// takes the results of earlier ones.
package build

import (
	"fmt"
	"slices"
	"time"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/spelling"
	"wavetank/workload"
)

// Built holds what all runs of a scenario share.
type Built struct {
	Scenario file.Scenario
	Spec     *fleet.Spec
	Traffic  []Traffic // indexed by stream
	Inputs   []Input   // files that the scenario reads
	Gaps     []Gap     // pairs of a model and a machine type that it cannot use
	Unused   []string  // a sentence for every machine type and device that cannot be used

	Provenances []Provenance // where the times of each deployment come from
	Assumed     [][]string   // figures of each machine type that the catalogue assumes
	// StepTimeFiles holds the file with the step-time model of each deployment; nil: it has none.
	StepTimeFiles []*builtin.StepTimeFile
	// Adopted holds the settings of the engine of each deployment that its step-time file gives.
	Adopted []string
}

// Build makes what all runs of a scenario share. It reads every trace to its end. The error holds
// every fault, with its place in the file.
//
// Each step uses what earlier steps return. If a step finds a fault in a value where an earlier
// step found one, only the earlier fault is reported.
func Build(f *file.Loaded) (*Built, error) {
	s, found := &f.Scenario, newFindings(f)
	traces := &traceReader{workload: s.Workload, open: f.Open}
	known, err := catalogueOf(s)
	if err != nil {
		return nil, err
	}
	known.check(s.Models, found)
	rented := rent(s, known.machines, found)
	portions := portions(f, known.models, &rented, found)
	asked := askedModels(s, portions, known.models, found)
	spec := &fleet.Spec{
		StorageBandwidth: float64(s.Control.StorageBandwidth),
		Budget:           float64(s.Planning.Budget), AccuracyWeight: s.Planning.AccuracyWeight,
		Kinds: rented.kinds, Types: rented.types, Models: asked.models,
		Classes: classesOf(s), Tenants: tenantsOf(s, traces),
		Pipelines: pipelinesOf(s, asked.ids, rented.kinds, found), Clients: clientsOf(s, found),
		Zones: zonesOf(s), RoundTrips: roundTripsOf(s), StorageOutages: outagesOf(s.Control.StorageOutages),
	}
	if grace := s.Control.Grace; grace != nil {
		spec.Grace = time.Duration(*grace)
	}
	found.settle()
	checkPerModel(s, asked.ids, found)
	checkTokens(s, portions, &asked, &rented, found)
	found.settle() // later steps leave out models that depend on faulty values
	sizer := &sizer{scenario: s, portions: portions, open: f.Open, traces: traces, found: found}
	made := deployAll(f, &known, &rented, &asked, sizer, found)
	spec.Variants, spec.Deployments = made.variants, made.deployments
	for m := range spec.Models {
		spec.Models[m].Variants = made.of[m]
		spec.Models[m].Spread = sizer.spread(spec.Models[m].Name)
	}
	b := &Built{Scenario: *s, Spec: spec, Gaps: made.gaps, Provenances: made.provenances, StepTimeFiles: made.stepTimes, Adopted: made.adopted, Assumed: assumptions(s, rented.machines)}
	b.Unused = slices.Concat(idleMachines(spec, &made, &asked, &rented, known.machines), idleDevices(s.Models, &made, &asked, &rented))
	found.settle()
	b.Inputs = append(readMachineTraces(f, spec, found), slices.Concat(readPolicies(f, found), readPrograms(f, found))...)
	if len(found.settled) == 0 {
		checkNames(f, spec, found)
	}
	b.addTraffic(f, asked.ids, traces, found)
	if len(found.all) > 0 {
		return nil, found.all.Sorted().Err()
	}
	return b, nil
}

// deployAll makes the deployments of the models whose streams are sound.
func deployAll(f *file.Loaded, known *catalogue, r *rented, a *asked, sizes *sizer, found *findings) deploymentSet {
	b := &deployer{
		scenario: &f.Scenario, known: known, rented: r, asked: a, found: found, content: f.Content,
		lengths: func(stream int) (input, output float64) {
			return meanLengths(&f.Scenario, stream, f.Open, sizes.traces)
		},
		sizes: sizes.sizes,
	}
	b.made.of = make([][]fleet.VariantID, len(a.models))
	for m := range a.models {
		if found.sound(a.demand[m].stream) {
			b.deploy(fleet.ModelID(m))
		}
	}
	return b.made
}

// addTraffic adds the traffic of the streams without faults, and the files that they read.
func (b *Built) addTraffic(f *file.Loaded, ids map[string]fleet.ModelID, traces *traceReader, found *findings) {
	if found.settled.Touch("workload") {
		ids = nil // some models may be missing; their faults have been reported
	}
	all := &streams{file: f, spec: b.Spec, ids: ids, traces: traces, found: found, inputs: b.Inputs}
	for i := range f.Scenario.Workload {
		if found.touched(i) {
			continue
		}
		if t, ok := all.traffic(i); ok {
			b.Traffic = append(b.Traffic, t)
		}
	}
	b.Inputs = all.inputs
}

// checkNames reports policies that name unknown deployments or models, or ask for more replicas
// than fit.
func checkNames(f *file.Loaded, spec *fleet.Spec, found *findings) {
	names := make([]string, len(spec.Deployments))
	for d := range spec.Deployments {
		names[d] = spec.Deployments[d].Name
	}
	var models []string
	for m := range spec.Models {
		if id := fleet.ModelID(m); spec.Asked(id) == id {
			models = append(models, spec.Models[m].Name)
		}
	}
	for i := range f.Scenario.Policies {
		name, params := f.Scenario.Policies[i].Allocator.Chosen()
		path := file.AllocatorPath(f.Document.Root(), i) + "." + name + "."
		if p, ok := params.(interface{ Reserved() []string }); ok {
			for k, model := range p.Reserved() {
				if !slices.Contains(models, model) {
					found.report(fmt.Sprintf("%sreserve.models[%d]", path, k), fmt.Sprintf("no stream asks for a model %q%s", model, spelling.Suggest(model, models)))
				}
			}
		}
		if p, ok := params.(interface{ Only() string }); ok {
			if !slices.ContainsFunc(spec.Deployments, func(d fleet.Deployment) bool { return d.Matches(p.Only()) }) {
				found.report(path+"deployment", fmt.Sprintf("no name of a deployment contains %q%s", p.Only(), spelling.Suggest(p.Only(), names)))
			}
		}
		if p, ok := params.(interface {
			Misnamed(c *fleet.Spec, report func(path, message, unknown string))
		}); ok {
			p.Misnamed(spec, func(below, message, unknown string) {
				if unknown != "" {
					message += spelling.Suggest(unknown, names)
				}
				found.report(path+below, message)
			})
		}
	}
}

// Answered returns a source in which every request is answered in the time that its objective
// allows. It serves to measure the load before a run, even of senders that wait for answers.
func (b *Built) Answered(src workload.Source) workload.Source {
	return workload.Answered(src, func(r *fleet.Request) time.Duration { return b.Spec.Objectives(r).Planned(r.Output) })
}
