package registry

import (
	"errors"
	"maps"
	"slices"

	"wavetank/policies/gateway"
	"wavetank/sim"
)

// Gateway is the choice of a gateway.
type Gateway struct {
	choice[gateways, sim.Gateway]
}

type gateways struct{}

func (gateways) entries() []Entry[sim.Gateway] { return Gateways() }

// Gateways returns the table of gateways.
func Gateways() []Entry[sim.Gateway] {
	return []Entry[sim.Gateway]{
		plain("none", "Lets every request go on to the router at once.", "", func() sim.Gateway { return gateway.NewNone() }),
		tuned("limits", "Keeps requests back while every replica is at a limit: unfinished requests, waiting requests or used KV blocks.",
			"flow control of the Gateway API Inference Extension", gatewayLimitsDefaults,
			newGatewayLimits),
	}
}

// GatewayLimits are the parameters of limits.
type GatewayLimits struct {
	Concurrency int            `yaml:"concurrency" try:"8 16 32 64" doc:"most requests that a replica is given and has not finished; 0: no limit"`
	Queue       int            `yaml:"queue-depth" doc:"most requests that wait at a replica, without those that it could start now; 0: no limit"`
	KVShare     float64        `yaml:"kv-share" doc:"share of the KV blocks of an LLM replica from which on it is given no request; 0: no limit"`
	Reserved    map[string]int `yaml:"reserved,omitempty" doc:"of the concurrency of each replica, so many requests of a class have their places alone, by the name of the class; the class then has a queue of its own"`
}

func gatewayLimitsDefaults() *GatewayLimits {
	return &GatewayLimits{Queue: gateway.DefaultQueue, KVShare: gateway.DefaultKVShare}
}

func newGatewayLimits(p *GatewayLimits, ctx Context) (sim.Gateway, error) {
	var reserves []gateway.ClassReserve
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(p.Reserved)) {
		class, err := classNamed(ctx, "reserved", name)
		faults = append(faults, err)
		reserves = append(reserves, gateway.ClassReserve{Class: class, Name: name, Places: p.Reserved[name]})
	}
	g, err := gateway.NewLoadLimits(p.Concurrency, p.Queue, p.KVShare, reserves...)
	return g, errors.Join(append(faults, err)...)
}
