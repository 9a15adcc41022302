package file

import (
	"errors"
	"fmt"
	"slices"

	"wavetank/scenarios/strict"
)

// Select keeps the named policies, in the order of the names. A name that is no policy of the
// scenario may be an allocator, which then takes part with its defaults. The error joins all
// unknown and repeated names. With an error the scenario stays as it was.
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
			faults = append(faults, fmt.Errorf("there is no policy %q%s", name, strict.Suggest(name, all)))
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

// Compared returns the name of the policy that the others are compared with: the baseline if it
// takes part, else the first policy.
func (s *Scenario) Compared() string {
	for _, p := range s.Policies {
		if p.Name == s.Baseline {
			return p.Name
		}
	}
	return s.Policies[0].Name
}
