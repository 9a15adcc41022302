package engine_test

import (
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
	"wavetank/sim/tokens"
)

// parted returns the spec of one LLM served by machines of one GPU. If apart is true, the replicas
// of deployment 0 prefill and those of deployment 1 decode. Otherwise deployment 0 does both.
func parted(apart bool, c tokens.Config, network float64) *fleet.Spec {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}})
	if err != nil {
		panic(err) // the point is right
	}
	spec := simtest.OneModel(latency, 1, 8)
	spec.Types[0].Network = network
	spec.Deployments[0].Tokens = &c
	if apart {
		spec.Models = append(spec.Models, spec.Models[0])
		spec.Models[0].Decoder, spec.Models[1].Name = 1, "model/decode"
		d := spec.Deployments[0]
		d.Model, d.Name = 1, "decoder@box"
		spec.Deployments = append(spec.Deployments, d)
	}
	return spec
}

// both is an allocator that starts replicas of both deployments, each on its own machine, and
// replaces lost ones.
type both struct{ prefill, decode int }

func (b both) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	for d, want := range []int{b.prefill, b.decode}[:len(v.Spec().Deployments)] {
		for n := v.Count(fleet.DeploymentID(d)).Current(); n < want && v.Rented(0)+len(p.Boot) < v.Spec().Types[0].Max; n++ {
			p.Load = append(p.Load, sim.Placement{Deployment: fleet.DeploymentID(d), Machine: sim.Booted(len(p.Boot))})
			p.Boot = append(p.Boot, 0)
		}
	}
	return p, nil
}

func (both) String() string { return "both" }

// steady is a token replica on which every step takes 10 ms.
func steady() tokens.Config {
	return tokens.Config{
		StepTime: profile.StepTime{Memory: profile.Form{Constant: 10e6 * profile.Grains}}, MaxSequences: 4, MaxTokens: 200, Chunked: true,
		Block: 16, Blocks: 50, Context: 200, TokenBytes: 1000,
	}
}

// fixedTalks is a stream of requests of 100 input tokens at given milliseconds.
type fixedTalks struct {
	at     []int
	output int32
}

func (s *fixedTalks) Next(r *fleet.Request) bool {
	if len(s.at) == 0 {
		return false
	}
	*r = fleet.Request{Arrival: kernel.Time(s.at[0]) * kernel.Time(time.Millisecond), Work: 1, Input: 100, Output: s.output}
	s.at = s.at[1:]
	return true
}

func (*fixedTalks) Err() error { return nil }

// Two requests come at 0 ms to one prefill replica. One step emits both first tokens, at 10 ms.
// Their caches of 100 kB move to another machine over a link of 10 MB/s. Each gets half of it, so
// both take 20 ms, until 30 ms. Both have their second token one step later, at 40 ms, and their
// third at 50 ms. A third request comes alone at 100 ms: first token at 110, cache moved by 120,
// further tokens at 130 and 140.
func TestCachesShareTheLinkBetweenPrefillAndDecode(t *testing.T) {
	type end struct{ first, latency, moved time.Duration }
	var got []end
	moved := map[int64]time.Duration{}
	watch := observer(func(f *sim.Fact) {
		switch f.Kind {
		case sim.CacheMoved:
			moved[f.Request.Ordinal] = f.Span
		case sim.RequestFinished:
			got = append(got, end{f.Timings.FirstToken, f.Span, moved[f.Request.Ordinal]})
		}
	})
	run(t, sim.Setup{
		Spec: parted(true, steady(), 10e6), Arrivals: &fixedTalks{[]int{0, 0, 100}, 3}, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: both{1, 1}}, Duration: time.Second, Drain: -1, Observers: []sim.Observer{watch},
	})
	ms := time.Millisecond
	want := []end{{10 * ms, 50 * ms, 20 * ms}, {10 * ms, 50 * ms, 20 * ms}, {10 * ms, 40 * ms, 10 * ms}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(end{})); diff != "" {
		t.Error(diff)
	}
}

// Two prefill replicas are idle, but one still sends a KV cache, so its request counts as
// unfinished. The next prompt goes to the other replica, whose link is free. So the second cache
// also takes the 10 ms of a whole link.
func TestARequestIsUnfinishedWhileItsCacheLeaves(t *testing.T) {
	tokens, _ := routing.NewLeastTokens(0)
	pairing, _ := routing.NewPairing(2)
	for _, router := range []sim.Router{routing.NewLeastOutstanding(), tokens, pairing} {
		var from []fleet.ReplicaID
		var moved []time.Duration
		watch := observer(func(f *sim.Fact) {
			switch f.Kind {
			case sim.RequestPrefilled:
				from = append(from, f.Replica)
			case sim.CacheMoved:
				moved = append(moved, f.Span)
			}
		})
		run(t, sim.Setup{
			Spec: parted(true, steady(), 10e6), Arrivals: &fixedTalks{[]int{0, 12}, 3}, Levers: sim.Levers{Router: router, Batcher: batching.NewGreedy(), Allocator: both{2, 2}}, Duration: time.Second, Drain: -1, Observers: []sim.Observer{watch},
		})
		if len(from) != 2 || from[0] == from[1] || moved[0] != 10*time.Millisecond || moved[1] != 10*time.Millisecond {
			t.Errorf("%v: prompts at %v, caches moved in %v", router, from, moved)
		}
	}
}

// A request is handed over at 110 ms, when the decode replica is at a boundary between steps of 10
// ms. The request joins the step that begins there, no matter which of the two replicas was placed
// first, and how many steps the decode replica makes as one event.
func TestHandoverAtABoundaryJoinsTheNextStep(t *testing.T) {
	const want = 300 * time.Millisecond
	for _, first := range []fleet.DeploymentID{0, 1} {
		spec := parted(true, steady(), 0)
		latency := time.Duration(0)
		watch := observer(func(f *sim.Fact) {
			if f.Kind == sim.RequestFinished && f.Request.Ordinal == 1 {
				latency = f.Span
			}
		})
		run(t, sim.Setup{
			Spec: spec, Arrivals: &fixedTalks{[]int{0, 100}, 30}, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: led{first}}, Duration: time.Second, Drain: -1, Observers: []sim.Observer{watch},
		})
		if latency != want {
			t.Errorf("with deployment %d first, the request takes %v, want %v", first, latency, want)
		}
	}
}

// led is an allocator that starts one replica of each of two deployments. Field first says which
// comes first.
type led struct{ first fleet.DeploymentID }

func (l led) Allocate(v *sim.View) (sim.Plan, error) {
	if v.Live() > 0 {
		return sim.Plan{}, nil
	}
	return sim.Plan{Boot: []fleet.TypeID{0, 0}, Load: []sim.Placement{
		{Deployment: l.first, Machine: sim.Booted(0)}, {Deployment: 1 - l.first, Machine: sim.Booted(1)},
	}}, nil
}

func (led) String() string { return "led" }

// observer is a function that observes.
type observer func(*sim.Fact)

func (o observer) Observe(f *sim.Fact) { o(f) }

// TestPartedFleetWithOneTokenOutputsIsItsPrefillPool compares the facts of requests. With outputs
// of one token there is nothing to decode, so a disaggregated fleet behaves like its prefill
// replicas alone.
func TestPartedFleetWithOneTokenOutputsIsItsPrefillPool(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := *drawnTokens(t)
		seed, replicas := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 3).Draw(t, "replicas")
		record := func(apart bool) []string {
			lines := &recorder{step: time.Millisecond, keep: func(f *sim.Fact) bool { return f.Request != nil && f.Model == 0 }}
			run(t, sim.Setup{
				Spec: parted(apart, c, 0), Arrivals: &short{talks{mixture{stream: kernel.NewStream(seed, 0, "arrivals", 0), step: time.Millisecond, models: 1}, 60}},
				Levers:   sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: both{replicas, 1}},
				Duration: 5 * time.Second, Drain: -1, Observers: []sim.Observer{lines},
			})
			return lines.lines
		}
		if diff := cmp.Diff(record(false), record(true)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// short is talks with outputs of one token.
type short struct{ talks }

func (s *short) Next(r *fleet.Request) bool {
	s.talks.Next(r)
	r.Output = 1
	return true
}

// TestPartedFleetsKeepTheInvariants lets prefill and decode replicas fail, with links of any
// bandwidth.
func TestPartedFleetsKeepTheInvariants(t *testing.T) {
	handed, retried := 0, int64(0)
	rapid.Check(t, func(t *rapid.T) {
		c := *drawnTokens(t)
		c.TokenBytes = int64(rapid.IntRange(0, 5000).Draw(t, "bytes"))
		spec := parted(true, c, rapid.SampledFrom([]float64{0, 1e5, 1e6}).Draw(t, "network"))
		if rapid.Bool().Draw(t, "loseMachines") {
			spec.Types[0].Failures = fleet.Failures{MTBF: 5 * time.Second, Repair: time.Second}
			spec.Types[0].Spot = fleet.Spot{Life: 20 * time.Second, Notice: 300 * time.Millisecond}
		}
		spec.Models[0].Timeout = time.Duration(rapid.IntRange(0, 2).Draw(t, "timeout")) * time.Second
		seed := rapid.Uint64().Draw(t, "seed")
		check := simtest.NewInvariantChecker(spec)
		watch := observer(func(f *sim.Fact) {
			switch f.Kind {
			case sim.RequestPrefilled:
				handed++
			case sim.RequestFinished:
				if f.Model != 0 || (f.Request.Output > 1) != (f.Deployment == 1) {
					t.Fatalf("request %d with %d tokens ended as one of model %d at deployment %d", f.Request.Ordinal, f.Request.Output, f.Model, f.Deployment)
				}
			}
		})
		run(t, sim.Setup{
			Spec: spec, Arrivals: &talks{mixture{stream: kernel.NewStream(seed, 0, "arrivals", 0), step: 2 * time.Millisecond, models: 1}, rapid.IntRange(1, 60).Draw(t, "longest")},
			Levers:   sim.Levers{Router: rapid.SampledFrom([]sim.Router{routing.NewLeastOutstanding(), routing.NewCentralQueue()}).Draw(t, "router"), Batcher: batching.NewGreedy(), Allocator: both{rapid.IntRange(1, 4).Draw(t, "prefill"), rapid.IntRange(1, 4).Draw(t, "decode")}},
			Duration: 20 * time.Second, Drain: time.Second, Period: 2 * time.Second, FailLost: rapid.Bool().Draw(t, "fail lost"),
			Observers: []sim.Observer{check, watch},
		})
		retried += check.Retried
	})
	if handed == 0 || retried == 0 {
		t.Errorf("%d handed over, %d retried: some path was never walked", handed, retried)
	}
}

// TestHandoversTakeTheClosedForm hands one request over. Its prompt takes 10 ms, its cache of 100
// kB takes 20 ms at 5 MB/s. If L layers are sent while they are computed, (L−1)/L of the prompt's
// time is saved, but the last layer is sent after it. A fixed time comes on top.
func TestHandoversTakeTheClosedForm(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		network float64
		how     tokens.Handover
		want    time.Duration
	}{
		{5e6, tokens.Handover{}, 20 * ms},
		{5e6, tokens.Handover{Layers: 1}, 20 * ms},
		{5e6, tokens.Handover{Fixed: 3 * ms}, 23 * ms},
		{5e6, tokens.Handover{Layers: 2}, 15 * ms},
		{5e6, tokens.Handover{Layers: 10}, 11 * ms},
		{20e6, tokens.Handover{Layers: 5}, 1 * ms}, // the last layer
		{20e6, tokens.Handover{Fixed: 2 * ms, Layers: 5}, 3 * ms},
		{0, tokens.Handover{Fixed: 2 * ms, Layers: 5}, 2 * ms}, // no limit
	} {
		var moved, latency time.Duration
		watch := observer(func(f *sim.Fact) {
			switch f.Kind {
			case sim.CacheMoved:
				moved = f.Span
			case sim.RequestFinished:
				latency = f.Span
			}
		})
		replica := steady()
		replica.Handover = c.how
		run(t, sim.Setup{
			Spec: parted(true, replica, c.network), Arrivals: &fixedTalks{[]int{0}, 3}, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: both{1, 1}}, Duration: time.Second, Drain: -1, Observers: []sim.Observer{watch},
		})
		if moved != c.want || latency != 10*ms+c.want+20*ms {
			t.Errorf("%v B/s, %+v: moved in %v, want %v; the request took %v", c.network, c.how, moved, c.want, latency)
		}
	}
}

// TestOverlappedCachesKeepTheLinkBusy: two caches of 20 ms each begin together at 10 ms, so their
// link is busy until 50 ms. With two layers both arrive 5 ms before that, but a third cache, which
// begins at 50 ms, finds the link free.
func TestOverlappedCachesKeepTheLinkBusy(t *testing.T) {
	const ms = time.Millisecond
	moved := map[int64]time.Duration{}
	watch := observer(func(f *sim.Fact) {
		if f.Kind == sim.CacheMoved {
			moved[f.Request.Ordinal] = f.Span
		}
	})
	replica := steady()
	replica.Handover.Layers = 2
	run(t, sim.Setup{
		Spec: parted(true, replica, 5e6), Arrivals: &fixedTalks{[]int{0, 0, 40}, 3}, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: both{1, 1}}, Duration: time.Second, Drain: -1, Observers: []sim.Observer{watch},
	})
	if diff := cmp.Diff(map[int64]time.Duration{0: 35 * ms, 1: 35 * ms, 2: 15 * ms}, moved); diff != "" {
		t.Error(diff)
	}
}
