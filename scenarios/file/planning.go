package file

import (
	"fmt"
	"math"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Planning says how much load plans give to a replica.
type Planning struct {
	Utilization float64    `yaml:"utilization" doc:"share of a replica's throughput that plans use, at least 0.001 and at most 1"`
	Wait        WaitBudget `yaml:"wait" doc:"full-batch: twice the batch latency must meet the objective; none: the batch latency alone"`
	Input       int        `yaml:"input,omitempty" doc:"mean tokens of a prompt in plans for LLMs; when not given, the mean of the stream or its trace, or 512 if neither gives one"`
	Output      int        `yaml:"output,omitempty" doc:"mean tokens of an answer in plans for LLMs; when not given, the mean of the stream or its trace, or 128 if neither gives one"`

	Budget        quantity.Price `yaml:"budget,omitempty" doc:"most that allocators with a solver spend on machines at a time, e.g. 12$/h; reserved machines and the machines of min count, but are kept in any case"`
	ForecastError *FigureError   `yaml:"forecast-error,omitempty" doc:"error that is injected into forecasts of the load: a bias and noise; none when not given"`
	ProfileError  *FigureError   `yaml:"profile-error,omitempty" doc:"error that is injected into what allocators take for the capacity of replicas; what replicas serve does not change; none when not given"`

	AccuracyWeight float64 `yaml:"accuracy-weight,omitempty" doc:"value of a point of accuracy for allocators with a solver, in $/h for each request per second"`
}

// WaitBudget is the rule for how long a request waits before its batch starts. The search for the
// largest batch that meets the objective uses it.
type WaitBudget string

// The rules: with FullBatch a request waits for one full batch in front (Nexus, Shen et al., SOSP
// 2019). With NoWait it does not wait (Proteus, ASPLOS 2024).
const (
	FullBatch WaitBudget = "full-batch"
	NoWait    WaitBudget = "none"
)

// Choices implements strict.Chooser.
func (WaitBudget) Choices() []string { return []string{string(FullBatch), string(NoWait)} }

// Check implements strict.Checker.
func (p *Planning) Check(_ *strict.Node, report func(path, message string)) {
	if !(p.Utilization >= 0.001 && p.Utilization <= 1) {
		report("utilization", fmt.Sprintf("%v is outside 0.001 to 1", p.Utilization))
	}
	if p.Budget < 0 {
		report("budget", fmt.Sprintf("%v is negative", p.Budget))
	}
	if !(p.AccuracyWeight >= 0) || math.IsInf(p.AccuracyWeight, 0) {
		report("accuracy-weight", fmt.Sprintf("%v is not a number of at least 0", p.AccuracyWeight))
	}
	for name, n := range map[string]int{"input": p.Input, "output": p.Output} {
		if n < 0 || n > 1<<24 {
			report(name, fmt.Sprintf("%d is not between 1 and %d", n, 1<<24))
		}
	}
}
