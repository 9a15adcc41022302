package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
	"wavetank/workload"
	"wavetank/workload/distribution"
)

// PipelineStage is a stage of a pipeline: one model, or several side by side.
type PipelineStage struct {
	ModelUse `yaml:",inline"`
	Parallel []Branch           `yaml:"parallel,omitempty" doc:"several models side by side; the next stage begins when all have answered"`
	Continue *quantity.Percent  `yaml:"continue,omitempty" doc:"probability that a request goes on behind the stage, e.g. 30 %; else it is answered; always when left out"`
	Feedback *Feedback          `yaml:"feedback,omitempty" was:"again" doc:"probability that a request goes back behind the stage and passes it again, e.g. 25 %, or {probability, from, max-returns}; drawn before continue"`
	Budget   *quantity.Duration `yaml:"budget,omitempty" doc:"part of the objective that the stage is planned for every time; when left out, of what the others leave, in proportion to its fastest batch of one"`
}

// Branch is one model of a stage.
type Branch struct {
	ModelUse `yaml:",inline"`
}

// ModelUse is what is said of one model; work and service are the stream's when they are not given.
type ModelUse struct {
	Model       string           `yaml:"model,omitempty" doc:"model that answers"`
	Variants    []string         `yaml:"variants,omitempty" doc:"variants that may be used; all when empty"`
	MinAccuracy float64          `yaml:"min-accuracy,omitempty" doc:"variants below this accuracy, in percent, are not used"`
	Work        *quantity.Factor `yaml:"work,omitempty" doc:"mean size of its requests relative to the latency law, e.g. 2x; the stream's when not given"`
	Service     *Service         `yaml:"service,omitempty" doc:"how service times vary around the latency law; as the stream says when not given"`
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
	case s.Parallel != nil && (s.Variants != nil || s.MinAccuracy != 0 || s.Work != nil || s.Service != nil):
		report("", "say variants, min-accuracy, work and service of the models in parallel, each of its own")
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

// checkPipeline reports what does not go with a pipeline.
func (s *Stream) checkPipeline(report func(path, message string)) {
	if s.Pipeline == nil {
		return
	}
	branches := 0
	for i := range s.Pipeline {
		branches += len(s.Pipeline[i].Branches())
	}
	if last := len(s.Pipeline) - 1; last < 0 {
		report("pipeline", "the list is empty")
	} else if s.Pipeline[last].Continue != nil {
		report(fmt.Sprintf("pipeline[%d].continue", last), "no stage comes behind the last one")
	}
	if branches > workload.MostBranches {
		report("pipeline", fmt.Sprintf("%d models are more than %d", branches, workload.MostBranches))
	}
	s.checkLoops(report)
	if len(s.Variants) > 0 || s.MinAccuracy != 0 {
		report("", "the models of a pipeline each have their own variants and min-accuracy")
	}
	if t, ok := s.Arrivals.params.(interface{ modelColumn() string }); ok && t.modelColumn() != "" {
		report("arrivals."+s.Arrivals.name+".model", "the stages of the pipeline say which models answer")
	}
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

// Path returns the path of a branch within its stream.
func (s *PipelineStage) Path(stage, branch int) string {
	if s.Parallel == nil {
		return fmt.Sprintf("pipeline[%d]", stage)
	}
	return fmt.Sprintf("pipeline[%d].parallel[%d]", stage, branch)
}

// asked returns the stream as one model of its pipeline sees it, with a part of the objective.
func (s *Stream) asked(b ModelUse, budget quantity.Duration) (*Stream, *SLO) {
	one := *s
	one.Model, one.Variants, one.MinAccuracy = b.Model, b.Variants, b.MinAccuracy
	if s.SLO == nil {
		return &one, nil
	}
	return &one, &SLO{Latency: budget, Percentile: s.SLO.Percentile}
}

// budgets returns the part of its objective that every visit of a stage of a stream's pipeline is planned for: what its
// budget says; of what these leave, in proportion to the latency of a batch of one of the slowest branch, on the fastest
// machine that can run it. A stage takes its part as often as a request passes it in the mean.
func (b *builder) budgets(i int) []quantity.Duration {
	s := &b.scenario.Workload[i]
	parts := make([]quantity.Duration, len(s.Pipeline))
	if s.SLO == nil {
		return parts
	}
	left, sum, visits := s.SLO.Latency, quantity.Duration(0), s.Visits()
	for stage := range s.Pipeline {
		if budget := s.Pipeline[stage].Budget; budget != nil {
			parts[stage] = *budget
			left -= times(*budget, visits[stage])
			continue
		}
		for _, one := range s.Pipeline[stage].Branches() {
			parts[stage] = max(parts[stage], b.fastest(one), 1)
		}
		sum += times(parts[stage], visits[stage])
	}
	if left < 0 || left == 0 && sum > 0 {
		if s.SLO.Latency > 0 && b.findings.sound(i) {
			b.report(fmt.Sprintf("workload[%d].pipeline", i), fmt.Sprintf("the budgets leave %v of the objective of %v", left, s.SLO.Latency))
		}
		return parts
	}
	for stage := range s.Pipeline {
		if s.Pipeline[stage].Budget == nil {
			parts[stage] = quantity.Duration(float64(left) * float64(parts[stage]) / float64(sum))
		}
	}
	return parts
}

// times returns a span multiplied by a number of visits.
func times(span quantity.Duration, visits float64) quantity.Duration {
	if visits == 1 {
		return span
	}
	return quantity.Duration(kernel.Seconds(time.Duration(span).Seconds() * visits))
}

// fastest returns the latency of a batch of one on the fastest machine of the fleet; 0 where none can run it.
func (b *builder) fastest(one ModelUse) quantity.Duration {
	least := time.Duration(0)
	model, err := builtin.FindModel(b.models, one.Model)
	if err != nil {
		return 0 // it is reported where the model is made
	}
	for _, v := range model.Variants {
		if len(one.Variants) > 0 && !slices.Contains(one.Variants, v.Name) || v.Accuracy < one.MinAccuracy {
			continue
		}
		for _, machine := range b.rented {
			for _, p := range v.Devices {
				law, err := p.Batch()
				if err != nil || !runs(p, machine) {
					continue
				}
				if latency := law.Latency(1); least == 0 || latency < least {
					least = latency
				}
			}
		}
	}
	return quantity.Duration(least)
}

// pipelines makes the pipelines of the catalogue.
func (b *builder) pipelines(ids map[string]fleet.ModelID) {
	for i := range b.scenario.Workload {
		s := &b.scenario.Workload[i]
		if s.Pipeline == nil || s.SLO == nil {
			continue
		}
		name := s.Label()
		if _, model := ids[name]; model || name == "all" || slices.Contains(b.catalog.Kinds, name) || strings.Contains(name, ":") {
			b.report(fmt.Sprintf("workload[%d]", i), fmt.Sprintf("the results of a pipeline cannot be called %q; give the stream another name", name))
		}
		made := fleet.Pipeline{Name: name, Target: time.Duration(s.SLO.Latency), Percentile: s.SLO.Percentile}
		for stage := range s.Pipeline {
			var models []fleet.ModelID
			for _, one := range s.Pipeline[stage].Branches() {
				models = append(models, ids[one.Model])
			}
			made.Stages = append(made.Stages, models)
		}
		made.Back = s.Back()
		b.catalog.Pipelines = append(b.catalog.Pipelines, made)
	}
}

// stages returns a stream's pipeline as its requests go through it.
func (s *Stream) stages(ids map[string]fleet.ModelID) ([]workload.Stage, error) {
	var list []workload.Stage
	loops, _, _ := s.Loops()
	for i := range s.Pipeline {
		stage := workload.Stage{Continue: 1, Again: loops[i]}
		if c := s.Pipeline[i].Continue; c != nil {
			stage.Continue = float64(*c) / 100
		}
		for at, one := range s.Pipeline[i].Branches() {
			service, work := &s.Service, s.Work
			if one.Service != nil {
				service = one.Service
			}
			if one.Work != nil {
				work = *one.Work
			}
			law, err := service.Distribution()
			if err == nil {
				law, err = distribution.Scaled(law, float64(work))
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Pipeline[i].Path(i, at), err)
			}
			stage.Branches = append(stage.Branches, workload.Branch{Model: ids[one.Model], Work: law})
		}
		list = append(list, stage)
	}
	return list, nil
}
