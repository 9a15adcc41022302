package check_test

import (
	"strings"
	"testing"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// hindsight compares a run with the prediction made before it: if a request would be late even
// alone in the fleet, it is never in time.
type hindsight struct {
	*testing.T
	alone  func(*fleet.Request) bool
	spec   *fleet.Spec
	met    map[int64]bool
	onTime int
}

func (h *hindsight) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.RequestArrived:
		h.met[f.Request.Ordinal] = h.alone(f.Request)
	case sim.RequestFinished:
		o := h.spec.Objectives(f.Request)
		met := o.Met(0, 0, f.Span)
		if f.Timings != nil {
			met = o.Met(f.Timings.FirstToken, f.Timings.PerToken(f.Span, f.Request.Output), f.Span)
		}
		if met {
			h.onTime++
			if !h.met[f.Request.Ordinal] {
				h.Errorf("a request of %d and %d tokens, work %v, is in time and was judged late alone", f.Request.Input, f.Request.Output, f.Request.Work)
			}
		}
	}
}

// TestNothingIsFasterThanAlone runs scenarios in which some requests would be late even alone in
// the fleet.
func TestNothingIsFasterThanAlone(t *testing.T) {
	stepTime := "{compute: {constant: 10ms, prefill: 50µs, decode: 20µs}, memory: {constant: 11ms, context: 10ns}}"
	short := func(old ...string) string {
		return strings.NewReplacer(append(old, "duration: 10m", "duration: 2m", "rate: 1/s", "rate: 5/s")...).Replace(scenariotest.Chat(stepTime, "planning: {input: 512, output: 128}\n"))
	}
	for name, text := range map[string]string{
		"lengths": short("{fixed: {value: 512}}", "{lognormal: {mean: 1000, sd: 1500, max: 7000}}", "latency: 30s", "ttft: 100ms, tpot: 12ms, latency: 5s"),
		"conversations": short("{fixed: {value: 512}}", "{lognormal: {mean: 200, sd: 300}}\n    system-prompt: {tokens: 700, count: 3}\n    conversation: {turns: {geometric: {mean: 4}}, think-time: {mean: 2s}, context-window: 6000}",
			"{fixed: {value: 128}}", "{geometric: {mean: 60}}", "latency: 30s", "ttft: 60ms", "planning: {input: 512, output: 128}", "planning: {input: 300, output: 60}"),
		"apart":        short("{fixed: {value: 512}}", "{lognormal: {mean: 1000, sd: 1500, max: 7000}}\n    disaggregated: true", "latency: 30s", "ttft: 200ms, latency: 1600ms", "kv-blocks: 4000", "kv-blocks: 4000, kv-bytes-per-token: 131072B"),
		"batches":      strings.Replace(scenariotest.Minimal("service: {hyperexponential: {scv: 20}}\n    arrivals: {poisson: {rate: 20/s}}"), "latency: 1s", "latency: 6ms", 1),
		"busy batches": strings.Replace(scenariotest.Minimal("service: {hyperexponential: {scv: 9}}\n    variants: [vit-large]\n    arrivals: {poisson: {rate: 300/s}}"), "latency: 1s", "latency: 180ms", 1),
	} {
		t.Run(name, func(t *testing.T) {
			f, err := file.Read("s.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			e, err := scenarios.Prepare(f)
			if err != nil {
				t.Fatal(err)
			}
			h := &hindsight{t, e.MetAlone(), e.Spec, map[int64]bool{}, 0}
			if err := e.Observe(t.Context(), 0, 0, h); err != nil {
				t.Fatal(err)
			}
			late := 0
			for _, met := range h.met {
				if !met {
					late++
				}
			}
			if h.onTime < 50 || late < 5 {
				t.Errorf("%d requests are in time, %d late alone: too few to tell", h.onTime, late)
			}
		})
	}
}
