package scenarios

import (
	"context"
	"fmt"
	"math"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
)

// Unsteady simulates the first replication of each policy that starts programs once more, and
// returns a sentence for each policy whose results differ from those in r. Then its program does
// not decide by its input alone.
func (e *Experiment) Unsteady(ctx context.Context, r *Results) (sentences []string, err error) {
	for i := range e.Scenario.Policies {
		p := &e.Scenario.Policies[i]
		if !e.startsPrograms(p) || len(r.Finished) == 0 {
			continue
		}
		f, err := e.finish(ctx, i, r.Finished[0], &ReferenceSetting{}, nil)
		if err != nil {
			return sentences, fmt.Errorf("policy %s, replication %d, a second time: %w", p.Name, r.Finished[0], err)
		}
		if metric := e.differs(f, r, p.Name); metric != "" {
			sentences = append(sentences, fmt.Sprintf("two runs of the policy %s with the same requests differ, first in %s: its program does not decide by its input alone, so its results cannot be repeated", p.Name, metric))
		}
	}
	return sentences, nil
}

// startsPrograms reports whether a policy starts programs.
func (e *Experiment) startsPrograms(p *file.Policy) (starts bool) {
	of := file.Scenario{Levers: e.Scenario.LeversOf(p), Policies: []file.Policy{{Allocator: p.Allocator}}}
	of.EachProgram(nil, func(registry.ProgramStarter, string) { starts = true })
	return starts
}

// differs returns the first metric by which a run differs from the rows of the first replication of
// a policy, or "".
func (e *Experiment) differs(f *Finished, r *Results, policy string) string {
	rows := r.Rows
	for _, m := range f.Measures {
		for len(rows) > 0 && (rows[0].Policy != policy || rows[0].Replication != r.Finished[0]) {
			rows = rows[1:]
		}
		if len(rows) == 0 || rows[0].Metric != m.Metric || math.Float64bits(rows[0].Value) != math.Float64bits(m.Value) {
			return m.Metric
		}
		rows = rows[1:]
	}
	return ""
}
