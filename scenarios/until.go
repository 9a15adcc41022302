package scenarios

import (
	"context"
	"fmt"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/scenarios/wording"
)

// Until says when enough replications have been simulated.
type Until struct {
	Goals []compare.Goal // to be reached by every policy
	Most  int            // largest number of replications
	// Progress is called after each batch with the number of replications so far. missing says for
	// each goal how far the worst policy is from it. Progress may be nil.
	Progress func(replications int, missing []string)
}

// RunUntil simulates replications as Run does, until every goal is reached or the largest number is
// reached. It also returns why it stopped. Replications come in batches. The first batch has ten,
// or the largest number if that is smaller. Each further batch has a quarter of all replications
// before it. So the number of replications does not depend on how many runs go on at a time.
func (e *Experiment) RunUntil(ctx context.Context, o RunOptions, u Until) (Results, string, error) {
	var grid []outcome
	for {
		from := len(grid) / len(e.Scenario.Policies)
		more := max(1, from/4)
		if from == 0 {
			more = 10
		}
		part, err := e.simulate(ctx, o, from, min(from+more, u.Most))
		grid = append(grid, part...)
		results := e.gather(grid, 0)
		if err != nil {
			return results, "", err
		}
		missing, reached, err := u.missing(results)
		if err != nil {
			return results, "", err
		}
		if u.Progress != nil {
			u.Progress(results.Completed, missing)
		}
		switch {
		case reached:
			return results, fmt.Sprintf("after %s every policy has reached %s", wording.Counted(int64(results.Completed), "replication"), u), nil
		case results.Completed >= u.Most:
			return results, fmt.Sprintf("ended after %s, the most that are allowed, before every policy reached %s: %s", wording.Counted(int64(u.Most), "replication"), u, strings.Join(missing, "; ")), nil
		}
	}
}

// missing says for each goal how far the worst policy is from it.
func (u Until) missing(r Results) (says []string, reached bool, err error) {
	comparisons, err := compare.Compare(r.Rows, r.Pooled, "")
	if err != nil {
		return nil, false, err
	}
	reached = true
	for _, g := range u.Goals {
		p, err := g.Progress(comparisons)
		if err != nil {
			return nil, false, err
		}
		reached = reached && p.Reached
		name, _, _ := strings.Cut(g.String(), "=")
		says = append(says, fmt.Sprintf("%s has %s (%s)", name, g.Tell(p.Half), p.Policy))
	}
	return says, reached, nil
}

// String lists the goals.
func (u Until) String() string {
	var list []string
	for _, g := range u.Goals {
		list = append(list, g.String())
	}
	return strings.Join(list, " and ")
}
