package workload

import (
	"errors"
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Stage is a stage of a pipeline as a stream goes through it.
type Stage struct {
	Branches []Branch
	Continue float64 // chance that a request goes on behind the stage, above 0, at most 1; not asked of the last
}

// Branch is the part of a stage that one model answers.
type Branch struct {
	Model fleet.ModelID
	Work  Service // nil stands for Deterministic; the very first branch has the work of the request
}

// Pipe returns src with the branches of a pipeline in place of each of its requests, as far as the request goes: it
// goes on behind each stage with the stage's chance. All branches have the labels of the request.
//
// Works and chances have random streams of their own, and are drawn for all stages of every request, so that a change
// of one moves no other's draws.
func (l Lane) Pipe(src Source, id fleet.PipelineID, stages []Stage) (Source, error) {
	p := &piped{Source: src, chances: l.stream("continue", 0)}
	var faults []error
	if err := recorded("pipeline", src); err != nil {
		faults = append(faults, err)
	}
	for i, s := range stages {
		if len(s.Branches) == 0 {
			faults = append(faults, fmt.Errorf("stages[%d]: there is no branch", i))
		}
		if i < len(stages)-1 && !(s.Continue > 0 && s.Continue <= 1) {
			faults = append(faults, fmt.Errorf("stages[%d].continue: %v lies outside (0, 1]", i, s.Continue))
		}
		for _, b := range s.Branches {
			if b.Work == nil {
				b.Work = Deterministic()
			}
			p.laws, p.draws = append(p.laws, b.Work), append(p.draws, l.stream("work", uint64(len(p.group))))
			p.group = append(p.group, fleet.Request{Model: b.Model, Pipeline: id})
		}
		p.ends, p.chance = append(p.ends, len(p.group)), append(p.chance, s.Continue)
	}
	if len(p.group) == 0 || len(p.group) > MostBranches {
		faults = append(faults, fmt.Errorf("stages: %d branches lie outside 1 to %d", len(p.group), MostBranches))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return p, nil
}

// MostBranches bounds the branches of a pipeline.
const MostBranches = 1000

type piped struct {
	Source
	laws    []Service        // per branch
	draws   []*kernel.Stream // per branch
	ends    []int            // per stage: branches up to its end
	chance  []float64        // per stage: to go on behind it
	chances *kernel.Stream
	request fleet.Request   // the present one
	group   []fleet.Request // its branches
	given   int             // of them, those that have been handed on
	passed  int             // of them, those of stages that it comes to
}

func (p *piped) Next(r *fleet.Request) bool {
	if p.given == p.passed && !p.begin() {
		return false
	}
	*r = p.group[p.given]
	p.given++
	r.Branches = int16(p.passed - p.given)
	return true
}

// begin reads the next request and draws what its branches need.
func (p *piped) begin() bool {
	if !p.Source.Next(&p.request) {
		return false
	}
	for i := range p.group {
		b := p.request
		b.Model, b.Pipeline = p.group[i].Model, p.group[i].Pipeline
		if i > 0 {
			b.Work = p.laws[i].Work(p.draws[i])
		}
		p.group[i] = b
	}
	p.given, p.passed = 0, p.ends[0]
	goes := true
	for i, end := range p.ends[1:] {
		goes = p.chances.Float64() < p.chance[i] && goes
		if goes {
			p.passed = end
		}
	}
	return true
}
