package workload

import (
	"errors"
	"fmt"
	"slices"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Stage is a stage of the pipeline that the requests of a stream go through.
type Stage struct {
	Branches []Branch
	Continue float64 // probability in (0, 1] to go on after the stage; unused in the last stage
	// drawn before Continue: a request that goes back does not end after the stage
	Feedback Feedback
}

// Branch is the part of a stage that one model answers.
type Branch struct {
	Model fleet.ModelID
	// nil: Deterministic; the first branch of a pipeline has the work of the request
	Work  distribution.Service
	Items Items // without a Count, the items of the request times the factor
}

// Pipe returns src with each request replaced by its branches in a pipeline, up to the stage at
// which the request ends. After each stage the request first goes back with the probability of the
// feedback. If it does not go back, it goes on with probability Continue, or else ends. All
// branches have the labels of the request.
//
// Works, items and decisions have random streams of their own, so that a change of one does not
// change the draws of another. The draws for first visits are made for all stages of every request.
// The streams for further visits are rewound for each request.
func (l Lane) Pipe(src Source, id fleet.PipelineID, stages []Stage) (Source, error) {
	p := &piped{Source: src, chances: l.Stream("continue", 0)}
	var faults []error
	if err := recorded("pipeline", src); err != nil {
		faults = append(faults, err)
	}
	var loops []Feedback
	for i, s := range stages {
		if len(s.Branches) == 0 {
			faults = append(faults, fmt.Errorf("stages[%d]: there is no branch", i))
		}
		if i < len(stages)-1 && !(s.Continue > 0 && s.Continue <= 1) {
			faults = append(faults, fmt.Errorf("stages[%d].continue: %v lies outside (0, 1]", i, s.Continue))
		}
		for _, b := range s.Branches {
			if b.Work == nil {
				b.Work = distribution.Deterministic()
			}
			p.distributions, p.draws = append(p.distributions, b.Work), append(p.draws, l.Stream("work", uint64(len(p.plain))))
			p.carries, p.counts = append(p.carries, b.Items), append(p.counts, l.Stream("branch items", uint64(len(p.plain))))
			p.plain = append(p.plain, fleet.Request{Model: b.Model, Pipeline: id, Stage: int16(i)})
		}
		p.ends, p.chance, loops = append(p.ends, len(p.plain)), append(p.chance, s.Continue), append(loops, s.Feedback)
	}
	if len(p.plain) == 0 || len(p.plain) > MostBranches {
		faults = append(faults, fmt.Errorf("stages: %d branches in all, want 1 to %d", len(p.plain), MostBranches))
	}
	visits, err := Visits(loops)
	if err = errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	mean := 0.0
	for i, n := range visits {
		mean += n * float64(len(stages[i].Branches))
	}
	if mean > MostBranches {
		return nil, fmt.Errorf("stages: a request has %.0f branches on average, more than %d", mean, MostBranches)
	}
	if slices.ContainsFunc(loops, func(l Feedback) bool { return l.Chance > 0 }) {
		p.loops = newLoops(l, loops, len(p.plain))
	}
	return p, nil
}

type piped struct {
	Source
	distributions []distribution.Service // per branch
	draws         []*kernel.Stream       // per branch: works of first visits
	carries       []Items                // per branch
	counts        []*kernel.Stream       // per branch: items of first visits
	// the branches, with the fields that are the same for all requests
	plain   []fleet.Request
	ends    []int     // per stage: branches up to its end
	chance  []float64 // per stage: probability to go on after it
	chances *kernel.Stream
	goes    []bool          // per stage: the request goes on after its first visit
	loops   *loops          // nil: no stage has feedback
	request fleet.Request   // the present request
	works   []float64       // works of its first visits
	items   []float32       // items of its first visits
	group   []fleet.Request // branches of the present request
	given   int             // branches that Next has returned
}

func (p *piped) Next(r *fleet.Request) bool {
	if p.given == len(p.group) && !p.begin() {
		return false
	}
	*r = p.group[p.given]
	p.given++
	r.Branches = int32(len(p.group) - p.given)
	return true
}

// begin reads the next request and makes its branches.
func (p *piped) begin() bool {
	if !p.Source.Next(&p.request) {
		return false
	}
	p.works, p.items, p.goes = append(p.works[:0], p.request.Work), p.items[:0], p.goes[:0]
	for i := 1; i < len(p.plain); i++ {
		p.works = append(p.works, p.distributions[i].Work(p.draws[i]))
	}
	for i := range p.plain {
		p.items = append(p.items, p.carried(i, p.counts[i]))
	}
	for i := range p.ends[1:] {
		p.goes = append(p.goes, p.chances.Float64() < p.chance[i])
	}
	p.given, p.group = 0, p.group[:0]
	if p.loops != nil {
		p.loops.rewind()
	}
	for stage := 0; stage < len(p.ends); {
		first := p.visit(stage)
		switch {
		case p.loops != nil && p.loops.again(stage):
			stage = p.loops.list[stage].From
		case stage == len(p.goes) || !p.goesOn(stage, first):
			return true
		default:
			stage++
		}
	}
	return true
}

// visit adds the branches of a stage to the group. It reports whether the request passes the stage
// for the first time.
func (p *piped) visit(stage int) (first bool) {
	from := 0
	if stage > 0 {
		from = p.ends[stage-1]
	}
	first = p.loops == nil || p.loops.first(stage)
	for i := from; i < p.ends[stage]; i++ {
		b := p.request
		b.Model, b.Pipeline, b.Stage = p.plain[i].Model, p.plain[i].Pipeline, p.plain[i].Stage
		if b.Work, b.Items = p.works[i], p.items[i]; !first {
			b.Work, b.Items = p.distributions[i].Work(p.loops.works[i]), p.carried(i, p.loops.counts[i])
		}
		p.group = append(p.group, b)
	}
	return first
}

// carried returns the items of a branch: a draw of the branch, or the items of the request.
func (p *piped) carried(branch int, s *kernel.Stream) float32 {
	if items := &p.carries[branch]; items.Count != nil {
		return items.draw(s)
	}
	return p.carries[branch].of(p.request.Items)
}

// goesOn reports whether the request goes on after a stage.
func (p *piped) goesOn(stage int, first bool) bool {
	if first {
		return p.goes[stage]
	}
	return p.loops.onward[stage].Float64() < p.chance[stage]
}
