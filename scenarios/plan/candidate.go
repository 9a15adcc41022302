package plan

import (
	"fmt"
	"math"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
)

// CandidateFinding says what is known about a candidate.
type CandidateFinding int

// The findings. Every candidate of an answer has one of them, except Open.
const (
	Open       CandidateFinding = iota // not looked at yet
	Kept                               // shown to keep every objective and the budget
	Missed                             // an objective or the budget is missed
	Dominated                          // costs no less than another that keeps all
	DoesNotFit                         // a model has no room, or a limit excludes it
	NotSettled                         // keeps all on average, but this is not shown
	Failed                             // its runs ended with an error
)

// Findings lists the findings of an answer.
var Findings = []CandidateFinding{Kept, Missed, Dominated, DoesNotFit, NotSettled, Failed}

// SamePrice says why a candidate is dominated that costs no more than another one that keeps all.
const SamePrice = "costs the same as a fleet that keeps all; not simulated"

// String returns the finding in words.
func (f CandidateFinding) String() string {
	return [...]string{"open", "kept", "missed", "dominated", "does not fit", "not settled", "failed"}[f]
}

// Candidate is one setting: a variant of the scenario with a constant fleet, or with one of its
// policies.
type Candidate struct {
	Variant  int   // index of its variant
	Machines []int // number of machines of each type of the variant; nil: Policy decides
	Policy   int   // index of the policy in the variant's scenario, if Machines is nil

	Price float64 // rent of the machines, $/h; of a policy, its mean cost, or NaN before its runs
	Level float64 // the load that the machines carry in theory, as a multiple of the mean load

	Finding CandidateFinding
	Why     string // why, in words
	Runs    int    // runs that were counted
	Others  int    // runs of other arrangements of its replicas

	inferred bool // another candidate settled this one

	Replicas []int              // replicas of each deployment; nil: never planned
	Shares   []compare.Interval // for each objective, percent of its requests in time
	Cost     compare.Interval   // $/h
	Rates    []float64          // mean requests per second: of all models, then of each; NaN: none
}

// Ran reports whether the candidate was simulated.
func (c *Candidate) Ran() bool { return c.Runs > 0 }

// machines returns the number of all machines.
func (c *Candidate) machines() (n int) {
	for _, m := range c.Machines {
		n += m
	}
	return n
}

// within reports whether a candidate has at most the machines of another one of the same variant.
func (c *Candidate) within(of *Candidate) bool {
	if c.Variant != of.Variant || c.Machines == nil || of.Machines == nil {
		return false
	}
	for t, n := range c.Machines {
		if n > of.Machines[t] {
			return false
		}
	}
	return true
}

// Margin returns the margin of the objective that is kept least surely, and its place: the share in
// time minus the percentage asked for, in points. It is the objective whose mean is lowest compared
// with what is asked, or, if all means reach it, the one with the lowest end of an interval.
// Objectives without requests do not count. ok is false if the candidate was not simulated.
func (c *Candidate) Margin(asked []float64) (margin compare.Interval, objective int, ok bool) {
	lowest := func(end func(compare.Interval) float64) {
		ok = false
		for o, s := range c.Shares {
			if m := end(s) - asked[o]; !math.IsNaN(m) && (!ok || m < end(margin)) {
				margin, objective, ok = s, o, true
				margin.Mean, margin.Low, margin.High = s.Mean-asked[o], s.Low-asked[o], s.High-asked[o]
			}
		}
	}
	mean := func(i compare.Interval) float64 { return i.Mean }
	if lowest(mean); ok && margin.Mean >= 0 && margin.Defined() {
		lowest(func(i compare.Interval) float64 { return i.Low })
	}
	return margin, objective, ok
}

// Asked returns the percentages that objectives ask for.
func Asked(goals []rows.Objective) (list []float64) {
	for _, g := range goals {
		list = append(list, g.Percent)
	}
	return list
}

// Count returns how many candidates have each finding.
func Count(list []Candidate) map[CandidateFinding]int {
	n := map[CandidateFinding]int{}
	for i := range list {
		n[list[i].Finding]++
	}
	return n
}

// Fleet returns the machines of a candidate of the variant in words, such as "2 × aws/g6.xlarge".
func (v *ScenarioVariant) Fleet(c *Candidate) string {
	s := &v.Experiment.Scenario
	if c.Machines == nil {
		return "policy " + s.Policies[c.Policy].Name
	}
	var parts []string
	for t, n := range c.Machines {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d × %s", n, s.Fleet[t].Label()))
		}
	}
	return strings.Join(parts, ", ")
}

// GPUs returns the GPUs of a candidate of the variant in words; "" if its machines have none.
func (v *ScenarioVariant) GPUs(c *Candidate) string {
	spec := v.Experiment.Spec
	counts := make([]int, len(spec.Kinds))
	for t, n := range c.Machines {
		counts[spec.Types[t].GPU] += n * spec.Types[t].GPUs
	}
	var parts []string
	for kind, n := range counts {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d × %s", n, spec.Kinds[kind]))
		}
	}
	return strings.Join(parts, ", ")
}

// Replicas returns the replicas of a candidate of the variant in words; "" if they were not
// planned.
func (v *ScenarioVariant) Replicas(c *Candidate) string {
	var parts []string
	for d, n := range c.Replicas {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d × %s", n, v.Experiment.Spec.Deployments[d].Name))
		}
	}
	return strings.Join(parts, ", ")
}
