package file

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wavetank/policies/registry"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
)

// combination is the long form of a policy.
type combination Policy

// DecodeNode implements strict.NodeDecoder: a policy is an allocator, bare or with parameters, or a mapping
// that names its levers.
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
		d.Fault(at, "beside other keys an allocator is written under allocator, as in {name: x, allocator: "+name+"}")
	default:
		d.Decode(n, (*combination)(p))
	}
	if name := n.Get("name"); unwritten(name) {
		d.Fault(name, strict.Name(""))
	}
	if p.Name == "" {
		p.Name = p.Allocator.Label()
	}
}

// short tells whether a policy is written as its allocator alone, or as several of them.
func short(n *strict.Node) bool {
	keys := n.Keys()
	long := slices.ContainsFunc(keys, func(key string) bool {
		return slices.Contains([]string{"name", "allocator", "admission", "router", "order", "batcher"}, key)
	})
	return n.IsScalar() || !long && (len(keys) == 1 || beside(n) != nil)
}

// beside returns the key of a policy that is the name of an allocator. It is nil where there is
// none, or where the policy has the key allocator.
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

// checkLevers reports the parameters with which no lever can be made.
func (s *Scenario) checkLevers(n *strict.Node, report func(path, message string)) {
	ctx := registry.Context{
		Period:  time.Duration(s.Control.Period),
		Offered: func() ([][]float64, error) { return nil, errors.New("there is no run") },
	}
	known := ctx // with the names of the classes
	known.Spec = &fleet.Spec{}
	for _, c := range s.Classes {
		known.Spec.Classes = append(known.Spec.Classes, fleet.Class{Name: c.Name})
	}
	checkLever(&s.Admission, "admission", known, report)
	checkLever(&s.Router, "router", ctx, report)
	checkLever(&s.Order, "order", ctx, report)
	checkLever(&s.Batcher, "batcher", ctx, report)
	for i := range s.Policies {
		p, path := &s.Policies[i], fmt.Sprintf("policies[%d]", i)
		checkLever(&p.Allocator, AllocatorPath(n, i), ctx, report)
		if p.Admission != nil {
			checkLever(p.Admission, path+".admission", known, report)
		}
		if p.Router != nil {
			checkLever(p.Router, path+".router", ctx, report)
		}
		if p.Order != nil {
			checkLever(p.Order, path+".order", ctx, report)
		}
		if p.Batcher != nil {
			checkLever(p.Batcher, path+".batcher", ctx, report)
		}
	}
}

// AllocatorPath returns the path of a policy's allocator. N is the scenario as it is written; nil
// where it was not read.
func AllocatorPath(n *strict.Node, i int) string {
	path := fmt.Sprintf("policies[%d]", i)
	if n != nil && short(n.Get("policies").Items()[i]) {
		return path
	}
	return path + ".allocator"
}

// lever is the choice of a router, batcher or allocator.
type lever[L any] interface {
	Chosen() (name string, params any)
	New(registry.Context) (L, error)
}

// checkLever reports the parameters with which one lever, the value at a path, cannot be made.
func checkLever[L any](choice lever[L], path string, ctx registry.Context, report func(path, message string)) {
	name, _ := choice.Chosen()
	if name == "" {
		return
	}
	_, err := choice.New(ctx)
	ReportFields(err, name, func(field, message string) { report(path+"."+field, message) })
}
