package build

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/workload"
)

// pipelinesOf returns the pipelines of a scenario as entries of a fleet.Spec. It reports pipelines
// whose names mean something else in results.
func pipelinesOf(s *file.Scenario, ids map[string]fleet.ModelID, kinds []string, found *findings) (list []fleet.Pipeline) {
	for i := range s.Workload {
		w := &s.Workload[i]
		if w.Pipeline == nil || w.SLO == nil {
			continue
		}
		if len(list) == fleet.MostPipelines {
			found.report(fmt.Sprintf("workload[%d].pipeline", i), fmt.Sprintf("at most %d streams can have a pipeline", fleet.MostPipelines))
			break
		}
		name := w.Label()
		if _, model := ids[name]; model || name == "all" || slices.Contains(kinds, name) || strings.Contains(name, ":") {
			found.report(fmt.Sprintf("workload[%d]", i),
				fmt.Sprintf("the results of a pipeline cannot be called %q; give the stream another name", name))
		}
		made := fleet.Pipeline{Name: name, Target: time.Duration(w.SLO.Latency), Percentile: w.SLO.Percentile, Back: backOf(w)}
		for stage := range w.Pipeline {
			var models []fleet.ModelID
			for _, use := range w.Pipeline[stage].Branches() {
				models = append(models, ids[use.Model])
			}
			made.Stages = append(made.Stages, models)
		}
		if r := w.Branches; r != nil {
			made.Retries = &fleet.BranchRetries{Whole: r.Of == "request", Attempts: r.Attempts, Backoff: backoffOf(&r.Backoff), Budget: budgetOf(r.Budget)}
		}
		list = append(list, made)
	}
	return list
}

// backOf returns, for every stage, the stage to which its feedback leads; -1 if it has no feedback.
// The list is nil if no stage has feedback.
func backOf(s *file.Stream) []int {
	loops, _, _ := s.Loops()
	var list []int
	for i, l := range loops {
		if l.Chance > 0 && list == nil {
			list = slices.Repeat([]int{-1}, len(loops))
		}
		if l.Chance > 0 {
			list[i] = l.From
		}
	}
	return list
}

// stagesOf returns the stages that the requests of a stream pass, or nil if it is not a pipeline.
func stagesOf(s *file.Stream, ids map[string]fleet.ModelID) ([]workload.Stage, error) {
	var list []workload.Stage
	loops, _, _ := s.Loops()
	for i := range s.Pipeline {
		stage := workload.Stage{Continue: 1, Feedback: loops[i]}
		if c := s.Pipeline[i].Continue; c != nil {
			stage.Continue = float64(*c) / 100
		}
		for at, use := range s.Pipeline[i].Branches() {
			_, _, service := demandOf(s, &use)
			made, err := service.Distribution()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Pipeline[i].Path(i, at), err)
			}
			stage.Branches = append(stage.Branches, workload.Branch{Model: ids[use.Model], Work: made})
		}
		list = append(list, stage)
	}
	return list, nil
}
