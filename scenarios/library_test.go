package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"wavetank/metrics/rows"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
	"wavetank/sim/simtest"
	"wavetank/sim/simtest/golden"
)

// shortened has changes that make the shipped scenarios run in a moment and still show what they
// are about.
var shortened = map[string][]file.Change{
	"accuracy":        {{Path: "duration", Value: "6m"}, {Path: "warmup", Value: "1m"}, {Path: "workload[0].arrivals.day-curve.at", Value: "1m"}, {Path: "workload[1].arrivals.day-curve.at", Value: "8m"}},
	"azure-functions": {{Path: "duration", Value: "12m"}, {Path: "warmup", Value: "1m"}},
	"chat":            {{Path: "duration", Value: "2m"}, {Path: "warmup", Value: "20s"}},
	"day-curve":       {{Path: "duration", Value: "150m"}, {Path: "warmup", Value: "1h"}, {Path: "workload[0].arrivals.day-curve.at", Value: "2h"}, {Path: "workload[1].arrivals.day-curve.at", Value: "1h"}},
	"dead-time":       {{Path: "duration", Value: "20m"}, {Path: "workload[0].arrivals.steps.step", Value: "5m"}},
	"disaggregated":   {{Path: "duration", Value: "90s"}, {Path: "warmup", Value: "20s"}},
	"flash-crowd":     {{Path: "duration", Value: "4m"}, {Path: "warmup", Value: "30s"}, {Path: "replications", Value: "1"}, {Path: "workload[0].arrivals.day-curve.spikes[0].at", Value: "{uniform: {from: 1m, to: 2m}}"}},
	"gateway":         {{Path: "duration", Value: "1m"}, {Path: "warmup", Value: "10s"}},
	"mixed-fleet":     {{Path: "duration", Value: "4m"}, {Path: "warmup", Value: "30s"}, {Path: "replications", Value: "1"}, {Path: "workload[0].arrivals.day-curve.at", Value: "1m"}, {Path: "workload[3].arrivals.day-curve.at", Value: "4m"}},
	"mm1":             {{Path: "duration", Value: "5m"}, {Path: "warmup", Value: "1m"}},
	"retry-storm":     {{Path: "duration", Value: "20s"}},
	"spot-trace":      {{Path: "duration", Value: "30m"}, {Path: "warmup", Value: "1m"}},
	"spot-fleet":      {{Path: "duration", Value: "15m"}, {Path: "warmup", Value: "1m"}, {Path: "fleet[1].spot.mean-lifetime", Value: "5m"}},
	"agents":          {{Path: "duration", Value: "8m"}, {Path: "warmup", Value: "1m"}, {Path: "workload[0].arrivals.day-curve.spikes[0].at", Value: "2m"}},
	"turns":           {{Path: "duration", Value: "4m"}, {Path: "warmup", Value: "1m"}},
	"voice-search":    {{Path: "duration", Value: "4m"}, {Path: "warmup", Value: "30s"}, {Path: "workload[0].arrivals.day-curve.spikes[0].at", Value: "1m"}},
	"quickstart":      {{Path: "duration", Value: "5m"}, {Path: "warmup", Value: "30s"}, {Path: "replications", Value: "1"}, {Path: "workload[0].arrivals.day-curve.spikes[0].at", Value: "{uniform: {from: 1m, to: 3m}}"}},
}

func TestEveryShippedScenarioIsTested(t *testing.T) {
	if len(library.Names()) != len(shortened) {
		t.Errorf("shipped are %v, tested are %d", library.Names(), len(shortened))
	}
}

func TestShippedScenariosSayWhatTheyAre(t *testing.T) {
	for _, name := range library.Names() {
		e := prepare(t, name)
		s := &e.Scenario
		if s.Name != name {
			t.Errorf("%s.yaml is called %s", name, s.Name)
		}
		if !strings.HasSuffix(s.About, ".") || strings.Contains(s.About, ". ") {
			t.Errorf("%s is not described by one sentence: %q", name, s.About)
		}
		if s.Replications < 10 {
			t.Errorf("%s has %d replications", name, s.Replications)
		}
	}
}

// observed runs one policy of an experiment, checks the invariants of a run and returns the
// fingerprint of the run.
func observed(t *testing.T, e *Experiment, policy int) (*simtest.InvariantChecker, uint64) {
	t.Helper()
	run, err := e.trial(t.Context(), policy, 0)
	if err != nil {
		t.Fatal(err)
	}
	invariants, print := simtest.NewInvariantChecker(e.Spec), simtest.NewFingerprint()
	run.Observers = append(run.Observers, invariants, print)
	if err := run.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := invariants.Err(); err != nil {
		t.Errorf("%s, %s: %v", e.Scenario.Name, e.Scenario.Policies[policy].Name, err)
	}
	values := map[string]float64{}
	for _, m := range run.board.Measures() {
		values[m.Scope+" "+m.Metric] = m.Value
		if rows.Describe(m.Metric).About == "" {
			t.Errorf("%s: %s has no description: add a line to metrics/rows/describe.go", e.Scenario.Name, m.Metric)
		}
	}
	if err := simtest.CausesAddUp(values); err != nil {
		t.Errorf("%s, %s: %v", e.Scenario.Name, e.Scenario.Policies[policy].Name, err)
	}
	if invariants.Finished == 0 || len(run.board.Measures()) == 0 {
		t.Errorf("%s, %s: nothing happened", e.Scenario.Name, e.Scenario.Policies[policy].Name)
	}
	return invariants, print.Sum()
}

// respond reports whether senders wait for answers. If they do, the number of requests depends on
// how fast they are served.
func respond(s file.Scenario) bool {
	return slices.ContainsFunc(s.Workload, func(w file.Stream) bool {
		return w.Conversation != nil || w.InFlight > 0 || w.Arrivals.Clients() != nil
	})
}

func TestShippedScenariosKeepTheInvariantsAndTheirFingerprints(t *testing.T) {
	var table strings.Builder
	for _, name := range library.Names() {
		e := prepare(t, name, shortened[name]...)
		arrived := int64(-1)
		for p := range e.Scenario.Policies {
			invariants, print := observed(t, e, p)
			if arrived >= 0 && invariants.Requests() != arrived && !respond(e.Scenario) {
				t.Errorf("%s: %d requests arrive for %s, %d for the first policy", name, invariants.Requests(), e.Scenario.Policies[p].Name, arrived)
			}
			arrived = invariants.Requests()
			fmt.Fprintf(&table, "%-16s %-24s %016x\n", name, e.Scenario.Policies[p].Name, print)
		}
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("the invariants hold; the fingerprints are those of amd64, as other architectures fuse multiplications and additions")
	}
	golden.Check(t, "testdata/fingerprints.txt", table.String())
}

// schema compiles the schema of scenario files.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := file.Schema()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", parsed); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestShippedScenariosAgreeWithTheSchema(t *testing.T) {
	s := schema(t)
	for _, name := range library.Names() {
		f, err := file.Load(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(f.Document.Root().Plain()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if f, err = file.Load(name, []file.Change{{Path: "fleet[0].maximum", Value: "3"}}); err != nil {
			t.Fatal(err)
		}
		if s.Validate(f.Document.Root().Plain()) == nil {
			t.Errorf("%s: the schema knows no maximum, but does not say so", name)
		}
	}
}

func TestResolvedScenariosAreFixpoints(t *testing.T) {
	for _, name := range library.Names() {
		fixpoint(t, name, prepare(t, name), true)
	}
}

// shippedText returns the text of a shipped scenario.
func shippedText(t testing.TB, name string) []byte {
	t.Helper()
	text, ok := library.Scenario(name)
	if !ok {
		t.Fatalf("no scenario %s is shipped", name)
	}
	return text
}

// TestTheCatalogueStaysAsItIs: scenarios share the catalogue, which is read once. Neither their
// preparation nor their runs may change it.
func TestTheCatalogueStaysAsItIs(t *testing.T) {
	written := func() []byte {
		machines, err := builtin.Machines()
		models, more := builtin.Models()
		text, wrong := json.Marshal(map[string]any{"machines": machines, "models": models})
		if err := errors.Join(err, more, wrong); err != nil {
			t.Fatal(err)
		}
		return text
	}
	before := written()
	for _, name := range library.Names() {
		prepare(t, name, shortened[name]...)
	}
	run(t, prepare(t, "turns", shortened["turns"]...), 2)
	if !bytes.Equal(before, written()) {
		t.Error("a scenario has changed the catalogue")
	}
}
