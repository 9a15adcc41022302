package scenarios

import (
	"context"
	"fmt"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/scenarios/wording"
)

// Until says when enough has been simulated.
type Until struct {
	Goals []compare.Goal // of every policy
	Most  int            // replications
	// Progress is called after each batch with the replications so far and what is missing most of
	// each goal; may be nil.
	Progress func(replications int, missing []string)
}

// RunUntil simulates replications until every goal is reached or there are as many as allowed, and
// says why it stopped. They come in batches. The first has ten, or fewer where fewer are allowed;
// each further one has a quarter of those before it. So their number does not depend on how many
// runs go on at a time. Otherwise it is as Run.
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

// missing says how far each goal is.
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
