package build

import (
	"fmt"
	"slices"
	"time"

	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/workload"
)

// Built is what is made of a scenario, once for all its runs.
type Built struct {
	Scenario file.Scenario
	Spec     *fleet.Spec
	Traffic  []Traffic // of each stream
	Inputs   []Input   // the files that it reads
	Gaps     []Gap     // machine types that models cannot use
	Unused   []string  // machine types and devices of the scenario that cannot be used, each with why
}

// Build makes what a scenario file says. It reads the traces through. The error holds every fault,
// with its place in the file.
//
// Each step takes what those before it return. A step may find fault with what an earlier one found
// fault with; that is left out.
func Build(f *file.Loaded) (*Built, error) {
	s, found := &f.Scenario, newFindings(f)
	traces := &traceReader{workload: s.Workload, open: f.Open}
	known, err := catalogueOf(s)
	if err != nil {
		return nil, err
	}
	known.check(s.Models, found)
	rented := rent(s, known.machines, found)
	portions := portions(s, known.models, &rented, found)
	asked := askedModels(s, portions, known.models, found)
	spec := &fleet.Spec{
		StorageBandwidth: float64(s.Control.StorageBandwidth),
		Kinds:            rented.kinds, Types: rented.types, Models: asked.models,
		Classes: classesOf(s), Tenants: tenantsOf(s),
		Pipelines: pipelinesOf(s, asked.ids, rented.kinds, found),
	}
	found.settle()
	checkTokens(s, portions, &asked, &rented, found)
	found.settle() // what serves a model is asked only where all that it depends on is sound
	made := deployAll(f, &known, &rented, &asked, traces, found)
	spec.Variants, spec.Deployments = made.variants, made.deployments
	for m := range spec.Models {
		spec.Models[m].Variants = made.of[m]
	}
	b := &Built{Scenario: *s, Spec: spec, Gaps: made.gaps}
	b.Unused = slices.Concat(idleMachines(spec, &made, &asked, &rented, known.machines), idleDevices(s.Models, &made, &asked, &rented))
	found.settle()
	b.Inputs = readMachineTraces(f, spec.Types, found)
	if len(found.settled) == 0 {
		checkPlacing(f, spec.Deployments, found)
	}
	b.addTraffic(f, asked.ids, traces, found)
	if len(found.all) > 0 {
		return nil, found.all.Sorted().Err()
	}
	return b, nil
}

// deployAll makes the deployments of the models whose streams are sound.
func deployAll(f *file.Loaded, known *catalogue, r *rented, a *asked, traces *traceReader, found *findings) deploymentSet {
	b := &deployer{
		scenario: &f.Scenario, known: known, rented: r, asked: a, found: found, content: f.Content,
		lengths: func(stream int) (input, output float64) { return meanLengths(&f.Scenario, stream, f.Open, traces) },
	}
	b.made.of = make([][]fleet.VariantID, len(a.models))
	for m := range a.models {
		if found.sound(a.demand[m].stream) {
			b.deploy(fleet.ModelID(m))
		}
	}
	return b.made
}

// addTraffic adds the traffic of the streams with which nothing is wrong, and the files that they
// read.
func (b *Built) addTraffic(f *file.Loaded, ids map[string]fleet.ModelID, traces *traceReader, found *findings) {
	if found.settled.Touch("workload") {
		ids = nil // some may be missing, of which nothing more is to be said
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

// checkPlacing reports policies that may use only deployments of which there are none.
func checkPlacing(f *file.Loaded, deployments []fleet.Deployment, found *findings) {
	for i := range f.Scenario.Policies {
		name, params := f.Scenario.Policies[i].Allocator.Chosen()
		placing, ok := params.(interface{ Only() string })
		if !ok || slices.ContainsFunc(deployments, func(d fleet.Deployment) bool { return d.Matches(placing.Only()) }) {
			continue
		}
		var names []string
		for _, d := range deployments {
			names = append(names, d.Name)
		}
		found.report(file.AllocatorPath(f.Document.Root(), i)+"."+name+".deployment",
			fmt.Sprintf("no name of a deployment contains %q%s", placing.Only(), strict.Suggest(placing.Only(), names)))
	}
}

// Answered returns requests whose senders are taken to get each answer in the time that its
// objective allows. It is for load that is worked out before a run.
func (b *Built) Answered(src workload.Source) workload.Source {
	return workload.Answered(src, func(r *fleet.Request) time.Duration { return b.Spec.Objectives(r).Planned(r.Output) })
}
