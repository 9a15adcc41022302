// Package store keeps the results of an experiment in a folder: the manifest, data as CSV and as
// Parquet, and beside them what is drawn from the data. It locks the folder against other
// processes. It may be killed at any instant without harm to the results. It knows rows, and
// neither statistics nor pictures.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"wavetank/metrics/rows"
)

// Archive is everything that is kept of an experiment: one scenario, several policies, several
// replications.
type Archive struct {
	Manifest  Manifest
	Rows      []rows.Row
	Series    []rows.Sample
	Quantiles []rows.Quantile
	Pooled    []rows.Pooled // percentiles over all replications together
}

// Manifest is everything that the results depend on. It holds neither dates nor names of machines,
// so that equal experiments have equal manifests.
type Manifest struct {
	Scenario        string    `json:"scenario"`
	About           string    `json:"about"`
	Version         string    `json:"version"` // of the program
	Build           Build     `json:"build"`
	Seed            uint64    `json:"seed"`
	Replications    int       `json:"replications"` // requested, of each policy
	Completed       int       `json:"completed"`    // replications that every policy has finished
	Interrupted     bool      `json:"interrupted"`
	WarmupSeconds   float64   `json:"warmup_seconds"`   // at the start of a run, not measured
	DurationSeconds float64   `json:"duration_seconds"` // of a run, warm-up included
	Policies        []string  `json:"policies"`         // in the order of the reports
	Listed          []string  `json:"listed"`           // policies of the scenario, run or not
	Baseline        string    `json:"baseline"`         // empty: policies are not compared
	Clairvoyant     []string  `json:"clairvoyant"`      // policies that know the load beforehand
	References      []Sought  `json:"references,omitempty"`
	Inputs          []FileSum `json:"inputs"`
	Warnings        []string  `json:"warnings"`
	Varying         []string  `json:"varying"` // scopes of which no steady state is expected

	// Accuracies are the scopes whose answers may differ in accuracy, since there is a choice of
	// variants.
	Accuracies []string `json:"accuracies,omitempty"`

	// Until is how precise the results were to be. It is empty if as many replications were run
	// as were asked for.
	Until    string `json:"until,omitempty"`
	Stopped  string `json:"stopped,omitempty"` // why no more replications were run
	Resolved string `json:"resolved"`          // the scenario with its defaults filled in, YAML

	Objectives []rows.Objective `json:"objectives"` // of the models, pipelines and classes

	// Budget is the most that machines are to cost, in US dollars per hour; 0: there is none.
	Budget float64 `json:"budget,omitempty"`

	// Agreed is how often policies decide alike, of those that do not know the load beforehand.
	Agreed []Agreed `json:"agreed,omitempty"`
}

// Build is the program that made the results, more closely than by its version.
type Build struct {
	// Commit is that of its source, with "+dirty" behind it where files were changed. It is empty
	// if it is not known.
	Commit       string `json:"commit"`
	Go           string `json:"go"`           // version of the compiler and its library
	Architecture string `json:"architecture"` // of the processor, such as "amd64/v1"
}

// String writes the build as part of a sentence, with the commit cut to twelve digits.
func (b Build) String() string {
	commit, dirty := strings.CutSuffix(b.Commit, "+dirty")
	switch {
	case commit == "":
		commit = "commit not known"
	case len(commit) == 40: // hexadecimal, not the version of a module
		commit = "commit " + commit[:12]
	}
	if dirty {
		commit += " with changes"
	}
	return fmt.Sprintf("(%s, %s, %s)", commit, b.Go, b.Architecture)
}

// Sought is the result of the search for a policy that knows the load beforehand.
type Sought struct {
	Policy  string `json:"policy"`
	Moves   bool   `json:"moves"`   // a schedule; else a constant fleet
	Found   string `json:"found"`   // fleet or schedule
	Runs    int    `json:"runs"`    // simulated for the search
	Reached bool   `json:"reached"` // whether every objective and the budget are kept
}

// Agreed is in which share of the control periods two policies want as many replicas of every
// deployment.
type Agreed struct {
	First   string  `json:"first"`
	Second  string  `json:"second"`
	Percent float64 `json:"percent"`
}

// FileSum is a file with its checksum: one that the scenario reads, or one of the folder.
type FileSum struct {
	File   string `json:"file"` // as the scenario names it, or relative to the folder
	SHA256 string `json:"sha256"`
}

// Hash names the experiment: SHA-256, in hexadecimal, over the resolved scenario, the seed, the
// version, the commit, the policies, the contents of the input files and the precision asked for.
// Equal hashes give equal results on one architecture, where the commit is known and no file of it
// was changed. The compiler and the architecture are told beside the hash. They may move the last
// digits, and make no other experiment.
func (m Manifest) Hash() string {
	text, err := json.Marshal(struct {
		Resolved string
		Seed     uint64
		Version  string
		Commit   string `json:",omitempty"`
		Policies []string
		Inputs   []FileSum
		Until    string `json:",omitempty"`
	}{m.Resolved, m.Seed, m.Version, m.Build.Commit, append([]string{}, m.Policies...), append([]FileSum{}, m.Inputs...), m.Until})
	if err != nil {
		panic(err) // strings and numbers always have a JSON form
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
