package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"wavetank/scenarios/capacity"
	"wavetank/scenarios/check"
	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
)

// Capacities keeps the simulated capacities of replicas, for every set of levers that was asked
// for.
type Capacities struct {
	Cache *capacity.Cache   // keeps values from one run of the program to the next; nil: none does
	Slow  func(what string) // called while something takes longer than a second; may be nil

	mutex   sync.Mutex
	samples *capacity.Samples
	of      map[string]*capacity.Simulated // the keys are the levers as YAML
}

// Capacity returns the capacities of replicas under the levers of a policy: how many requests per
// second they serve together. Policies with equal levers share these values. It is safe for
// concurrent use.
func (e *Experiment) Capacity(p *file.Policy) (*capacity.Simulated, error) {
	return e.Capacities.under(e, e.Scenario.LeversOf(p))
}

func (c *Capacities) under(e *Experiment, levers file.Levers) (*capacity.Simulated, error) {
	text, err := strict.Encode(levers)
	if err != nil {
		return nil, fmt.Errorf("capacity: %w", err)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.of == nil {
		c.samples, c.of = capacity.NewSamples(e.Built), map[string]*capacity.Simulated{}
	}
	table, known := c.of[string(text)]
	if !known {
		table = capacity.New(e.Built, levers, c.samples)
		table.Cache, table.Slow = c.Cache, c.Slow
		c.of[string(text)] = table
	}
	return table, nil
}

// DescribeCapacity says in YAML comments how many requests per second replicas of each deployment
// serve together within the objectives, under the levers of the baseline. It returns the numbers,
// too. parallel is the number of deployments that are simulated at a time. progress is called after
// each of them, one call at a time; it may be nil.
func (e *Experiment) DescribeCapacity(ctx context.Context, parallel int, progress func(done, of int)) (text string, rates []check.ServedRate, err error) {
	at := slices.IndexFunc(e.Scenario.Policies, func(p file.Policy) bool { return p.Name == e.Scenario.Compared() })
	policy := &e.Scenario.Policies[max(0, at)]
	table, err := e.Capacity(policy)
	if err != nil {
		return "", nil, err
	}
	asked := table.Within(ctx)
	all := len(e.Spec.Deployments)
	deployments, done := make(chan int, all), make(chan error, all)
	for d := range all {
		deployments <- d
	}
	close(deployments)
	for range min(max(1, parallel), all) {
		go func() {
			for d := range deployments {
				counts := e.Counts(fleet.DeploymentID(d))
				_, err := asked.Rate(fleet.DeploymentID(d), counts[len(counts)-1])
				done <- err
			}
		}()
	}
	for n := range all {
		err = errors.Join(err, <-done)
		if progress != nil {
			progress(n+1, all)
		}
	}
	if err == nil {
		rates, err = e.ServedRates(asked)
	}
	if err != nil {
		return "", nil, err
	}
	text, err = e.Review.DescribeCapacity(asked, policy)
	return text, rates, err
}
