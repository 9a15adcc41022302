package capacity

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"wavetank/policies/registry"
	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
	"wavetank/scenarios/once"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Simulated is a table of the capacities of the deployments of a scenario under the levers of a
// policy. Each value is found by simulation when it is first asked for, and then kept. The values
// do not depend on the order in which they are asked for. Simulated is safe for concurrent use.
type Simulated struct {
	Cache *Cache            // keeps values from one run of the program to the next; nil: none
	Slow  func(what string) // called while work takes longer than a second; may be nil

	built  *build.Built
	levers file.Levers

	samples *Samples
	mark    func() (string, error)                         // digest of all inputs of the values
	seek    func(ctx context.Context, k key) (node, error) // finds a value
	found   once.Values[key, node]
	alike   []fleet.DeploymentID // per deployment: the one that is simulated in its place
	asking  atomic.Uint32        // number of contexts so far
}

// key identifies a value: a deployment, the binary logarithm of the number of replicas, and the
// distance of the requests' mean lengths from the sample's.
type key struct {
	deployment fleet.DeploymentID
	log        int
	lengths    steps
}

// node is the load that a number of replicas serves within the objectives.
type node struct {
	load float64 // share of their planned throughput if they never idle
	step float64 // increase of the load that makes about e times as many miss; 0: unknown
}

// New returns the table of a scenario under levers. Tables under other levers may share the
// samples.
func New(b *build.Built, levers file.Levers, samples *Samples) *Simulated {
	t := &Simulated{built: b, levers: levers, samples: samples, alike: alike(b.Spec)}
	t.mark = sync.OnceValues(func() (string, error) { return t.Cache.fingerprint(b, levers) })
	t.seek = t.find
	return t
}

// Samples holds the samples of requests of a scenario, from which runs are resampled. They are read
// on first use.
type Samples struct {
	built   *build.Built
	streams [][]int                    // lists of streams that share models
	of      []int                      // for each model, the index of its list
	lists   once.Values[int, []sample] // for each list of streams, a sample of each model
}

// NewSamples returns the samples of a scenario.
func NewSamples(b *build.Built) *Samples {
	s := &Samples{built: b}
	s.streams, s.of = connected(b)
	return s
}

// get returns the sample of a model.
func (s *Samples) get(ctx context.Context, m fleet.ModelID) (*sample, error) {
	at := s.of[m]
	if at < 0 {
		return &sample{}, nil
	}
	samples, err := s.lists.Get(ctx, at, func() ([]sample, error) { return draw(ctx, s.built, s.streams[at]) })
	if err != nil {
		return nil, err
	}
	return &samples[m], nil
}

// Within returns the table with a context: simulations end when the context ends.
func (t *Simulated) Within(ctx context.Context) *Asked {
	return &Asked{t, ctx, t.asking.Add(1)}
}

// Asked is a table with a context. It is an allocation.Sampled.
type Asked struct {
	*Simulated
	ctx    context.Context
	number uint32 // of the context
}

// First implements allocation.Sampled. The first deployments of any number of contexts are about
// equally far apart. They are multiples of the golden ratio, modulo 1.
func (a *Asked) First(n int) int {
	_, part := math.Modf(float64(a.number) * math.Phi)
	return int(part * float64(n))
}

// almost is a load near that of full batches. If replicas that work on batches reach it, larger
// numbers of replicas are assumed to serve the same load. A router of the user may not even divide
// requests among two, so with it this holds from two replicas on.
const almost = 0.98

// mostNodes is the binary logarithm of the largest simulated number of replicas. In larger fleets
// each replica is assumed to serve the same rate.
const mostNodes = 6

// Rate returns the requests per second that n replicas (n ≥ 1) of a deployment serve together
// within their model's objectives. 0 means that the objectives are missed even at the smallest
// load.
//
// Only powers of two are simulated. Between two of them the rate per replica is interpolated
// linearly in the logarithm of n, but the rate never falls.
func (a *Asked) Rate(d fleet.DeploymentID, n int) (float64, error) {
	if int(d) < 0 || int(d) >= len(a.built.Spec.Deployments) {
		return 0, fmt.Errorf("%d replicas of deployment %d of %d", n, d, len(a.built.Spec.Deployments))
	}
	return a.rate(d, n, steps{}, a.full(d))
}

// rate returns the same as Rate, for requests whose mean lengths are the given steps away from the
// sample's. each is the planned throughput of a replica that never idles, for such requests.
func (a *Asked) rate(d fleet.DeploymentID, n int, lengths steps, each float64) (float64, error) {
	if n < 1 || int(d) < 0 || int(d) >= len(a.built.Spec.Deployments) {
		return 0, fmt.Errorf("%d replicas of deployment %d of %d", n, d, len(a.built.Spec.Deployments))
	}
	log := bits.Len(uint(n)) - 1
	same := a.alike[d]
	low, err := a.node(a.ctx, key{same, min(log, mostNodes), lengths})
	if err != nil || log >= mostNodes || n == 1<<log {
		return float64(n) * low.load * each, err
	}
	high, err := a.node(a.ctx, key{same, log + 1, lengths})
	if err != nil {
		return 0, err
	}
	part := math.Log2(float64(n)) - float64(log)
	load := float64(n) * (low.load + part*(high.load-low.load))
	return each * min(max(load, low.load*float64(int(1)<<log)), high.load*float64(int(2)<<log)), nil
}

// full returns the planned requests per second of a replica that never idles.
func (t *Simulated) full(d fleet.DeploymentID) float64 {
	return t.built.Spec.Deployments[d].Capacity / t.built.Scenario.Planning.Utilization
}

// node returns the load of a key. The first caller finds it, and the others wait.
func (t *Simulated) node(ctx context.Context, k key) (node, error) {
	return t.found.Get(ctx, k, func() (node, error) { return t.recall(ctx, k) })
}

// recall returns the load of a key from the cache. If it is not there, recall finds it and stores
// it there.
func (t *Simulated) recall(ctx context.Context, k key) (node, error) {
	d := &t.built.Spec.Deployments[k.deployment]
	if t.Slow != nil {
		const slow = time.Second
		what := fmt.Sprintf("simulating the capacity of %d × %s", 1<<k.log, d.Name)
		defer time.AfterFunc(slow, func() { t.Slow(what) }).Stop()
	}
	if t.Cache == nil {
		return t.seek(ctx, k)
	}
	fingerprint, err := t.mark()
	if err != nil {
		return node{}, err
	}
	name, of := keyOf(fingerprint, d, 1<<k.log, k.lengths)
	if n, kept := t.Cache.read(name); kept {
		return n, nil
	}
	n, err := t.seek(ctx, k)
	if err == nil {
		t.Cache.write(name, of, n)
	}
	return n, err
}

// find finds the load of a key. It first asks for the loads of half and a quarter of the replicas.
func (t *Simulated) find(ctx context.Context, k key) (node, error) {
	var smaller [2]*node
	for i := range min(2, k.log) {
		n, err := t.node(ctx, key{k.deployment, k.log - 1 - i, k.lengths})
		if err != nil {
			return node{}, err
		}
		smaller[i] = &n
	}
	spec, s := t.built.Spec, &t.built.Scenario
	d := &spec.Deployments[k.deployment]
	if d.Tokens == nil && smaller[0] != nil && smaller[0].load >= almost && (k.log > 1 || t.routersAreOurs()) {
		return *smaller[0], nil
	}
	sample, err := t.samples.get(ctx, spec.Asked(d.Model))
	if err != nil || len(sample.requests) == 0 {
		return node{load: s.Planning.Utilization}, err
	}
	if k.lengths != (steps{}) {
		spec, sample = lengthened(spec, k.deployment, sample, k.lengths)
		d = &spec.Deployments[k.deployment]
	}
	a, err := newAlone(spec, k.deployment, 1<<k.log, sample, s.Planning.Utilization)
	if err != nil {
		return node{}, err
	}
	return newTrial(a, d, s.Seed, t.make).find(ctx, d, smaller[0], smaller[1])
}

// routersAreOurs reports whether wavetank itself has all routers of the policy.
func (t *Simulated) routersAreOurs() bool {
	ours := func(r *registry.Router) bool {
		if r == nil {
			return true
		}
		name, _ := r.Chosen()
		return r.Needs(name) == "" && slices.ContainsFunc(registry.Routers(), func(e registry.Entry[sim.Router]) bool { return e.Name == name })
	}
	for _, one := range t.levers.PerModel {
		if !ours(one.Router) {
			return false
		}
	}
	return ours(t.levers.Router)
}

// make makes the levers of the policy, except the allocator.
func (t *Simulated) make(spec *fleet.Spec) (l sim.Levers, err error) {
	s := &t.built.Scenario
	ctx := registry.Context{Spec: spec, Seed: s.Seed, Replication: sampled, Period: time.Duration(s.Control.Period)}
	err = t.levers.Make(ctx, &l)
	return l, err
}
