package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"wavetank/policies/registry"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

// Cell is one setting of a study: the scenario with the values of the setting.
type Cell struct {
	Values     []string // one for each axis
	Experiment *scenarios.Experiment
}

// Study is a list of cells whose runs go on side by side.
type Study struct {
	Axes     []Axis
	Cells    []Cell
	Detail   scenarios.Detail
	Parallel int   // runs at a time; at least 1
	Only     []Run // the runs to carry out, in this order; nil: all

	// Progress is called after each run, one call at a time. It may be nil.
	Progress func(Advance)
}

// Run is the place of a run in a study.
type Run struct{ Cell, Policy, Replication int }

// compare compares places: by setting, then by policy, then by replication.
func (r Run) compare(other Run) int {
	return cmp.Or(cmp.Compare(r.Cell, other.Cell), cmp.Compare(r.Policy, other.Policy), cmp.Compare(r.Replication, other.Replication))
}

// Advance says how far a study is.
type Advance struct {
	Done, Of int
	Kept     int // runs of Done that a ledger had before
	Last     Run // the run that has just finished
	*scenarios.Finished
}

// Outcomes holds the results of all runs, by cell, policy and replication.
type Outcomes [][][]*scenarios.Finished

// Prepare makes the cells of a study, several at a time. scenario returns the scenario with
// changes. The error joins the faults of all cells, each once.
func (s *Study) Prepare(ctx context.Context, settings [][]string, scenario func([]file.Change) (*scenarios.Experiment, error)) error {
	s.Cells = make([]Cell, len(settings))
	paths := s.Paths()
	errs := make([]error, len(settings))
	s.share(len(settings), func(i int) bool {
		if errs[i] = ctx.Err(); errs[i] != nil {
			return false
		}
		s.Cells[i].Values = settings[i]
		s.Cells[i].Experiment, errs[i] = scenario(Changes(paths, settings[i]))
		return true
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	return JoinFaults(errs)
}

// Paths returns the varied paths.
func (s *Study) Paths() (paths []string) {
	for _, a := range s.Axes {
		paths = append(paths, a.Path)
	}
	return paths
}

// Changes returns the changes that give varied paths the values of a setting.
func Changes(paths, values []string) (changes []file.Change) {
	for i, v := range values {
		changes = append(changes, file.Change{Path: paths[i], Value: v, Flag: "--vary"})
	}
	return changes
}

// JoinFaults joins errors. It leaves out lines that an earlier error has, and those that differ
// from one only in the value of the path: a fault of the path is told once.
func JoinFaults(errs []error) error {
	var lines []string
	told := map[string]bool{}
	for _, err := range errs {
		if err == nil {
			continue
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			about := line
			if change, rest, found := strings.Cut(line, ": "); found {
				path, _, _ := strings.Cut(change, "=")
				about = path + rest
			}
			if !told[about] {
				told[about] = true
				lines = append(lines, line)
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	const shown = 20
	if more := len(lines) - shown; more > 0 {
		lines = append(lines[:shown], fmt.Sprintf("and %d more faults", more))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// share calls do for 0, 1, …, n−1, several calls at a time, until one returns false.
func (s *Study) share(n int, do func(i int) bool) {
	next, stop := 0, false
	var mutex sync.Mutex
	take := func() (int, bool) {
		mutex.Lock()
		defer mutex.Unlock()
		if stop || next == n {
			return 0, false
		}
		next++
		return next - 1, true
	}
	var workers sync.WaitGroup
	for range min(max(1, s.Parallel), n) {
		workers.Go(func() {
			for {
				i, more := take()
				if !more {
					return
				}
				if !do(i) {
					mutex.Lock()
					stop = true
					mutex.Unlock()
				}
			}
		})
	}
	workers.Wait()
}

// Runs lists the runs in the order in which they begin: all cells and policies in the first
// replication, then in the second, and so on. So an interrupted study knows something of each cell.
// If the study has only a part of the runs, it lists these.
func (s *Study) Runs() (list []Run) {
	if s.Only != nil {
		return s.Only
	}
	most := 0
	for _, c := range s.Cells {
		most = max(most, c.Experiment.Scenario.Replications)
	}
	for r := range most {
		for i, c := range s.Cells {
			if r >= c.Experiment.Scenario.Replications {
				continue
			}
			for p := range c.Experiment.Scenario.Policies {
				list = append(list, Run{i, p, c.Experiment.First + r})
			}
		}
	}
	return list
}

// Run carries out all runs. Runs that a cell's Keeper has are not simulated. If one fails, or the
// context ends, the others end, too; all finished runs are kept by then.
func (s *Study) Run(ctx context.Context) (Outcomes, error) {
	runs := s.Runs()
	results := make(Outcomes, len(s.Cells))
	for i, c := range s.Cells {
		results[i] = make([][]*scenarios.Finished, len(c.Experiment.Scenario.Policies))
		for p := range results[i] {
			results[i][p] = make([]*scenarios.Finished, c.Experiment.Scenario.Replications)
		}
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(runs))
	var mutex sync.Mutex
	told := Advance{Of: len(runs)}
	s.share(len(runs), func(i int) bool {
		r := runs[i]
		c := &s.Cells[r.Cell]
		f, before, err := c.Experiment.Finish(inner, r.Policy, r.Replication, s.Detail)
		if err != nil {
			errs[i] = fmt.Errorf("%s: %w", s.Name(r.Cell), err)
			cancel() // one failed run ends the study
			return false
		}
		mutex.Lock()
		defer mutex.Unlock()
		results[r.Cell][r.Policy][r.Replication-c.Experiment.First] = f
		told.Done++
		if before {
			told.Kept++
		}
		told.Last, told.Finished = r, f
		if s.Progress != nil {
			s.Progress(told)
		}
		return true
	})
	if err := ctx.Err(); err != nil {
		return results, err
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return results, err
		}
	}
	return results, nil
}

// Name names a cell by its values: "router round-robin, fleet[0].max 3".
func (s *Study) Name(cell int) string {
	var parts []string
	for a, v := range s.Cells[cell].Values {
		parts = append(parts, s.Axes[a].Path+" "+v)
	}
	return strings.Join(parts, ", ")
}

// A Shelf keeps runs, and knows which it has. Ledger and Draft are shelves.
type Shelf interface {
	scenarios.RunKeeper
	// Has reports whether it holds a run with at least the given detail.
	Has(k scenarios.Key, d scenarios.Detail) (bool, error)
}

// Kept counts the runs that a shelf has. It leaves out policies whose fleet or schedule would have
// to be searched for first.
func (s *Study) Kept(l Shelf) (n int, err error) {
	for _, r := range s.Runs() {
		e := s.Cells[r.Cell].Experiment
		p := &e.Scenario.Policies[r.Policy]
		if p.Allocator.Reference() != registry.NoReference {
			continue
		}
		k, err := e.Key(p, r.Replication)
		if err != nil {
			return n, err
		}
		has, err := l.Has(k, s.Detail)
		if err != nil {
			return n, err
		}
		if has {
			n++
		}
	}
	return n, nil
}
