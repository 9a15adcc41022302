package registry

import (
	"errors"
	"fmt"
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

func (gateways) entries() []Entry[sim.Gateway] { return slices.Concat(Gateways(), added.Gateways) }

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
	Quantum     map[string]int `yaml:"quantum,omitempty" doc:"the classes take turns by deficit round robin; so much a class may send per turn, in units of the cost, by the name of the class; every class is named"`
	Cost        gateway.Cost   `yaml:"cost" doc:"how much of the quantum of its class a request uses: requests: 1; tokens: its prompt and output tokens"`
}

func gatewayLimitsDefaults() *GatewayLimits {
	return &GatewayLimits{Queue: gateway.DefaultQueue, KVShare: gateway.DefaultKVShare, Cost: gateway.CostRequests}
}

func newGatewayLimits(p *GatewayLimits, ctx Context) (sim.Gateway, error) {
	var reserves []gateway.ClassReserve
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(p.Reserved)) {
		class, err := classNamed(ctx, "reserved", name)
		faults = append(faults, err)
		reserves = append(reserves, gateway.ClassReserve{Class: class, Name: name, Places: p.Reserved[name]})
	}
	limits, err := gateway.NewLoadLimits(p.Concurrency, p.Queue, p.KVShare, reserves...)
	faults = append(faults, err)
	if len(p.Quantum) > 0 {
		quanta, err := quantaOf(p, ctx)
		faults = append(faults, err)
		turns, err := gateway.NewDeficitRoundRobin(limits, p.Cost, quanta...)
		return turns, errors.Join(append(faults, err)...)
	}
	if p.Cost != "" && p.Cost != gateway.CostRequests {
		faults = append(faults, fmt.Errorf("cost: %s is without effect, because no class has a quantum", p.Cost))
	}
	return limits, errors.Join(faults...)
}

// quantaOf returns the quanta of the classes. Every class of the specification needs one.
func quantaOf(p *GatewayLimits, ctx Context) (quanta []gateway.ClassQuantum, err error) {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(p.Quantum)) {
		class, err := classNamed(ctx, "quantum", name)
		faults = append(faults, err)
		quanta = append(quanta, gateway.ClassQuantum{Class: class, Name: name, Amount: p.Quantum[name]})
	}
	if ctx.Spec != nil {
		for _, c := range ctx.Spec.Classes {
			if _, ok := p.Quantum[c.Name]; !ok {
				faults = append(faults, fmt.Errorf("quantum: the class %s has none; every class needs one", c.Name))
			}
		}
	}
	return quanta, errors.Join(faults...)
}
