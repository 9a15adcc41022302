package registry

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wavetank/policies/batching"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
	"wavetank/sim/simtest/golden"
	"wavetank/sim/tokens"
)

// crossing is a small run on which different routers choose differently. The first two replicas are
// slow, the other two are fast. Requests of very different work come from three sessions, in bursts
// with pauses between them. With token replicas the work is the length of the prompt, and the
// prompts of a session begin alike. If parted, the two machines are in two zones, and a session
// comes from one of them.
type crossing struct {
	kind    kind
	next    int
	chosen  []fleet.ReplicaID // per request; if parted, the replica that decodes
	latency time.Duration     // sum over all requests
	cached  int32             // number of tokens found in prefix caches
}

// kind is the kind of the replicas in a crossing.
type kind int

const (
	batched kind = iota
	talking
	parted // token replicas; some prefill and some decode
)

// visitor is a request of the crossing.
type visitor struct {
	at      int // arrival in ms
	work    float64
	session int64
}

var visitors = []visitor{
	{0, 1, 1}, {0, 8, 2}, {1, 1, 3}, {1, 1, 1}, {2, 5, 2}, {3, 1, 1}, {4, 1, 3}, {5, 1, 1}, {6, 2, 2}, {7, 1, 1},
	{80, 1, 3}, {80, 6, 1}, {80, 1, 2}, {80, 1, 1}, {80, 1, 2}, {80, 3, 1}, {81, 1, 3}, {81, 1, 1}, {81, 1, 2}, {81, 1, 1},
	{81, 1, 2}, {81, 1, 3}, {86, 1, 1}, {86, 1, 2}, {86, 1, 3}, {200, 1, 1}, {210, 1, 2}, {211, 4, 3},
}

// Next implements sim.Arrivals.
func (c *crossing) Next(r *fleet.Request) bool {
	if c.next == len(visitors) {
		return false
	}
	a := visitors[c.next]
	c.next++
	*r = fleet.Request{
		Arrival: kernel.Time(a.at) * kernel.Time(time.Millisecond), Work: a.work, Session: a.session, Zone: fleet.ZoneID(1 + a.session%2),
		Input: int32(40 * a.work), Output: int32(3 + c.next%5), Content: &tokens.Content{Prefix: []tokens.Segment{{Content: uint64(a.session), Tokens: 32}}},
	}
	return true
}

// Err implements sim.Arrivals.
func (*crossing) Err() error { return nil }

// Allocate implements sim.Allocator. It orders two slow replicas and two fast ones. If parted, each
// of two machines has one replica that prefills and one that decodes.
func (c *crossing) Allocate(*sim.View) (sim.Plan, error) {
	p := sim.Plan{Boot: []fleet.TypeID{0}}
	if c.kind == parted {
		p.Boot = append(p.Boot, 0)
	}
	for i, d := range []fleet.DeploymentID{0, 0, 1, 1} {
		p.Load = append(p.Load, sim.Placement{Deployment: d, Machine: sim.Booted(i % len(p.Boot))})
	}
	return p, nil
}

// String returns "two and two".
func (*crossing) String() string { return "two and two" }

// Observe implements sim.Observer.
func (c *crossing) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.RequestRouted:
		c.chosen[f.Request.Ordinal] = f.Replica
	case sim.RequestFinished:
		c.latency += f.Span
		if f.Timings != nil {
			c.cached += f.Timings.Cached
		}
	}
}

// cross runs the crossing under a router.
func cross(t *testing.T, p sim.Router, of kind) *crossing {
	t.Helper()
	c := &fleet.Spec{
		Kinds:    []string{"cpu"},
		Zones:    []fleet.Zone{{Name: "a"}, {Name: "b"}},
		Types:    []fleet.MachineType{{Name: "box", Cores: 4, Memory: 1, Max: 1, Zones: []fleet.ZoneID{1, 2}}},
		Models:   []fleet.Model{{Name: "m", Variants: []fleet.VariantID{0}, Target: time.Second, Percentile: 99, QueueLimit: -1}},
		Variants: []fleet.Variant{{Name: "v", Accuracy: 80}},
	}
	for i, each := range []time.Duration{6 * time.Millisecond, 2 * time.Millisecond} {
		latency, err := profile.Linear(each, each, 4)
		if err != nil {
			t.Fatal(err)
		}
		c.Deployments = append(c.Deployments, fleet.Deployment{
			Name: []string{"slow", "fast"}[i], Need: fleet.Resources{Cores: 1}, Latency: latency, MaxBatch: 4, Slots: 1, Capacity: latency.Throughput(4),
		})
		if of != batched {
			step := int64(each) * profile.Grains
			c.Deployments[i].Tokens = &tokens.Config{
				StepTime: profile.StepTime{Memory: profile.Form{Constant: step, Prefill: step / 20}}, MaxSequences: 8, MaxTokens: 400, Chunked: true,
				Block: 16, Blocks: 60 - 20*i, Context: 400, PrefixCache: true, TokenBytes: 1000,
			}
		}
	}
	if of == parted {
		c.Types[0].Max, c.Types[0].Network = 2, 5e6
		c.Models = append(c.Models, c.Models[0])
		c.Models[0].Decoder, c.Deployments[1].Model = 1, 1
	}
	run := &crossing{kind: of, chosen: make([]fleet.ReplicaID, len(visitors))}
	setup := sim.Setup{
		Spec: c, Arrivals: run, Levers: sim.Levers{Router: p, Batcher: batching.NewGreedy(), Allocator: run}, Observers: []sim.Observer{run},
		Duration: time.Second, Drain: -1,
	}
	if err := engine.Run(t.Context(), setup); err != nil {
		t.Fatalf("%s: %v", p, err)
	}
	return run
}

// crossings returns the run under every router with its defaults, by name.
func crossings(t *testing.T, of kind) map[string]*crossing {
	t.Helper()
	all := map[string]*crossing{}
	for _, e := range ready(Routers()) {
		p, err := e.New(nil, Context{Seed: seed, Replication: replication})
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name] = cross(t, p, of)
	}
	return all
}

func TestAllRoutersDifferOnTheDiscriminatingRun(t *testing.T) {
	all, llm, apart := crossings(t, batched), crossings(t, talking), crossings(t, parted)
	for i, a := range ready(Routers()) {
		for _, b := range ready(Routers())[:i] {
			x := fmt.Sprint(all[a.Name].chosen, llm[a.Name].chosen, apart[a.Name].chosen)
			y := fmt.Sprint(all[b.Name].chosen, llm[b.Name].chosen, apart[b.Name].chosen)
			if x == y {
				t.Errorf("%s and %s both choose %s", a.Name, b.Name, x)
			}
		}
	}
}

// TestKnowingMoreHelpsOnTheDiscriminatingRun compares routers that know nothing, the numbers of
// requests, the speeds of replicas, or the sizes of requests.
func TestKnowingMoreHelpsOnTheDiscriminatingRun(t *testing.T) {
	all := crossings(t, batched)
	for _, less := range []string{"random", "round-robin", "join-idle-queue", "least-outstanding"} {
		for _, more := range []string{"capacity-weighted", "least-work-left", "peak-ewma"} {
			if a, b := all[less].latency, all[more].latency; b >= a {
				t.Errorf("%s has latency %v, %s, which knows more, %v", less, a, more, b)
			}
		}
	}
}

// TestStaleReportsHerd: replicas report so rarely that the router sees the same reports for all
// requests but the first. So these requests go to one replica.
func TestStaleReportsHerd(t *testing.T) {
	for _, e := range ready(Routers()) {
		if e.Name != "least-tokens" && e.Name != "least-kv" {
			continue
		}
		p, err := e.New(&Stale{Staleness: quantity.Duration(time.Hour)}, Context{})
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range cross(t, p, talking).chosen {
			if at != 0 {
				t.Errorf("%s gives request %d to replica %d, although its last report is from the start", e.Name, i, at)
			}
		}
	}
}

// TestKnowingCachesFindsMoreInThem: the prefix-aware router finds more tokens in the caches than
// other routers.
func TestKnowingCachesFindsMoreInThem(t *testing.T) {
	all := crossings(t, talking)
	if aware, blind := all["prefix-aware"].cached, all["least-tokens"].cached; aware <= blind {
		t.Errorf("%d tokens were found in caches by the router that knows the caches, %d by another router", aware, blind)
	}
}

func TestSharesOfTheDiscriminatingRun(t *testing.T) {
	all := crossings(t, batched)
	counts := func(router string) (n [4]int) {
		for _, at := range all[router].chosen {
			n[at]++
		}
		return n
	}
	if got, want := counts("round-robin"), [4]int{7, 7, 7, 7}; got != want {
		t.Errorf("round-robin gives %v, want %v", got, want)
	}
	// The capacities are in the ratio 1 : 1 : 3 : 3. So of 28 requests the replicas get 3.5 and
	// 10.5, rounded up or down.
	for at, n := range counts("weighted-round-robin") {
		if share := []int{3, 3, 10, 10}[at]; n != share && n != share+1 {
			t.Errorf("weighted-round-robin gives replica %d %d of %d requests", at, n, len(visitors))
		}
	}
	for _, sticky := range []string{"consistent-hashing", "session-affinity"} {
		moves := 0
		last := map[int64]fleet.ReplicaID{}
		for i, at := range all[sticky].chosen {
			if before, known := last[visitors[i].session]; known && before != at {
				moves++
			}
			last[visitors[i].session] = at
		}
		if sticky == "session-affinity" && moves != 0 || moves > 12 {
			t.Errorf("%s moved sessions %d times", sticky, moves)
		}
	}
}

// TestChoicesOfTheDiscriminatingRunAreTheGoldenOnes fails if the decision of any router changes.
// The tests above and those of policies/routing test what must hold for them.
func TestChoicesOfTheDiscriminatingRunAreTheGoldenOnes(t *testing.T) {
	golden.Check(t, "testdata/discriminating-run.txt", choices(crossings(t, batched)))
	golden.Check(t, "testdata/discriminating-tokens.txt", choices(crossings(t, talking)))
	golden.Check(t, "testdata/discriminating-parted.txt", choices(crossings(t, parted)))
}

// choices returns a text of the runs under all routers, with one line per run.
func choices(all map[string]*crossing) string {
	var text strings.Builder
	for _, e := range ready(Routers()) {
		c := all[e.Name]
		fmt.Fprintf(&text, "%-21s%6.1f ms ", e.Name, float64(c.latency)/float64(len(visitors))/1e6)
		for i, at := range c.chosen {
			if i > 0 && visitors[i].at-visitors[i-1].at > 20 {
				text.WriteString(" |")
			}
			fmt.Fprintf(&text, " %d", at)
		}
		text.WriteString("\n")
	}
	return text.String()
}

func TestRoutersAreLabelledByWhatDiffersFromTheDefaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		params any
		want   string
	}{
		{"peak-ewma", &PeakEWMA{Decay: quantity.Duration(time.Second)}, "peak-ewma(decay 1s)"},
		{"index-packing", &IndexPacking{Room: 3, Recent: true}, "index-packing(room 3, recent)"},
		{"consistent-hashing", &ConsistentHashing{Bound: 1.5}, "consistent-hashing(bound 1.5)"},
		{"session-affinity", &SessionAffinity{Imbalance: 1, Sessions: 9}, "session-affinity(imbalance 1, sessions 9)"},
		{"pairing", &Pairing{Imbalance: 2}, "pairing(imbalance 2)"},
		{"locality-failover", &LocalityFailover{Overprovisioning: 1}, "locality-failover(overprovisioning 1)"},
		{"least-kv", &Stale{Staleness: quantity.Duration(time.Second)}, "least-kv(staleness 1s)"},
		{"prefix-aware", &PrefixAware{Weight: 0.5, Imbalance: 3, Staleness: quantity.Duration(time.Second)}, "prefix-aware(weight 0.5, imbalance 3, staleness 1s)"},
	} {
		var r Router
		r.Choose(c.name, c.params)
		if got := r.Label(); got != c.want {
			t.Errorf("label %q, want %q", got, c.want)
		}
	}
}

func TestFaultsOfRoutersNameTheirParameter(t *testing.T) {
	for _, c := range []struct {
		name   string
		params any
		want   string
	}{
		{"peak-ewma", &PeakEWMA{}, "decay: 0s is below 1ms"},
		{"index-packing", &IndexPacking{Room: -1}, "room: -1 is negative"},
		{"consistent-hashing", &ConsistentHashing{Bound: 0.5}, "bound: 0.5 is not a number from 1 up"},
		{"session-affinity", &SessionAffinity{Imbalance: -1, Sessions: 0}, "imbalance: -1 is negative\nsessions: 0 is outside [1, 67108864]"},
		{"pairing", &Pairing{Imbalance: -2}, "imbalance: -2 is negative"},
		{"locality-failover", &LocalityFailover{Overprovisioning: 0.9}, "overprovisioning: 0.9 is outside [1, 100]"},
		{"least-tokens", &Stale{Staleness: -1}, "staleness: -1ns is negative"},
		{"prefix-aware", &PrefixAware{Weight: 2, Imbalance: -1, Staleness: -1}, "weight: 2 is outside [0, 1]\nimbalance: -1 is negative\nstaleness: -1ns is negative"},
	} {
		var r Router
		r.Choose(c.name, c.params)
		if err := r.Validate(); err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", c.name, err, c.want)
		}
	}
}
