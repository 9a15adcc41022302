package place

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/allocation"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// linear is a batch latency of 10 ms plus 2 ms for each request, up to 4 requests.
func linear() profile.Batch {
	latency, err := profile.Linear(10*time.Millisecond, 2*time.Millisecond, 4)
	if err != nil {
		panic(err)
	}
	return latency
}

// randomSpec draws a small specification of CPU and GPU machines. Limits may be 0, and some
// deployments may not even fit on an empty machine.
func randomSpec(t *rapid.T) *fleet.Spec {
	c := &fleet.Spec{Kinds: []string{"cpu", "gpu"}}
	for k := range rapid.IntRange(1, 3).Draw(t, "types") {
		kind := fleet.MachineType{
			Name: fmt.Sprintf("type%d", k), Cores: rapid.IntRange(1, 8).Draw(t, "cores"), Memory: rapid.Int64Range(1, 16).Draw(t, "memory"),
			Price: rapid.Float64Range(0, 4).Draw(t, "price"), Max: rapid.IntRange(0, 5).Draw(t, "max"),
			Boot: time.Duration(rapid.IntRange(0, 90).Draw(t, "boot")) * time.Second,
		}
		if kind.GPUs = rapid.IntRange(0, 2).Draw(t, "gpus"); kind.GPUs > 0 {
			kind.GPU, kind.GPUMemory = 1, 24
		}
		c.Types = append(c.Types, kind)
	}
	for m := range rapid.IntRange(1, 3).Draw(t, "models") {
		c.Models = append(c.Models, fleet.Model{
			Name: fmt.Sprintf("model%d", m), Variants: []fleet.VariantID{fleet.VariantID(m)}, Target: 100 * time.Millisecond, Percentile: 99, QueueLimit: 50,
		})
		c.Variants = append(c.Variants, fleet.Variant{Name: fmt.Sprintf("variant%d", m), Model: fleet.ModelID(m), Accuracy: 80})
		for i := range rapid.IntRange(0, 3).Draw(t, "deployments") {
			d := fleet.Deployment{
				Name: fmt.Sprintf("deployment%d.%d", m, i), Variant: fleet.VariantID(m), Model: fleet.ModelID(m),
				Type: fleet.TypeID(rapid.IntRange(0, len(c.Types)-1).Draw(t, "type")), Latency: linear(), MaxBatch: 4, Slots: 1,
				Need:     fleet.Resources{Cores: rapid.IntRange(1, 9).Draw(t, "need"), Memory: rapid.Int64Range(0, 9).Draw(t, "bytes")},
				Load:     time.Duration(rapid.IntRange(0, 60).Draw(t, "load")) * time.Second,
				Capacity: rapid.Float64Range(5, 300).Draw(t, "capacity"),
			}
			if c.Types[d.Type].GPUs > 0 && rapid.Bool().Draw(t, "on GPU") {
				d.Kind, d.Need.GPUShare, d.Need.GPUMemory = 1, 125*rapid.IntRange(1, 8).Draw(t, "share"), rapid.Int64Range(1, 25).Draw(t, "GPU bytes")
			}
			c.Deployments = append(c.Deployments, d)
		}
	}
	return c
}

// steady is a stream of requests with equal gaps, of the models in turn. The work of every tenth
// request is multiplied by a factor.
type steady struct {
	gap    kernel.Time
	models int
	long   float64
	sent   int
}

func (s *steady) Next(r *fleet.Request) bool {
	*r = fleet.Request{Model: fleet.ModelID(s.sent % s.models), Arrival: kernel.Time(s.sent) * s.gap, Work: 1}
	if s.sent%10 == 0 {
		r.Work = s.long
	}
	s.sent++
	return true
}

func (s *steady) Err() error { return nil }

// wish is an allocator that asks for arbitrary numbers of replicas.
type wish struct {
	draw   func() []int
	placer allocation.Placer
}

func (w wish) Allocate(v *sim.View) (sim.Plan, error) {
	return w.placer.Place(v, aim(v, w.draw(), make([]float64, len(v.Spec().Models))))
}

func (wish) String() string { return "wish" }

// aim returns targets with the given replicas and demand.
func aim(v *sim.View, replicas []int, demand []float64) allocation.Targets {
	each := allocation.Planned{Spec: v.Spec()}.Each()
	t := allocation.Targets{Chosen: allocation.Chosen{Replicas: replicas}, Each: each, Demand: demand, Capacity: allocation.PlannedCapacity(v.Spec(), replicas, each)}
	t.Shortfall = allocation.Shortfall(demand, t.Capacity)
	return t
}

// truth checks that the capacity in a plan is the capacity of the replicas after the plan.
type truth struct {
	spec    *fleet.Spec
	count   []int
	planned []float64
	faults  []string
}

func (o *truth) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.ReplicaLoading:
		o.count[f.Deployment]++
	case sim.ReplicaCancelled, sim.ReplicaDraining:
		o.count[f.Deployment]--
	case sim.Decided:
		o.check(f.At)
		o.planned = slices.Clone(f.Plan.Capacity)
	case sim.HorizonReached:
		o.check(f.At)
	}
}

func (o *truth) check(at kernel.Time) {
	for m, now := range allocation.PlannedCapacity(o.spec, o.count, allocation.Planned{Spec: o.spec}.Each()) {
		if o.planned != nil && (now-o.planned[m] > 1e-6 || o.planned[m]-now > 1e-6) {
			o.faults = append(o.faults, fmt.Sprintf("at %v model %d has capacity %v, the plan said %v", at, m, now, o.planned[m]))
		}
	}
}

func TestPlansForAnyTargetsAreLegalAndTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomSpec(t)
		replicas := rapid.SliceOfN(rapid.IntRange(0, 12), len(c.Deployments), len(c.Deployments))
		watch := &truth{spec: c, count: make([]int, len(c.Deployments))}
		err := engine.Run(context.Background(), sim.Setup{
			Spec: c, Arrivals: &steady{gap: kernel.Time(rapid.IntRange(2, 50).Draw(t, "gap")) * 1e6, models: len(c.Models), long: rapid.SampledFrom([]float64{1, 5000}).Draw(t, "long")},
			Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: wish{func() []int { return replicas.Draw(t, "targets") }, BestFit{}}}, Observers: []sim.Observer{watch},
			Duration: 5 * time.Minute, Period: 30 * time.Second, ColdStart: rapid.Bool().Draw(t, "cold"),
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range watch.faults {
			t.Error(f)
		}
	})
}
