package validation

import (
	"context"
	"slices"
)

// measure simulates the systems, and again in longer runs where a row asks for it. It returns the
// rows of each system, or nil for a system that an error kept from being simulated. A row stays as
// it is once it is settled, whatever the other rows of its system still need.
func measure(ctx context.Context, systems []QueueSystem, o Options) ([][]ComparedValue, error) {
	rows := make([][]ComparedValue, len(systems))
	wanted := make([][]int, len(systems)) // lengths of runs
	for i := range wanted {
		wanted[i] = []int{1}
	}
	for runs := "runs"; ; runs = "longer runs" {
		var jobs []job
		var whose []int
		for i, factors := range wanted {
			for _, f := range factors {
				jobs, whose = append(jobs, job{systems[i], f}), append(whose, i)
			}
			wanted[i] = nil
		}
		if len(jobs) == 0 {
			return rows, nil
		}
		values, err := simulate(ctx, runs, jobs, o)
		for k, runs := range values {
			if runs == nil {
				continue
			}
			fresh, fault := compareRuns(jobs[k], runs, o)
			if fault != nil {
				return nil, fault
			}
			rows[whose[k]] = renewed(rows[whose[k]], fresh, jobs[k].factor)
		}
		if err != nil {
			pending(rows)
			return rows, err
		}
		for i, list := range rows {
			for _, r := range list {
				if r.next > 0 && !slices.Contains(wanted[i], r.next) {
					wanted[i] = append(wanted[i], r.next)
				}
			}
		}
	}
}

// renewed puts the rows of longer runs in place of those that asked for runs of this length.
func renewed(rows, fresh []ComparedValue, factor int) []ComparedValue {
	if rows == nil {
		return fresh
	}
	for i := range rows {
		if rows[i].next == factor {
			rows[i] = fresh[i]
		}
	}
	return rows
}

// pending marks the rows whose longer runs were not finished.
func pending(rows [][]ComparedValue) {
	for _, list := range rows {
		for i := range list {
			list[i].Short = list[i].Short || list[i].next > 0
		}
	}
}
