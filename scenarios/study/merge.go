package study

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios"
)

// Merge puts the runs of shards together, by place. The shards must be complete, of the given
// program, of one study, and no run may be in two of them. The error joins all faults. Runs may be
// missing.
func Merge(list []*Shard, program string) (map[Run]ShardRun, error) {
	var faults []error
	runs, in := map[Run]ShardRun{}, map[Run]*Shard{}
	twice := map[[2]*Shard]int{}
	var pairs [][2]*Shard
	for _, s := range list {
		switch {
		case !s.Whole:
			faults = append(faults, fmt.Errorf("%s: it is cut", s.Path))
			continue
		case s.Program != program:
			faults = append(faults, fmt.Errorf("%s: it is of another program, %s; this is %s", s.Path, Build(s.Program), Build(program)))
			continue
		case !s.sameStudy(&list[0].Header):
			faults = append(faults, fmt.Errorf("%s: it is of another sweep, %s %.8s; %s is of %s %.8s", s.Path, s.Scenario, s.Hash, list[0].Path, list[0].Scenario, list[0].Hash))
			continue
		}
		for _, e := range s.Runs {
			if other := in[e.Run]; other != nil {
				pair := [2]*Shard{other, s}
				if twice[pair]++; twice[pair] == 1 {
					pairs = append(pairs, pair)
				}
				continue
			}
			runs[e.Run], in[e.Run] = e, s
		}
	}
	for _, pair := range pairs {
		faults = append(faults, fmt.Errorf("%s: %d of its runs are in %s, too", pair[1].Path, twice[pair], pair[0].Path))
	}
	return runs, errors.Join(faults...)
}

// Build writes a program of a header for people: its version and the first digits of its digest.
func Build(program string) string {
	version, digest, _ := strings.Cut(program, " ")
	return fmt.Sprintf("%s (%.12s)", version, digest)
}

// Missing says which shards a list lacks, such as "2 and 5 of 8". It is empty if none is missing,
// or if the shards are not all parts of one division.
func Missing(list []*Shard) string {
	of := list[0].Share.Of
	present := make([]bool, of)
	for _, s := range list {
		if s.Share.Of != of {
			return ""
		}
		present[s.Share.Number] = true
	}
	var numbers []string
	for i, is := range present {
		if !is {
			numbers = append(numbers, fmt.Sprint(i))
		}
	}
	if n := len(numbers); n > 20 {
		numbers = append(numbers[:20], fmt.Sprintf("%d more", n-20))
	}
	switch n := len(numbers); n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s of %d", numbers[0], of)
	default:
		return fmt.Sprintf("%s and %s of %d", strings.Join(numbers[:n-1], ", "), numbers[n-1], of)
	}
}

// SettingRuns says which runs a setting of a study has: those of each policy, in each replication.
type SettingRuns struct {
	Scenario     string // digest, as in Key.Scenario
	Policies     []string
	Replications int
}

// Collect sorts runs by setting, policy and replication. It returns how many runs are missing. A
// run that no setting has is an error.
func Collect(settings []SettingRuns, runs map[Run]ShardRun) (results Outcomes, missing int, err error) {
	found := 0
	for cell, s := range settings {
		byPolicy := make([][]*scenarios.Finished, len(s.Policies))
		for p := range s.Policies {
			byPolicy[p] = make([]*scenarios.Finished, s.Replications)
			for r := range byPolicy[p] {
				e, is := runs[Run{cell, p, r}]
				if !is {
					missing++
					continue
				}
				found++
				if e.Key.Scenario != s.Scenario || e.Label.Policy != s.Policies[p] || e.Finished.Detail < scenarios.Summary {
					return nil, 0, fmt.Errorf("setting %d, policy %s, replication %d is of another scenario: a shard is damaged", cell+1, s.Policies[p], r)
				}
				byPolicy[p][r] = e.Finished
			}
		}
		results = append(results, byPolicy)
	}
	if found < len(runs) {
		return nil, 0, errors.New("a shard holds runs that are not of the sweep: it is damaged")
	}
	return results, missing, nil
}

// Names returns the name of the scenario of each setting, from any of its runs.
func Names(settings []SettingRuns, runs map[Run]ShardRun) []string {
	names := make([]string, len(settings))
	for r, e := range runs {
		names[r.Cell] = e.Label.Scenario
	}
	return slices.Clip(names)
}
