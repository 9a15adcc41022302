// Package scenarios turns what a user writes into runs: the scenario file and its checks, the fleet and
// workload built from it, the grid of policies and replications, and the library of shipped scenarios.
package file

import (
	"fmt"
	"slices"
	"time"

	"wavetank/policies/registry"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Scenario is a scenario file.
type Scenario struct {
	Name         string            `yaml:"name,required" doc:"short name, used in results"`
	About        string            `yaml:"about" doc:"one sentence for the report"`
	Seed         uint64            `yaml:"seed" doc:"seed of all random draws; same scenario, seed and version give the same results"`
	Duration     quantity.Duration `yaml:"duration,required" doc:"simulated time in which requests arrive, e.g. 24h"`
	Warmup       quantity.Duration `yaml:"warmup" doc:"start of the run that metrics leave out"`
	Drain        quantity.Duration `yaml:"drain" doc:"how long after the duration requests in flight may still finish"`
	Replications int               `yaml:"replications" doc:"independent runs of every policy"`
	Control      Control           `yaml:"control" doc:"when allocators decide and what they see"`
	Planning     Planning          `yaml:"planning" doc:"how much load a replica is planned to take"`
	Classes      []Class           `yaml:"classes,omitempty" doc:"service level classes of requests; streams say which share each has"`
	Workload     []Stream          `yaml:"workload,required" doc:"streams of requests"`
	Fleet        []Machines        `yaml:"fleet,required" doc:"machines that can be rented"`
	Machines     []builtin.Machine `yaml:"machines,omitempty" doc:"machine types beside the built-in ones"`
	Models       []builtin.Model   `yaml:"models,omitempty" doc:"models beside the built-in ones"`
	Levers       `yaml:",inline"`
	InFlight     LostRequests `yaml:"lost-requests" was:"in-flight" doc:"requests of a lost machine: retry: they wait anew, keeping their arrival; fail: they end"`
	Baseline     string       `yaml:"baseline" doc:"policy that the others are compared with; the first one when empty"`
	Policies     []Policy     `yaml:"policies,required" doc:"policies to compare, under the same requests"`
}

// Control says when allocators decide and what they see.
type Control struct {
	Period quantity.Duration `yaml:"period" doc:"how often allocators decide"`
	Delay  quantity.Duration `yaml:"delay" doc:"age that an observed window has at least"`
	Start  Start             `yaml:"start" doc:"warm: the first fleet is there at once; cold: it boots and loads"`
	// A serving process starts, compiles and warms up before it answers; 10 s is an assumption.
	Startup RandomDuration `yaml:"startup" doc:"what a replica needs beside loading its weights until it is ready, e.g. 10s; or {mean, distribution}, drawn anew for every replica"`
	// All machines load from one storage.
	StorageBandwidth quantity.Bandwidth `yaml:"storage-bandwidth,omitempty" doc:"what the replicas that load at a time share over all machines; no limit when left out"`
}

// Start says how the first fleet comes up.
type Start string

// Choices implements strict.Chooser.
func (Start) Choices() []string { return []string{"warm", "cold"} }

// Planning says how much load a replica is planned to take.
type Planning struct {
	Utilization float64    `yaml:"utilization" doc:"share of a replica's throughput that plans count on, at least 0.001 and at most 1"`
	Wait        WaitBudget `yaml:"wait" doc:"full-batch: twice the batch latency must meet the objective; none: the batch latency alone"`
	Input       int        `yaml:"input,omitempty" doc:"mean tokens of a prompt that plans for LLMs count on; where not given, that of the stream or its trace, or 512 where neither says"`
	Output      int        `yaml:"output,omitempty" doc:"mean tokens of an answer that plans for LLMs count on; likewise, or 128"`
}

// WaitBudget is the rule for the time that a request waits before its batch starts, when the largest batch
// that meets the objective is sought.
type WaitBudget string

// The rules: Nexus (Shen et al., SOSP 2019) allows for one full batch in front; Proteus (ASPLOS 2024) for none.
const (
	FullBatch WaitBudget = "full-batch"
	NoWait    WaitBudget = "none"
)

// Choices implements strict.Chooser.
func (WaitBudget) Choices() []string { return []string{string(FullBatch), string(NoWait)} }

// Stream is one stream of requests, for one model, split over several, or through a pipeline of them.
type Stream struct {
	Name        string            `yaml:"name,omitempty" doc:"name of the stream; the model's when empty"`
	Model       string            `yaml:"model,omitempty" doc:"model that answers the requests"`
	Split       *Split            `yaml:"split,omitempty" doc:"several models instead of one"`
	Pipeline    []PipelineStage   `yaml:"pipeline,omitempty" doc:"stages of models that every request passes, one after another, instead of one model"`
	SLO         *SLO              `yaml:"slo,omitempty" doc:"objective of the models"`
	Variants    []string          `yaml:"variants,omitempty" doc:"variants that may be used; all when empty"`
	MinAccuracy float64           `yaml:"min-accuracy,omitempty" doc:"variants below this accuracy, in percent, are not used"`
	QueueLimit  *int              `yaml:"queue-limit,omitempty" doc:"most requests waiting per model; further ones are rejected"`
	Timeout     quantity.Duration `yaml:"timeout,omitempty" doc:"a request that has waited this long for its start gives up"`
	Patience    *Patience         `yaml:"patience,omitempty" doc:"a random timeout: how long a request waits for its start before it gives up"`
	Work        quantity.Factor   `yaml:"work" doc:"mean size of the stream's requests relative to the latency law, e.g. 2x"`
	Service     Service           `yaml:"service" doc:"how service times vary around the latency law"`
	Arrivals    Arrivals          `yaml:"arrivals,required" doc:"when requests come"`

	Classes  strict.Ordered[float64] `yaml:"classes,omitempty" doc:"relative share of each class"`
	Tenants  *Tenants                `yaml:"tenants,omitempty" doc:"who sends the requests: {count, zipf}, or the relative share of each by name"`
	Sessions *Sessions               `yaml:"sessions,omitempty" doc:"sessions that requests belong to, for routers that keep a session together"`

	Input         *TokenLengths `yaml:"input,omitempty" doc:"tokens of a request's prompt, or of what is new in it; with output, replaces those of a trace"`
	Output        *TokenLengths `yaml:"output,omitempty" doc:"tokens of the answer"`
	Correlation   float64       `yaml:"correlation,omitempty" doc:"of the normal draws behind input and output (a Gaussian copula), -1 to 1"`
	SystemPrompt  SystemPrompts `yaml:"system-prompt,omitempty" doc:"what every prompt begins with, ahead of its input; prefix caches find it again"`
	Conversation  *Conversation `yaml:"conversation,omitempty" doc:"arrivals begin conversations of several turns; each prompt repeats the turns before it"`
	Disaggregated bool          `yaml:"disaggregated,omitempty" doc:"of an LLM: some replicas compute prompts and emit the first token, others decode the rest, with the KV cache moved between them"`
	InFlight      int           `yaml:"max-concurrency,omitempty" was:"in-flight" doc:"most requests of the stream in flight; further ones wait at the client and arrive when they are sent"`
}

// Split spreads a stream over several models.
type Split struct {
	Models []Portion `yaml:"models,required" doc:"the models, the most popular first when zipf is given"`
	Zipf   *float64  `yaml:"zipf,omitempty" doc:"exponent of Zipf's law: the share of rank r is proportional to r^-zipf"`
}

// Portion is one model of a split.
type Portion struct {
	Model string   `yaml:"model,required" doc:"a model"`
	Share *float64 `yaml:"share,omitempty" doc:"relative share of the requests"`
	SLO   *SLO     `yaml:"slo,omitempty" doc:"objective of this model, instead of the stream's"`
}

// SLO is a service level objective.
type SLO struct {
	Latency    quantity.Duration `yaml:"latency,omitempty" doc:"most time from arrival to finish; may be left out for models that answer in tokens"`
	FirstToken quantity.Duration `yaml:"ttft,omitempty" was:"first-token" doc:"most time from arrival to the first token of the answer"`
	PerToken   quantity.Duration `yaml:"tpot,omitempty" was:"per-token" doc:"most mean time per token after the first"`
	Percentile float64           `yaml:"percentile" doc:"share of requests that must meet all that are given, in percent"`
}

// Machines is a machine type that can be rented, with what differs from the catalogue.
type Machines struct {
	Machine string              `yaml:"machine,required" doc:"name of a machine type"`
	Max     int                 `yaml:"max,required" doc:"most machines at a time"`
	Boot    *RandomDuration     `yaml:"boot,omitempty" doc:"time from order to ready, e.g. 45s; or {mean, distribution}, drawn anew for every machine"`
	Price   *quantity.Price     `yaml:"price,omitempty" doc:"price per machine"`
	Network *quantity.Bandwidth `yaml:"network,omitempty" doc:"link of a machine to others, each way, by which KV caches of LLMs move; 0B/s: no limit"`
	MIG     bool                `yaml:"mig,omitempty" doc:"its GPUs are cut into MIG slices: a replica takes a slice, or whole GPUs"`

	Failures     *Failures       `yaml:"failures,omitempty" doc:"how machines break down; never when left out"`
	Spot         *Spot           `yaml:"spot,omitempty" doc:"how the owner takes machines back; never when left out"`
	Outages      *Outages        `yaml:"outages,omitempty" doc:"trace of when machines are down, instead of failures"`
	Availability *Availability   `yaml:"availability,omitempty" doc:"trace of how many machines can be rented, instead of spot"`
	Interference quantity.Factor `yaml:"interference,omitempty" doc:"factor on the latency of a batch for one other busy replica of its GPU, 1 + k·(factor − 1) for k"`
}

// Policy is a named combination of levers.
type Policy struct {
	Name      string             `yaml:"name" doc:"label in the results; the allocator's when empty"`
	Allocator registry.Allocator `yaml:"allocator,required" doc:"decides which machines and replicas there are"`
	Levers    `yaml:",inline"`
}

// SetDefaults implements strict.Defaulter.
func (s *Scenario) SetDefaults() {
	s.Seed = 1
	s.Drain = quantity.Duration(time.Minute)
	s.Replications = 10
	s.Control = Control{Period: quantity.Duration(time.Minute), Start: "warm", Startup: always(10 * time.Second)}
	s.Levers = defaultLevers()
	s.Planning = Planning{Utilization: 0.7, Wait: FullBatch}
	s.InFlight = "retry"
}

// SetDefaults implements strict.Defaulter.
func (s *Stream) SetDefaults() {
	s.Work = 1
	s.Service.Choose("deterministic", nil)
}

// SetDefaults implements strict.Defaulter.
func (s *SLO) SetDefaults() { s.Percentile = 99 }

// MostReplications bounds the replications of a run.
const MostReplications = 100_000

// mostPeriods bounds the control periods of a run.
const mostPeriods = 10_000_000

// Check implements strict.Checker.
func (s *Scenario) Check(n *strict.Node, report func(path, message string)) {
	positive(report, "duration", s.Duration)
	nonNegative(report, "warmup", s.Warmup)
	nonNegative(report, "drain", s.Drain)
	if s.Warmup >= s.Duration && s.Duration > 0 {
		report("warmup", fmt.Sprintf("the warm-up of %v leaves nothing of the duration of %v", s.Warmup, s.Duration))
	}
	if p := s.Control.Period; p > 0 && s.Duration/p >= mostPeriods {
		report("control.period", fmt.Sprintf("%v has %d periods of %v; at most %d are allowed", s.Duration, s.Duration/p, p, mostPeriods))
	}
	if s.Replications < 1 || s.Replications > MostReplications {
		report("replications", fmt.Sprintf("%d is outside 1 to %d", s.Replications, MostReplications))
	}
	for _, list := range []struct {
		key string
		n   int
	}{{"workload", len(s.Workload)}, {"fleet", len(s.Fleet)}, {"policies", len(s.Policies)}} {
		if list.n == 0 {
			report(list.key, "the list is empty")
		}
	}
	s.checkNames(report)
	s.checkLabels(report)
	s.checkLevers(n, report)
}

// checkNames reports names used twice and a baseline that is none of the policies.
func (s *Scenario) checkNames(report func(path, message string)) {
	checkName(report, "name", s.Name)
	seen := map[string]int{}
	for i := range s.Policies {
		p := &s.Policies[i]
		if p.Name != p.Allocator.Label() { // which has parameters in it
			checkName(report, fmt.Sprintf("policies[%d].name", i), p.Name)
		}
		if first, again := seen[p.Name]; p.Name != "" && again {
			var on []string
			for _, j := range []int{first, i} {
				if s.Policies[j].Name == s.Policies[j].Allocator.Label() { // which has the parameters that could be read
					on = append(on, fmt.Sprintf("policies[%d]", j))
				}
			}
			report(strict.Resting(fmt.Sprintf("policies[%d].name", i), on...), fmt.Sprintf("another policy is called %q", p.Name))
		} else {
			seen[p.Name] = i
		}
	}
	if _, known := seen[s.Baseline]; s.Baseline != "" && !known {
		var names []string
		for _, p := range s.Policies {
			names = append(names, p.Name)
		}
		path := "baseline"
		if strict.Meant(s.Baseline, names) == "" { // it may be one that could not be read
			path = strict.Resting(path, namesIn("policies", len(s.Policies))...)
		}
		report(path, fmt.Sprintf("there is no policy %q%s", s.Baseline, strict.Suggest(s.Baseline, names)))
	}
	streams := map[string]bool{}
	for i, w := range s.Workload {
		name := w.Label()
		if w.Name != "" {
			checkName(report, fmt.Sprintf("workload[%d].name", i), w.Name)
		}
		if streams[name] {
			report(fmt.Sprintf("workload[%d]", i), fmt.Sprintf("another stream is called %q; give this one a name", name))
		}
		streams[name] = true
	}
	rented := map[string]bool{}
	for i, m := range s.Fleet {
		if rented[m.Machine] {
			report(fmt.Sprintf("fleet[%d].machine", i), fmt.Sprintf("%s is listed twice", m.Machine))
		}
		rented[m.Machine] = true
	}
}

// namesIn returns the paths of the names in a list of so many. Of an empty list it is that of a
// first one, so that a fault of the list counts.
func namesIn(list string, n int) (paths []string) {
	for i := range max(1, n) {
		paths = append(paths, fmt.Sprintf("%s[%d].name", list, i))
	}
	return paths
}

// unwritten tells whether a name is given that has no characters.
func unwritten(name *strict.Node) bool {
	return name != nil && name.Shape() == strict.Text && name.Text() == ""
}

// checkName reports what is wrong with a name that the scenario gives.
func checkName(report func(path, message string), path, name string) {
	if wrong := strict.Name(name); wrong != "" {
		report(path, wrong)
	}
}

// Label returns the name of a stream.
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

// Check implements strict.Checker.
func (c *Control) Check(_ *strict.Node, report func(path, message string)) {
	if c.Period < quantity.Duration(time.Millisecond) {
		report("period", fmt.Sprintf("%v is shorter than 1ms", c.Period))
	}
	nonNegative(report, "delay", c.Delay)
	if c.Startup.Mean == nil {
		report("startup.mean", "nothing is written here; want a span of time, such as 10s")
	}
	if c.StorageBandwidth < 0 {
		report("storage-bandwidth", fmt.Sprintf("%v is negative", c.StorageBandwidth))
	}
}

// Check implements strict.Checker.
func (p *Planning) Check(_ *strict.Node, report func(path, message string)) {
	if !(p.Utilization >= 0.001 && p.Utilization <= 1) {
		report("utilization", fmt.Sprintf("%v is outside 0.001 to 1", p.Utilization))
	}
	for name, n := range map[string]int{"input": p.Input, "output": p.Output} {
		if n < 0 || n > 1<<24 {
			report(name, fmt.Sprintf("%d is not between 1 and %d", n, 1<<24))
		}
	}
}

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
	if s.Disaggregated && s.Pipeline != nil {
		report("disaggregated", "the replicas of a pipeline's models do both; leave this key out")
	}
	checkAccuracy(report, s.MinAccuracy)
	if s.QueueLimit != nil && *s.QueueLimit < 0 {
		report("queue-limit", fmt.Sprintf("%d is negative", *s.QueueLimit))
	}
	nonNegative(report, "timeout", s.Timeout)
	checkWork(report, s.Work)
	if s.Timeout > 0 && s.Patience != nil {
		report("patience", "a stream has either a timeout or a patience, not both")
	}
	s.checkTokens(report)
	s.checkCallers(report)
}

func checkAccuracy(report func(path, message string), least float64) {
	if least < 0 || least > 100 {
		report("min-accuracy", fmt.Sprintf("%v is outside 0 to 100", least))
	}
}

func checkWork(report func(path, message string), work quantity.Factor) {
	if !(work >= 1e-6 && work <= 1e6) {
		report("work", fmt.Sprintf("%v is outside 0.000001x to 1000000x", work))
	}
}

// Check implements strict.Checker.
func (s *Split) Check(_ *strict.Node, report func(path, message string)) {
	if len(s.Models) == 0 {
		report("models", "the list is empty")
	}
	for i, m := range s.Models {
		if m.Share != nil && s.Zipf != nil {
			report(fmt.Sprintf("models[%d].share", i), "shares are given by zipf")
		}
		if m.Share != nil && !(*m.Share > 0) {
			report(fmt.Sprintf("models[%d].share", i), fmt.Sprintf("%v is not positive", *m.Share))
		}
	}
	if s.Zipf != nil && !(*s.Zipf >= 0 && *s.Zipf <= 20) {
		report("zipf", fmt.Sprintf("%v is outside 0 to 20", *s.Zipf))
	}
}

// Check implements strict.Checker.
func (s *SLO) Check(_ *strict.Node, report func(path, message string)) {
	for _, o := range []struct {
		key  string
		most quantity.Duration
	}{{"latency", s.Latency}, {"ttft", s.FirstToken}, {"tpot", s.PerToken}} {
		nonNegative(report, o.key, o.most)
	}
	if s.Latency == 0 && s.FirstToken == 0 && s.PerToken == 0 {
		report("", "an slo needs a latency, a ttft or a tpot above 0")
	}
	switch {
	case !(s.Percentile > 0 && s.Percentile < 100):
		report("percentile", fmt.Sprintf("%v is outside (0, 100)", s.Percentile))
	case s.Percentile < 1:
		report("percentile", fmt.Sprintf("%v is below 1: it is in percent, such as 95", s.Percentile))
	}
}

// Check implements strict.Checker.
func (m *Machines) Check(_ *strict.Node, report func(path, message string)) {
	if m.Max < 1 || m.Max > 1_000_000 {
		report("max", fmt.Sprintf("%d is outside 1 to 1000000", m.Max))
	}
	if m.Price != nil && *m.Price < 0 {
		report("price", fmt.Sprintf("%v is negative", *m.Price))
	}
	if m.Network != nil && *m.Network < 0 {
		report("network", fmt.Sprintf("%v is negative", *m.Network))
	}
	m.checkDynamics(report)
}

func positive(report func(path, message string), path string, d quantity.Duration) {
	if d <= 0 {
		report(path, fmt.Sprintf("%v is not positive", d))
	}
}

func nonNegative(report func(path, message string), path string, d quantity.Duration) {
	if d < 0 {
		report(path, fmt.Sprintf("%v is negative", d))
	}
}

// Models returns the models that the requests of a stream ask for; those of a pipeline stage by
// stage.
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

// Class returns the class of a name, which the scenario has.
func (s *Scenario) Class(name string) *Class {
	return &s.Classes[slices.IndexFunc(s.Classes, func(c Class) bool { return c.Name == name })]
}
