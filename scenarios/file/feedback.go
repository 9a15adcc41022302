package file

import (
	"fmt"
	"slices"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/workload"
)

// Feedback sends a share of the requests that leave a stage of a pipeline back to this or an
// earlier stage.
type Feedback struct {
	Chance quantity.Percent `yaml:"probability,required" was:"chance" doc:"probability that a request goes back, e.g. 25 %; drawn anew every time"`
	From   string           `yaml:"from,omitempty" doc:"a model of the stage that the request goes back to: the last stage with this model, up to this one; this stage when not given"`
	AtMost int              `yaml:"max-returns,omitempty" was:"at-most" doc:"most times that a request goes back; no limit when not given"`
}

// feedbackFields is the long form: a mapping.
type feedbackFields Feedback

// DecodeNode implements strict.NodeDecoder: feedback is a probability, or a mapping.
func (f *Feedback) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.IsScalar() {
		d.Decode(n, &f.Chance)
	} else {
		d.Decode(n, (*feedbackFields)(f))
	}
}

// Shapes implements strict.Shaper.
func (Feedback) Shapes() []any { return []any{quantity.Percent(0), feedbackFields{}} }

// EncodeValue implements strict.ValueEncoder.
func (f Feedback) EncodeValue() any { return feedbackFields(f) }

// Check implements strict.Checker.
func (f *Feedback) Check(_ *strict.Node, report func(path, message string)) {
	switch {
	case !(f.Chance > 0 && f.Chance <= 100):
		report("probability", fmt.Sprintf("%v is not above 0 %% and at most 100 %%", f.Chance))
	case f.Chance == 100 && f.AtMost == 0:
		report("probability", "a request would go back for ever; give a limit under max-returns")
	}
	if f.AtMost < 0 || f.AtMost > workload.MostBranches {
		report("max-returns", fmt.Sprintf("%d is outside 1 to %d", f.AtMost, workload.MostBranches))
	}
}

// Loops returns the feedback of every stage of a stream's pipeline; a stage without feedback has
// the zero value. If a stage names a model that is in no stage up to its own, ok is false and
// missing is the number of that stage, from 0.
func (s *Stream) Loops() (list []workload.Feedback, missing int, ok bool) {
	for i := range s.Pipeline {
		f := s.Pipeline[i].Feedback
		if f == nil {
			list = append(list, workload.Feedback{})
			continue
		}
		from := i
		for f.From != "" && from >= 0 && !s.Pipeline[from].asks(f.From) {
			from--
		}
		if from < 0 {
			return nil, i, false
		}
		list = append(list, workload.Feedback{Chance: float64(f.Chance) / 100, From: from, MaxReturns: f.AtMost})
	}
	return list, 0, true
}

// asks reports whether the stage asks a model.
func (s *PipelineStage) asks(model string) bool {
	for _, b := range s.Branches() {
		if b.Model == model {
			return true
		}
	}
	return false
}

// Visits returns, for every stage of a stream's pipeline, the mean number of times that a request
// passes it, if the request is not answered before the last stage.
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

// checkLoops reports loops that lead to an unknown model or overlap, and a pipeline that asks too
// many models per request.
func (s *Stream) checkLoops(report func(path, message string)) {
	loops, missing, ok := s.Loops()
	if !ok {
		for i := range s.Pipeline[:missing+1] {
			if slices.ContainsFunc(s.Pipeline[i].Branches(), func(b ModelUse) bool { return b.Model == "" }) {
				return // this model could not be read, and may be the one named
			}
		}
		report(fmt.Sprintf("pipeline[%d].feedback.from", missing), fmt.Sprintf("%s is in no stage up to this one", s.Pipeline[missing].Feedback.From))
		return
	}
	for i, l := range loops {
		for before, other := range loops[:i] {
			if l.Chance > 0 && other.Chance > 0 && other.From < l.From && before >= l.From {
				report(fmt.Sprintf("pipeline[%d].feedback.from", i), fmt.Sprintf("the loop of stage %d begins before this one and ends within it; a loop may lie within another, but they must not overlap", before+1))
				return
			}
		}
	}
	mean := 0.0
	for i, n := range s.Visits() {
		mean += n * float64(len(s.Pipeline[i].Branches()))
	}
	if mean > workload.MostBranches {
		report("pipeline", fmt.Sprintf("a request asks %.0f models on average; at most %d are allowed", mean, workload.MostBranches))
	}
}
