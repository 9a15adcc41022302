package tune

import (
	"fmt"
	"strings"

	"wavetank/scenarios/file"
	"wavetank/scenarios/reference"
	"wavetank/scenarios/strict"
)

// setting is a policy with some parameters changed, and its results.
type setting struct {
	policy  file.Policy
	changes []file.Change // changes to the policy as written, in the order of the space
	key     string        // equal for settings with the same effect
	runs    []reference.Measured
	raced   int // stage of the search in which it raced last; 0: none
}

// change returns the policy with changes, whose paths begin at the policy. The error says why the
// policy is impossible.
func change(p *file.Policy, changes []file.Change) (changed file.Policy, err error) {
	text, err := strict.Encode(*p)
	if err != nil {
		return changed, err
	}
	d, err := strict.Parse(p.Name, text)
	if err != nil {
		return changed, err
	}
	for _, c := range changes {
		if err := d.Set(c.Path, c.Value); err != nil {
			return changed, err
		}
	}
	if err := d.Decode(&changed).Err(); err != nil {
		return changed, err
	}
	file.ShareFiles(p, &changed)
	return changed, changed.Allocator.Validate()
}

// Describe lists the changes of a policy: "headroom 1.25, batcher clockwork".
func Describe(p *file.Policy, changes []file.Change) string {
	name, _ := p.Allocator.Chosen()
	var parts []string
	for _, c := range changes {
		parts = append(parts, fmt.Sprintf("%s %s", strings.TrimPrefix(c.Path, "allocator."+name+"."), c.Value))
	}
	return strings.Join(parts, ", ")
}
