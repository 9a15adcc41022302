package check

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
)

// TestMachinesThatCannotBeUsedAreTold: warnings name the machines, the reason, and the cheapest
// machine that fits.
func TestMachinesThatCannotBeUsedAreTold(t *testing.T) {
	lengths, slo := "{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}"
	four := "{machine: aws/g4dn.xlarge, max: 1}, {machine: aws/g6.xlarge, max: 1}, {machine: aws/g5.xlarge, max: 1}, {machine: aws/p4d.24xlarge, max: 1}"
	e := load(t, oneLLM(lengths, slo, four))
	for _, want := range []string{
		"no model can use aws/g4dn.xlarge (1 × t4 with 16GiB): llama-3.1-8b: it needs h100, a100, l40s, a10g, l4, a100-80, h200 or b200; the machine has 1 × t4 with 16GiB",
		"the machine has 1 × t4 with 16GiB; the cheapest that fits is aws/g6.xlarge at 0.8048 $/h",
		"no model can use aws/g6.xlarge (1 × l4 with 22888MiB): llama-3.1-8b: the mean request (prompt of 500 tokens, answer of 100) has each further token after ",
	} {
		if !says(e, want) {
			t.Errorf("no %q in %q", want, e.Warnings())
		}
	}
	if says(e, "g5") || says(e, "p4d") {
		t.Errorf("machines that are used are doubted: %q", e.Warnings())
	}
	if text := e.Summary(); !strings.Contains(text, "#   llama-3.1-8b  aws/g4dn.xlarge  it needs ") || !strings.Contains(text, "#   llama-3.1-8b  aws/g6.xlarge    the mean request ") {
		t.Error(text)
	}
	// A machine that another model uses is listed without a warning.
	e = load(t, strings.Replace(oneLLM(lengths, slo, four), "fleet:", "  - {model: vit, slo: {latency: 1s}, arrivals: {poisson: {rate: 5/s}}}\nfleet:", 1))
	if says(e, "no model can use") || !strings.Contains(e.Summary(), "aws/g4dn.xlarge  it needs ") {
		t.Errorf("%q\n%s", e.Warnings(), e.Summary())
	}

	large := strings.Replace(oneLLM(lengths, slo, "{machine: aws/g4dn.xlarge, max: 1}"), "llama-3.1-8b", "llama-2-70b", 1)
	huge := strings.NewReplacer("machine: aws/p5.4xlarge", "machine: aws/p5.48xlarge", "gpu-memory: 80GiB", "gpus: 16\n            gpu-memory: 80GiB", "memory: 24GiB\n", "memory: 200GiB\n").Replace(scenariotest.Chat("{compute: {constant: 10ms}}", ""))
	for _, c := range []struct{ name, text, want string }{
		{"a large model on a small GPU", large, "s.yaml:4:5: workload[0]: llama-2-70b fits on no machine of the fleet: it needs 2 × h100, 4 × a100, 4 × l40s, 8 × a10g, 8 × l4, 2 × a100-80, 2 × h200 or b200 (138 GB to load); the nearest, aws/g4dn.xlarge, has 1 × t4 with 16GiB; the cheapest that fits is aws/g6e.12xlarge at 10.49 $/h"},
		{"a replica over two machines", huge, "s.yaml:4:5: workload[0]: chat fits on no machine of the fleet: on aws/p5.48xlarge, it needs 16 × h100 with 80GiB; the machine has 8 × h100 with 80GiB; the largest with h100, aws/p5.48xlarge, has 8: to spread a replica over 2 of them, give its device machines: 2, and an entry of the fleet group: 2"},
		{"a small machine", strings.Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}"), "aws/g4dn.xlarge, max: 2}", "box, max: 2}\nmachines: [{name: box, cores: 2, memory: 64GiB, price: 1$/h}]", 1), "s.yaml:5:5: workload[0]: vit fits on no machine of the fleet: on box, it needs 8 cores; the machine has 2; the cheapest that fits is "},
		{"a price that is not known", oneLLM(lengths, slo, "{machine: aws/g6e.xlarge, max: 1, price: spot}"), "s.yaml:9:50: fleet[0].price: no spot price of aws/g6e.xlarge is known; give the price itself, such as 0.35$/h"},
		{"a first token too soon", oneLLM(lengths, "{ttft: 1us, tpot: 50ms}", oneH100), "s.yaml:5:17: workload[0].slo.ttft: no machine of the fleet meets the objectives for llama-3.1-8b: the mean request (prompt of 500 tokens, answer of 100) has its first token, behind a step that is under way, after "},
		{"tokens too fast", oneLLM(lengths, "{ttft: 1s, tpot: 1us}", oneH100), "s.yaml:5:27: workload[0].slo.tpot: no machine of the fleet meets the objectives for llama-3.1-8b: the mean request (prompt of 500 tokens, answer of 100) has each further token after "},
		{"an answer too soon", oneLLM(lengths, "{latency: 1ms}", oneH100), "s.yaml:5:20: workload[0].slo.latency: no machine of the fleet meets the objectives for llama-3.1-8b: the mean request (prompt of 500 tokens, answer of 100) takes "},
	} {
		if got := mistakes(c.text); !strings.HasPrefix(got, c.want) || strings.Count(got, "\n") > 0 {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestDevicesThatCannotBeUsedAreTold: there is a warning for every device of a model in the
// scenario file that no replica can use.
func TestDevicesThatCannotBeUsedAreTold(t *testing.T) {
	more := "\n          - {device: l40s, cores: 4, memory: 12GiB, gpu-memory: 44GiB, tokens: {step-time: {compute: {constant: 20ms}}, max-model-len: 8192, kv-blocks: 900}}" +
		"\n          - {device: h100, gpus: 2, cores: 4, memory: 12GiB, gpu-memory: 44GiB, tokens: {step-time: {compute: {constant: 20ms}}, max-model-len: 8192, kv-blocks: 900}}" +
		"\n          - {device: h100, machines: 2, gpus: 2, cores: 4, memory: 12GiB, gpu-memory: 44GiB, tokens: {step-time: {compute: {constant: 20ms}}, max-model-len: 8192, kv-blocks: 900}}\n"
	e := load(t, strings.TrimRight(scenariotest.Chat("{compute: {constant: 10ms}}", ""), "\n")+more)
	want := []string{"the device l40s of chat-8b cannot be used: no machine of the fleet has it", "the device h100/2 of chat-8b cannot be used: the machines of the fleet that have it have no room for a replica, or are too slow",
		"the device h100/2x1 of chat-8b cannot be used: no entry of the fleet that has it has group: 2"}
	if got := e.Warnings(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestPoolsWithoutRoomAreTold: a disaggregated model needs a replica of both kinds.
func TestPoolsWithoutRoomAreTold(t *testing.T) {
	apart := strings.Replace(oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", oneH100), "    slo:", "    disaggregated: true\n    slo:", 1)
	const none, some = "no room for one replica of every model at a time: at least llama-3.1-8b/decode goes without", "no replica of llama-3.1-8b/decode: no deployment of this model has \"prefill\" in its name"
	e := load(t, strings.Replace(apart, "[static-peak]", "[static-peak, {name: half, allocator: {static-peak: {deployment: prefill}}}]", 1))
	if says(e, none) || !says(e, "half has "+some) {
		t.Errorf("warnings are %q", e.Warnings())
	}
	if e := load(t, strings.Replace(apart, "max: 4", "max: 1", 1)); !says(e, "the fleet of at most 1 × aws/p5.4xlarge has "+none) || says(e, some) {
		t.Errorf("warnings are %q", e.Warnings())
	}
	// The text mini matches bert-mini, in which it is a whole word, but not minilm.
	words := strings.NewReplacer("model: vit", "model: bert", "fleet:", "  - {model: minilm, slo: {latency: 1s}, arrivals: {poisson: {rate: 5/s}}}\nfleet:", "[follow]", "[{name: part, allocator: {follow: {deployment: mini}}}]").
		Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}"))
	if e := load(t, words); !says(e, "part has no replica of minilm: ") || says(e, "no replica of bert") {
		t.Errorf("warnings are %q", e.Warnings())
	}
	// Two small models share a machine as long as it has enough cores.
	shared := strings.NewReplacer("model: vit", "model: resnet", "fleet:\n", "  - {model: minilm, slo: {latency: 1s}, arrivals: {poisson: {rate: 5/s}}}\nfleet:\n", "aws/g4dn.xlarge, max: 2", "CORES, max: 1").
		Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}"))
	for cores, want := range map[string]bool{"16": false, "8": true} {
		box := "box, max: 1}\nmachines: [{name: box, cores: " + cores + ", memory: 64GiB, price: 1$/h}]\n#"
		if e := load(t, strings.Replace(shared, "CORES, max: 1}", box, 1)); says(e, "at least minilm goes without") != want {
			t.Errorf("%s cores: warnings are %q", cores, e.Warnings())
		}
	}
}

// TestLeversThatDoNotFitAreTold tries levers that have no effect in a scenario with an LLM and in
// one with batches.
func TestLeversThatDoNotFitAreTold(t *testing.T) {
	batches := scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")
	llm := oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", oneH100)
	urgent := func(text string) string {
		return strings.NewReplacer("workload:", "classes: [{name: a}, {name: b, priority: 2}]\nworkload:", "    slo:", "    classes: {a: 1, b: 1}\n    slo:").Replace(text)
	}
	for _, c := range []struct{ levers, text, want string }{
		{"router: prefix-aware", batches, "the router prefix-aware compares tokens and KV caches at replicas of LLMs, but no model is an LLM"},
		{"router: least-kv", batches, "the router least-kv compares"},
		{"router: prefix-aware", llm, "looks for prompts that begin like earlier ones, but there are none"},
		{"router: prefix-aware", strings.Replace(llm, "    slo:", "    system-prompt: {tokens: 100}\n    slo:", 1), ""},
		{"router: least-work-left", llm, "compares the work of requests, in which tokens do not count"},
		{"router: least-work-left", batches, ""},
		{"router: pairing", llm, "no stream is disaggregated"},
		{"router: session-affinity", llm, "no request belongs to a session"},
		{"router: session-affinity", strings.Replace(llm, "    slo:", "    sessions: {mean-requests: 5}\n    slo:", 1), ""},
		{"router: consistent-hashing", batches, "hashes sessions or tenants, but there are none"},
		{"router: consistent-hashing", strings.Replace(batches, "    slo:", "    tenants: {count: 3}\n    slo:", 1), ""},
		{"order: srpt, router: central-queue", batches, "the order srpt never interrupts a service behind the router central-queue"},
		{"order: srpt", batches, ""},
		{"order: ps, router: central-queue", batches, "the order ps shares nothing behind the router central-queue"},
		{"health: outlier-ejection", batches, "the health outlier-ejection has no effect: no request fails at a replica that stays"},
		{"order: sjf", llm, "the order sjf has no effect at replicas of llama-3.1-8b"},
		{"order: priority", batches, "all requests are equally urgent"},
		{"order: priority", urgent(batches), ""},
		{"order: priority, router: central-queue", urgent(llm), ""},
		{"batcher: clockwork", llm, "the batcher clockwork has no effect at replicas of llama-3.1-8b"},
		{"batcher: clockwork", batches, ""},
		{"batcher: clockwork, order: ps", batches, "the batcher clockwork has no effect: the order ps serves requests one by one"},
		{"admission: early-drop", llm, ""},
		{"admission: early-drop", halfAimed(llm), "admits all requests of llama-3.1-8b whose class has no objective"},
		{"admission: early-drop", batches, ""},
		{"per-model: {vit: {router: least-kv}}", batches, "the router least-kv of vit compares"},
		{"order: srpt, per-model: {vit: {router: central-queue}}", batches, "the order srpt never interrupts a service behind the router central-queue"},
		{"router: central-queue, order: srpt, per-model: {vit: {router: random}}", batches, ""},
		{"batcher: nexus, per-model: {llama-3.1-8b: {batcher: greedy}}", llm, ""},
		{"per-model: {llama-3.1-8b: {batcher: nexus}}", llm, "the batcher nexus of llama-3.1-8b has no effect at replicas of llama-3.1-8b"},
		{"admission: {token-bucket: {by: class}}", batches, "has a bucket for each class, but there are none"},
	} {
		policy := "policies: [static-peak, {name: x, allocator: static-peak, " + c.levers + "}]\n"
		e := load(t, c.text[:strings.Index(c.text, "policies:")]+policy)
		list := e.Warnings()
		if c.want == "" && len(list) > 0 || c.want != "" && (len(list) != 1 || !strings.HasPrefix(list[0], "x: the ") || !strings.Contains(list[0], c.want)) {
			t.Errorf("%s: %q, want %q", c.levers, list, c.want)
		}
	}
}

// halfAimed changes a scenario with an LLM: the stream has an objective on the time per token only,
// and one of its two classes has an objective on the first token.
func halfAimed(llm string) string {
	return strings.NewReplacer("workload:", "classes: [{name: a, slo: {ttft: 1s}}, {name: b}]\nworkload:", "    slo:", "    classes: {a: 1, b: 1}\n    slo:", "ttft: 1s, tpot", "tpot").Replace(llm)
}

// TestLeversWithoutAnObjectiveAreFaults: the faults of all policies are reported at once, each at
// the place of its lever.
func TestLeversWithoutAnObjectiveAreFaults(t *testing.T) {
	fast := oneLLM("{fixed: {value: 500}}", "{tpot: 50ms}", oneH100)
	ready := oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", oneH100)
	whole := oneLLM("{fixed: {value: 500}}", "{latency: 30s}", oneH100)
	const early = "early-drop needs an objective for the first token or the latency, but the slo of llama-3.1-8b has neither a ttft nor a latency"
	const edf, slack = "edf needs an objective for the latency, but the slo of llama-3.1-8b has none", "least-slack needs an objective for the latency, but the slo of llama-3.1-8b has none"
	for _, c := range []struct {
		name, text, policies string
		want                 []string
	}{
		{"early-drop", fast, "policies:\n  - static-peak\n  - {name: x, allocator: lp, admission: early-drop}\n  - {name: y, allocator: lp, admission: {early-drop: {estimate: true}}}\n",
			[]string{"policies[1].admission: " + early, "policies[2].admission: " + early}},
		{"for all policies", fast, "admission: early-drop\npolicies: [lp, {name: x, allocator: lp, router: random}]\n", []string{"admission: " + early}},
		{"that no policy has", fast, "admission: early-drop\npolicies: [{name: x, allocator: lp, admission: always}]\n", nil},
		{"a first token", ready, "admission: early-drop\npolicies: [lp]\n", nil},
		{"a latency", whole, "admission: early-drop\npolicies: [{name: x, allocator: lp, order: edf, router: central-queue}]\n", nil},
		{"a class with one", halfAimed(ready), "admission: early-drop\npolicies: [lp]\n", nil},
		{"orders", ready, "order: edf\npolicies: [{name: x, allocator: lp, router: central-queue}, {name: y, allocator: lp, order: least-slack, router: central-queue}]\n",
			[]string{"order: " + edf, "policies[1].order: " + slack}},
		{"an order without a say", ready, "policies: [{name: x, allocator: lp, order: edf}]\n", nil},
	} {
		f, err := file.Read("s.yaml", []byte(c.text[:strings.Index(c.text, "policies:")]+c.policies))
		if err != nil {
			t.Fatal(err)
		}
		b, err := build.Build(f)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, fault := range New(b).Faults(f.Document) {
			if fault.Line == 0 || fault.Column == 0 {
				t.Errorf("%s: no place in %v", c.name, fault)
			}
			got = append(got, fault.Path+": "+fault.Message)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", c.name, got, c.want)
		}
	}
}

// TestKeysOfStreamsWithoutEffectAreTold: the time that a request takes depends either on its work
// or on its tokens, and the keys of the other kind have no effect.
func TestKeysOfStreamsWithoutEffectAreTold(t *testing.T) {
	llm := oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", oneH100)
	const work, tokens = "work and service of the stream ", "input and output of the stream "
	for _, c := range []struct{ text, want string }{
		{strings.Replace(llm, "    slo:", "    work: 2x\n    slo:", 1), work + "llama-3.1-8b have no effect"},
		{strings.Replace(llm, "    slo:", "    service: exponential\n    slo:", 1), work + "llama-3.1-8b have no effect"},
		{scenariotest.Minimal("input: {fixed: {value: 5}}\n    output: {fixed: {value: 5}}\n    arrivals: {poisson: {rate: 5/s}}"), tokens + "vit have no effect"},
		{scenariotest.Minimal("work: 2x\n    arrivals: {poisson: {rate: 5/s}}"), ""},
		{llm, ""},
	} {
		if list := load(t, c.text).Warnings(); c.want == "" && len(list) > 0 || c.want != "" && (len(list) != 1 || !strings.HasPrefix(list[0], c.want)) {
			t.Errorf("%q, want %q", list, c.want)
		}
	}
}

// TestFewArrivalsAreTold: a rate of 0 or almost 0 is probably a mistake.
func TestFewArrivalsAreTold(t *testing.T) {
	for rate, want := range map[string]string{
		"0/s": "no request of vit comes in the measured 2m of a run", "0.001/s": "about 0.12 requests of vit come in the measured 2m of a run: too few", "1/s": "",
	} {
		e := load(t, scenariotest.Minimal("arrivals: {poisson: {rate: "+rate+"}}"))
		if list := e.Warnings(); want == "" && len(list) > 0 || want != "" && (len(list) != 1 || !strings.HasPrefix(list[0], want)) {
			t.Errorf("%s: %q, want %q", rate, list, want)
		}
	}
}

// TestPartOfATraceIsTold replays parts of a trace that has a request every ten seconds for one
// minute. One of the requests failed when it was recorded.
func TestPartOfATraceIsTold(t *testing.T) {
	folder := t.TempDir()
	rows := "at,in,out,colour\n0,9,9,red\n10,9,9,red\n20,9,0,red\n30,9,9,blue\n40,9,9,red\n50,9,9,red\n60,9,9,red\n"
	text := oneLLM("x", "{ttft: 1s}", oneH100)
	text = text[:strings.Index(text, "    input:")] + "    arrivals: {csv: {file: t.csv, time: at, input: in, output: out, failed: true, KEYS}}\n" + text[strings.Index(text, "fleet:"):]
	if err := os.WriteFile(filepath.Join(folder, "t.csv"), []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ keys, duration, told string }{
		// The last request comes at the end of the run.
		{"", "1m", "6 requests in 1m, 1 more failed when it was recorded"},
		{"", "10m", "6 requests in 1m, 1 more failed when it was recorded"},
		{"", "30s", "2 of 6 requests, the first 30s of 1m, 1 more failed when it was recorded"},
		{"scale: {compress: {factor: 2x}}", "20s", "3 of 6 requests, the first 40s of 1m, 2x as fast"},
		{"scale: {superpose: {copies: 3}}", "30s", "2 of 6 requests, the first 30s of 1m, each of them 3 times"},
		{"scale: {thin: {keep: 0.5}}", "30s", "2 of 6 requests, the first 30s of 1m, of which 50.0 % are kept at random"},
		{"from: 30s, until: 50s", "5m", "2 of 6 requests, those from 30s to 50s of 1m"},
		{"from: 30s", "15s", "2 of 6 requests, those from 30s to 45s of 1m"},
		{"where: {colour: red}", "30s", "2 of 5 requests, the first 30s of 1m, 1 more failed when it was recorded, 1 more left out by the conditions"},
	} {
		full := strings.NewReplacer("KEYS", c.keys, "duration: 20m", "duration: "+c.duration, "failed: true, }", "failed: true}").Replace(text)
		e := loadNamed(t, filepath.Join(folder, "s.yaml"), full)
		if !says(e, "only a part of the trace t.csv is replayed: "+c.told) || !strings.Contains(e.Summary(), "# Trace t.csv: "+c.told) {
			t.Errorf("%s, %s: %q, want %q", c.keys, c.duration, e.Warnings(), c.told)
		}
		if unused := strings.Contains(e.Summary(), "#   columns that are not used: colour\n"); unused == strings.Contains(c.keys, "colour") {
			t.Errorf("%s: reported unused columns: %v", c.keys, unused)
		}
	}
}

// TestSmallBudgetsAreTold: a machine costs 0.526 $/h, and one machine can hold a replica of the
// only model.
func TestSmallBudgetsAreTold(t *testing.T) {
	const heedless = "hpa: the allocator ignores the budget"
	with := func(budget, machines, policies string) *Review {
		text := strings.NewReplacer("max: 2", machines, "[follow]", policies).Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}"))
		return load(t, strings.Replace(text, "workload:", "planning: {budget: "+budget+"}\nworkload:", 1))
	}
	for _, c := range []struct{ budget, machines, policies, want string }{
		{"0.6$/h", "max: 2", "[follow, dp, static-best]", ""},
		{"0.6$/h", "max: 2", "[follow, hpa]", heedless},
		{"0.5$/h", "max: 2", "[follow]", "0.5 $/h is below the 0.526 $/h of the cheapest fleet with one replica of every model"},
		{"1$/h", "max: 2, min: 2", "[follow]", "1 $/h is below the 1.05 $/h of the machines that min and reserved keep"},
		{"1$/h", "max: 2, reserved: 2", "[follow]", "1 $/h is below the 1.05 $/h of the machines that min and reserved keep"},
	} {
		e := with(c.budget, c.machines, c.policies)
		if c.want == "" && says(e, "budget") || !says(e, c.want) {
			t.Errorf("%s of %s: warnings are %q", c.budget, c.machines, e.Warnings())
		}
	}
	if e := load(t, scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")); says(e, "budget") {
		t.Errorf("without a budget: %q", e.Warnings())
	}
}

// TestTheTimeOfTheFirstRowIsTold: a run begins at the time of the first row of a trace, even if
// that is not 0. If the times are dates, this is obvious and not reported.
func TestTheTimeOfTheFirstRowIsTold(t *testing.T) {
	folder := t.TempDir()
	for rows, told := range map[string]string{
		"at\n300\n":                 "# Trace t.csv: 1 request in 0s; its first row, of the time 5m, is the start of the run\n",
		"at\n-60\n0\n":              "# Trace t.csv: 2 requests in 1m; its first row, of the time -1m, is the start of the run\n",
		"at\n0\n60\n":               "# Trace t.csv: 2 requests in 1m\n",
		"at\n2024-01-01T12:00:00\n": "# Trace t.csv: 1 request in 0s\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, "t.csv"), []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		e := loadNamed(t, filepath.Join(folder, "s.yaml"), scenariotest.Minimal("arrivals: {csv: {file: t.csv, time: at}}"))
		if text := e.Summary(); !strings.Contains(text, told) {
			t.Errorf("%q: no %q in\n%s", rows, told, text)
		}
	}
}

// TestFiguresThatWereNotMeasuredAreTold: check names times that are derived or made from kernels,
// and figures that the catalogue assumes, unless the scenario gives them.
func TestFiguresThatWereNotMeasuredAreTold(t *testing.T) {
	fleet := "{machine: aws/p5.4xlarge, max: 1}, {machine: aws/g6.xlarge, max: 1, boot: 30s}, {machine: azure/NC24ads_A100_v4, max: 1}"
	text := load(t, oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 80ms}", fleet)).Summary()
	for _, want := range []string{
		"roofline of the data sheet", "llama-3.1-8b@aws/g6.xlarge\n", "kernels: NVIDIA aiconfigurator, kernel tables", "llama-3.1-8b@azure/NC24ads_A100_v4\n",
		"boot, power, load-bandwidth  ", "assumptions of the catalogue", "power, load-bandwidth ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "derived: fitted") || strings.Contains(text, "llama-3.1-8b@aws/p5.4xlarge\n") {
		t.Errorf("a measured deployment is doubted:\n%s", text)
	}
	own := strings.Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}"), "aws/g4dn.xlarge, max: 2}", "box, max: 2}\nmachines: [{name: box, cores: 4, memory: 64GiB, gpu: t4, gpus: 1, gpu-memory: 16GiB, price: 1$/h}]\nmodels: [{name: vit, variants: [{name: v, accuracy: 50, weights: 1GB, devices: [{device: t4, cores: 1, memory: 1GiB, gpu-memory: 1GiB, latency: {each: 10ms, max: 4}}]}]}]", 1)
	if text := load(t, own).Summary(); strings.Contains(text, "What to measure") {
		t.Errorf("figures of the scenario itself are doubted:\n%s", text)
	}
}
