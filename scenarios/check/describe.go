package check

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"wavetank/metrics/rows"
	"wavetank/scenarios/build"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
)

// Summary says in YAML comments what is known before a run:
//
//   - the demand for each model, and its objectives;
//   - the deployments with their planned capacity;
//   - the KV caches of LLMs;
//   - the settings of engines that come from step-time files;
//   - the machines that models cannot use;
//   - the figures that were not measured;
//   - how machines are paid for, unless by the second at one price;
//   - the default levers of policies;
//   - the pipelines, the traces and all warnings.
func (e *Review) Summary() string {
	var text strings.Builder
	e.describeDemand(&text)
	e.describeDeployments(&text)
	e.describeCaches(&text)
	e.describeAdopted(&text)
	e.describeGaps(&text)
	e.describeUnmeasured(&text)
	e.describePay(&text)
	e.describeLevers(&text)
	for i := range e.Spec.Pipelines {
		fmt.Fprintf(&text, "# Pipeline %s\n", e.path(&e.Spec.Pipelines[i]))
	}
	for i := range e.Inputs {
		in := &e.Inputs[i]
		if in.Rows > 0 {
			fmt.Fprintf(&text, "# Trace %s: %s over time\n", in.File, wording.Counted(int64(in.Rows), "row"))
		}
		if in.Requests > 0 {
			fmt.Fprintf(&text, "# Trace %s: %v%s\n", in.File, in, begun(in))
		}
		if len(in.Unused) > 0 {
			fmt.Fprintf(&text, "#   columns that are not used: %s\n", strings.Join(in.Unused, ", "))
		}
	}
	for _, warning := range e.Warnings() {
		fmt.Fprintf(&text, "# Warning: %s\n", warning)
	}
	return text.String()
}

// listing writes rows of cells under a title, as comments.
func listing(text *strings.Builder, title string, rows [][]string) {
	fmt.Fprintf(text, "# %s\n", strings.ReplaceAll(title, "\n", "\n# "))
	var aligned strings.Builder
	w := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(w, "#   %s\n", strings.Join(row, "\t"))
	}
	w.Flush() // never fails: it writes to memory
	for line := range strings.Lines(aligned.String() + "#\n") {
		fmt.Fprintln(text, strings.TrimRight(line, " \n"))
	}
}

// describeDemand lists the demand and the objective of each model, pipeline and class, and the
// largest share of requests that can meet the objective.
func (e *Review) describeDemand(text *strings.Builder) {
	c, seen := e.Spec, e.look()
	span := time.Duration(e.Scenario.Duration - e.Scenario.Warmup).Seconds()
	objectives := e.Objectives()
	rows := [][]string{{"", "demand", "in a run", "objective", "met alone"}}
	for m, w := range e.wants() {
		one := &c.Models[m]
		if c.Decodes(fleet.ModelID(m)) {
			continue
		}
		objective, alone := "a stage, planned in "+wording.Brief(one.Target), ""
		if seen.models[m].requests > 0 || w.requests == 0 {
			objective, alone = seen.asks(objectives, one.Name)
		}
		rows = append(rows, []string{one.Name, w.String(), wording.Nearest(w.requests), objective, alone})
	}
	for i := range c.Pipelines {
		p, f := &c.Pipelines[i], &seen.pipelines[i]
		objective, alone := seen.asks(objectives, p.Name)
		rows = append(rows, []string{p.Name, wording.Digits(f.requests/span) + "/s", wording.Nearest(f.requests), objective, alone})
	}
	for i := range c.Classes {
		f, name := &seen.classes[i], "class "+c.Classes[i].Name
		objective, alone := seen.asks(objectives, name)
		rows = append(rows, []string{name, wording.Digits(f.requests/span) + "/s", wording.Nearest(f.requests), objective, alone})
	}
	listing(text, "What is asked for (in a run: requests in its measured part; met alone: share of these that would meet the objective\nif each were alone on the fastest deployment, or in the best batch; no policy can exceed this share)", rows)
}

// asks writes the objective of the model, pipeline or class with this name. It also writes the
// share of its requests that would meet the objective if each were alone.
func (o *outlook) asks(objectives []rows.Objective, name string) (objective, alone string) {
	at := slices.IndexFunc(objectives, func(one rows.Objective) bool { return one.Name == name })
	if at < 0 {
		return "", ""
	}
	one := objectives[at]
	if one.Percent == 0 {
		return one.About, ""
	}
	f, _ := o.held(one)
	return goal(one), f.alone()
}

// goal writes an objective.
func goal(o rows.Objective) string {
	var parts []string
	for _, one := range []struct {
		what string
		most float64
	}{{"first token in ", o.FirstToken}, {"each further one in ", o.PerToken}, {"answer in ", o.Latency}} {
		if one.most > 0 {
			parts = append(parts, one.what+quantity.Duration(kernel.Seconds(one.most)).String())
		}
	}
	if len(parts) == 0 {
		parts = []string{o.About}
	}
	return fmt.Sprintf("%v %%: %s", o.Percent, strings.Join(parts, ", "))
}

// alone writes the share of the requests that would meet their objectives if each were alone.
func (n *fares) alone() string {
	if n.requests == 0 {
		return ""
	}
	return wording.Percent(n.best())
}

// describeDeployments lists the deployments with their batches and planned capacity.
func (e *Review) describeDeployments(text *strings.Builder) {
	rows := [][]string{{"", "deployment", "batch", "takes", "planned", "price", "ready in"}}
	for _, d := range e.Spec.Deployments {
		kind := &e.Spec.Types[d.Type]
		rows = append(rows, []string{
			e.Spec.Models[d.Model].Name, d.Name, fmt.Sprint(d.MaxBatch), wording.Brief(d.FullBatch().Takes), wording.Digits(d.Capacity) + "/s",
			wording.Digits(kind.Price*kind.DominantShare(&d.Need)/d.Capacity*1e6/3600) + " $", wording.Brief(d.Load),
		})
	}
	things := "requests"
	if slices.ContainsFunc(e.Spec.Models, func(m fleet.Model) bool { return m.Varied }) {
		things = "requests, or items of requests,"
	}
	listing(text, fmt.Sprintf("Deployments as planned (batch: most %s at a time with which a replica meets the objectives; planned: its rate\nat %.0f %% utilization; price: of a replica's share of its machine, per million requests at this rate)", things, 100*e.Scenario.Planning.Utilization), rows)
}

// describeCaches lists the KV caches of LLMs.
func (e *Review) describeCaches(text *strings.Builder) {
	rows := [][]string{{"deployment", "blocks", "tokens", "context", "beyond context", "beyond cache"}}
	for i, h := range e.look().holds {
		d := &e.Spec.Deployments[i]
		if c := d.Tokens; c != nil {
			rows = append(rows, []string{
				d.Name, fmt.Sprintf("%s of %d", wording.Count(int64(c.Blocks)), c.Block), wording.Count(int64(c.Blocks * c.Block)), wording.Count(int64(c.Context)),
				wording.Percent(100 * ratio(h.context, h.requests)), wording.Percent(100 * ratio(h.cache, h.requests)),
			})
		}
	}
	if len(rows) > 1 {
		listing(text, "KV cache of a replica, and the requests (prompt and answer) that it can never hold", rows)
	}
}

// describeGaps lists the machines that models cannot use.
func (e *Review) describeGaps(text *strings.Builder) {
	var rows [][]string
	for _, miss := range e.Gaps {
		rows = append(rows, []string{e.Spec.Models[miss.Model].Name, e.Spec.Types[miss.Type].Name, miss.Why})
	}
	if len(rows) > 0 {
		listing(text, "Machines that a model cannot use", rows)
	}
}

// path writes a pipeline with the planned time of each stage.
func (e *Review) path(p *fleet.Pipeline) string {
	var stages []string
	visits := e.visits(p)
	for i, stage := range p.Stages {
		var names []string
		for _, m := range stage {
			names = append(names, e.Spec.Models[m].Name)
		}
		budget := quantity.Duration(e.Spec.Models[stage[0]].Target.Round(time.Microsecond))
		stages = append(stages, fmt.Sprintf("%s in %v", strings.Join(names, " and "), budget))
		if visits[i] != 1 {
			stages[i] += fmt.Sprintf(" (%.4g times)", visits[i])
		}
	}
	return fmt.Sprintf("%s: %s; objective %v", p.Name, strings.Join(stages, ", then "), quantity.Duration(p.Target))
}

// visits returns the mean number of times that a request of a pipeline passes each stage.
func (e *Review) visits(p *fleet.Pipeline) []float64 {
	for i := range e.Scenario.Workload {
		if s := &e.Scenario.Workload[i]; s.Pipeline != nil && s.Label() == p.Name {
			return s.Visits()
		}
	}
	return nil // not reached: every pipeline belongs to a stream
}

// begun says in a clause that the first row of a trace has another time than 0. A run that replays
// the trace begins with this row.
func begun(in *build.Input) string {
	if in.Begins == 0 {
		return ""
	}
	return fmt.Sprintf("; its first row, of the time %v, is the start of the run", wording.Rounded(in.Begins))
}
