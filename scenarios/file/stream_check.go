package file

import (
	"fmt"
	"slices"
	"wavetank/scenarios/strict"
	"wavetank/workload"
)

// Check implements strict.Checker.
func (s *Stream) Check(n *strict.Node, report func(path, message string)) {
	if n != nil && unwritten(n.Get("name")) {
		report("name", strict.Name(""))
	}
	switch {
	case s.Model == "" && s.Split == nil && s.Pipeline == nil:
		report(strict.Resting("model", "split", "pipeline"), "a stream needs a model, a split over several, or a pipeline")
	case s.Model != "" && s.Split != nil:
		report("split", "a stream has either a model or a split, not both")
	case s.Pipeline != nil && (s.Model != "" || s.Split != nil):
		report("pipeline", "a stream has either a model, a split or a pipeline")
	}
	s.checkPipeline(report)
	s.checkBranchRetries(report)
	if s.Disaggregated && s.Pipeline != nil {
		report("disaggregated", "the models of a pipeline cannot be disaggregated; leave this key out")
	}
	checkAccuracy(report, s.MinAccuracy)
	if s.TensorGPUs < 0 || s.TensorGPUs > 1024 {
		report("tensor-parallel-size", fmt.Sprintf("%d is outside 1 to 1024", s.TensorGPUs))
	}
	if s.QueueLimit != nil && *s.QueueLimit < 0 {
		report("queue-limit", fmt.Sprintf("%d is negative", *s.QueueLimit))
	}
	nonNegative(report, "timeout", s.Timeout)
	checkWork(report, s.Work)
	if t, ok := s.Arrivals.params.(interface{ HasItems() bool }); ok && t.HasItems() && s.Items != nil {
		report("items", "the trace has a column of items; leave out this key or the column")
	}
	if s.Timeout > 0 && s.Patience != nil {
		report("patience", "a stream has either a timeout or a patience, not both")
	}
	s.checkTokens(report)
	s.checkCallers(report)
	s.checkClient(report)
}

// checkPipeline reports faults of a pipeline as a whole, not of single stages.
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
		report(fmt.Sprintf("pipeline[%d].continue", last), "no stage comes after the last one")
	}
	if branches > workload.MostBranches {
		report("pipeline", fmt.Sprintf("%d models are more than %d", branches, workload.MostBranches))
	}
	s.checkLoops(report)
	if s.TensorGPUs != 0 {
		report("tensor-parallel-size", "is for streams without a pipeline")
	}
	if len(s.Variants) > 0 || s.MinAccuracy != 0 {
		report("", "the models of a pipeline each have their own variants and min-accuracy")
	}
	if t, ok := s.Arrivals.params.(interface{ modelColumn() string }); ok && t.modelColumn() != "" {
		report("arrivals."+s.Arrivals.name+".model", "the stages of the pipeline say which models answer")
	}
}

// checkLoops reports loops that lead to an unknown model or overlap. It also reports a pipeline in
// which a request visits too many models.
func (s *Stream) checkLoops(report func(path, message string)) {
	loops, missing, ok := s.Loops()
	if !ok {
		for i := range s.Pipeline[:missing+1] {
			if slices.ContainsFunc(s.Pipeline[i].Branches(), func(b ModelUse) bool { return b.Model == "" }) {
				return // the feedback may name this model, which could not be read
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

// checkTokens reports keys about tokens that need input and output if these are missing.
func (s *Stream) checkTokens(report func(path, message string)) {
	if (s.Input == nil) != (s.Output == nil) {
		report(strict.Resting("input", "output"), "a stream has distributions of both input and output, or of neither")
	}
	if !(s.Correlation >= -1 && s.Correlation <= 1) {
		report("correlation", fmt.Sprintf("%v is outside -1 to 1", s.Correlation))
	}
	if s.Input != nil || s.Output != nil {
		return
	}
	if s.Correlation != 0 {
		report(strict.Resting("correlation", "input", "output"), "the stream has no distributions of input and output to correlate")
	}
	if s.SystemPrompt != nil {
		report(strict.Resting("system-prompt", "input", "output"), "the stream has no distribution of the input that comes after the system prompt")
	}
}

// checkCallers reports keys that a stream cannot have if its senders wait for answers.
func (s *Stream) checkCallers(report func(path, message string)) {
	_, clients := s.Arrivals.params.(*Clients)
	if s.InFlight < 0 || s.InFlight > 100_000_000 {
		report("max-concurrency", fmt.Sprintf("%d is outside 1 to 100000000", s.InFlight))
	}
	if s.Pipeline != nil && (clients || s.Conversation != nil || s.InFlight > 0) {
		report("pipeline", "the arrivals of a pipeline must be a process or a trace, because its senders do not wait for answers")
	}
	if s.Sessions != nil && (clients || s.Conversation != nil) {
		report("sessions", "requests that wait for answers belong to conversations, not to random sessions")
	}
	if s.Conversation == nil {
		return
	}
	if _, recorded := s.Arrivals.params.(Recorded); recorded {
		report("conversation", "a trace says which requests come; conversations need a process or clients")
	}
	for _, k := range []struct {
		key   string
		given bool
	}{{"context-window", s.Conversation.Context > 0}, {"input", s.Conversation.Input != nil}, {"output", s.Conversation.Output != nil}} {
		if k.given && s.Input == nil && s.Output == nil {
			report(strict.Resting("conversation."+k.key, "input", "output"), "the stream has no tokens: it has no distributions of input and output")
		}
	}
}
