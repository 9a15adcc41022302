package file

import (
	"fmt"
	"slices"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/workload"
)

// Feedback lets a request go back behind a stage of its pipeline.
type Feedback struct {
	Chance quantity.Percent `yaml:"probability,required" was:"chance" doc:"probability that a request goes back, e.g. 25 %; drawn anew every time"`
	From   string           `yaml:"from,omitempty" doc:"a model of the stage from which on it passes the stages again, the nearest up to this one; this stage when not given"`
	AtMost int              `yaml:"max-returns,omitempty" was:"at-most" doc:"times that a request goes back before it is through; any number when not given"`
}

// againFields is the long form.
type feedbackFields Feedback

// DecodeNode implements strict.NodeDecoder: a chance, or a mapping.
func (a *Feedback) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.IsScalar() {
		d.Decode(n, &a.Chance)
	} else {
		d.Decode(n, (*feedbackFields)(a))
	}
}

// Shapes implements strict.Shaper.
func (Feedback) Shapes() []any { return []any{quantity.Percent(0), feedbackFields{}} }

// EncodeValue implements strict.ValueEncoder.
func (a Feedback) EncodeValue() any { return feedbackFields(a) }

// Check implements strict.Checker.
func (a *Feedback) Check(_ *strict.Node, report func(path, message string)) {
	switch {
	case !(a.Chance > 0 && a.Chance <= 100):
		report("probability", fmt.Sprintf("%v is not above 0 %% and at most 100 %%", a.Chance))
	case a.Chance == 100 && a.AtMost == 0:
		report("probability", "a request would go back for ever; say how often at most, by max-returns")
	}
	if a.AtMost < 0 || a.AtMost > workload.MostBranches {
		report("max-returns", fmt.Sprintf("%d is outside 1 to %d", a.AtMost, workload.MostBranches))
	}
}

// Loops returns the loop of every stage of a stream's pipeline; ok is false, and missing the stage, where one leads to a
// model that is in no stage up to its own.
func (s *Stream) Loops() (list []workload.Feedback, missing int, ok bool) {
	for i := range s.Pipeline {
		a := s.Pipeline[i].Feedback
		if a == nil {
			list = append(list, workload.Feedback{})
			continue
		}
		from := i
		for a.From != "" && from >= 0 && !s.Pipeline[from].asks(a.From) {
			from--
		}
		if from < 0 {
			return nil, i, false
		}
		list = append(list, workload.Feedback{Chance: float64(a.Chance) / 100, From: from, MaxReturns: a.AtMost})
	}
	return list, 0, true
}

// asks reports whether a model is one of a stage's.
func (s *PipelineStage) asks(model string) bool {
	for _, b := range s.Branches() {
		if b.Model == model {
			return true
		}
	}
	return false
}

// Visits returns how often a request that goes all the way passes every stage of a stream's pipeline in the mean.
func (s *Stream) Visits() []float64 {
	loops, _, ok := s.Loops()
	visits, err := workload.Visits(loops)
	if !ok || err != nil { // Check has reported it
		visits = make([]float64, len(s.Pipeline))
		for i := range visits {
			visits[i] = 1
		}
	}
	return visits
}

// checkLoops reports loops that lead nowhere, overlap, or are too long.
func (s *Stream) checkLoops(report func(path, message string)) {
	loops, missing, ok := s.Loops()
	if !ok {
		for i := range s.Pipeline[:missing+1] {
			if slices.ContainsFunc(s.Pipeline[i].Branches(), func(b ModelUse) bool { return b.Model == "" }) {
				return // it may be this one
			}
		}
		report(fmt.Sprintf("pipeline[%d].feedback.from", missing), fmt.Sprintf("%s is in no stage up to this one", s.Pipeline[missing].Feedback.From))
		return
	}
	for i, l := range loops {
		for before, other := range loops[:i] {
			if l.Chance > 0 && other.Chance > 0 && other.From < l.From && before >= l.From {
				report(fmt.Sprintf("pipeline[%d].feedback.from", i), fmt.Sprintf("the loop of stage %d begins before this one and ends within it; loops may lie within each other, but not overlap", before+1))
				return
			}
		}
	}
	mean := 0.0
	for i, n := range s.Visits() {
		mean += n * float64(len(s.Pipeline[i].Branches()))
	}
	if mean > workload.MostBranches {
		report("pipeline", fmt.Sprintf("a request asks %.0f models in the mean, which is more than %d", mean, workload.MostBranches))
	}
}
