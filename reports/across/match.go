package across

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/reports/wording"
)

// Match holds sides whose policies are matched with each other.
type Match struct {
	Sides       []Side
	Baseline    int     // index of the side that the others are compared with; −1: all pairs
	Margin      float64 // largest relative difference that counts as the same
	Entries     []Entry
	Alone       []string // sentences about policies and scenarios that only one side has
	Differences []Difference

	groups [][]*finished // for every scenario, the sets of the sides; nil: the side has none
}

// Entry is what is compared: one policy on one scenario.
type Entry struct {
	Scenario string // empty if every side has one scenario
	Policy   string // its name; the names on all sides if they differ
	group    int
	places   []*place // one for each side; nil: the side does not have the policy
}

// place is a policy of a set of results.
type place struct {
	*finished
	policy string
}

// Label names an entry in tables.
func (e Entry) Label() string {
	if e.Scenario == "" {
		return e.Policy
	}
	return e.Scenario + ": " + e.Policy
}

// Finding returns whether the policy keeps every objective on a side. Known is false if the side
// does not have the policy, or if there is no objective.
func (e Entry) Finding(side int) (f compare.Finding, known bool) {
	if e.places[side] == nil {
		return f, false
	}
	s, known := e.places[side].standing[e.places[side].policy]
	return s.Finding, known
}

// Of matches the policies of sides. Sets of results are matched by the name of their scenario, or,
// if each side has one set, with each other. Policies are matched by their names or, if every side
// has one policy, with each other. Policies lists the policies to compare; none means all. It is an
// error if nothing can be compared.
func Of(sides []Side, policies []string, baseline int, margin float64) (*Match, error) {
	m := &Match{Sides: sides, Baseline: baseline, Margin: margin}
	if len(sides) == 2 && baseline < 0 {
		m.Baseline = 0
	}
	if err := m.known(policies); err != nil {
		return nil, err
	}
	scenarios := m.scenarios()
	for g, sets := range m.groups {
		scenario := ""
		if len(scenarios) > 0 {
			scenario = scenarios[g]
		}
		m.match(g, scenario, sets, policies)
	}
	if len(m.Entries) == 0 {
		var has []string
		for _, s := range sides {
			for _, f := range s.sets {
				has = append(has, fmt.Sprintf("%s has %s", s.Name, wording.List(f.policies(policies))))
			}
		}
		return nil, fmt.Errorf("no two sets of results have a policy of the same name: %s; choose one of each with --policy", strings.Join(has, "; "))
	}
	for g, sets := range m.groups {
		if slices.ContainsFunc(m.Entries, func(e Entry) bool { return e.group == g }) {
			m.list(differ(sets), g)
		}
	}
	for _, e := range m.Entries {
		m.list(differPolicies(e.places, e.Policy), e.group)
	}
	return m, nil
}

// list appends differences of a scenario.
func (m *Match) list(found []Difference, group int) {
	for _, d := range found {
		if d.Scenario = m.scenario(group); !slices.ContainsFunc(m.Differences, func(o Difference) bool {
			return o.Path == d.Path && o.Scenario == d.Scenario
		}) {
			m.Differences = append(m.Differences, d)
		}
	}
}

// scenario returns the name of the scenario of a group, or "" if there is one group only.
func (m *Match) scenario(group int) string {
	for _, e := range m.Entries {
		if e.group == group {
			return e.Scenario
		}
	}
	return ""
}

// known returns an error that names chosen policies that no side has.
func (m *Match) known(policies []string) error {
	var all []string
	for _, s := range m.Sides {
		for _, f := range s.sets {
			for _, p := range f.policies(nil) {
				if !slices.Contains(all, p) {
					all = append(all, p)
				}
			}
		}
	}
	var unknown []string
	for _, p := range policies {
		if !slices.Contains(all, p) {
			unknown = append(unknown, p)
		}
	}
	if len(unknown) > 0 {
		return fmt.Errorf("--policy: there are no results of %s; there are results of %s", wording.List(unknown), wording.List(all))
	}
	return nil
}

// scenarios groups the sets of results, and returns the names of the groups. There are no names if
// every side has one set.
func (m *Match) scenarios() (names []string) {
	if !slices.ContainsFunc(m.Sides, func(s Side) bool { return len(s.sets) != 1 }) {
		sets := make([]*finished, len(m.Sides))
		for i, s := range m.Sides {
			sets[i] = s.sets[0]
		}
		m.groups = [][]*finished{sets}
		return nil
	}
	for i, s := range m.Sides {
		for _, f := range s.sets {
			at := slices.Index(names, f.Scenario)
			if at < 0 {
				at = len(names)
				names = append(names, f.Scenario)
				m.groups = append(m.groups, make([]*finished, len(m.Sides)))
			}
			m.groups[at][i] = f
		}
	}
	return names
}

// match appends the entries of one group of sets.
func (m *Match) match(group int, scenario string, sets []*finished, chosen []string) {
	var names []string
	single, there := true, 0
	for _, f := range sets {
		if f == nil {
			continue
		}
		there++
		list := f.policies(chosen)
		single = single && len(list) == 1
		for _, p := range list {
			if !slices.Contains(names, p) {
				names = append(names, p)
			}
		}
	}
	if there < 2 {
		for i, f := range sets {
			if f != nil {
				m.Alone = append(m.Alone, fmt.Sprintf("Only %s has the scenario %s.", m.Sides[i].Name, f.Scenario))
			}
		}
		return
	}
	if single {
		e := Entry{Scenario: scenario, Policy: strings.Join(names, ", "), group: group, places: make([]*place, len(sets))}
		for i, f := range sets {
			if f != nil {
				e.places[i] = &place{f, f.policies(chosen)[0]}
			}
		}
		m.Entries = append(m.Entries, e)
		return
	}
	for _, name := range names {
		e := Entry{Scenario: scenario, Policy: name, group: group, places: make([]*place, len(sets))}
		var has []string
		for i, f := range sets {
			if f != nil && slices.Contains(f.policies(chosen), name) {
				e.places[i] = &place{f, name}
				has = append(has, m.Sides[i].Name)
			}
		}
		if len(has) > 1 {
			m.Entries = append(m.Entries, e)
			continue
		}
		m.Alone = append(m.Alone, fmt.Sprintf("Only %s has the policy %s.", has[0], e.Label()))
	}
}

// Pairs lists the pairs of sides that are compared, as indices of the base and of the other.
func (m *Match) Pairs() (list [][2]int) {
	for i := range m.Sides {
		if m.Baseline >= 0 {
			if i != m.Baseline {
				list = append(list, [2]int{m.Baseline, i})
			}
			continue
		}
		for j := range i {
			list = append(list, [2]int{j, i})
		}
	}
	if m.Baseline < 0 {
		slices.SortStableFunc(list, func(a, b [2]int) int { return a[0] - b[0] })
	}
	return list
}
