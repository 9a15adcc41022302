package plan

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Scenario returns a scenario with a candidate as its only policy: the machines of its fleet, and
// its replicas. The replications are those with which it was judged. rename returns the new name of
// a file that the scenario reads.
func (a *Recommendation) Scenario(index int, rename func(name string) string) ([]byte, error) {
	c := &a.Candidates[index]
	v := &a.job.Variants[c.Variant]
	s := v.Experiment.Scenario
	s.About = fmt.Sprintf("The cheapest fleet that wavetank plan found for %s.", s.Name)
	return v.scenario(s, c, rename)
}

// Scenario returns a scenario with what a fleet or policy carries: its largest factor on all
// arrivals. The rest is as in Recommendation.Scenario.
func (a *CarriedLoads) Scenario(curve int, rename func(name string) string) ([]byte, error) {
	c := &a.Curves[curve]
	v := &a.job.Variants[c.Variant]
	s, t := v.Experiment.Scenario, &c.Tries[c.Carried]
	s.About = fmt.Sprintf("The most that wavetank plan found for %s: %v times its arrivals.", s.Name, t.Load)
	s.Load = new(quantity.Factor(t.Load))
	return v.scenario(s, &t.Candidate, rename)
}

// scenario returns a scenario of the variant with a candidate as its only policy.
func (v *ScenarioVariant) scenario(s file.Scenario, c *Candidate, rename func(name string) string) ([]byte, error) {
	s.Name += "-plan"
	s.Replications = max(c.Runs, s.Replications)
	if c.Machines != nil {
		one := v.policy(c)
		one.Levers = v.Levers() // named in the file, so that nobody has to know the defaults
		s.Policies, s.Baseline = []file.Policy{one}, ""
		var rented []file.Machines
		for i, m := range s.Fleet {
			if n := c.Machines[i]; n > 0 {
				m.Max, m.Min, m.Reserved = n, min(m.Min, n), min(m.Reserved, n)
				rented = append(rented, m)
			}
		}
		s.Fleet = rented
	} else {
		s.Policies, s.Baseline = slices.Clone(s.Policies[c.Policy:c.Policy+1]), ""
	}
	var usual file.Scenario
	usual.SetDefaults()
	text, err := strict.EncodeChanged(s, usual)
	if err != nil {
		return nil, err
	}
	return v.renamed(text, rename), nil
}

// renamed gives the files in a scenario other names.
func (v *ScenarioVariant) renamed(text []byte, rename func(name string) string) []byte {
	lines := strings.Split(string(text), "\n")
	for _, in := range v.Experiment.Inputs {
		for i, line := range lines {
			if key, value, found := strings.Cut(line, ": "); found && strings.Trim(value, `'"`) == in.File {
				lines[i] = fmt.Sprintf("%s: %q", key, rename(in.File))
			}
		}
	}
	return []byte(strings.Join(lines, "\n"))
}
