package scenarios

import (
	"slices"

	"wavetank/policies/catalog"
	"wavetank/scenarios/strict"
)

// combination is the long form of a policy.
type combination Policy

// DecodeNode implements strict.NodeDecoder: a policy is an allocator, bare or with parameters, or a mapping
// that names its levers.
func (p *Policy) DecodeNode(n *strict.Node, d *strict.Decoder) {
	short := n.IsScalar()
	if keys := n.Keys(); len(keys) == 1 && slices.Contains(p.Allocator.Names(), keys[0]) {
		short = true
	}
	if short {
		d.Decode(n, &p.Allocator)
	} else {
		d.Decode(n, (*combination)(p))
	}
	if p.Name == "" {
		p.Name = p.Allocator.Label()
	}
}

// Shapes implements strict.Shaper.
func (Policy) Shapes() []any { return []any{catalog.Allocator{}, combination{}} }

// EncodeValue implements strict.ValueEncoder.
func (p Policy) EncodeValue() any { return combination(p) }
