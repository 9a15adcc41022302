package file

import (
	"errors"
	"fmt"
	"slices"

	"wavetank/sim/spelling"
)

// Select keeps only the named policies, in the order of the names. If a name is not a policy of the
// scenario but an allocator, a policy with this allocator and its defaults is added. The error
// joins all unknown and repeated names. After an error the scenario is unchanged.
func (s *Scenario) Select(names []string) error {
	var kept []Policy
	var faults []error
	if len(names) == 0 || slices.Contains(names, "") {
		return errors.New("no policy is named")
	}
	for _, name := range names {
		at := slices.IndexFunc(s.Policies, func(p Policy) bool { return p.Name == name })
		if at < 0 {
			at = slices.IndexFunc(s.Policies, func(p Policy) bool { n, _ := p.Allocator.Chosen(); return n == name })
		}
		var p Policy
		params, known := p.Allocator.Params(name)
		switch {
		case at >= 0:
			p = s.Policies[at]
		case known && p.Allocator.Needs(name) != "":
			faults = append(faults, fmt.Errorf("%s needs the parameter %s, so a policy of the scenario must name it", name, p.Allocator.Needs(name)))
			continue
		case known:
			p.Allocator.Choose(name, params)
			p.Name = p.Allocator.Label()
		default:
			var all []string
			for _, q := range s.Policies {
				all = append(all, q.Name)
			}
			for _, allocator := range p.Allocator.Names() {
				if !slices.Contains(all, allocator) {
					all = append(all, allocator)
				}
			}
			faults = append(faults, fmt.Errorf("there is no policy %q%s", name, spelling.Suggest(name, all)))
			continue
		}
		if slices.ContainsFunc(kept, func(q Policy) bool { return q.Name == p.Name }) {
			faults = append(faults, fmt.Errorf("policy %q is named twice", p.Name))
			continue
		}
		kept = append(kept, p)
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	s.Policies = kept
	return nil
}

// Compared returns the name of the policy with which the others are compared: the baseline if it is
// among the policies, otherwise the first policy.
func (s *Scenario) Compared() string {
	for _, p := range s.Policies {
		if p.Name == s.Baseline {
			return p.Name
		}
	}
	return s.Policies[0].Name
}
