package registry

import (
	"testing"

	"wavetank/policies/batching"
	"wavetank/policies/policytest"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

func router(name string) *Router { r := WithDefaults[Router](name); return &r }

// TestLeversPerModelConform: a lever that consists of levers for single models passes the
// conformance suite.
func TestLeversPerModelConform(t *testing.T) {
	ctx := Context{Spec: policytest.Mixed(), Seed: seed, Replication: replication}
	name := ctx.Spec.Models[0].Name
	for _, own := range []string{"peak-ewma", "power-of-two", "central-queue", "round-robin"} {
		policytest.Router(t, func() (sim.Router, error) {
			l := sim.Levers{Router: routing.NewLeastOutstanding()}
			err := SetRouters(ctx, map[string]*Router{name: router(own)}, &l)
			return l.Router, err
		})
	}
	aimd := WithDefaults[Batcher]("aimd")
	policytest.Batcher(t, func() (sim.Batcher, error) {
		l := sim.Levers{Batcher: batching.NewGreedy()}
		err := SetBatchers(ctx, map[string]*Batcher{name: &aimd}, &l)
		return l.Batcher, err
	})
}

func TestLeversPerModelAreNamed(t *testing.T) {
	ctx := Context{Spec: &fleet.Spec{Models: []fleet.Model{{Name: "a"}, {Name: "b", Decoder: 2}, {Name: "b/decode"}}}}
	l := sim.Levers{Router: routing.NewLeastOutstanding()}
	if err := SetRouters(ctx, nil, &l); err != nil || l.Router != sim.Router(routing.NewLeastOutstanding()) {
		t.Errorf("without levers of models the router is %v, error %v", l.Router, err)
	}
	if err := SetRouters(ctx, map[string]*Router{"b": router("central-queue"), "a": router("random")}, &l); err != nil || l.Router.String() != "least-outstanding(a: random, b: central-queue)" {
		t.Errorf("the router is %v, error %v", l.Router, err)
	}
	_, owner, _, err := perModel(ctx, map[string]*Router{"b": router("random")}, sim.Router(routing.NewLeastOutstanding()), (*Router).New)
	if err != nil || owner[0] != 0 || owner[1] != 1 || owner[2] != 1 {
		t.Errorf("owners are %v, error %v: a model that decodes for another has its router", owner, err)
	}
	if err := SetRouters(ctx, map[string]*Router{"c": router("random")}, &l); err == nil {
		t.Error("a model that is not there has a router")
	}
}
