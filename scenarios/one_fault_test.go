package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
)

// speaking is a scenario with an LLM.
const speaking = `name: speaking
duration: 2m
replications: 2
workload:
  - model: llama-3.1-8b
    slo: {latency: 30s}
    input: {fixed: {value: 100}}
    output: {fixed: {value: 50}}
    arrivals: {poisson: {rate: 1/s}}
fleet:
  - {machine: aws/p5.4xlarge, max: 2}
policies: [follow]
`

// spelledOut is a scenario that defines its own machine and model.
const spelledOut = `name: spelled
duration: 2m
machines:
  - {name: box/one, cores: 8, memory: 32GiB, price: 1$/h}
models:
  - name: net/a
    variants:
      - name: a.1
        accuracy: 90
        weights: 1GB
        devices:
          - {device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 10ms, 4: 20ms}}}
workload:
  - {model: net/a, slo: {latency: 1s}, arrivals: {poisson: {rate: 5/s}}}
fleet:
  - {machine: box/one, max: 2}
policies: [follow]
`

// spiked returns arrivals with a flash crowd, which has the given height and rise time. It begins
// at a random instant between two given times.
func spiked(from, to, height, rise string) string {
	return "day-curve: {mean: 5/s, spikes: [{at: {uniform: {from: " + from + ", to: " + to + "}}, height: " + height + ", rise: " + rise + "}]}"
}

// TestTwoMistakesOfACrowdHaveTheirPlaces: each fault is reported with its line.
func TestTwoMistakesOfACrowdHaveTheirPlaces(t *testing.T) {
	text := strings.Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}"), "poisson: {rate: 5/s}", spiked("1m", "2m", "-3x", "-1m"), 1)
	got := strings.Split(mistakes(t, text), "\n")
	if len(got) != 2 || !strings.Contains(got[0], "s.yaml:7:92: workload[0].arrivals.day-curve.spikes[0].height: ") || !strings.Contains(got[1], "spikes[0].rise: ") {
		t.Errorf("reported is %q", got)
	}
}

// TestAMistakeIsToldOnce checks that a mistake leads to only one message, and that no consequences
// of the mistake are reported.
func TestAMistakeIsToldOnce(t *testing.T) {
	const rule = "; a name has 1 to 64 letters, digits, spaces, dots, dashes and underscores, and begins with a letter or a digit"
	seeing := scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")
	for _, c := range []struct{ base, old, new, want string }{
		{speaking, "input: {fixed: {value: 100}}", "input: 100", "s.yaml:7:12: workload[0].input: want a name, or a name with parameters as {name: {…}}, not the number 100"},
		{speaking, "input: {fixed: {value: 100}}", "input: {log-normal: {mean: 3}}", `s.yaml:7:13: workload[0].input.log-normal: unknown key (did you mean "lognormal"?)`},
		{speaking, "output: {fixed: {value: 50}}", "output: {nope: {}}", "s.yaml:8:14: workload[0].output.nope: unknown key (known: fixed, normal, lognormal, geometric, histogram)"},
		{speaking, "    input: {fixed: {value: 100}}\n    output: {fixed: {value: 50}}\n", "", "s.yaml:5:5: workload[0].input: llama-3.1-8b is an LLM, whose requests need tokens: give distributions of input and output, or a trace that has both"},
		{speaking, "{latency: 30s}\n    input: {fixed: {value: 100}}\n    output: {fixed: {value: 50}}\n", "{ttft: 3s}\n", "s.yaml:5:5: workload[0].input: llama-3.1-8b is an LLM, whose requests need tokens: give distributions of input and output, or a trace that has both"},
		{speaking, "value: 100", "value: 2147483647", "s.yaml:7:28: workload[0].input.fixed.value: 2147483647 lies outside 1 to 16777216"},
		{speaking, "slo: {latency: 30s}", "slo: {}", "s.yaml:6:10: workload[0].slo: an slo needs a latency, a ttft or a tpot above 0"},
		{seeing, "latency: 1s", "", "s.yaml:6:10: workload[0].slo: an slo needs a latency, a ttft or a tpot above 0"},
		{seeing, "latency: 1s", "latency: 200 ms", `s.yaml:6:20: workload[0].slo.latency: "200 ms" must be written without a space: 200ms`},
		{seeing, "latency: 1s", "latency: 200MS", `s.yaml:6:20: workload[0].slo.latency: "200MS" must be written in lower case: 200ms`},
		{seeing, "latency: 1s", "latency: 0.2", `s.yaml:6:20: workload[0].slo.latency: "0.2" has no unit; write it as 0.2ms, 0.2s or 0.2h`},
		{seeing, "latency: 1s", "latncy: 1s", `s.yaml:6:11: workload[0].slo.latncy: unknown key (did you mean "latency"?)`},
		{seeing, "duration: 2m", "duration: 10000000h", `s.yaml:2:11: duration: "10000000h" is longer than 87600h`},
		{seeing, "fleet:\n  - {machine: aws/g4dn.xlarge, max: 2}\n", "", "s.yaml:1:1: fleet: this key is missing"},
		{seeing, "max: 2", "max: 2, minimum: 1", "s.yaml:9:40: fleet[0].minimum: unknown key; min is the fewest machines that plans keep rented; min-replicas of a policy gives the replicas of each model, as in {follow: {min-replicas: 1}}"},
		{seeing, "max: 2", "max: -1", "s.yaml:9:37: fleet[0].max: -1 is outside 1 to 1000000"},
		{seeing, "policies:", "control: {period: 1ns}\npolicies:", "s.yaml:10:19: control.period: 1ns is shorter than 1ms"},
		{seeing, "policies:", "control: {period: 5µs}\npolicies:", "s.yaml:10:19: control.period: 5µs is shorter than 1ms"},
		{seeing, "poisson: {rate: 5/s}", spiked("1m", "1m", "3x", "1m"), "s.yaml:7:78: workload[0].arrivals.day-curve.spikes[0].at.uniform.to: 1m is not after from, which is 1m"},
		{seeing, "poisson: {rate: 5/s}", spiked("-5m", "1m", "3x", "1m"), "s.yaml:7:70: workload[0].arrivals.day-curve.spikes[0].at.uniform.from: -5m lies outside 0s to 31 days"},
		{seeing, "poisson: {rate: 5/s}", spiked("1m", "2m", "-3x", "1m"), "s.yaml:7:92: workload[0].arrivals.day-curve.spikes[0].height: -3 lies outside 0 to 1000"},
		{seeing, "poisson: {rate: 5/s}", "day-curve: {mean: 5/s, day: 1ns, at: 0s}", "s.yaml:7:44: workload[0].arrivals.day-curve.day: 1ns lies outside 10s to 31 days"},
		{seeing, "[follow]", "[{hpa: {behavior: {scale-up: {policies: [{type: pods, value: foo, period: 15s}]}}}}]", `s.yaml:10:72: policies[0].hpa.behavior.scale-up.policies[0].value: want a number, not text "foo"`},
		{seeing, "[follow]", "[{hpa: {behavior: {scale-up: {policies: [{type: pods, value: -1, period: 15s}]}}}}]", "s.yaml:10:72: policies[0].hpa.behavior.scale-up.policies[0].value: -1 is not a positive number"},
		{seeing, "[follow]", "[{follow: {reserve: {factor: 2, models: [vit, vit]}}}]", "s.yaml:10:57: policies[0].follow.reserve.models[1]: vit is listed twice"},
		{seeing, "slo:", "variants: [vit-base, vit-tiny, vit-base]\n    slo:", "s.yaml:6:36: workload[0].variants[2]: vit-base is listed twice"},
		{seeing, "policies:", "batcher: {triton: {preferred: [4, 8, 4]}}\npolicies:", "s.yaml:10:38: batcher.triton.preferred[2]: 4 is listed twice"},
		{seeing, "policies:", "router: foo\npolicies:", "s.yaml:10:9: router: there is no foo (known: round-robin, weighted-round-robin, random, least-outstanding, join-shortest-queue, power-of-two, join-idle-queue, least-work-left, peak-ewma, capacity-weighted, index-packing, consistent-hashing, session-affinity, least-tokens, least-kv, prefix-aware, pairing, locality-failover, central-queue, starlark, wasm, command)"},
		{seeing, "max: 2", "max: 2, network: 1e300GB/s", `s.yaml:9:49: fleet[0].network: "1e300GB/s" is out of range: more than 1000000GB/s`},
		{seeing, "max: 2", "max: 2, price: 1e300$/h", `s.yaml:9:47: fleet[0].price: "1e300$/h" is out of range: more than 1000000$/h`},
		{seeing, "policies:", "planning: {utilization: 5e-324}\npolicies:", "s.yaml:10:25: planning.utilization: 5e-324 is out of range: numbers are 0, or from 1e-12 to 1e+15 in size"},
		{seeing, "policies:", "planning: {utilization: 1e-9}\npolicies:", "s.yaml:10:25: planning.utilization: 1e-09 is outside 0.001 to 1"},
		{seeing, "policies: [follow]", "baseline: follow\npolicies: [folow]", `s.yaml:11:12: policies[0]: there is no folow (did you mean "follow"?)`},
		{seeing, "[follow]", "[{name: x, follow: {}}]", "s.yaml:10:22: policies[0].follow: a policy with other keys needs the key allocator, as in {name: x, allocator: follow}"},
		{seeing, "[follow]", "[{follow: {deployment: vit-bas}}]", `s.yaml:10:34: policies[0].follow.deployment: no name of a deployment contains "vit-bas" (did you mean "vit-base@aws/g4dn.xlarge"?)`},
		{seeing, "[follow]", "[{greedy: {reserve: {factor: 3, within: 30s, models: [vti]}}}]", `s.yaml:10:65: policies[0].greedy.reserve.models[0]: no stream asks for a model "vti" (did you mean "vit"?)`},
		{seeing, "name: minimal", "name: ../../etc", "s.yaml:1:7: name: the name begins with '.'" + rule},
		{seeing, "name: minimal", `name: ""`, "s.yaml:1:7: name: the name is empty" + rule},
		{seeing, "name: minimal", `name: "a\nb"`, `s.yaml:1:7: name: the name has '\n' in it` + rule},
		{seeing, "name: minimal", `name: "a\e[31mb"`, `s.yaml:1:7: name: the text has the control character '\x1b' in it`},
		{seeing, "name: minimal", "name: " + strings.Repeat("n", 300), "s.yaml:1:7: name: the name has 300 characters" + rule},
		{seeing, "policies: [follow]", "policies: [{name: '=1+1', allocator: follow}]", "s.yaml:10:19: policies[0].name: the name has '=' in it" + rule},
		{seeing, "- model: vit", "- name: a/b\n    model: vit", "s.yaml:5:11: workload[0].name: the name has '/' in it" + rule},
		{seeing, "slo:", "tenants: {'@x': 1}\n    slo:", `s.yaml:6:21: workload[0].tenants.@x: the name has '@' in it` + rule},
		{speaking, "input: {fixed: {value: 100}}\n    output: {fixed: {value: 50}}\n    arrivals: {poisson: {rate: 1/s}}", "arrivals: {azur-llm: {file: t.csv}}", `s.yaml:7:16: workload[0].arrivals.azur-llm: unknown key (did you mean "azure-llm"?)`},
		{speaking, "output:", "outputs:", `s.yaml:8:5: workload[0].outputs: unknown key (did you mean "output"?)`},
		{speaking, "input: {fixed: {value: 100}}", "input: fixed", "s.yaml:7:12: workload[0].input.fixed.value: this key is missing"},
		{seeing, "model: vit", "modle: vit", `s.yaml:5:5: workload[0].modle: unknown key (did you mean "model"?)`},
		{seeing, "model: vit", "pipelin: [vit]", `s.yaml:5:5: workload[0].pipelin: unknown key (did you mean "pipeline"?)`},
		{seeing, "model: vit\n    ", "", "s.yaml:5:5: workload[0].model: a stream needs a model, a split over several, or a pipeline"},
		{seeing, "- model: vit", "- name: ''\n    model: vit", "s.yaml:5:11: workload[0].name: the name is empty" + rule},
		{seeing, "policies: [follow]", "policies: [{name: '', allocator: follow}]", "s.yaml:10:19: policies[0].name: the name is empty" + rule},
		{seeing, "max: 2", "max: 2, price: ", "s.yaml:9:47: fleet[0].price: nothing is written here"},
		{seeing, "policies:", "control: {startup: {mean: }}\npolicies:", "s.yaml:10:27: control.startup.mean: nothing is written here"},
		{seeing, "policies:", "baseline: follow\npoliceis:", `s.yaml:11:1: policeis: unknown key (did you mean "policies"?)`},
		{seeing, "[follow]", "[follow, {follow: {headrom: 2}}]", `s.yaml:10:30: policies[1].follow.headrom: unknown key (did you mean "headroom"?)`},
		{seeing, "latency: 1s", "latency: 1s, percentile: 0.95", "s.yaml:6:36: workload[0].slo.percentile: 0.95 is below 1; the value is in percent, such as 95"},
		{seeing, "slo:", "tenants: {count: 1000000000}\n    slo:", "s.yaml:6:22: workload[0].tenants.count: 1000000000 is outside 1 to 100000"},
		{seeing, "name: minimal", "name: !x minimal", "s.yaml:1:7: name: the tag !x is not supported; leave it out"},
		{spelledOut, "machines:", "machnes:", `s.yaml:3:1: machnes: unknown key (did you mean "machines"?)`},
		{spelledOut, "models:", "modls:", `s.yaml:5:1: modls: unknown key (did you mean "models"?)`},
		{spelledOut, "devices:", "devics:", `s.yaml:11:9: models[0].variants[0].devics: unknown key (did you mean "devices"?)`},
		{spelledOut, "box/one", "box/../one", "s.yaml:4:12: machines[0].name: the name begins with '.'" + rule},
		{spelledOut, "net/a", "all", `s.yaml:6:11: models[0].name: a model cannot be called "all": results have that name for something else`},
		{spelledOut, "device: cpu", "device: cpuu", `s.yaml:12:22: models[0].variants[0].devices[0].device: no machine has the device "cpuu" (did you mean "cpu"?)`},
		{spelledOut, "{1: 10ms, 4: 20ms}", "{}", "s.yaml:12:68: models[0].variants[0].devices[0].latency.table: the table is empty: give sizes of batches and how long each takes, as in {1: 10ms, 8: 40ms}"},
		{spelledOut, "table: {1: 10ms, 4: 20ms}", "tabel: {1: 10ms}", `s.yaml:12:61: models[0].variants[0].devices[0].latency.tabel: unknown key (did you mean "table"?)`},
		{spelledOut, "weights: 1GB", "weights: 1GiBB", `s.yaml:10:18: models[0].variants[0].weights: "1GiBB" has the unknown unit "GiBB"; write it as 1GiB or 1MB`},
	} {
		text := strings.ReplaceAll(c.base, c.old, c.new)
		if text == c.base {
			t.Fatalf("%s: nothing is replaced", c.old)
		}
		if got := mistakes(t, text); got != c.want {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.new, got, c.want)
		}
	}
}

func TestAFlagIsBlamedForWhatItAdds(t *testing.T) {
	text := strings.Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}"), "[follow]", "[{follow: {headroom: 2}}]", 1)
	for path, want := range map[string]string{
		"policies[0].hpa.target":            "policies[0]: want one name with its parameters, not the keys follow, hpa",
		"policies[0].name":                  "policies[0].name: a policy with other keys needs the key allocator, as in {name: x, allocator: follow}",
		"workload[0].arrivals.gamma.rate":   "workload[0].arrivals: want one name with its parameters, not the keys poisson, gamma",
		"workload[0].arrivals.poisson.rat":  `workload[0].arrivals.poisson.rat: unknown key (did you mean "rate"?)`,
		"fleet[0].machines":                 "fleet[0].machines: unknown key; max is the most machines at a time; policies decide how many there are",
		"policies[0].follow.forecast.wma.x": "policies[0].follow.forecast.wma: unknown key (did you mean \"ewma\"?)",
	} {
		if got := mistakes(t, text, file.Change{Path: path, Value: "1"}); !strings.HasPrefix(got, "--set "+path+"=1: "+want) || strings.Contains(got, "s.yaml") {
			t.Errorf("--set %s=1: reported is\n%s\nwant\n%s", path, got, want)
		}
	}
}

func TestFaultsOfTracesAreToldBesideOthers(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "t.csv"), []byte("when;in\n1;2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(scenariotest.Minimal("arrivals: {csv: {file: t.csv, time: wen}}"), "[follow]", "[folow]", 1)
	f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Prepare(f)
	got := strings.ReplaceAll(err.Error(), folder+string(filepath.Separator), "")
	want := "s.yaml:7:41: workload[0].arrivals.csv.time: t.csv:1: column \"wen\" is missing; there are when, in (did you mean \"when\"?)\n" +
		"s.yaml:10:12: policies[0]: there is no folow (did you mean \"follow\"?)"
	if got != want {
		t.Errorf("reported is\n%s\nwant\n%s", got, want)
	}
}
