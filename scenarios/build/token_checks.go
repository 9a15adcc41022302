package build

import (
	"fmt"
	"slices"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
)

// checkTokens reports streams that ask an LLM for no tokens. Of the other streams it reports
// objectives that do not go with them.
func checkTokens(s *file.Scenario, portions [][]portion, a *asked, r *rented, found *findings) {
	for i := range s.Workload {
		w := &s.Workload[i]
		if name, _ := w.Arrivals.Chosen(); name == "" {
			continue // it may be a trace that has them
		}
		llm := slices.IndexFunc(portions[i], func(p portion) bool {
			id, known := a.ids[p.model]
			return known && !w.HasTokens() && needsTokens(&a.demand[id], r.machines)
		})
		if llm < 0 {
			checkObjectives(w, fmt.Sprintf("workload[%d]", i), found)
			continue
		}
		found.report(fmt.Sprintf("workload[%d].input", i), fmt.Sprintf(
			"%s is an LLM, whose requests need tokens: give distributions of input and output, or a trace that has both", portions[i][llm].model))
	}
}

// needsTokens reports whether the replicas of a model on some of the machines serve tokens.
func needsTokens(d *demand, machines []builtin.Machine) bool {
	if len(d.variants) > 0 && d.inTokens() {
		return true
	}
	for _, v := range d.variants {
		for _, p := range v.Devices {
			if p.Tokens != nil && slices.ContainsFunc(machines, func(m builtin.Machine) bool { return runs(p, m) }) {
				return true
			}
		}
	}
	return false
}

// checkObjectives reports objectives of tokens of a stream that has none, or that is a pipeline. It
// also reports that such a stream has no objective of latency.
func checkObjectives(w *file.Stream, path string, found *findings) {
	check := func(slo *file.SLO, path string) {
		if slo == nil || w.HasTokens() && w.Pipeline == nil {
			return
		}
		if slo.FirstToken > 0 || slo.PerToken > 0 {
			found.report(path, "objectives of tokens are for one model: the stream is a pipeline, or has no distributions of input and output, nor a trace of them")
		} else if slo.Latency == 0 {
			found.report(path+".latency", "this key is missing")
		}
	}
	check(w.SLO, path+".slo")
	if w.Split != nil {
		for j, m := range w.Split.Models {
			check(m.SLO, fmt.Sprintf("%s.split.models[%d].slo", path, j))
		}
	}
}
