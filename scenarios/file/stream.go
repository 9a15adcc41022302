package file

import (
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Stream is one stream of requests. They go to one model, are split over several models, or pass a
// pipeline of models.
type Stream struct {
	Name        string            `yaml:"name,omitempty" doc:"name of the stream; the model's when empty"`
	Model       string            `yaml:"model,omitempty" doc:"model that answers the requests"`
	Split       *Split            `yaml:"split,omitempty" doc:"several models instead of one"`
	Pipeline    []PipelineStage   `yaml:"pipeline,omitempty" doc:"stages of models that every request passes, one after another, instead of one model"`
	Branches    *BranchRetries    `yaml:"branch-retries,omitempty" doc:"further attempts when a branch of a pipeline is rejected, times out, is dropped or fails; none when not given: the request ends"`
	SLO         *SLO              `yaml:"slo,omitempty" doc:"objective of the models"`
	Variants    []string          `yaml:"variants,omitempty,distinct" doc:"variants that may be used; all when empty"`
	MinAccuracy float64           `yaml:"min-accuracy,omitempty" doc:"variants below this accuracy, in percent, are not used"`
	TensorGPUs  int               `yaml:"tensor-parallel-size,omitempty" doc:"only replicas that take this number of GPUs of a machine; any when not given"`
	QueueLimit  *int              `yaml:"queue-limit,omitempty" doc:"largest number of waiting requests for each model; further ones are rejected"`
	Timeout     quantity.Duration `yaml:"timeout,omitempty" doc:"a request that has waited this long for its start gives up"`
	Patience    *Patience         `yaml:"patience,omitempty" doc:"a random timeout: how long a request waits for its start before it gives up"`
	Zone        string            `yaml:"zone,omitempty" doc:"zone of the senders, for round-trip and routers; none when left out"`
	Client      *StreamClient     `yaml:"client,omitempty" doc:"how long the senders wait for the whole answer, and whether they try again; for ever and once when not given"`
	Items       *ItemCounts       `yaml:"items,omitempty" doc:"items of a request; the size of a batch is counted in items: a number, or a distribution; one when not given"`
	Work        quantity.Factor   `yaml:"work" doc:"size of the stream's requests, as a factor on their items: 2x takes as long as a batch of two"`
	Service     Service           `yaml:"service" doc:"distribution of service times, relative to the latency of the profile"`
	Combine     Combine           `yaml:"combine" doc:"how a batch combines the unequal service times of its requests: mean, max (all are padded to the longest), or sum (nothing is padded)"`
	Arrivals    Arrivals          `yaml:"arrivals,required" doc:"when requests come"`

	Classes  strict.Ordered[float64] `yaml:"classes,omitempty" doc:"relative share of each class"`
	Tenants  *Tenants                `yaml:"tenants,omitempty" doc:"senders of the requests: {count, zipf}, or the relative share of each by name"`
	Sessions *Sessions               `yaml:"sessions,omitempty" doc:"sessions that requests belong to, for routers that keep a session together"`

	Input         *TokenLengths `yaml:"input,omitempty" doc:"tokens of a request's prompt, or of its new part; with output, replaces the tokens of a trace"`
	Output        *TokenLengths `yaml:"output,omitempty" doc:"tokens of the answer"`
	Correlation   float64       `yaml:"correlation,omitempty" doc:"correlation of the normal draws behind input and output (a Gaussian copula), -1 to 1"`
	SystemPrompt  SystemPrompts `yaml:"system-prompt,omitempty" doc:"text at the beginning of every prompt, before its input; prefix caches find it again"`
	Conversation  *Conversation `yaml:"conversation,omitempty" doc:"arrivals begin conversations of several turns; each prompt repeats the turns before it"`
	Disaggregated bool          `yaml:"disaggregated,omitempty" doc:"for an LLM: some replicas compute prompts and emit the first token, others decode the rest; the KV cache moves between them"`
	InFlight      int           `yaml:"max-concurrency,omitempty" was:"in-flight" doc:"largest number of requests of the stream in flight; further ones wait at the client and arrive when they are sent"`
}

// SetDefaults implements strict.Defaulter.
func (s *Stream) SetDefaults() {
	s.Work, s.Combine = 1, "mean"
	s.Service.Choose("deterministic", nil)
}

// Label returns the name of a stream in results and messages.
func (s *Stream) Label() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Model != "":
		return s.Model
	case s.Pipeline != nil:
		return "pipeline"
	}
	return "split"
}

// Models returns the models to which the requests of a stream go. The models of a pipeline come
// stage by stage.
func (s *Stream) Models() (list []string) {
	switch {
	case s.Pipeline != nil:
		for stage := range s.Pipeline {
			for _, b := range s.Pipeline[stage].Branches() {
				list = append(list, b.Model)
			}
		}
	case s.Split != nil:
		for _, m := range s.Split.Models {
			list = append(list, m.Model)
		}
	default:
		list = []string{s.Model}
	}
	return list
}

// HasTokens reports whether requests of the stream have tokens.
func (s *Stream) HasTokens() bool {
	if s.Input != nil {
		return true
	}
	switch t := s.Arrivals.params.(type) {
	case *AzureFunctions:
		return false
	case *CSV:
		return t.Input != "" && t.Output != ""
	case *JSONLines:
		return t.Input != "" && t.Output != ""
	case Recorded:
		return true
	}
	return false
}
