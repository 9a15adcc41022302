package capacity

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim/fleet"
)

const plain = `name: s
duration: 10m
workload:
  - {model: vit, variants: [vit-large], slo: {latency: 2s, percentile: 99}, arrivals: {poisson: {rate: 20/s}}}
  - {model: resnet, variants: [resnet18], slo: {latency: 250ms, percentile: 99}, arrivals: {gamma: {rate: 30/s, cv: 2}}}
fleet: [{machine: aws/c7i.4xlarge, max: 64}]
batcher: nexus
policies: [static-peak]
`

// invented returns a table whose loads are given instead of simulated, and counts the searches for
// them in asked.
func invented(t *testing.T, loads []float64, asked *atomic.Int32) *Asked {
	table := rates(built(t, plain))
	table.seek = func(_ context.Context, k key) (node, error) {
		asked.Add(1)
		return node{load: loads[k.log]}, nil
	}
	return table
}

// TestMoreReplicasServeNoLess checks that rates between powers of two lie between the rates of the
// neighbouring powers. The rate of several replicas is never above that of full batches.
func TestMoreReplicasServeNoLess(t *testing.T) {
	base := built(t, plain)
	rapid.Check(t, func(r *rapid.T) {
		loads := []float64{rapid.Float64Range(0, 1).Draw(r, "one")}
		for range mostNodes {
			last := loads[len(loads)-1]
			loads = append(loads, rapid.Float64Range(last/2, 1).Draw(r, "load"))
		}
		table := rates(base)
		table.seek = func(_ context.Context, k key) (node, error) { return node{load: loads[k.log]}, nil }
		before := 0.0
		for n := 1; n <= 150; n++ {
			rate, err := table.Rate(0, n)
			if err != nil || rate < before*(1-1e-12) || rate > float64(n)*table.full(0)*(1+1e-12) {
				r.Fatalf("%d replicas serve %v/s (%v), one less %v/s, full batches %v/s", n, rate, err, before, float64(n)*table.full(0))
			}
			before = rate
		}
	})
}

// TestRatesBetweenPowersOfTwoByHand: of the rate of full batches, each of 2 replicas serves 0.5,
// and each of 4 replicas serves 0.7. Then each of 3 replicas serves 0.5 + 0.2·log₂ 1.5.
func TestRatesBetweenPowersOfTwoByHand(t *testing.T) {
	table := invented(t, []float64{0.1, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95}, new(atomic.Int32))
	full := table.full(0)
	for n, want := range map[int]float64{1: 0.1, 2: 0.5, 3: 0.5 + 0.2*math.Log2(1.5), 4: 0.7, 64: 0.95, 1000: 0.95} {
		if got := rateOf(t, table, n) / full / float64(n); math.Abs(got-want) > 1e-12 {
			t.Errorf("%d replicas serve %.6f of full batches each, want %.6f", n, got, want)
		}
	}
	for _, bad := range []struct {
		d fleet.DeploymentID
		n int
	}{{0, 0}, {-1, 1}, {99, 1}} {
		if _, err := table.Rate(bad.d, bad.n); err == nil {
			t.Errorf("%d replicas of deployment %d have a rate", bad.n, bad.d)
		}
	}
}

// TestAValueIsSoughtOnce asks for the same value from many goroutines at the same time.
func TestAValueIsSoughtOnce(t *testing.T) {
	var asked atomic.Int32
	table := invented(t, []float64{0.1, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95}, &asked)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if rate := rateOf(t, table, 3); rate == 0 {
				t.Error("no rate")
			}
		})
	}
	if all.Wait(); asked.Load() != 2 {
		t.Errorf("2 and 4 replicas were sought %d times", asked.Load())
	}
}

// TestMachinesWithTheSameGPUShareAValue asks for two machine types that differ in their cores, and
// for one with another GPU. Replicas that slow down others have no value in common.
func TestMachinesWithTheSameGPUShareAValue(t *testing.T) {
	const text = `name: s
duration: 10m
machines:
  - {name: big, cores: 16, memory: 64GiB, gpu: t4, gpus: 1, gpu-memory: 16GiB, price: 1$/h}
workload:
  - {model: vit, variants: [vit-large], slo: {latency: 2s, percentile: 99}, arrivals: {poisson: {rate: 20/s}}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 4%[1]s}
  - {machine: big, max: 4%[1]s}
  - {machine: aws/g6.xlarge, max: 4%[1]s}
policies: [static-peak]
`
	for how, want := range map[string][]fleet.DeploymentID{"": {0, 0, 2}, ", interference: 1.3": {0, 1, 2}} {
		b := built(t, fmt.Sprintf(text, how))
		if got := alike(b.Spec); !slices.Equal(got, want) {
			t.Errorf("%q: %v are simulated, want %v", how, got, want)
		}
		table, sought := rates(b), map[key]bool{}
		table.seek = func(_ context.Context, k key) (node, error) {
			sought[k] = true
			return node{load: 0.5}, nil
		}
		for d, same := range want {
			if rate, err := table.Rate(fleet.DeploymentID(d), 1); err != nil || rate != 0.5*table.full(fleet.DeploymentID(d)) {
				t.Errorf("%q: deployment %d serves %v/s (%v)", how, d, rate, err)
			}
			if !sought[key{deployment: same}] {
				t.Errorf("%q: %v are sought, not %d", how, sought, same)
			}
		}
	}
}

// TestTheOrderOfAskingChangesNothing fills two tables of the same scenario in different orders, one
// of them from several goroutines.
func TestTheOrderOfAskingChangesNothing(t *testing.T) {
	b := built(t, plain)
	up, down := rates(b), rates(b)
	var all sync.WaitGroup
	for _, n := range []int{6, 1, 8, 3} {
		for d := range b.Spec.Deployments {
			all.Go(func() {
				if _, err := down.Rate(fleet.DeploymentID(d), n); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	for d := range b.Spec.Deployments {
		for n := 1; n <= 8; n++ {
			a, err := up.Rate(fleet.DeploymentID(d), n)
			z, err2 := down.Rate(fleet.DeploymentID(d), n)
			if a != z || err != nil || err2 != nil {
				t.Errorf("%d of %s: %v or %v (%v, %v)", n, b.Spec.Deployments[d].Name, a, z, err, err2)
			}
		}
	}
}

// TestAnInterruptionIsNotKept ends the context of one caller. Another caller still gets the value.
func TestAnInterruptionIsNotKept(t *testing.T) {
	table := rates(built(t, plain))
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := table.Within(over).Rate(0, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if rate := rateOf(t, table, 2); rate == 0 {
		t.Error("no rate")
	}
}

// TestValuesAreKeptOnDisk finds the values that another table has stored on disk, and no others.
func TestValuesAreKeptOnDisk(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	sought := new(atomic.Int32)
	table := func(text, program string) *Asked {
		made := rates(built(t, text))
		made.Cache = &Cache{folder, program}
		find := made.seek
		made.seek = func(ctx context.Context, k key) (node, error) {
			sought.Add(1)
			return find(ctx, k)
		}
		return made
	}
	first := rateOf(t, table(plain, "one"), 2)
	count := func(what string, want int32, of *Asked) {
		t.Helper()
		sought.Store(0)
		if rate := rateOf(t, of, 2); want == 0 && rate != first || sought.Load() != want {
			t.Errorf("%s: %v/s, want %v/s; %d values sought, want %d", what, rate, first, sought.Load(), want)
		}
	}
	count("again", 0, table(plain, "one"))
	count("another program", 2, table(plain, "two"))
	count("another batcher", 2, table(plain+"router: random\n", "one"))
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) != 6 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if i%2 == 0 {
			data = data[:len(data)/2]
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	count("broken files", 2, table(plain, "one"))
	count("mended files", 0, table(plain, "one"))
	blocked := table(plain, "one")
	blocked.Cache = &Cache{files[0], "one"} // a file, not a folder
	count("no folder", 2, blocked)
}

// TestObjectivesThatNothingMeets have a rate of 0. Here, one prompt in ten is too long to have its
// first token in time.
func TestObjectivesThatNothingMeets(t *testing.T) {
	table := rates(built(t, `name: s
duration: 20m
workload:
  - model: llama-3.1-8b
    slo: {ttft: 150ms, percentile: 99}
    input: {lognormal: {mean: 3000, sd: 4000, max: 30000}}
    output: {fixed: {value: 50}}
    arrivals: {poisson: {rate: 3/s}}
fleet: [{machine: aws/p5.4xlarge, max: 40}]
policies: [static-peak]
`))
	for _, n := range []int{1, 3, 40} {
		if rate := rateOf(t, table, n); rate != 0 {
			t.Errorf("%d replicas serve %v/s", n, rate)
		}
	}
}

// TestRequestsThatComeTogetherNeedSeveralReplicas: sixty requests come at one instant. A replica
// serves sixteen in 85 ms, so one replica is always late, and two are in time. If eight come
// together, a single replica can serve a high rate, since two such groups seldom come close to each
// other.
func TestRequestsThatComeTogetherNeedSeveralReplicas(t *testing.T) {
	// Least and greatest rate per second.
	for size, want := range map[int]struct{ one, four [2]float64 }{
		60: {[2]float64{0, 0}, [2]float64{300, 600}},
		8:  {[2]float64{110, 170}, [2]float64{640, 752}},
	} {
		table := rates(built(t, fmt.Sprintf(`name: s
duration: 20m
workload:
  - {model: vit, variants: [vit-large], slo: {latency: 250ms, percentile: 95}, arrivals: {bulk: {size: %d, arrivals: {poisson: {rate: 0.5/s}}}}}
fleet: [{machine: aws/g4dn.xlarge, max: 8}]
batcher: nexus
policies: [static-peak]
`, size)))
		for n, bounds := range map[int][2]float64{1: want.one, 4: want.four} {
			if rate := rateOf(t, table, n); rate < bounds[0] || rate > bounds[1] {
				t.Errorf("clumps of %d, %d replicas: %v/s, want %v", size, n, rate, bounds)
			}
		}
	}
}

// TestWithoutObjectivesTheQueueIsTheLimit: if no objective of a model limits the waiting time, the
// rate is the highest that the replicas can keep up with.
func TestWithoutObjectivesTheQueueIsTheLimit(t *testing.T) {
	const text = `name: s
duration: 20m
workload:
  - model: llama-3.1-8b
    slo: {tpot: 10s, percentile: 99}
    input: {fixed: {value: 1000}}
    output: {fixed: {value: 100}}
    arrivals: {poisson: {rate: 3/s}}
fleet: [{machine: aws/g6e.xlarge, max: 40}]
policies: [static-peak]
`
	loose := rates(built(t, text))
	rate := rateOf(t, loose, 2)
	if twice := rateOf(t, loose, 4); math.Abs(twice/rate-2) > 0.03 {
		t.Errorf("2 replicas serve %v/s, 4 serve %v/s", rate, twice)
	}
	a, err := newAlone(loose.built.Spec, 0, 2, sampleOf(t, loose, 0), 0.7)
	if err != nil {
		t.Fatal(err)
	}
	d := &loose.built.Spec.Deployments[0]
	full, err := newTrial(a, d, 1, loose.make).saturated(context.Background())
	if err != nil || math.Abs(rate/full-1) > 0.03 {
		t.Errorf("%v/s, at saturation %v/s (%v)", rate, full, err)
	}
}

// sampleOf returns the sample of a model.
func sampleOf(t *testing.T, of *Asked, m fleet.ModelID) *sample {
	t.Helper()
	s, err := of.samples.get(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRunsFillATableTogether checks that contexts that follow each other begin far from each other.
func TestRunsFillATableTogether(t *testing.T) {
	const n = 100
	table := rates(built(t, plain))
	last := table.First(n)
	for range 50 {
		table = table.Within(t.Context())
		first := table.First(n)
		if first < 0 || first >= n {
			t.Fatalf("begins with deployment %d of %d", first, n)
		}
		if apart := (first - last + n) % n; min(apart, n-apart) < n/3 {
			t.Errorf("one begins with deployment %d of %d, the next with %d", last, n, first)
		}
		last = first
	}
}

// TestARouterOfTheUserIsTried: a router that gives all requests to one replica serves no more with
// two, even if a single one reaches the rate of full batches.
func TestARouterOfTheUserIsTried(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pile.star")
	if err := os.WriteFile(path, []byte("def score(request, replica):\n    return -replica.id\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	table := rates(built(t, strings.Replace(easy, "policies:", "router: {starlark: {file: "+path+"}}\npolicies:", 1)))
	one, e1 := table.Rate(0, 1)
	two, e2 := table.Rate(0, 2)
	if err := errors.Join(e1, e2); err != nil {
		t.Fatal(err)
	}
	if one < 0.98*table.full(0) || two > 1.05*one {
		t.Errorf("one replica serves %v/s of %v/s, two serve %v/s", one, table.full(0), two)
	}
}

// easy is a scenario whose objective holds at the rate of full batches.
const easy = `name: s
duration: 5m
warmup: 1m
workload: [{model: m, slo: {latency: 200ms, percentile: 95}, arrivals: {poisson: {rate: 60/s}}}]
models: [{name: m, variants: [{name: base, accuracy: 80, weights: 100MB, devices: [{device: cpu, cores: 1, memory: 2GiB, latency: {table: {1: 5ms, 4: 12ms, 16: 30ms}}}]}]}]
fleet: [{machine: aws/c7i.4xlarge, max: 4}]
policies: [static-peak]
`
