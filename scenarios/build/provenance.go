package build

import (
	"slices"
	"strings"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
)

// Provenance says where the times of a deployment come from.
type Provenance struct {
	Basis  builtin.Basis
	Source string // empty if nothing is said
}

// Unmeasured reports whether the times are derived, or those of the GPU alone, from kernels.
func (p Provenance) Unmeasured() bool {
	return p.Basis == builtin.Derived || p.Basis == builtin.Kernels
}

// stepTimeFile returns the file with the step-time model of a profile, or nil if there is none. A
// file that cannot be read has been reported.
func (b *deployer) stepTimeFile(p builtin.Profile) *builtin.StepTimeFile {
	if p.Tokens == nil || p.Tokens.StepTime.Name == "" {
		return nil
	}
	f, err := builtin.FindStepTime(p.Tokens.StepTime.Name, b.content)
	if err != nil {
		return nil
	}
	return &f
}

// adopted returns the settings of the engine that a profile takes from its step-time file.
func adopted(p builtin.Profile) string {
	if p.Tokens == nil {
		return ""
	}
	return p.Tokens.Adopted()
}

// provenance returns where the times of a profile come from. law is the file with its step-time
// model, if it has one.
func (b *deployer) provenance(p builtin.Profile, law *builtin.StepTimeFile) Provenance {
	basis, err := p.RestsOn(b.content)
	if err != nil {
		return Provenance{}
	}
	_, source, prefixed := strings.Cut(p.Source, ": ")
	if !prefixed {
		source = p.Source
	}
	if law != nil {
		source = law.Source
	}
	return Provenance{basis, source}
}

// assumptions returns for each machine type of a fleet the figures that the catalogue assumes and
// that the scenario does not replace.
func assumptions(s *file.Scenario, machines []builtin.Machine) [][]string {
	list := make([][]string, len(machines))
	for i, m := range machines {
		use := &s.Fleet[slices.IndexFunc(s.Fleet, func(use file.Machines) bool { return use.Label() == m.Name })]
		for _, text := range m.Assumptions {
			keys, _, _ := strings.Cut(text, ": ")
			for key := range strings.SplitSeq(keys, ", ") {
				if counts(key, use) && !slices.Contains(list[i], key) {
					list[i] = append(list[i], key)
				}
			}
		}
	}
	return list
}

// counts reports whether a run depends on a figure of a machine, with the changes of the scenario.
func counts(key string, use *file.Machines) bool {
	switch key {
	case "boot":
		return use.Boot == nil
	case "network":
		return use.Network == nil
	case "spot-price":
		return use.Price != nil && use.Price.Offer == file.SpotOffer
	case "reserved-price":
		return use.Price != nil && use.Price.Offer == file.ReservedOffer
	}
	return true
}
