package scenarios

import (
	"context"
	"fmt"
	"time"

	"wavetank/policies/optimize"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
)

// SolvedProblem is an allocation problem that a policy solved at one decision of a run.
type SolvedProblem struct {
	Policy  string
	At      kernel.Time
	Problem optimize.Problem
}

// MostDemand asks for the decision with the highest demand in requests per second. The first one
// wins a tie.
const MostDemand time.Duration = -1

// SolvedProblem simulates the first replication of a policy, and returns one of the allocation
// problems that it solved: the last one up to the time at, or the one with the highest demand if at
// is MostDemand. If policy is "", it takes the first policy of the scenario that solves a problem
// and does not know the load beforehand. It is an error if there is no such problem.
func (e *Experiment) SolvedProblem(ctx context.Context, policy string, at time.Duration) (SolvedProblem, error) {
	if end := time.Duration(e.Scenario.Duration); at >= end {
		return SolvedProblem{}, fmt.Errorf("no decision is made at %v: the run lasts %v", quantity.Duration(at), e.Scenario.Duration)
	}
	for i := range e.Scenario.Policies {
		p := &e.Scenario.Policies[i]
		if policy == "" && p.Allocator.Clairvoyant() || policy != "" && p.Name != policy {
			continue
		}
		found, is, err := e.solvedProblem(ctx, i, at)
		if is || err != nil {
			return found, err
		}
		if policy != "" {
			return SolvedProblem{}, fmt.Errorf("policy %s solves no allocation problem: it makes no plans, or makes them without a solver", policy)
		}
	}
	return SolvedProblem{}, fmt.Errorf("no policy here solves an allocation problem: none makes plans with a solver")
}

// watchable is an allocator that can show the allocation problems that it solves. Watch reports
// false if it solves none.
type watchable interface {
	Watch(see func(at kernel.Time, p optimize.Problem)) bool
}

// solvedProblem finds a problem of a policy, which is given by its place in the scenario. Is is
// false if the policy solves none.
func (e *Experiment) solvedProblem(ctx context.Context, policy int, at time.Duration) (found SolvedProblem, is bool, err error) {
	t, err := e.trial(ctx, policy, e.First)
	if err != nil {
		return found, false, err
	}
	part, cancel := context.WithCancel(ctx)
	defer cancel()
	most := MostDemand.Seconds()
	see := func(now kernel.Time, p optimize.Problem) {
		total := 0.
		for _, demand := range p.Demand {
			total += demand
		}
		switch {
		case at == MostDemand && total <= most:
		case at != MostDemand && now > kernel.Time(at):
			cancel() // all later problems come after the time at
		default:
			most, is = total, true
			found = SolvedProblem{e.Scenario.Policies[policy].Name, now, p}
		}
	}
	if w, can := t.watch.Allocator.(watchable); !can || !w.Watch(see) {
		return found, false, t.source.Close()
	}
	t.Observers = nil
	if err = t.run(part); part.Err() != nil && ctx.Err() == nil {
		err = nil
	}
	return found, is, err
}
