package file

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// PipelineStage is a stage of a pipeline: one model, or several side by side.
type PipelineStage struct {
	ModelUse `yaml:",inline"`
	Parallel []Branch           `yaml:"parallel,omitempty" doc:"several models side by side; the next stage begins when all have answered"`
	Continue *quantity.Percent  `yaml:"continue,omitempty" doc:"probability that a request goes on to the next stage, e.g. 30 %; otherwise it is answered here; 100 % when left out"`
	Feedback *Feedback          `yaml:"feedback,omitempty" was:"again" doc:"probability that a request goes back after this stage and passes it again, e.g. 25 %, or {probability, from, max-returns}; drawn before continue"`
	Budget   *quantity.Duration `yaml:"budget,omitempty" doc:"time of the objective that plans give to each visit of the stage; when left out, the stage gets a share of the time that the other budgets leave, in proportion to its fastest batch of one"`
}

// Branch is one model of a stage.
type Branch struct {
	ModelUse `yaml:",inline"`
}

// ModelUse says how a pipeline uses one model. If Items, Work or Service is nil, it is that of the
// stream.
type ModelUse struct {
	Model       string           `yaml:"model,omitempty" doc:"model that answers"`
	Variants    []string         `yaml:"variants,omitempty,distinct" doc:"variants that may be used; all when empty"`
	MinAccuracy float64          `yaml:"min-accuracy,omitempty" doc:"variants below this accuracy, in percent, are not used"`
	Items       *ItemCounts      `yaml:"items,omitempty" doc:"number of items in its requests; the items of the whole request when not given"`
	Work        *quantity.Factor `yaml:"work,omitempty" doc:"size of its requests, as a factor on their items, e.g. 2x; the stream's when not given"`
	Service     *Service         `yaml:"service,omitempty" doc:"how service times vary around the latency model; the stream's when not given"`
}

// stageFields and branchFields are the long forms.
type (
	stageFields  PipelineStage
	branchFields Branch
)

// DecodeNode implements strict.NodeDecoder: a stage is a model's name, or a mapping.
func (s *PipelineStage) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.IsScalar() {
		d.Decode(n, &s.Model)
	} else {
		d.Decode(n, (*stageFields)(s))
	}
}

// DecodeNode implements strict.NodeDecoder: a branch is a model's name, or a mapping.
func (b *Branch) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.IsScalar() {
		d.Decode(n, &b.Model)
	} else {
		d.Decode(n, (*branchFields)(b))
	}
}

// Shapes implements strict.Shaper.
func (PipelineStage) Shapes() []any { return []any{"", stageFields{}} }

// Shapes implements strict.Shaper.
func (Branch) Shapes() []any { return []any{"", branchFields{}} }

// EncodeValue implements strict.ValueEncoder.
func (s PipelineStage) EncodeValue() any { return stageFields(s) }

// EncodeValue implements strict.ValueEncoder.
func (b Branch) EncodeValue() any { return branchFields(b) }

// Check implements strict.Checker.
func (s *PipelineStage) Check(_ *strict.Node, report func(path, message string)) {
	switch {
	case s.Model == "" && s.Parallel == nil:
		report("", "a stage needs a model, or several in parallel")
	case s.Model != "" && s.Parallel != nil:
		report("parallel", "a stage has either a model or several in parallel, not both")
	case s.Parallel != nil && len(s.Parallel) == 0:
		report("parallel", "the list is empty")
	case s.Parallel != nil && (s.Variants != nil || s.MinAccuracy != 0 || s.Items != nil || s.Work != nil || s.Service != nil):
		report("", "variants, min-accuracy, items, work and service belong to each of the models in parallel")
	}
	s.ModelUse.check(report)
	if s.Continue != nil && !(*s.Continue > 0 && *s.Continue <= 100) {
		report("continue", fmt.Sprintf("%v is not above 0 %% and at most 100 %%", *s.Continue))
	}
	if s.Budget != nil {
		positive(report, "budget", *s.Budget)
	}
}

// Check implements strict.Checker.
func (b *Branch) Check(_ *strict.Node, report func(path, message string)) {
	if b.Model == "" {
		report("", "a branch needs a model")
	}
	b.ModelUse.check(report)
}

func (b *ModelUse) check(report func(path, message string)) {
	if b.Work != nil {
		checkWork(report, *b.Work)
	}
	checkAccuracy(report, b.MinAccuracy)
}

// Branches returns the models of a stage.
func (s *PipelineStage) Branches() []ModelUse {
	if s.Parallel == nil {
		return []ModelUse{s.ModelUse}
	}
	list := make([]ModelUse, len(s.Parallel))
	for i := range list {
		list[i] = s.Parallel[i].ModelUse
	}
	return list
}

// Path returns the path of a branch within its stream. Stages and branches are numbered from 0.
func (s *PipelineStage) Path(stage, branch int) string {
	if s.Parallel == nil {
		return fmt.Sprintf("pipeline[%d]", stage)
	}
	return fmt.Sprintf("pipeline[%d].parallel[%d]", stage, branch)
}

// asks reports whether requests of the stage go to a model.
func (s *PipelineStage) asks(model string) bool {
	for _, b := range s.Branches() {
		if b.Model == model {
			return true
		}
	}
	return false
}
