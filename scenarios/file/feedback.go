package file

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/workload"
)

// Feedback sends a share of the requests that leave a stage of a pipeline back, to the same or an
// earlier stage.
type Feedback struct {
	Chance quantity.Percent `yaml:"probability,required" was:"chance" doc:"probability that a request goes back, e.g. 25 %; drawn again every time"`
	From   string           `yaml:"from,omitempty" doc:"a model of the stage to which the request goes back: the last stage with this model, up to this stage; this stage when not given"`
	AtMost int              `yaml:"max-returns,omitempty" was:"at-most" doc:"largest number of times that a request goes back; no limit when not given"`
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
