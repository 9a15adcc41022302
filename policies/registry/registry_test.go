package registry

import (
	"slices"
	"testing"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/forecast"
	"wavetank/policies/outside/wasm/wasmtest"
	"wavetank/policies/policytest"
	"wavetank/sim"
)

const seed, replication = 7, 2

func TestEveryRouterConforms(t *testing.T) {
	for _, e := range ready(Routers()) {
		t.Run(e.Name, func(t *testing.T) {
			policytest.Router(t, func() (sim.Router, error) { return e.New(nil, Context{Seed: seed, Replication: replication}) })
		})
	}
}

func TestEveryBatcherConforms(t *testing.T) {
	for _, e := range ready(Batchers()) {
		t.Run(e.Name, func(t *testing.T) {
			policytest.Batcher(t, func() (sim.Batcher, error) { return e.New(nil, Context{}) })
		})
	}
}

func TestEveryAdmissionConforms(t *testing.T) {
	for _, e := range ready(Admissions()) {
		t.Run(e.Name, func(t *testing.T) {
			policytest.Admission(t, func() (sim.Admission, error) { return e.New(nil, Context{}) })
		})
	}
}

func TestEveryGatewayConforms(t *testing.T) {
	for _, e := range Gateways() {
		t.Run(e.Name, func(t *testing.T) {
			policytest.Gateway(t, func() (sim.Gateway, error) { return e.New(nil, Context{}) })
		})
	}
	t.Run("reserved", func(t *testing.T) {
		policytest.Gateway(t, func() (sim.Gateway, error) {
			return newGatewayLimits(&GatewayLimits{Concurrency: 9, Reserved: map[string]int{"gold": 4}}, Context{})
		})
	})
	t.Run("deficit round robin", func(t *testing.T) {
		policytest.Gateway(t, func() (sim.Gateway, error) {
			return newGatewayLimits(&GatewayLimits{Concurrency: 9, Quantum: map[string]int{"gold": 4}, Cost: "tokens"}, Context{})
		})
	})
}

func TestEveryHealthConforms(t *testing.T) {
	for _, e := range Healths() {
		t.Run(e.Name, func(t *testing.T) {
			policytest.Health(t, func() (sim.Health, error) { return e.New(nil, Context{}) })
		})
	}
}

func TestEveryForecasterConforms(t *testing.T) {
	twelve := Context{Period: 2 * time.Hour} // a day has twelve windows
	for _, e := range ready(Forecasters()) {
		t.Run(e.Name, func(t *testing.T) {
			policytest.Forecaster(t, func() (forecast.Forecaster, error) { return e.New(nil, twelve) })
		})
	}
	t.Run("a margin", func(t *testing.T) {
		policytest.Forecaster(t, func() (forecast.Forecaster, error) {
			return forecast.NewMargin(forecast.NewLast(), 0.9, 2)
		})
	})
}

func TestEveryAllocatorConforms(t *testing.T) {
	for a, e := range ready(Allocators()) {
		for p, placer := range Placers() {
			if (a+p)%3 != 0 {
				continue // each has a third of the others: all pairs take minutes
			}
			t.Run(e.Name+"+"+placer.Name, func(t *testing.T) {
				conforms := policytest.Allocator
				if e.Blind {
					conforms = policytest.BlindAllocator
				}
				conforms(t, func(s *policytest.Case) (sim.Allocator, error) {
					return e.New(placed(t, e.Params(), placer.Name), Context{
						Spec: s.Spec, Seed: seed, Replication: replication, Period: policytest.Period, Offered: s.Offered,
						Capacity: allocation.Planned{Spec: s.Spec},
					})
				})
			})
		}
	}
}

// TestEveryControllerAndPlannerConforms: allocators with any value of control and of plan pass the
// conformance suite, even if no allocator has the name of the value.
func TestEveryControllerAndPlannerConforms(t *testing.T) {
	conforms := func(set func(*Staged)) func(*testing.T) {
		return func(t *testing.T) {
			policytest.Allocator(t, func(s *policytest.Case) (sim.Allocator, error) {
				p := stagedDefaults("best")
				set(p)
				return p.allocator("best", Context{Spec: s.Spec, Period: policytest.Period, Capacity: allocation.Planned{Spec: s.Spec}})
			})
		}
	}
	for _, r := range controlRules {
		t.Run("control "+r.name, conforms(func(p *Staged) { p.Control = ControlRule(r.name) }))
	}
	for _, r := range planRules {
		t.Run("plan "+r.name, conforms(func(p *Staged) { p.Plan = PlanRule(r.name) }))
	}
}

// placed returns the parameters with another placer. Allocators that may run without replicas keep
// at least one replica.
func placed(t *testing.T, params any, placer string) any {
	t.Helper()
	switch p := params.(type) {
	case interface{ placing() *Placing }:
		p.placing().MinReplicas = max(1, p.placing().MinReplicas)
		p.placing().Placer.Choose(placer, nil)
	case *Fixed:
		p.Placer.Choose(placer, nil)
	default:
		t.Fatalf("%T has no placer", params)
	}
	return params
}

func (p *Placing) placing() *Placing { return p }

// TestStarlarkConforms: a forecaster and an allocator in Starlark pass the suites of their kinds.
// (The suite of routers asks for choices that allocate nothing.)
func TestStarlarkConforms(t *testing.T) {
	text := []byte(`
def forecast(history, steps):
    return history[-1]

def allocate(fleet):
    return {"demand": {name: m.rate for name, m in fleet.models.items()}}
`)
	t.Run("forecaster", func(t *testing.T) {
		policytest.Forecaster(t, func() (forecast.Forecaster, error) {
			e := starlarkForecaster()
			p := e.Params().(*StarlarkForecast)
			p.File = "p.star"
			return made(e, p, p.ReadFile(text), Context{})
		})
	})
	t.Run("allocator", func(t *testing.T) {
		policytest.Allocator(t, func(s *policytest.Case) (sim.Allocator, error) {
			e := starlarkAllocator()
			p := e.Params().(*StarlarkAllocator)
			p.File = "p.star"
			return made(e, p, p.ReadFile(text), Context{Spec: s.Spec, Period: policytest.Period, Capacity: allocation.Planned{Spec: s.Spec}})
		})
	})
}

// TestModulesConform: a router and batchers in WebAssembly pass the suites of their kinds.
func TestModulesConform(t *testing.T) {
	t.Run("router", func(t *testing.T) {
		policytest.Router(t, func() (sim.Router, error) { return fromModule(Routers(), wasmtest.LeastOutstanding) })
	})
	for name, text := range map[string]string{"greedy": wasmtest.Greedy, "timeout": wasmtest.Timeout} {
		t.Run(name, func(t *testing.T) {
			policytest.Batcher(t, func() (sim.Batcher, error) { return fromModule(Batchers(), text) })
		})
	}
}

// fromModule makes the lever wasm of a table from the text of a module.
func fromModule[L any](table []Entry[L], text string) (L, error) {
	e := table[slices.IndexFunc(table, func(e Entry[L]) bool { return e.Name == "wasm" })]
	p := e.Params().(*Wasm)
	p.File = "p.wasm"
	return made(e, p, p.ReadFile(wasmtest.Assemble(text)), Context{})
}

// made makes the lever of an entry, unless there was an error before.
func made[L any](e Entry[L], params any, err error, ctx Context) (lever L, _ error) {
	if err != nil {
		return lever, err
	}
	return e.New(params, ctx)
}
