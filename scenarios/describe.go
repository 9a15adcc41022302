package scenarios

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// Resolved returns the scenario as YAML with every default filled in. Loading it gives the same scenario.
func (e *Experiment) Resolved() ([]byte, error) { return strict.Encode(e.Scenario) }

// Schema returns the JSON schema of scenario files, made from the types that read them.
func Schema() ([]byte, error) { return strict.Schema(Scenario{}, "wavetank scenario") }

// Summary says in YAML comments what was built: the deployments with their batches and planned capacity, and
// the traces.
func (e *Experiment) Summary() string {
	var text strings.Builder
	fmt.Fprintf(&text, "# Deployments that meet the objectives (batch: largest that does; planned: at %.0f %% utilization; price: of the share of\n# a machine that a replica takes, per million requests at the planned rate)\n", 100*e.Scenario.Planning.Utilization)
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, d := range e.Catalog.Deployments {
		kind := &e.Catalog.Types[d.Type]
		fmt.Fprintf(w, "#   %s\t%s\tbatch %d\t%v\tplanned %.1f/s\t%.2f $\tready in %v\n", e.Catalog.Models[d.Model].Name, d.Name, d.MaxBatch,
			d.Latency.Latency(d.MaxBatch).Round(time.Microsecond), d.Capacity, kind.Price*share(d, kind)/d.Capacity*1e6/3600, quantity.Duration(d.Load.Round(time.Millisecond)))
	}
	w.Flush() // into memory
	for i := range e.Catalog.Pipelines {
		fmt.Fprintf(&text, "# Pipeline %s\n", e.path(&e.Catalog.Pipelines[i]))
	}
	for _, in := range e.Inputs {
		if in.Rows > 0 {
			fmt.Fprintf(&text, "# Trace %s: %d rows about machines\n", in.File, in.Rows)
			continue
		}
		if in.Requests > 0 {
			fmt.Fprintf(&text, "# Trace %s: %d requests in %v%s\n", in.File, in.Requests, in.Span, in.without())
		}
	}
	for _, warning := range e.Warnings() {
		fmt.Fprintf(&text, "# Warning: %s\n", warning)
	}
	return text.String()
}

// path writes a pipeline with the parts of its objective that its stages are planned for.
func (e *Experiment) path(p *fleet.Pipeline) string {
	var stages []string
	visits := e.visits(p)
	for i, stage := range p.Stages {
		var names []string
		for _, m := range stage {
			names = append(names, e.Catalog.Models[m].Name)
		}
		budget := quantity.Duration(e.Catalog.Models[stage[0]].Target.Round(time.Microsecond))
		stages = append(stages, fmt.Sprintf("%s in %v", strings.Join(names, " and "), budget))
		if visits[i] != 1 {
			stages[i] += fmt.Sprintf(" (%.4g times)", visits[i])
		}
	}
	return fmt.Sprintf("%s: %s; objective %v", p.Name, strings.Join(stages, ", then "), quantity.Duration(p.Target))
}

// visits returns how often a request of a pipeline passes its stages in the mean.
func (e *Experiment) visits(p *fleet.Pipeline) []float64 {
	for i := range e.Scenario.Workload {
		if s := &e.Scenario.Workload[i]; s.Pipeline != nil && s.label() == p.Name {
			return s.visits()
		}
	}
	return nil // every pipeline is that of a stream
}

// share returns the largest part of a machine's cores, memory or GPUs that a replica takes.
func share(d fleet.Deployment, t *fleet.MachineType) float64 {
	part := max(float64(d.Need.Cores)/float64(t.Cores), float64(d.Need.Memory)/float64(t.Memory))
	if t.GPUs > 0 {
		gpu := max(float64(d.Need.GPUShare)/fleet.WholeGPU, float64(d.Need.GPUMemory)/float64(t.GPUMemory))
		part = max(part, gpu*float64(d.Need.Devices())/float64(t.GPUs))
	}
	return part
}

// Warnings says what makes the results of the experiment less sure than they look.
func (e *Experiment) Warnings() []string {
	var list []string
	s := &e.Scenario
	if s.Replications == 1 {
		list = append(list, "one replication: no interval can be given")
	}
	if s.Warmup == 0 && s.Control.Start == "cold" {
		list = append(list, "a cold start without a warm-up: the first fleet's loading is measured")
	}
	for t := range e.Catalog.Types {
		if kind := &e.Catalog.Types[t]; kind.Network == 0 && handsOver(e.Catalog, fleet.TypeID(t)) {
			list = append(list, fmt.Sprintf("%s has no network bandwidth: KV caches move between machines of it at once", kind.Name))
		}
	}
	traces := 0
	for _, in := range e.Inputs {
		if in.Requests == 0 {
			continue
		}
		traces++
		if time.Duration(s.Duration) > in.Span+time.Minute {
			list = append(list, fmt.Sprintf("the trace %s spans %v of the duration of %v", in.File, in.Span, s.Duration))
		}
	}
	if traces > 0 {
		list = append(list, "a trace is one realisation: intervals tell of the random draws around it, not of other days")
	}
	return list
}

// without says what of a trace is not replayed.
func (in Input) without() string {
	text := ""
	if in.Failed > 0 {
		text += fmt.Sprintf(", %d more failed", in.Failed)
	}
	if in.LeftOut > 0 {
		text += fmt.Sprintf(", %d rows are left out", in.LeftOut)
	}
	return text
}
