package capacity

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"sync"
	"time"

	"wavetank/policies/registry"
	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
	"wavetank/scenarios/once"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Simulated is the capacity of the deployments of a scenario under the levers of a policy, found by
// simulation. Each value is found when it is first asked for, and kept. It is safe for concurrent
// use. Its values do not depend on the order of asking.
type Simulated struct {
	Cache *Cache            // where values are kept from run to run; nil: nowhere
	Slow  func(what string) // called about work that takes longer than a second; may be nil

	built  *build.Built
	levers file.Levers

	samples *Samples
	mark    func() (string, error)                         // what all values depend on
	seek    func(ctx context.Context, k key) (node, error) // finds a value
	found   once.Values[key, node]
	alike   []fleet.DeploymentID // per deployment: the one that is simulated in its place
}

// key is a deployment and a number of replicas (a power of two).
type key struct {
	deployment fleet.DeploymentID
	log        int
	lengths    steps
}

// node is the load that a number of replicas serves.
type node struct {
	load float64 // share of their planned throughput without idling
	step float64 // increase of the load that makes e times as many miss, about; 0: unknown
}

// New returns the capacity of the deployments of a scenario under levers. Tables under other levers
// may share the samples.
func New(b *build.Built, levers file.Levers, samples *Samples) *Simulated {
	t := &Simulated{built: b, levers: levers, samples: samples, alike: alike(b.Spec)}
	t.mark = sync.OnceValues(func() (string, error) { return t.Cache.fingerprint(b, levers) })
	t.seek = t.find
	return t
}

// Samples is the requests of a scenario from which all tables are resampled. They are read on first
// use.
type Samples struct {
	built   *build.Built
	streams [][]int                    // lists of those that ask for the same models
	of      []int                      // per model: its list
	lists   once.Values[int, []sample] // per list of streams: per model
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
		return nil, fmt.Errorf("capacity: %w", err)
	}
	return &samples[m], nil
}

// Within returns the table for callers that work within a context.
func (t *Simulated) Within(ctx context.Context) *Asked { return &Asked{t, ctx} }

// Asked is a table within a context. It is an allocation.Capacity.
type Asked struct {
	*Simulated
	ctx context.Context
}

// almost is a share of the throughput of full batches. Above it, more replicas are taken to serve
// no more each.
const almost = 0.98

// mostNodes is the binary logarithm of the largest number of replicas that is simulated. In larger
// numbers each replica is taken to serve as much.
const mostNodes = 6

// Rate returns the requests per second that n replicas (n ≥ 1) of a deployment serve together
// within their model's objectives. 0 means that not even a trickle meets them.
//
// Powers of two are simulated. Between two of them the rate per replica is linear in the logarithm
// of n, and the rate never falls.
func (a *Asked) Rate(d fleet.DeploymentID, n int) (float64, error) {
	if int(d) < 0 || int(d) >= len(a.built.Spec.Deployments) {
		return 0, fmt.Errorf("capacity: %d replicas of deployment %d of %d", n, d, len(a.built.Spec.Deployments))
	}
	return a.rate(d, n, steps{}, a.full(d))
}

// rate is Rate for requests whose lengths are a number of steps away from the sample's. Each is the
// planned throughput of a replica that never idles.
func (a *Asked) rate(d fleet.DeploymentID, n int, lengths steps, each float64) (float64, error) {
	if n < 1 || int(d) < 0 || int(d) >= len(a.built.Spec.Deployments) {
		return 0, fmt.Errorf("capacity: %d replicas of deployment %d of %d", n, d, len(a.built.Spec.Deployments))
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

// node returns what a power of two of replicas serves. One caller finds it, and the others wait.
func (t *Simulated) node(ctx context.Context, k key) (node, error) {
	return t.found.Get(ctx, k, func() (node, error) { return t.recall(ctx, k) })
}

// recall returns the cached value of a key, or finds and caches it.
func (t *Simulated) recall(ctx context.Context, k key) (node, error) {
	d := &t.built.Spec.Deployments[k.deployment]
	if t.Slow != nil {
		const slow = time.Second
		what := fmt.Sprintf("finding what %d of %s serve", 1<<k.log, d.Name)
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

// find finds what a power of two serves. It begins with what half and a quarter as many serve.
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
	if d.Tokens == nil && smaller[0] != nil && smaller[0].load >= almost {
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

// make makes the levers of the policy, except the allocator, for a deployment alone.
func (t *Simulated) make(spec *fleet.Spec) (l sim.Levers, err error) {
	s := &t.built.Scenario
	ctx := registry.Context{Spec: spec, Seed: s.Seed, Replication: sampled, Period: time.Duration(s.Control.Period)}
	err = t.levers.Make(ctx, &l)
	return l, err
}
