package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"wavetank/scenarios/file"
)

// shelf is a RunKeeper in memory.
type shelf struct {
	mutex sync.Mutex
	runs  map[Key]Finished
	found int
	full  error // the error of Keep, if there is one
}

func (s *shelf) Find(k Key, d Detail) (*Finished, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	f, known := s.runs[k]
	if !known || f.Detail < d {
		return nil, nil
	}
	s.found++
	f.cut(d)
	return &f, nil
}

func (s *shelf) Keep(k Key, _ Label, f *Finished) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.full != nil {
		return s.full
	}
	if s.runs == nil {
		s.runs = map[Key]Finished{}
	}
	if s.runs[k].Detail < f.Detail {
		s.runs[k] = *f
	}
	return nil
}

// TestKeptRunsChangeNothing: an experiment that finds some of its runs, or all, has the results of
// one that simulates them. It also keeps the runs of searches for references. A second time it
// simulates nothing.
func TestKeptRunsChangeNothing(t *testing.T) {
	made := func(k RunKeeper) *Experiment {
		e := small(t, file.Change{Path: "duration", Value: "40s"}, file.Change{Path: "baseline", Value: "greedy"}, file.Change{Path: "policies", Value: "[static-best, greedy, oracle]"})
		e.Keeper = k
		return e
	}
	want := run(t, made(nil), 2)
	kept := &shelf{}
	if got := run(t, made(kept), 2); !equal(want, got) {
		t.Error("keeping the runs changes the results")
	}
	all := len(kept.runs)
	if all < 9+10 {
		t.Errorf("%d runs are kept, with those of two searches", all)
	}
	keys := slices.SortedFunc(maps.Keys(kept.runs), func(a, b Key) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	for i, k := range keys { // every third is lost
		if i%3 == 0 {
			delete(kept.runs, k)
		}
	}
	if got := run(t, made(kept), 2); !equal(want, got) || len(kept.runs) != all {
		t.Errorf("going on from some runs changes the results, or %d runs are not %d", len(kept.runs), all)
	}
	kept.found = 0
	kept.full = errors.New("a run was simulated again")
	if got := run(t, made(kept), 2); !equal(want, got) || kept.found < all {
		t.Errorf("%d of %d runs were found", kept.found, all)
	}
}

// TestKeysAreOfTheEffect: what changes results changes the key, and what does not does not.
func TestKeysAreOfTheEffect(t *testing.T) {
	of := func(policy, replication int, changes ...file.Change) Key {
		e := small(t, changes...)
		k, err := e.Key(&e.Scenario.Policies[policy], replication)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	base := of(0, 0)
	for _, c := range []file.Change{{Path: "name", Value: "other"}, {Path: "about", Value: "x"}, {Path: "replications", Value: "7"}} {
		if of(0, 0, c) != base {
			t.Errorf("%s changes the key", c.Path)
		}
	}
	for _, c := range []file.Change{{Path: "seed", Value: "99"}, {Path: "duration", Value: "91s"}, {Path: "router", Value: "round-robin"}, {Path: "fleet[0].max", Value: "3"}} {
		if of(0, 0, c) == base {
			t.Errorf("%s does not change the key", c.Path)
		}
	}
	if of(1, 0) == base || of(0, 1) == base {
		t.Error("another policy or replication has the same key")
	}
}

// TestAFullKeeperEndsTheExperiment: the error of the keeper names the run.
func TestAFullKeeperEndsTheExperiment(t *testing.T) {
	e := small(t)
	full := errors.New("no space left on device")
	e.Keeper = &shelf{full: full}
	if _, err := e.Run(context.Background(), RunOptions{Parallel: 2}); !errors.Is(err, full) || !strings.Contains(err.Error(), "replication 0") {
		t.Errorf("got %v", err)
	}
}
