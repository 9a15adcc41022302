package file

import (
	"fmt"
	"slices"

	"wavetank/policies/registry"
	"wavetank/scenarios/strict"
)

// Policy is a named combination of levers.
type Policy struct {
	Name      string             `yaml:"name" doc:"label in the results; when empty, the label of the allocator with the levers of single models"`
	Allocator registry.Allocator `yaml:"allocator,required" doc:"decides which machines and replicas run"`
	Levers    `yaml:",inline"`
}

// combination is the long form of a policy.
type combination Policy

// DecodeNode implements strict.NodeDecoder: a policy is an allocator, bare or with parameters, or a
// mapping that names its levers.
func (p *Policy) DecodeNode(n *strict.Node, d *strict.Decoder) {
	at := beside(n)
	switch {
	case short(n):
		d.Decode(n, &p.Allocator)
	case at != nil:
		name := at.Text()
		if added := n.Added(); added != nil {
			at = added
		}
		d.Fault(at, "a policy with other keys needs the key allocator, as in {name: x, allocator: "+name+"}")
	default:
		d.Decode(n, (*combination)(p))
	}
	if name := n.Get("name"); unwritten(name) {
		d.Fault(name, strict.Name(""))
	}
	if p.Name == "" {
		p.Name = p.label()
	}
}

// label returns the label of a policy without a name: the label of its allocator, and the levers of
// single models.
func (p *Policy) label() string { return p.Allocator.Label() + p.PerModel.Label() }

// short reports whether a policy is written in the short form: one or several allocators, and no
// other levers.
func short(n *strict.Node) bool {
	keys := n.Keys()
	long := slices.ContainsFunc(keys, func(key string) bool {
		return key == "name" || slices.Contains(leverKeys(), key)
	})
	return n.IsScalar() || !long && (len(keys) == 1 || beside(n) != nil)
}

// beside returns a key of a policy that is the name of an allocator. It returns nil if there is no
// such key, or if the policy also has the key allocator.
func beside(n *strict.Node) *strict.Node {
	if n.Get("allocator") != nil {
		return nil
	}
	names := new(registry.Allocator).Names()
	for _, key := range n.Keys() {
		if slices.Contains(names, key) {
			return n.Key(key)
		}
	}
	return nil
}

// Shapes implements strict.Shaper.
func (Policy) Shapes() []any { return []any{registry.Allocator{}, combination{}} }

// EncodeValue implements strict.ValueEncoder.
func (p Policy) EncodeValue() any { return combination(p) }

// AllocatorPath returns the path of a policy's allocator. n is the scenario as written, or nil if
// it was not read from a file.
func AllocatorPath(n *strict.Node, i int) string {
	path := fmt.Sprintf("policies[%d]", i)
	if n != nil && short(n.Get("policies").Items()[i]) {
		return path
	}
	return path + ".allocator"
}
