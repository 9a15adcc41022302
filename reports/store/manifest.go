// Package store keeps the results of an experiment in a folder: the manifest, the data as CSV and
// Parquet, and the report and figures drawn from the data. It locks the folder against other
// processes. A process that is killed at any instant does no harm to the results. The package works
// on rows, without statistics and pictures.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"wavetank/metrics/rows"
)

// Archive is everything that is stored of an experiment: one scenario, several policies, several
// replications.
type Archive struct {
	Manifest  Manifest
	Rows      []rows.Row
	Series    []rows.TimeSeries
	Quantiles []rows.Quantile
	Pooled    []rows.Pooled // percentiles over all replications together
	Settings  []SettingRows // the results of a sweep, which has none of the others
}

// Manifest is everything that the results depend on. It holds neither dates nor names of machines,
// so that equal experiments have equal manifests.
type Manifest struct {
	Scenario        string    `json:"scenario"`
	About           string    `json:"about"`
	Version         string    `json:"version"` // version of wavetank
	Build           Build     `json:"build"`
	Seed            uint64    `json:"seed"`
	Replications    int       `json:"replications"` // replications requested for each policy
	Completed       int       `json:"completed"`    // replications that every policy has finished
	Interrupted     bool      `json:"interrupted"`
	WarmupSeconds   float64   `json:"warmup_seconds"`   // unmeasured time at the start of a run
	DurationSeconds float64   `json:"duration_seconds"` // length of a run, with its warm-up
	Policies        []string  `json:"policies"`         // policies in the order of the report
	Listed          []string  `json:"listed"`           // every policy of the scenario, run or not
	Baseline        string    `json:"baseline"`         // empty: policies are not compared
	Clairvoyant     []string  `json:"clairvoyant"`      // policies that know the load beforehand
	References      []Sought  `json:"references,omitempty"`
	Inputs          []FileSum `json:"inputs"`
	Warnings        []string  `json:"warnings"`
	Varying         []string  `json:"varying"` // scopes without an expected steady state

	// Accuracies are the scopes whose answers may differ in accuracy, because their models have
	// several variants.
	Accuracies []string `json:"accuracies,omitempty"`

	// Until is the precision that was asked for, as in --until. It is empty if a number of
	// replications was asked for instead.
	Until    string `json:"until,omitempty"`
	Stopped  string `json:"stopped,omitempty"` // why no more replications were run
	Resolved string `json:"resolved"`          // the scenario with its defaults filled in, YAML

	Objectives []rows.Objective `json:"objectives"` // of the models, pipelines and classes

	// Budget is the most that all machines may cost, in US dollars per hour. 0 means no budget.
	Budget float64 `json:"budget,omitempty"`

	// Sweep is not nil if the results are those of a sweep. Resolved is the scenario without the
	// varied values then.
	Sweep *SweepDesign `json:"sweep,omitempty"`

	// Sources says where the step times of deployments that serve tokens come from.
	Sources []EngineFigures `json:"sources,omitempty"`

	// Agreed says for pairs of policies how often they decide alike. It leaves out policies that
	// know the load beforehand.
	Agreed []Agreed `json:"agreed,omitempty"`
}

// EngineFigures says where the step times of a deployment that serves tokens come from.
type EngineFigures struct {
	Deployment string `json:"deployment"`
	Kind       string `json:"kind"` // "measured", "kernels", "derived", or "" if nothing is said
	Text       string `json:"text"`
}

// Build describes the program that made the results, beyond its version.
type Build struct {
	// Commit is the commit of the source, with "+dirty" behind it if files were changed since. It
	// is empty if the commit is not known.
	Commit       string `json:"commit"`
	Go           string `json:"go"`           // version of the compiler and its library
	Architecture string `json:"architecture"` // architecture of the processor, such as "amd64/v1"
}

// String writes the build as part of a sentence, with the commit cut to twelve digits.
func (b Build) String() string {
	commit, dirty := strings.CutSuffix(b.Commit, "+dirty")
	switch {
	case commit == "":
		commit = "commit not known"
	case len(commit) == 40: // a hexadecimal hash, not the version of a module
		commit = "commit " + commit[:12]
	}
	if dirty {
		commit += " with changes"
	}
	return fmt.Sprintf("(%s, %s, %s)", commit, b.Go, b.Architecture)
}

// Sought is the result of a search for the fleet or schedule of a policy that knows the load
// beforehand.
type Sought struct {
	Policy  string `json:"policy"`
	Moves   bool   `json:"moves"`   // true: a schedule; false: a constant fleet
	Found   string `json:"found"`   // the fleet or schedule, in words
	Runs    int    `json:"runs"`    // number of simulated runs
	Reached bool   `json:"reached"` // every objective and the budget are kept
}

// Agreed says in which percentage of the control periods two policies want the same number of
// replicas of every deployment.
type Agreed struct {
	First   string  `json:"first"`
	Second  string  `json:"second"`
	Percent float64 `json:"percent"`
}

// FileSum is a file with its checksum: an input of the scenario, or a file of the folder.
type FileSum struct {
	File   string `json:"file"` // as the scenario names it, or relative to the folder
	SHA256 string `json:"sha256"`
}

// Hash names the experiment: SHA-256, in hexadecimal, over the resolved scenario, the seed, the
// version, the commit, the policies, the contents of the input files, the precision asked for and
// the settings of a sweep. Equal hashes give equal results on one architecture if the commit is
// known and none of its files was changed. The compiler and the architecture are not part of the
// hash, because they only change the last digits. Build names them.
func (m Manifest) Hash() string {
	text, err := json.Marshal(struct {
		Resolved string
		Seed     uint64
		Version  string
		Commit   string `json:",omitempty"`
		Policies []string
		Inputs   []FileSum
		Until    string       `json:",omitempty"`
		Sweep    *SweepDesign `json:",omitempty"`
	}{m.Resolved, m.Seed, m.Version, m.Build.Commit, append([]string{}, m.Policies...), append([]FileSum{}, m.Inputs...), m.Until, m.Sweep.effect()})
	if err != nil {
		panic(err) // strings and numbers always have a JSON form
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
