package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// onOneGPU returns a spec with models whose replicas take turns on one GPU.
func onOneGPU(latency profile.Batch, models int) *fleet.Spec {
	c := &fleet.Spec{Kinds: []string{"cpu", "gpu"}, Types: []fleet.MachineType{{Name: "box", Cores: models, Memory: int64(models), GPU: 1, GPUs: 1, GPUMemory: int64(models), Max: 1}}}
	for m := range models {
		id, name := fleet.ModelID(m), fmt.Sprint("m", m)
		c.Models = append(c.Models, fleet.Model{Name: name, Variants: []fleet.VariantID{fleet.VariantID(m)}, Target: time.Hour, Percentile: 90, QueueLimit: -1})
		c.Variants = append(c.Variants, fleet.Variant{Name: name, Model: id})
		c.Deployments = append(c.Deployments, fleet.Deployment{
			Name: name, Variant: fleet.VariantID(m), Model: id, Kind: 1, Need: fleet.Resources{Cores: 1, Memory: 1, GPUShare: fleet.WholeGPU / models, GPUMemory: 1},
			Latency: latency, MaxBatch: latency.Max(), Slots: 1, Capacity: 1, TimeShare: fleet.WholeGPU / models,
		})
	}
	return c
}

// oneOfEach is an allocator that runs one replica of every deployment on one machine.
type oneOfEach struct{}

func (oneOfEach) Allocate(v *sim.View) (p sim.Plan, err error) {
	if v.Live() > 0 {
		return p, nil
	}
	p.Boot = []fleet.TypeID{0}
	for d := range v.Spec().Deployments {
		p.Load = append(p.Load, sim.Placement{Deployment: fleet.DeploymentID(d), Machine: sim.Booted(0)})
	}
	return p, nil
}

func (oneOfEach) String() string { return "one of each" }

// inTurn returns a run in which models take turns on one GPU.
func inTurn(c *fleet.Spec, requests []fleet.Request, batcher sim.Batcher) sim.Setup {
	return sim.Setup{
		Spec: c, Arrivals: &given{requests: requests, step: 1}, Duration: 24 * time.Hour, Drain: -1,
		Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batcher, Allocator: oneOfEach{}},
	}
}

// TestTurnsAreOneServer: the ends of services on a GPU on which several models take turns, one
// request at a time, are those of one model that has all the requests.
func TestTurnsAreOneServer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		models := rapid.IntRange(1, 4).Draw(t, "models")
		var requests, together []fleet.Request
		at := kernel.Time(0)
		for range rapid.IntRange(1, 80).Draw(t, "requests") {
			at += kernel.Time(rapid.IntRange(0, 3).Draw(t, "gap")) * kernel.Time(time.Second) / 2
			r := fleet.Request{Model: fleet.ModelID(rapid.IntRange(0, models-1).Draw(t, "model")), Arrival: at, Work: 1}
			requests = append(requests, r)
			r.Model = 0
			together = append(together, r)
		}
		ends := func(c *fleet.Spec, requests []fleet.Request) (list []kernel.Time) {
			s := inTurn(c, requests, batching.NewGreedy())
			lines := simtest.NewLines(c)
			lines.Prompt = func(fleet.ModelID) bool { return true }
			s.Observers = []sim.Observer{lines, observer(func(f *sim.Fact) {
				if f.Kind == sim.RequestFinished {
					list = append(list, f.At)
				}
			})}
			run(t, s)
			if err := lines.Err(); err != nil {
				t.Fatal(err)
			}
			return list
		}
		if d := cmp.Diff(ends(onOneGPU(seconds(1), 1), together), ends(onOneGPU(seconds(1), models), requests)); d != "" {
			t.Error(d)
		}
	})
}

// TestReplicasTakeTurns: two models with a queue alternate. A model that comes back is served next,
// and a batcher that waits does not keep the GPU from the other.
func TestReplicasTakeTurns(t *testing.T) {
	waits, err := batching.NewTimeout(2, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	r := func(m fleet.ModelID, at float64) fleet.Request {
		return fleet.Request{Model: m, Arrival: kernel.Time(at * float64(time.Second)), Work: 1}
	}
	for _, c := range []struct {
		name     string
		batcher  sim.Batcher
		requests []fleet.Request
		want     []string
	}{
		{"alternate", batching.NewGreedy(), []fleet.Request{r(0, 0), r(0, 0), r(0, 0), r(1, 0), r(1, 0)},
			[]string{"0 request-started at 0", "3 request-started at 1", "1 request-started at 2", "4 request-started at 3", "2 request-started at 4"}},
		{"comes back", batching.NewGreedy(), []fleet.Request{r(0, 0), r(0, 0), r(0, 0), r(1, 1.5)},
			[]string{"0 request-started at 0", "1 request-started at 1", "3 request-started at 2", "2 request-started at 3"}},
		{"waits for a batch", waits, []fleet.Request{r(0, 0), r(1, 1), r(1, 1), r(0, 2)},
			[]string{"1 request-started at 1", "2 request-started at 1", "0 request-started at 2", "3 request-started at 2"}},
	} {
		largest := 1
		if c.batcher == waits {
			largest = 2
		}
		if d := cmp.Diff(c.want, course(t, inTurn(onOneGPU(seconds(largest), 2), c.requests, c.batcher), sim.RequestStarted)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// TestAReplicaThatKeepsItsShareRests: after each batch of a second it rests for two seconds.
func TestAReplicaThatKeepsItsShareRests(t *testing.T) {
	c := onOneGPU(seconds(1), 1)
	c.KeepsShares, c.Deployments[0].Others = true, 2*time.Second
	requests := []fleet.Request{{Work: 1}, {Work: 1}, {Work: 1}, {Work: 1, Arrival: kernel.Time(20 * time.Second)}}
	want := []string{"0 request-started at 0", "1 request-started at 3", "2 request-started at 6", "3 request-started at 20"}
	if d := cmp.Diff(want, course(t, inTurn(c, requests, batching.NewGreedy()), sim.RequestStarted)); d != "" {
		t.Error(d)
	}
}

// TestAWholeShareChangesNothing: a replica with all the time of its GPU has the facts of one that
// takes no turns.
func TestAWholeShareChangesNothing(t *testing.T) {
	facts := func(share int) []string {
		c := onOneGPU(seconds(4), 1)
		c.Deployments[0].TimeShare = share
		s := inTurn(c, nil, batching.NewGreedy())
		s.Arrivals, s.Duration = simtest.Poisson(2, 0, 3, true), 5*time.Minute
		return recorded(t, s, 1)
	}
	if d := cmp.Diff(facts(0), facts(fleet.WholeGPU)); d != "" {
		t.Error(d)
	}
}

// TestTurnsThatCannotBe tells every fault of deployments that take turns.
func TestTurnsThatCannotBe(t *testing.T) {
	c := onOneGPU(seconds(1), 2)
	c.Types[0].Interference = 2
	c.Deployments[0].Slots, c.Deployments[1].TimeShare = 2, 1001
	want := `deployment m0 shares its GPU in time: a GPU serves one batch at a time, not 2
deployment m0 shares its GPU in time: replicas that take turns do not slow each other down; leave out the interference
deployment m1 shares its GPU in time: a share of 1001 ‰ is outside 1 to 1000
deployment m1 shares its GPU in time: replicas that take turns do not slow each other down; leave out the interference`
	if err := c.Validate(); err == nil || err.Error() != want {
		t.Errorf("told is\n%v\nwant\n%s", err, want)
	}
}

// BenchmarkTurns reports the time of a request if two models take turns on a GPU, and if one model
// has all requests.
//
//	go test -bench Turns ./sim/engine
func BenchmarkTurns(b *testing.B) {
	const count = 200_000
	for _, models := range []int{1, 2, 8} {
		b.Run(fmt.Sprint(models), func(b *testing.B) {
			requests := make([]fleet.Request, count)
			for i := range requests {
				requests[i] = fleet.Request{Model: fleet.ModelID(i % models), Arrival: kernel.Time(i) * kernel.Time(time.Second), Work: 0.9}
			}
			for range b.N {
				s := inTurn(onOneGPU(seconds(1), models), requests, batching.NewGreedy())
				s.Duration = (count + 1) * time.Second
				run(b, s)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/request")
		})
	}
}
