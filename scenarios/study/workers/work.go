package workers

import (
	"encoding/json"
	"slices"

	"wavetank/scenarios/file"
	"wavetank/scenarios/study"
)

// SweepWork is what a worker has to know of a sweep to carry out its tasks.
type SweepWork struct {
	Scenario string        // its name
	File     string        // name of the scenario file, for messages
	Text     []byte        // the scenario, without any change
	Shipped  bool          // it may read shipped files
	Changes  []file.Change // those of all settings
	Varied   []string      // the varied paths
	Selected []string      // names of the policies that run; empty: all
	Files    []WorkFile    // that it reads
}

// WorkFile is a file that a scenario reads.
type WorkFile struct {
	Name   string // in the scenario; a file in a folder has that of the folder before its own
	SHA256 string // name of the object with its content
	Runs   bool   // it is a program
}

// Assignment is a task as a worker gets it: a policy with a setting, and replications.
type Assignment struct {
	Values       []string // of the varied paths
	Policy       int      // place among the policies that run
	Replications []int
}

// assign writes a task for workers. Runs of a task that differ only in their setting have the same
// results, so one of them is enough.
func assign(s *study.Study, t *study.Task) Assignment {
	first := t.Runs[0]
	a := Assignment{Values: s.Cells[first.Cell].Values, Policy: first.Policy}
	for _, r := range t.Runs {
		a.Replications = append(a.Replications, r.Replication)
	}
	slices.Sort(a.Replications)
	a.Replications = slices.Compact(a.Replications)
	return a
}

// answer is the message that a task is done.
type answer struct {
	Result  string // name of the object with the runs, as study.PackRuns writes them
	Worker  string
	Seconds float64 // computing time
}

// failure is the message that a worker could not carry out a task.
type failure struct {
	Worker string
	Said   string
	Policy bool // the fault is that of a policy outside of the program
	Final  bool // the task is given up
}

func read[T any](data []byte) (v T, err error) {
	err = json.Unmarshal(data, &v)
	return v, err
}
