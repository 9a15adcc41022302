package validation

import (
	"context"
	"slices"
)

// measure simulates the systems. If a row asks for longer runs, it simulates the system again. It
// returns the rows of each system, or nil if an error stopped it before the system. A settled row
// never changes, even if other rows of its system need longer runs.
func measure(ctx context.Context, systems []QueueSystem, o Options) ([][]ComparedValue, error) {
	rows := make([][]ComparedValue, len(systems))
	wanted := make([][]int, len(systems)) // for each system, the lengths of runs that rows ask for
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

// renewed replaces the rows that asked for runs of this length by the rows of these runs.
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
