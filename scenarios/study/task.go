package study

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios"
)

// Task is the smallest part of a study that one process carries out: runs with the same key, or all
// replications of a policy whose fleet or schedule is searched for. So no two tasks simulate the
// same run or carry out the same search. A task may be done again: its results are the same.
type Task struct {
	// Name is a digest of the content: the scenario, the policy, the seed and the replications. It
	// does not depend on the place in the study.
	Name string
	Runs []Run // the places of its runs in the study, in the order of Study.Runs
}

// Tasks divides a study into tasks, in the order of their names. This order is as good as random,
// but the same on every computer.
func (s *Study) Tasks() ([]Task, error) {
	at := map[string]int{}
	keys := map[[2]int]scenarios.Key{}
	var list []Task
	for _, r := range s.Runs() {
		e := s.Cells[r.Cell].Experiment
		p := &e.Scenario.Policies[r.Policy]
		of := [2]int{r.Cell, r.Policy}
		k, known := keys[of]
		if !known {
			var err error
			if k, err = e.Key(p, 0); err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name(r.Cell), err)
			}
			keys[of] = k
		}
		name := taskName(k, e, r.Policy, r.Replication)
		i, known := at[name]
		if !known {
			i = len(list)
			at[name] = i
			list = append(list, Task{Name: name})
		}
		list[i].Runs = append(list[i].Runs, r)
	}
	slices.SortFunc(list, func(a, b Task) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// TaskName returns the name of the task of a run: a policy of an experiment, given by its place, in
// a replication.
func TaskName(e *scenarios.Experiment, policy, replication int) (string, error) {
	k, err := e.Key(&e.Scenario.Policies[policy], 0)
	if err != nil {
		return "", err
	}
	return taskName(k, e, policy, replication), nil
}

// taskName does the same for a policy with a known key.
func taskName(k scenarios.Key, e *scenarios.Experiment, policy, replication int) string {
	replications := strconv.Itoa(replication)
	if e.Scenario.Policies[policy].Allocator.Reference() != registry.NoReference {
		replications = fmt.Sprint("all of ", e.Scenario.Replications)
	}
	sum := sha256.Sum256(fmt.Appendln(nil, k.Scenario, k.Policy, k.Seed, replications))
	return hex.EncodeToString(sum[:])
}

// Split returns the runs that a shelf has, in the order of Study.Runs, and the tasks that are left.
// All tasks of policies whose fleet or schedule is searched for are left.
func (s *Study) Split(tasks []Task, shelf Shelf) (kept []Run, left []Task, err error) {
	kept = []Run{}
	for _, t := range tasks {
		r := t.Runs[0]
		e := s.Cells[r.Cell].Experiment
		p := &e.Scenario.Policies[r.Policy]
		has := false
		if p.Allocator.Reference() == registry.NoReference {
			k, err := e.Key(p, r.Replication)
			if err == nil {
				has, err = shelf.Has(k, s.Detail)
			}
			if err != nil {
				return nil, nil, err
			}
		}
		if has {
			kept = append(kept, t.Runs...)
		} else {
			left = append(left, t)
		}
	}
	slices.SortFunc(kept, Run.Compare)
	return kept, left, nil
}

// Share is one of several equal parts of a study. Parts are counted from 0.
type Share struct {
	Number int `json:"number"`
	Of     int `json:"of"`
}

// MostShares is the largest number of parts of a study.
const MostShares = 100_000

// ParseShare reads a share, such as 0/8.
func ParseShare(text string) (Share, error) {
	number, of, _ := strings.Cut(text, "/")
	k, err := strconv.Atoi(number)
	n, fault := strconv.Atoi(of)
	if err != nil || fault != nil || n < 1 || n > MostShares || k < 0 || k >= n {
		return Share{}, fmt.Errorf("want k/n, with k from 0 to n−1 and n up to %d, such as 0/8 for the first of eight shards", MostShares)
	}
	return Share{k, n}, nil
}

// String writes the share as ParseShare reads it.
func (s Share) String() string { return fmt.Sprintf("%d/%d", s.Number, s.Of) }

// Runs returns the runs of the share, in the order of Study.Runs: those of every Of-th task. It is
// empty, but not nil, if there are fewer tasks than shares.
func (s Share) Runs(tasks []Task) []Run {
	list := []Run{}
	for i := s.Number; i < len(tasks); i += s.Of {
		list = append(list, tasks[i].Runs...)
	}
	slices.SortFunc(list, Run.Compare)
	return list
}

// Compare orders runs as Study.Runs does.
func (r Run) Compare(other Run) int {
	return cmp.Or(cmp.Compare(r.Replication, other.Replication), cmp.Compare(r.Cell, other.Cell), cmp.Compare(r.Policy, other.Policy))
}
