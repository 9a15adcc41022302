package build

import (
	"fmt"
	"slices"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
)

// checkTokens reports streams that ask for an LLM but have no tokens. It checks the objectives of
// all other streams (checkObjectives).
func checkTokens(s *file.Scenario, portions [][]portion, a *asked, r *rented, found *findings) {
	for i := range s.Workload {
		w := &s.Workload[i]
		if name, _ := w.Arrivals.Chosen(); name == "" {
			continue // the arrivals could not be read; they may be a trace with tokens
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

// needsTokens reports whether replicas of a model serve tokens on at least one of the machines.
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

// checkObjectives reports objectives for tokens (ttft, tpot) of a stream without tokens or of a
// pipeline. Such a stream needs an objective for the latency. A missing one is reported, too.
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
