// Package conformance runs the conformance suite of policies/policytest on the policies that a
// program adds to those of wavetank.
package conformance

import (
	"testing"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/policies/registry"
	"wavetank/sim"
)

// Added tests every policy that this program has added, with its default parameters. It fails if
// there is none. Orders are not tested, because every rank is allowed.
func Added(t *testing.T) {
	t.Helper()
	n := 0
	for _, test := range tests(registry.Additions()) {
		n++
		t.Run(test.name, test.run)
	}
	if n == 0 {
		t.Error("no policy was added, so none is tested; add policies in a function init")
	}
}

// named is the test of one policy.
type named struct {
	name string
	run  func(t *testing.T)
}

func tests(added registry.Added) (list []named) {
	list = append(list, each("admission", added.Admissions, policytest.Admission)...)
	list = append(list, each("gateway", added.Gateways, policytest.Gateway)...)
	list = append(list, each("health", added.Healths, policytest.Health)...)
	list = append(list, each("router", added.Routers, policytest.Router)...)
	list = append(list, each("batcher", added.Batchers, policytest.Batcher)...)
	list = append(list, each("forecaster", added.Forecasters, policytest.Forecaster)...)
	list = append(list, each("placer", added.Placers, places)...)
	for _, e := range added.Allocators {
		list = append(list, named{"allocator " + e.Name, func(t *testing.T) { allocates(t, e) }})
	}
	return list
}

// each returns the tests of the policies of one kind.
func each[L any](kind string, entries []registry.Entry[L], suite func(*testing.T, func() (L, error))) (list []named) {
	for _, e := range entries {
		list = append(list, named{kind + " " + e.Name, func(t *testing.T) {
			suite(t, func() (L, error) {
				return e.New(nil, registry.Context{Seed: 7, Replication: 2, Period: policytest.Period})
			})
		}})
	}
	return list
}

// allocates tests an allocator on every case of the suite.
func allocates(t *testing.T, e registry.Entry[sim.Allocator]) {
	suite := policytest.Allocator
	if e.Blind {
		suite = policytest.BlindAllocator
	}
	suite(t, func(c *policytest.Case) (sim.Allocator, error) { return e.New(nil, of(c)) })
}

// places tests a placer: an allocator that follows the load places all its replicas with it.
func places(t *testing.T, make func() (allocation.Placer, error)) {
	policytest.Allocator(t, func(c *policytest.Case) (sim.Allocator, error) {
		placer, err := make()
		if err != nil {
			return nil, err
		}
		follow, err := registry.Lookup(registry.Allocators(), "follow")
		if err != nil {
			return nil, err
		}
		made, err := follow.New(nil, of(c))
		if stages, ok := made.(*allocation.Stages); ok {
			stages.Place = placer
		}
		return made, err
	})
}

// of returns the context of an allocator on a case.
func of(c *policytest.Case) registry.Context {
	return registry.Context{
		Spec: c.Spec, Seed: 7, Replication: 2, Period: policytest.Period, Offered: c.Offered,
		Capacity: allocation.Planned{Spec: c.Spec},
	}
}
