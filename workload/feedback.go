package workload

import (
	"errors"
	"fmt"

	"wavetank/sim/kernel"
)

// Feedback belongs to a stage of a pipeline. After that stage a request goes back with probability
// Chance, and passes the stages from From on again. The draw is repeated every time the request
// passes the stage. The zero value means no feedback.
type Feedback struct {
	Chance float64 // from 0 to 1; 1 needs a MaxReturns
	// the stage to which requests go back, from 0; at most the stage of the feedback
	From       int
	MaxReturns int // how often a request goes back at most; 0: no limit
}

// Rounds returns the mean number of times that a request passes the stages of the loop.
func (l Feedback) Rounds() float64 {
	if l.MaxReturns == 0 {
		return 1 / (1 - l.Chance)
	}
	sum, part := 1.0, 1.0
	for range l.MaxReturns {
		part *= l.Chance
		sum += part
	}
	return sum
}

// check returns the faults of the feedback of a stage.
func (l Feedback) check(stage int) (faults []error) {
	if !(l.Chance >= 0 && l.Chance <= 1) {
		faults = append(faults, fmt.Errorf("probability: %v lies outside [0, 1]", l.Chance))
	}
	if l.Chance == 1 && l.MaxReturns == 0 {
		faults = append(faults, errors.New("probability: a request would go back for ever; give a limit under max-returns"))
	}
	if l.From < 0 || l.From > stage {
		faults = append(faults, fmt.Errorf("from: stage %d does not exist or comes after stage %d, to which the feedback belongs", l.From, stage))
	}
	if l.MaxReturns < 0 || l.MaxReturns > MostBranches {
		faults = append(faults, fmt.Errorf("max-returns: %d lies outside 0 to %d", l.MaxReturns, MostBranches))
	}
	return faults
}

// Visits returns the mean number of times that a request passes each stage, if it goes on to the
// last stage. The loops of two stages may be nested, but must not overlap otherwise. So the visits
// of a stage are the product of the rounds of the loops that contain it.
func Visits(loops []Feedback) ([]float64, error) {
	visits := make([]float64, len(loops))
	for i := range visits {
		visits[i] = 1
	}
	var faults []error
	for i, l := range loops {
		if l == (Feedback{}) {
			continue
		}
		wrong := l.check(i)
		for _, err := range wrong {
			faults = append(faults, fmt.Errorf("stages[%d].feedback: %w", i, err))
		}
		if wrong != nil {
			continue
		}
		for before, other := range loops[:i] {
			if other != (Feedback{}) && other.From < l.From && before >= l.From {
				faults = append(faults, fmt.Errorf("stages[%d].feedback: from: the loop overlaps the loop of stage %d; one must contain the other", i, before))
			}
		}
		for stage := l.From; stage <= i; stage++ {
			visits[stage] *= l.Rounds()
		}
	}
	return visits, errors.Join(faults...)
}

// loops draws how requests go back, and the works and items of their further visits. Its streams
// are rewound for every request.
type loops struct {
	list    []Feedback       // per stage
	chances []*kernel.Stream // per stage: decide whether the request goes back
	onward  []*kernel.Stream // per stage: decide whether it goes on after a further visit
	works   []*kernel.Stream // per branch: works of further visits
	counts  []*kernel.Stream // per branch: items of further visits
	// per stage: how often the request has gone back since it entered the loop
	back    []int
	visited []bool // per stage: the present request has passed it
	request uint64 // number of the present request
}

func newLoops(l Lane, list []Feedback, branches int) *loops {
	s := &loops{list: list, back: make([]int, len(list)), visited: make([]bool, len(list))}
	for i := range list {
		s.chances = append(s.chances, l.Stream(fmt.Sprintf("again/%d", i), 0))
		s.onward = append(s.onward, l.Stream(fmt.Sprintf("continue again/%d", i), 0))
	}
	for i := range branches {
		s.works = append(s.works, l.Stream(fmt.Sprintf("work again/%d", i), 0))
		s.counts = append(s.counts, l.Stream(fmt.Sprintf("branch items again/%d", i), 0))
	}
	return s
}

// rewind begins the next request.
func (s *loops) rewind() {
	for _, list := range [][]*kernel.Stream{s.chances, s.onward, s.works, s.counts} {
		for _, stream := range list {
			stream.Rewind(s.request)
		}
	}
	s.request++
	clear(s.back)
	clear(s.visited)
}

// first reports whether the request comes to a stage for the first time, and records the visit.
func (s *loops) first(stage int) bool {
	was := s.visited[stage]
	s.visited[stage] = true
	return !was
}

// again reports whether the request goes back after a stage.
func (s *loops) again(stage int) bool {
	l := &s.list[stage]
	if l.Chance == 0 || l.MaxReturns > 0 && s.back[stage] == l.MaxReturns || s.chances[stage].Float64() >= l.Chance {
		s.back[stage] = 0
		return false
	}
	s.back[stage]++
	return true
}

// MostBranches is the upper limit on the branches of a pipeline. It is also the limit on the mean
// number of branches that a request has, with feedback.
const MostBranches = 1000
