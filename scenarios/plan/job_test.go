package plan

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

// seeds says for how many seeds the search is compared with all runs of a grid.
var worlds = flag.Int("worlds", 4, "random scenarios whose greatest load is searched, and compared with all runs or a bound")

var seeds = flag.Int("seeds", 1, "number of grids of 500 candidates that are simulated in full")

// prepare prepares a scenario with changes.
func prepare(t *testing.T, text string, changes ...file.Change) *scenarios.Experiment {
	t.Helper()
	f, err := file.Read("test.yaml", []byte(text), changes...)
	if err != nil {
		t.Fatal(err)
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// prepareFails prepares a scenario with changes, and checks what its error says.
func prepareFails(t *testing.T, text, want string, changes ...file.Change) {
	t.Helper()
	f, err := file.Read("test.yaml", []byte(text), changes...)
	if err == nil {
		_, err = scenarios.Prepare(f)
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// search searches for the answer of a job.
func search(t *testing.T, j *Question) *Recommendation {
	t.Helper()
	list, err := j.Prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, err := j.Search(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// everything simulates all candidates that fit, without bounds and inferences, and returns the
// price of the cheapest that keeps all, and the number of runs; best is −1 if none does.
func everything(t *testing.T, j *Question) (price float64, best int, list []Candidate, runs int) {
	t.Helper()
	list, err := j.Prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	best = -1
	for i := range list {
		c := &list[i]
		if c.Finding == DoesNotFit {
			continue
		}
		if err := j.try(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if c.Finding == Failed {
			t.Fatal(c.Why)
		}
		runs += c.Runs
		if c.Finding == Kept && (best < 0 || c.Price < list[best].Price) {
			best = i
		}
	}
	if best >= 0 {
		price = list[best].Price
	}
	return price, best, list, runs
}

// boxes returns n machine types, each with another speed for each of the models, as YAML.
func boxes(r *rand.Rand, n, most int) (machines, fleet string) {
	for i := range n {
		machines += fmt.Sprintf("  - {name: box%d, cores: 2, memory: 4GiB, gpu: g%d, gpus: 1, gpu-memory: 16GiB, price: %.2f$/h, boot: 0s}\n", i, i, 0.5+2*r.Float64())
		fleet += fmt.Sprintf("  - {machine: box%d, max: %d}\n", i, most)
	}
	return machines, fleet
}

// variant returns a model with one latency for each of n machine types, as YAML. Batches of two
// take half as long again as batches of one.
func variant(r *rand.Rand, name string, n int) string {
	text := fmt.Sprintf("  - name: %s\n    variants:\n      - name: %s\n        accuracy: 80\n        weights: 1GB\n        devices:\n", name, name)
	for i := range n {
		one := 20 + r.IntN(60)
		text += fmt.Sprintf("          - {device: g%d, cores: 1, memory: 1GiB, gpu-memory: 8GiB, latency: {table: {1: %dms, 2: %dms}}}\n", i, one, one*3/2)
	}
	return text
}

// grid returns the scenario of a grid of 500 candidates: four models, each of which may serve the
// same requests, on 1 to 25 machines of one of five types.
func grid(seed int) (text string, models []string) {
	r := rand.New(rand.NewPCG(uint64(seed), 14))
	machines, fleet := boxes(r, 5, 25)
	list := ""
	for m := range 4 {
		models = append(models, fmt.Sprintf("m%d", m))
		list += variant(r, models[m], 5)
	}
	return fmt.Sprintf(`name: grid
seed: %d
duration: 30s
warmup: 5s
replications: 10
control: {period: 5s, startup: 0s}
workload: [{model: m0, slo: {latency: 200ms, percentile: 95}, arrivals: {poisson: {rate: %d/s}}}]
machines:
%smodels:
%sfleet:
%spolicies: [follow]
`, seed, 60+r.IntN(200), machines, list, fleet), models
}

// gridJob returns the job of a grid.
func gridJob(t *testing.T, seed int) *Question {
	text, models := grid(seed)
	j := &Question{Confidence: 0.95, Most: 20, Parallel: 2}
	for _, m := range models {
		j.Variants = append(j.Variants, ScenarioVariant{Values: []string{m}, Experiment: prepare(t, text, file.Change{Path: "workload[0].model", Value: m})})
	}
	return j
}

// TestAGridIsAnsweredWithATenthOfItsRuns compares the answer with the one that simulates all 500
// candidates. The flag -seeds sets the number of grids.
func TestAGridIsAnsweredWithATenthOfItsRuns(t *testing.T) {
	equal := 0
	for seed := 1; seed <= *seeds; seed++ {
		a := search(t, gridJob(t, seed))
		if len(a.Candidates) != 500 {
			t.Fatalf("seed %d: %d candidates", seed, len(a.Candidates))
		}
		if a.Best < 0 {
			t.Fatalf("seed %d: nothing keeps all", seed)
		}
		if a.Runs*10 > a.Grid {
			t.Errorf("seed %d: %d of %d runs", seed, a.Runs, a.Grid)
		}
		got := a.Candidates[a.Best]
		price, _, list, _ := everything(t, gridJob(t, seed))
		if price == got.Price {
			equal++
		}
		at := slices.IndexFunc(list, func(c Candidate) bool { return c.Variant == got.Variant && slices.Equal(c.Machines, got.Machines) })
		if list[at].Finding != Kept {
			t.Errorf("seed %d: the answer is %v", seed, list[at].Finding)
		}
		t.Logf("seed %d: %d of %d runs, %v $/h; all runs: %v $/h", seed, a.Runs, a.Grid, got.Price, price)
	}
	if equal*10 < *seeds*9 {
		t.Errorf("%d of %d answers are those of all runs", equal, *seeds)
	}
}

// small returns a random scenario with one to three models on one to three types of machines.
func small(seed int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 3))
	types := 1 + r.IntN(3)
	machines, fleet := boxes(r, types, 2+r.IntN(3))
	models, workload := "", ""
	for m := range 1 + r.IntN(3) {
		name := fmt.Sprintf("m%d", m)
		models += variant(r, name, types)
		workload += fmt.Sprintf("  - {model: %s, slo: {latency: %dms, percentile: %d}, arrivals: {poisson: {rate: %d/s}}}\n", name, 150+r.IntN(200), 80+r.IntN(19), 10+r.IntN(50))
	}
	return fmt.Sprintf("name: small\nseed: %d\nduration: 1m\nreplications: 5\ncontrol: {period: 10s, startup: 0s}\nworkload:\n%smachines:\n%smodels:\n%sfleet:\n%spolicies: [follow]\n", seed, workload, machines, models, fleet)
}

// TestSmallScenariosAreAnsweredAsByAllRuns compares the answers for ten random scenarios with those
// of all runs, and every finding with that of its own runs. No fleet is left out by a bound that
// its runs contradict.
func TestSmallScenariosAreAnsweredAsByAllRuns(t *testing.T) {
	feasible := 0
	for seed := range 10 {
		text := small(seed)
		job := func() *Question {
			return &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, text)}}, Confidence: 0.95, Most: 10, Parallel: 2}
		}
		a := search(t, job())
		price, best, list, _ := everything(t, job())
		found := 0.
		if a.Best >= 0 {
			found = a.Candidates[a.Best].Price
			feasible++
		}
		if found != price || (best < 0) != (a.Best < 0) {
			t.Errorf("seed %d: %v $/h (%d), all runs: %v $/h (%d)\n%s", seed, found, a.Best, price, best, text)
		}
		sum := 0
		for _, n := range Count(a.Candidates) {
			sum += n
		}
		if n := Count(a.Candidates); sum != len(list) || n[Open] > 0 {
			t.Errorf("seed %d: %v of %d candidates", seed, n, len(list))
		}
		for _, c := range a.Candidates {
			at := slices.IndexFunc(list, func(o Candidate) bool { return slices.Equal(o.Machines, c.Machines) })
			if own := list[at].Finding; c.Finding == Missed && own == Kept {
				t.Errorf("seed %d: %v misses (%s), but its runs say %v", seed, c.Machines, c.Why, own)
			}
		}
	}
	if feasible < 3 || feasible == 10 {
		t.Errorf("%d of 10 scenarios have an answer: the test wants both kinds", feasible)
	}
}

// TestTheAnswerDoesNotDependOnTheNumberOfRunsAtATime compares whole answers.
func TestTheAnswerDoesNotDependOnTheNumberOfRunsAtATime(t *testing.T) {
	text := small(1)
	var texts []string
	for _, parallel := range []int{1, 7} {
		a := search(t, &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, text)}}, Confidence: 0.95, Most: 10, Parallel: parallel})
		a.job = nil
		texts = append(texts, fmt.Sprintf("%+v", *a))
	}
	if texts[0] != texts[1] {
		t.Errorf("%s\n%s", texts[0], texts[1])
	}
}

// TestTheAnswerIsAScenarioThatKeepsAll: the scenario of the answer has the same machines, and its
// run has the shares that the search has measured.
func TestTheAnswerIsAScenarioThatKeepsAll(t *testing.T) {
	a := search(t, &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, small(1))}}, Confidence: 0.95, Most: 10, Parallel: 2})
	if a.Best < 0 {
		t.Fatal("nothing keeps all")
	}
	c := &a.Candidates[a.Best]
	text, err := a.Scenario(a.Best, func(name string) string { return name })
	if err != nil {
		t.Fatal(err)
	}
	e := prepare(t, string(text))
	got, err := e.Run(t.Context(), scenarios.RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got.Completed != c.Runs {
		t.Errorf("%d replications, the search had %d", got.Completed, c.Runs)
	}
	sums, cost := map[string]float64{}, 0.
	for _, r := range got.Rows {
		switch r.Metric {
		case "slo_attainment":
			sums[r.Scope] += r.Value / float64(got.Completed)
		case "cost_rate":
			cost = r.Value
		}
	}
	for o, g := range e.Goals() {
		if diff := sums[g.Scope] - c.Shares[o].Mean; diff > 0.2 || diff < -0.2 {
			t.Errorf("%s: %v, the search had %v", g.Name, sums[g.Scope], c.Shares[o].Mean)
		}
	}
	if diff := cost - c.Price; diff > 1e-9 || diff < -1e-9 {
		t.Errorf("%v $/h, the search had %v", cost, c.Price)
	}
}

// TestLimitsLeaveFleetsOut: fleets beyond a limit do not fit, and each says why.
func TestLimitsLeaveFleetsOut(t *testing.T) {
	for why, limits := range map[string]FleetLimits{"--max-cost": {MaxCost: 3}, "--max-gpus": {MaxGPUs: 2}} {
		j := &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, small(1))}}, Confidence: 0.95, Most: 5, Parallel: 2, Limits: limits}
		list, err := j.Prepare(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		open, out := 0, 0
		for _, c := range list {
			switch beyond := limits.MaxCost > 0 && c.Price > 3 || limits.MaxGPUs > 0 && c.machines() > 2; {
			case c.Finding == Open && !beyond:
				open++
			case c.Finding == DoesNotFit && beyond && strings.Contains(c.Why, why):
				out++
			case strings.Contains(c.Why, "no room"):
			default:
				t.Errorf("%s: %v for %v $/h is %v: %s", why, c.Machines, c.Price, c.Finding, c.Why)
			}
		}
		if open == 0 || out == 0 {
			t.Errorf("%s: %d open, %d left out", why, open, out)
		}
	}
}

// TestTooManyFleetsAreAMistake: with more fleets than are possible, fewer types are mixed, unless
// the user asks for more.
func TestTooManyFleetsAreAMistake(t *testing.T) {
	text, _ := grid(1)
	j := &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, text)}}, Limits: FleetLimits{Types: 5}, Confidence: 0.95, Most: 5}
	if _, err := j.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), "--types 5: 11881375 fleets are more than 20000") {
		t.Error(err)
	}
	j.Limits.Types = 0
	list, err := j.Prepare(t.Context())
	if want := 5*25 + 10*25*25; err != nil || len(list) != want {
		t.Errorf("%d candidates, %v; want %d", len(list), err, want)
	}
}

// TestOnlyCertainBoundsProve: a fleet that cannot carry the load with full batches misses without a
// run. For clients that wait for answers, the bound proves nothing.
func TestOnlyCertainBoundsProve(t *testing.T) {
	const closed = "name: closed\nduration: 1m\nreplications: 5\nworkload: [{model: vit, slo: {latency: 1s, percentile: 95}, arrivals: {clients: {count: 5}}}]\nfleet: [{machine: aws/g4dn.xlarge, max: 2}]\npolicies: [follow]\n"
	const llm = "name: llm\nduration: 1m\nreplications: 5\nworkload: [{model: llama-3.1-8b, slo: {ttft: 1s, tpot: 50ms, percentile: 95}, input: {fixed: {value: 500}}, output: {fixed: {value: 50}}, CONVERSATION arrivals: {poisson: {rate: 1/s}}}]\nfleet: [{machine: aws/g6e.xlarge, max: 2}]\npolicies: [follow]\n"
	for text, proves := range map[string]bool{
		small(1): true, closed: false,
		strings.Replace(llm, "CONVERSATION", "", 1):                                                   true,
		strings.Replace(llm, "CONVERSATION", "conversation: {turns: {fixed: {value: 2}}},", 1):        false,
		strings.Replace(llm, "CONVERSATION", "max-concurrency: 4,", 1):                                false,
		strings.Replace(llm, "CONVERSATION", "system-prompt: {tokens: 400}, disaggregated: true,", 1): true,
	} {
		j := &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, text)}}, Confidence: 0.95, Most: 5}
		if _, err := j.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if missed, why := j.Variants[0].carrier.misses(0.4); missed != proves || (why != "") != proves {
			t.Errorf("%v (%s), want %v:\n%s", missed, why, proves, text)
		}
	}
}
