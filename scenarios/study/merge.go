package study

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios"
)

// SettingRuns says which runs a setting of a study has: those of each policy, in each replication.
type SettingRuns struct {
	Scenario     string // digest, as in Key.Scenario
	Policies     []string
	Replications int
}

// Gathering gets the runs of a study, setting by setting.
type Gathering interface {
	// Settings reads the settings from the design of the study.
	Settings(design []byte) ([]SettingRuns, error)
	// Gather gets the runs of the next setting, by policy and replication, and the name of its
	// scenario.
	Gather(scenario string, runs [][]*scenarios.Finished)
}

// Merge reads the runs of shards in the order of their places. It holds the runs of one setting,
// and a part of each shard. The shards must be complete, of the given program and of one study, and
// no run may be in two of them. Merge returns the number of missing runs, and that of all. After
// the first fault or missing run, nothing more is gathered. The error joins all faults.
func Merge(list []*ShardFile, program string, to Gathering) (missing, of int, err error) {
	m := merging{to: to}
	for i, s := range list {
		s.order = i
		switch {
		case s.Program == "":
			m.fault(s, "it is cut")
		case s.Program != program:
			m.fault(s, "it is of another program, %s; this is %s", Build(s.Program), Build(program))
		case !s.sameStudy(&list[0].Header):
			m.fault(s, "it is of another sweep, %s %.8s; %s is of %s %.8s", s.Scenario, s.Hash, list[0].Path, list[0].Scenario, list[0].Hash)
		default:
			m.next = append(m.next, s)
		}
	}
	if len(m.next) > 0 {
		first := m.next[0]
		settings, err := to.Settings(first.Design)
		if err != nil {
			m.fault(first, "%w", err)
		} else {
			missing, of = m.all(settings)
		}
	}
	var faults []error
	for _, s := range list {
		faults = append(faults, s.faults...)
	}
	return missing, of, errors.Join(faults...)
}

// merging holds the shards that have a next run, as a heap by the places of these runs.
type merging struct {
	next   []*ShardFile
	to     Gathering
	faulty bool
	pairs  []pair
}

// pair is two shards with the same runs.
type pair struct {
	first, second *ShardFile
	runs          int
}

// fault records a fault of a shard.
func (m *merging) fault(s *ShardFile, format string, args ...any) {
	m.faulty = true
	s.faults = append(s.faults, fmt.Errorf("%s: "+format, append([]any{s.Path}, args...)...))
}

// advance reads the next run of a shard. It returns false if there is none.
func (m *merging) advance(s *ShardFile) bool {
	err := s.advance()
	if err != nil {
		m.faulty = true
		s.faults = append(s.faults, err)
	}
	return err == nil && s.run != nil
}

// take returns the next run that is at a place or before it, and its shard. It returns nil if there
// is none.
func (m *merging) take(at Run) (*ShardRun, *ShardFile) {
	if len(m.next) == 0 || m.next[0].run.Run.compare(at) > 0 {
		return nil, nil
	}
	s := m.next[0]
	run := s.run
	if m.advance(s) {
		heap.Fix(m, 0)
	} else {
		heap.Pop(m)
	}
	return run, s
}

// all goes through the runs of all settings.
func (m *merging) all(settings []SettingRuns) (missing, of int) {
	m.next = slices.DeleteFunc(m.next, func(s *ShardFile) bool { return !m.advance(s) })
	heap.Init(m)
	for i := range settings {
		one := &settings[i]
		name, runs, lacks := m.setting(i, one)
		of += len(one.Policies) * one.Replications
		missing += lacks
		if missing == 0 && !m.faulty {
			m.to.Gather(name, runs)
		}
	}
	for run, s := m.take(last); run != nil; run, s = m.take(last) {
		m.foreign(s)
	}
	for _, p := range m.pairs {
		m.fault(p.second, "%d of its runs are in %s, too", p.runs, p.first.Path)
	}
	return missing, of
}

// setting reads the runs of a setting.
func (m *merging) setting(cell int, of *SettingRuns) (name string, runs [][]*scenarios.Finished, missing int) {
	runs = make([][]*scenarios.Finished, len(of.Policies))
	for p := range runs {
		runs[p] = make([]*scenarios.Finished, of.Replications)
		for r := range runs[p] {
			var first *ShardFile
			at := Run{cell, p, r}
			for run, s := m.take(at); run != nil; run, s = m.take(at) {
				switch {
				case run.Run != at:
					m.foreign(s)
				case first != nil:
					m.twice(first, s)
				case run.Key.Scenario != of.Scenario || run.Label.Policy != of.Policies[p] || run.Detail < scenarios.Summary:
					m.fault(s, "setting %d, policy %s, replication %d is of another scenario: it is damaged", cell+1, of.Policies[p], r)
				default:
					first, name, runs[p][r] = s, run.Label.Scenario, run.Finished
				}
			}
			if first == nil {
				missing++
			}
		}
	}
	return name, runs, missing
}

// twice records that a run is in two shards.
func (m *merging) twice(first, second *ShardFile) {
	i := slices.IndexFunc(m.pairs, func(p pair) bool { return p.first == first && p.second == second })
	if i < 0 {
		i = len(m.pairs)
		m.pairs = append(m.pairs, pair{first: first, second: second})
	}
	m.pairs[i].runs++
}

// foreign records, once for each shard, that it has runs that no setting has.
func (m *merging) foreign(s *ShardFile) {
	if !s.foreign {
		m.fault(s, "it holds runs that are not of the sweep: it is damaged")
	}
	s.foreign = true
}

// Len implements heap.Interface.
func (m *merging) Len() int { return len(m.next) }

// Less implements heap.Interface.
func (m *merging) Less(i, j int) bool {
	a, b := m.next[i], m.next[j]
	return cmp.Or(a.run.Run.compare(b.run.Run), a.order-b.order) < 0
}

// Swap implements heap.Interface.
func (m *merging) Swap(i, j int) { m.next[i], m.next[j] = m.next[j], m.next[i] }

// Push implements heap.Interface.
func (m *merging) Push(s any) { m.next = append(m.next, s.(*ShardFile)) }

// Pop implements heap.Interface.
func (m *merging) Pop() any {
	s := m.next[len(m.next)-1]
	m.next = m.next[:len(m.next)-1]
	return s
}

// Build writes a program of a header for people: its version and the first digits of its digest.
func Build(program string) string {
	version, digest, _ := strings.Cut(program, " ")
	return fmt.Sprintf("%s (%.12s)", version, digest)
}

// Missing says which shards a list lacks, such as "2 and 5 of 8". It is empty if none is missing,
// or if the shards are not all parts of one division.
func Missing(list []*ShardFile) string {
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
