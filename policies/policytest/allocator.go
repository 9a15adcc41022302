package policytest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
)

// Allocator tests an allocator on every case. The function make is called once per run, with the
// case of the run. The engine refuses plans that the fleet does not allow. In addition, the test
// checks:
//   - two allocators from the same constructor decide alike,
//   - limits are never exceeded,
//   - a plan's capacity, demand and shortfall are numbers of at least 0,
//   - the capacity in the plan is the capacity of the fleet,
//   - the last plan has a shortfall if the load is beyond the limits, and none otherwise,
//   - every model for which a replica fits has one at the end, even if it is idle.
func Allocator(t *testing.T, make func(*Case) (sim.Allocator, error)) { conforms(t, make, true) }

// BlindAllocator tests an allocator that does not look at the load. It does not check the
// shortfall.
func BlindAllocator(t *testing.T, make func(*Case) (sim.Allocator, error)) { conforms(t, make, false) }

func conforms(t *testing.T, make func(*Case) (sim.Allocator, error), looks bool) {
	for _, s := range Cases() {
		t.Run(s.Name, func(t *testing.T) {
			first, second := perform(t, s, make), perform(t, s, make)
			if !slices.Equal(first.plans, second.plans) {
				t.Errorf("two runs decided differently:\n%v\n%v", first.plans, second.plans)
			}
			for _, fault := range first.faults {
				t.Error(fault)
			}
			short := 0.
			for _, v := range first.last.Shortfall {
				short += v
			}
			if looks && s.Beyond && short == 0 {
				t.Errorf("the load is beyond the limits, but the last plan has no shortfall: %+v", first.last)
			}
			if looks && !s.Beyond && s.Name != "one machine, then the other model" && short > 0 {
				t.Errorf("the limits allow the load, but the last plan has shortfall %v", first.last.Shortfall)
			}
			if s.Beyond {
				return
			}
			for m, n := range first.perModel() {
				if n == 0 {
					t.Errorf("model %s has no replica at the end", s.Spec.Models[m].Name)
				}
			}
		})
	}
}

// perform runs a case once.
func perform(t *testing.T, s *Case, make func(*Case) (sim.Allocator, error)) *witness {
	t.Helper()
	a, err := make(s)
	if err != nil {
		t.Fatal(err)
	}
	w := newWitness(s.Spec)
	err = engine.Run(context.Background(), sim.Setup{
		Spec: s.Spec, Arrivals: newArrivals(s), Levers: sim.Levers{Router: leastLoaded{}, Batcher: eager{}, Allocator: a}, Observers: []sim.Observer{w},
		Duration: s.Duration(), Period: Period, Expected: s.Rates[0],
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// witness checks an allocator's decisions, and their outcome, against its own counts.
type witness struct {
	spec     *fleet.Spec
	machines []int // per type
	replicas []int // per deployment: loading and ready
	plans    []string
	last     sim.Plan
	faults   []string
}

func newWitness(c *fleet.Spec) *witness {
	return &witness{spec: c, machines: make([]int, len(c.Types)), replicas: make([]int, len(c.Deployments))}
}

// Observe implements sim.Observer.
func (w *witness) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.MachineOrdered:
		w.machines[f.Type]++
		if w.machines[f.Type] > w.spec.Types[f.Type].Max {
			w.fault("at %v there are %d machines of type %d", f.At, w.machines[f.Type], f.Type)
		}
	case sim.MachineReleased:
		w.machines[f.Type]--
	case sim.ReplicaLoading:
		w.replicas[f.Deployment]++
	case sim.ReplicaCancelled, sim.ReplicaDraining:
		w.replicas[f.Deployment]--
	case sim.Decided:
		w.settled()
		plan, optimality := *f.Plan, sim.Optimality{}
		if plan.Optimality != nil {
			plan.Optimality, optimality = nil, *plan.Optimality
		}
		w.plans = append(w.plans, fmt.Sprintf("%+v %+v", plan, optimality))
		w.last = sim.Plan{Demand: slices.Clone(f.Plan.Demand), Capacity: slices.Clone(f.Plan.Capacity), Shortfall: slices.Clone(f.Plan.Shortfall)}
		w.numbers()
	case sim.HorizonReached:
		w.settled()
	}
}

// settled checks that the fleet has the capacity of the last plan.
func (w *witness) settled() {
	if w.last.Capacity == nil {
		return
	}
	there := make([]float64, len(w.spec.Models))
	for d, n := range w.replicas {
		there[w.spec.Deployments[d].Model] += float64(n) * w.spec.Deployments[d].Capacity
	}
	for m, c := range w.last.Capacity {
		if d := c - there[m]; d > 1e-6 || d < -1e-6 {
			w.fault("plan %d says that model %d has capacity %v, there is %v", len(w.plans)-1, m, c, there[m])
		}
	}
}

// numbers checks the demand, capacity and shortfall of the last plan.
func (w *witness) numbers() {
	for _, list := range [][]float64{w.last.Demand, w.last.Capacity, w.last.Shortfall} {
		if list != nil && len(list) != len(w.spec.Models) {
			w.fault("plan %d has %d numbers for %d models", len(w.plans)-1, len(list), len(w.spec.Models))
		}
		for _, v := range list {
			if !(v >= 0 && v < 1e12) {
				w.fault("plan %d reports %v", len(w.plans)-1, v)
			}
		}
	}
}

func (w *witness) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// perModel returns the number of loading and ready replicas of each model.
func (w *witness) perModel() []int {
	n := make([]int, len(w.spec.Models))
	for d, r := range w.replicas {
		n[w.spec.Deployments[d].Model] += r
	}
	return n
}

// leastLoaded and eager are the plain router and batcher of the runs.
type leastLoaded struct{}

func (leastLoaded) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	best := fleet.NoReplica
	for i := range v.Ready(r.Model) {
		if at := v.ReadyAt(r.Model, i); best == fleet.NoReplica || v.Outstanding(at) < v.Outstanding(best) {
			best = at
		}
	}
	return best
}

func (leastLoaded) String() string { return "least-loaded" }

type eager struct{}

func (eager) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	return sim.BatchDecision{Count: min(v.Queued(at), v.Deployment(at).MaxBatch)}
}

func (eager) String() string { return "eager" }
