package scenarios

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/scenariotest"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// byPlan is the list of policies of partedChat.
const byPlan = "[{name: static-peak, allocator: {static-peak: {capacity: utilization}}}]"

// partedChat returns the scenario chat, disaggregated: prompts have 400 tokens, answers have 101,
// and separate replicas prefill and decode. The capacity of its fleet is that of full batches, so
// no table has to be simulated.
func partedChat(stepTime, more string) string {
	return strings.NewReplacer(
		"    slo: {latency: 30s}", "    disaggregated: true\n    slo: {ttft: 100ms, tpot: 30ms}", "value: 512", "value: 400", "value: 128", "value: 101",
		"kv-blocks: 4000", "kv-blocks: 4000, kv-bytes-per-token: 1MB", "[static-peak]", byPlan,
	).Replace(scenariotest.Chat(stepTime, more))
}

// A prompt of 400 tokens takes 20 ms, and a step takes 2 ms more. Two steps of two prompts each
// take 84 ms, and two steps of three prompts take 124 ms, more than the objective of 100 ms. So two
// prompts are planned for a step. A step that decodes n sequences takes 2 + n ms, so 28 sequences
// take 30 ms. The cache has room for 127.
func TestPartsOfARequestArePlannedEachByItself(t *testing.T) {
	list, err := deployed(t, partedChat("{compute: {constant: 2ms, prefill: 50µs, decode: 1ms}}", "planning: {utilization: 0.5}\n"), map[string]string{})
	if err != nil || len(list) != 2 {
		t.Fatalf("%v %v", list, err)
	}
	prefill, decode := list[0], list[1]
	if prefill.Name != "chat-8b/prefill@aws/p5.4xlarge" || decode.Name != "chat-8b/decode@aws/p5.4xlarge" || prefill.Model != 0 || decode.Model != 1 {
		t.Errorf("%s of model %d, %s of model %d", prefill.Name, prefill.Model, decode.Name, decode.Model)
	}
	if prefill.MaxBatch != 2 || math.Abs(prefill.Capacity-0.5*2/0.042) > 1e-6 {
		t.Errorf("prefill: batch %d, capacity %v", prefill.MaxBatch, prefill.Capacity)
	}
	if decode.MaxBatch != 28 || math.Abs(decode.Capacity-0.5*28/3) > 1e-6 {
		t.Errorf("decode: batch %d, capacity %v", decode.MaxBatch, decode.Capacity)
	}
}

// TestCachesMoveOverTheNetworkOfTheMachine measures the transfer time of a request that is alone in
// the fleet: 400 MB over the narrowest link.
func TestCachesMoveOverTheNetworkOfTheMachine(t *testing.T) {
	text := partedChat("{compute: {constant: 2ms}}", "router: round-robin\n")
	for _, c := range []struct {
		network string
		want    time.Duration
	}{{"", 32 * time.Millisecond}, {", network: 40Gb/s", 80 * time.Millisecond}, {", network: 0B/s", 0}} {
		e := load(t, strings.Replace(text, "max: 2", "max: 2"+c.network, 1))
		if warned := strings.Contains(e.Summary(), "aws/p5.4xlarge has no network bandwidth"); warned != (c.want == 0) {
			t.Errorf("network %q: a warning: %v", c.network, warned)
		}
		seen := 0
		watch := observing(func(f *sim.Fact) {
			if f.Kind == sim.CacheMoved {
				seen++
				if f.Span < c.want || c.want == 0 && f.Span > 0 || seen == 1 && f.Span > c.want+time.Microsecond {
					t.Fatalf("network %q: a cache moved in %v, want %v", c.network, f.Span, c.want)
				}
			}
		})
		if err := e.Observe(t.Context(), 0, 0, watch); err != nil || seen == 0 {
			t.Fatalf("%d caches moved: %v", seen, err)
		}
	}
}

// observing is a function that serves as a sim.Observer.
type observing func(*sim.Fact)

func (o observing) Observe(f *sim.Fact) { o(f) }

// TestAllocatorsExpectWhatIsHandedOver compares the forecasts that allocators are shown with
// the requests that then arrive at each of the two models.
func TestAllocatorsExpectWhatIsHandedOver(t *testing.T) {
	text := strings.Replace(partedChat("{compute: {constant: 2ms}}", ""), "{fixed: {value: 101}}", "{histogram: {bins: [{from: 1, share: 1}, {from: 50, share: 3}]}}", 1)
	e := load(t, text)
	rates, err := e.measure(t.Context(), 0, kernel.Time(e.Scenario.Duration))
	if err != nil {
		t.Fatal(err)
	}
	expected, got := [2]float64{}, [2]float64{}
	for _, window := range rates {
		expected[0], expected[1] = expected[0]+60*window[0], expected[1]+60*window[1]
	}
	watch := observing(func(f *sim.Fact) {
		if f.Kind == sim.RequestArrived || f.Kind == sim.RequestPrefilled {
			got[f.Model]++
		}
	})
	if err := e.Observe(t.Context(), 0, 0, watch); err != nil {
		t.Fatal(err)
	}
	for m := range got {
		if math.Abs(got[m]-expected[m]) > 0.5 || got[1] >= got[0] || got[1] == 0 {
			t.Errorf("%v are expected, %v came", expected, got)
		}
	}
}

// TestEveryAllocatorServesBothParts lets each allocator manage the fleet under a load that needs
// several replicas of each kind. The target of hpa is low, since a replica that computes one prompt
// at a time is nearly full, although it is planned for two at a time.
func TestEveryAllocatorServesBothParts(t *testing.T) {
	text := partedChat("{compute: {constant: 10ms, prefill: 40µs, decode: 100µs}}", "control: {period: 20s}\n")
	text = strings.NewReplacer("1MB", "100kB", "1/s", "100/s", "10m", "3m", "max: 2", "max: 30", byPlan, "[static-peak, static-mean, greedy, dp, lp, auto-adjust, follow, hpa]").Replace(text)
	e := load(t, text)
	for p := range e.Scenario.Policies {
		name := e.Scenario.Policies[p].Name
		invariants := simtest.NewInvariantChecker(e.Spec)
		loaded, late := [2]int{}, 0
		watch := observing(func(f *sim.Fact) {
			switch f.Kind {
			case sim.ReplicaLoading:
				loaded[f.Model]++
			case sim.RequestFinished:
				if f.Timings.FirstToken > time.Second || f.Timings.PerToken(f.Span, f.Request.Output) > 60*time.Millisecond {
					late++
				}
			}
		})
		if err := e.Observe(t.Context(), p, 0, invariants, watch); err != nil {
			t.Fatal(err)
		}
		if err := invariants.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if loaded[0] < 2 || loaded[1] < 2 || invariants.Finished < invariants.Requests()*99/100 || late > int(invariants.Finished)/20 {
			t.Errorf("%s: %v replicas, %d of %d requests finished, %d late", name, loaded, invariants.Finished, invariants.Requests(), late)
		}
	}
}

func TestMistakesAboutPartsAreTold(t *testing.T) {
	text := partedChat("{compute: {constant: 2ms}}", "")
	if got := mistakes(t, text); got != "" {
		t.Fatal(got)
	}
	second := "      - {name: chat-4b, accuracy: 60, weights: 8GB, devices: [{device: h100, cores: 4, memory: 24GiB, gpu-memory: 80GiB, tokens: {step-time: {compute: {constant: 1ms}}, max-model-len: 8192, kv-blocks: 9}}]}\n"
	for _, c := range []struct{ name, old, new, want string }{
		{"of batches", "model: chat", "model: vit", "workload[0].disaggregated: vit answers in batches"},
		{"several variants", "      - name: chat-8b", second + "      - name: chat-8b", "workload[0].disaggregated: chat may be answered by 2 variants"},
		{"bytes that nobody knows", ", kv-bytes-per-token: 1MB", "", "models[0].variants[0].devices[0].tokens.kv-bytes-per-token: the KV cache moves to the replica that decodes; give its bytes"},
		{"negative bytes", "1MB", "-1MB", "tokens.kv-bytes-per-token: "},
		{"negative network", "max: 2", "max: 2, network: -1GB/s", "fleet[0].network: -1e+09B/s is negative"},
		{"network without unit", "max: 2", "max: 2, network: 25", "fleet[0].network: "},
		{"streams that disagree", "fleet:", "  - {name: two, model: chat, slo: {ttft: 100ms, tpot: 30ms}, arrivals: {poisson: {rate: 1/s}}}\nfleet:", "workload[1].model: chat is disaggregated in one stream and not in another"},
		{"too slow to decode", "tpot: 30ms", "tpot: 1ms", "no machine of the fleet meets the objectives for chat/decode"},
		{"too slow to prefill", "ttft: 100ms", "ttft: 1ms", "no machine of the fleet meets the objectives for chat:"},
		{"in a pipeline", "  - model: chat\n", "  - pipeline: [chat]\n", "workload[0].disaggregated: the models of a pipeline cannot be disaggregated"},
	} {
		if got := mistakes(t, strings.Replace(text, c.old, c.new, 1)); !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, got)
		}
	}
}

// TestPartsAreOneModelInTheResults checks that the results have the rows that a reader expects, and
// no row of a model that no stream names.
func TestPartsAreOneModelInTheResults(t *testing.T) {
	e := load(t, partedChat("{compute: {constant: 2ms}}", ""))
	run, err := e.trial(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, m := range run.board.Measures() {
		found[m.Scope+" "+m.Metric] = m.Value
		if m.Scope == "chat" || m.Scope == "chat/decode" && m.Metric == "arrived" {
			t.Errorf("%s of %s", m.Metric, m.Scope)
		}
	}
	running := found["chat/prefill running"] + found["chat/decode running"]
	if found["all accuracy"] != 70 || math.Abs(found["all running"]-running) > 1e-9 || running == 0 || found["all transfer_p50"] == 0 {
		t.Error(fmt.Sprint(found))
	}
	if id := e.Spec.Models[0].Decoder; id != fleet.ModelID(1) || !e.Spec.Decodes(id) {
		t.Errorf("the decoder of model 0 is %d", id)
	}
}
