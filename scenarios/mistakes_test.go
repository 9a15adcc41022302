package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/scenarios/strict"
	"wavetank/sim/simtest/golden"
)

// mistakes returns what is wrong with a text, one fault per line; the file is called s.yaml.
func mistakes(t *testing.T, text string, changes ...file.Change) string {
	t.Helper()
	f, err := file.Read("s.yaml", []byte(text), changes...)
	if err == nil {
		_, err = Prepare(f)
	}
	if err == nil {
		return ""
	}
	var faults strict.Faults
	if len(changes) == 0 && !errors.As(err, &faults) {
		t.Errorf("the error has no positions: %v", err)
	}
	return err.Error()
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "mistakes.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := mistakes(t, string(text))
	golden.Check(t, "testdata/mistakes.txt", all+"\n")
	for i, line := range strings.Split(string(text), "\n") {
		_, comment, wrong := strings.Cut(line, " # ")
		if at := "s.yaml:" + strconv.Itoa(i+1) + ":"; wrong && !strings.Contains(all, at) {
			t.Errorf("line %d is not reported: %s", i+1, comment)
		}
	}
}

func TestMistakesAreToldWithTheirPlace(t *testing.T) {
	base := scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")
	if got := mistakes(t, base); got != "" {
		t.Fatal(got)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "duration:", "durashon: 1h\nduration:", `s.yaml:2:1: durashon: unknown key (did you mean "duration"?)`},
		{"wrong type", "replications: 2", "replications: many", `s.yaml:3:15: replications: want a whole number, not text "many"`},
		{"negative rate", "5/s", "-5/s", "s.yaml:7:32: workload[0].arrivals.poisson.rate: "},
		{"fits nowhere", "fleet:\n  - {machine: aws/g4dn.xlarge", "machines: [{name: tiny, cores: 1, memory: 1GiB, price: 1$/h}]\nfleet:\n  - {machine: tiny", "s.yaml:5:5: workload[0]: vit fits on no machine of the fleet"},
		{"too tight", "latency: 1s", "latency: 1us", "s.yaml:5:5: workload[0]: no machine of the fleet meets the objective of 1µs for vit: a batch of one takes 2.337ms at best"},
		{"unknown machine", "g4dn.xlarge", "g4dn.xlarg", `s.yaml:9:15: fleet[0].machine: unknown machine "aws/g4dn.xlarg" (did you mean "aws/g4dn.xlarge"?)`},
		{"unknown model", "model: vit", "model: vitt", `s.yaml:5:12: workload[0].model: unknown model "vitt" (did you mean "vit"?)`},
		{"unknown variant", "model: vit", "model: vit\n    variants: [vit-bas]", `s.yaml:6:16: workload[0].variants[0]: unknown variant of vit "vit-bas" (did you mean "vit-base"?)`},
		{"unknown policy", "[follow]", "[folow]", `s.yaml:10:12: policies[0]: there is no folow (did you mean "follow"?)`},
		{"unknown policy with parameters", "[follow]", "[{folow: {headroom: 2}}]", `s.yaml:10:13: policies[0].folow: unknown key (did you mean "follow"?)`},
		{"unknown parameter", "[follow]", "[{follow: {hedroom: 2}}]", `s.yaml:10:22: policies[0].follow.hedroom: unknown key (did you mean "headroom"?)`},
		{"parameter out of range", "[follow]", "[follow, {auto-adjust: {alpha: -2.5}}]", "s.yaml:10:42: policies[1].auto-adjust.alpha: -2.5 is outside (0, 100]"},
		{"parameter of the long form", "[follow]", "[{name: x, allocator: {auto-adjust: {alpha: -2.5}}}]", "s.yaml:10:55: policies[0].allocator.auto-adjust.alpha: -2.5 is outside (0, 100]"},
		{"parameter of a forecast", "[follow]", "[{follow: {forecast: {ewma: {alpha: 7}}}}]", "s.yaml:10:39: policies[0].follow.forecast.ewma: alpha is 7"},
		{"season of less than two periods", "[follow]", "[{follow: {forecast: {holt-winters: {season: 1m}}}}]", "s.yaml:10:47: policies[0].follow.forecast.holt-winters: season is 1"},
		{"router of the scenario", "policies:", "router: {power-of-two: {choices: 0}}\npolicies:", "s.yaml:10:34: router.power-of-two.choices: 0 is outside"},
		{"batcher of a policy", "[follow]", "[{allocator: follow, batcher: {timeout: {max-batch: -1}}}]", "s.yaml:10:63: policies[0].batcher.timeout.max-batch: -1 is negative"},
		{"unknown baseline", "policies:", "baseline: folow\npolicies:", `s.yaml:10:11: baseline: there is no policy "folow" (did you mean "follow"?)`},
		{"warm-up of the whole duration", "duration: 2m", "duration: 2m\nwarmup: 2m", "s.yaml:3:9: warmup: the warm-up of 2m leaves nothing of the duration of 2m"},
		{"no policies", "[follow]", "[]", "s.yaml:10:11: policies: the list is empty"},
		{"no machines", "\n  - {machine: aws/g4dn.xlarge, max: 2}", " []", "s.yaml:8:8: fleet: the list is empty"},
		{"missing key", "duration: 2m\n", "", "s.yaml:1:1: duration: this key is missing"},
		{"policy without allocator", "[follow]", "[{name: x}]", "s.yaml:10:12: policies[0].allocator: this key is missing"},
		{"too long", "duration: 2m", "duration: 1000000h", "s.yaml:2:11: duration: \"1000000h\" is longer than 87600h"},
		{"endless boot", "fleet:\n  - {machine: aws/g4dn.xlarge", "machines: [{name: slow, cores: 8, memory: 64GiB, price: 1$/h, boot: 2000000h}]\nfleet:\n  - {machine: slow", "s.yaml:8:69: machines[0].boot: \"2000000h\" is longer than 87600h"},
		{"too many periods", "duration: 2m", "duration: 87600h\ncontrol: {period: 1ms}", "s.yaml:3:19: control.period: 87600h has 315360000000 periods of 1ms; at most 10000000 are allowed"},
		{"too many replications", "replications: 2", "replications: 1000000000", "s.yaml:3:15: replications: 1000000000 is outside 1 to 100000"},
		{"endless seasons", "[follow]", "[{follow: {forecast: {seasonal-naive: {season: 2000000h}}}}]", "s.yaml:10:58: policies[0].follow.forecast.seasonal-naive.season: \"2000000h\" is longer than 87600h"},
		{"a split and a model", "model: vit", "model: vit\n    split: {models: [{model: bert}]}", "s.yaml:6:12: workload[0].split: a stream has either a model or a split, not both"},
		{"mean of a column", "poisson: {rate: 5/s}", "csv: {file: trace, time: at, mean: -1}", "s.yaml:7:51: workload[0].arrivals.csv.mean: -1 must be above 0"},
		{"models of a column", "poisson: {rate: 5/s}", "csv: {file: trace, time: at, model: kind}", "s.yaml:7:21: workload[0].arrivals.csv.models: column \"kind\" needs a model"},
		{"unknown model of a column", "poisson: {rate: 5/s}", "csv: {file: trace, time: at, model: kind, models: {a: bart}}", "s.yaml:7:66: workload[0].arrivals.csv.models: bart is not a model of the workload"},
		{"clients of a folder", "poisson: {rate: 5/s}", "servegen: {file: folder, clients: -1}", "s.yaml:7:50: workload[0].arrivals.servegen.clients: -1 is negative"},
		{"blocks without a size", "poisson: {rate: 5/s}", "jsonl: {file: trace, time: at, input: in, prefix: ids}", "s.yaml:7:23: workload[0].arrivals.jsonl.block-size: 0 tokens, want 1 to"},
		{"steps of no length", "poisson: {rate: 5/s}", "steps: {step: 0s, rates: [-1/s]}", "s.yaml:7:30: workload[0].arrivals.steps.step: 0s lies outside"},
		{"two distributions of gaps", "poisson: {rate: 5/s}", "steps: {step: 1m, rates: [1/s], cv: 2, gaps: exponential}", "s.yaml:7:52: workload[0].arrivals.steps.cv: the gaps have a distribution already"},
		{"long jitter", "poisson: {rate: 5/s}", "csv: {file: trace, time: at, scale: {superpose: {copies: 2, jitter: 9000h}}}", "s.yaml:7:84: workload[0].arrivals.csv.scale.superpose.jitter: 9000h is not above 0s and at most 8760h"},
		{"no objective", "slo: {latency: 1s}", "timeout: 5s", "s.yaml:5:5: workload[0].slo: no objective for vit; give the stream an slo"},
	} {
		text := strings.Replace(base, c.old, c.new, 1)
		if text == base {
			t.Fatalf("%s: nothing is replaced", c.name)
		}
		if got := mistakes(t, text); !strings.Contains("\n"+got, "\n"+c.want) {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestStreamsOfOneNameAreRefused(t *testing.T) {
	stream := "  - {model: vit, slo: {latency: 1s}, arrivals: {poisson: {rate: 5/s}}}\n"
	text := "name: x\nduration: 1m\nworkload:\n" + stream + stream + "fleet: [{machine: aws/g4dn.xlarge, max: 2}]\npolicies: [follow]\n"
	if got, want := mistakes(t, text), `s.yaml:5:5: workload[1]: another stream is called "vit"; give this one a name`; got != want {
		t.Errorf("reported is\n%s\nwant\n%s", got, want)
	}
	named := strings.Replace(text, "{model: vit", "{name: first, model: vit", 1)
	if got := mistakes(t, named); got != "" {
		t.Errorf("streams of two names: %s", got)
	}
	other := strings.Replace(named, "latency: 1s", "latency: 2s", 1)
	if got, want := mistakes(t, other), "s.yaml:5:13: workload[1].model: an earlier stream gives vit another slo"; !strings.HasPrefix(got, want) {
		t.Errorf("reported is\n%s\nwant\n%s", got, want)
	}
}

func TestBadTracesAreRefused(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct{ name, content, arrivals, want string }{
		{"missing", "", "csv: {file: other.csv, time: at}", "other.csv: there is no such file"},
		{"empty", "", "csv: {file: trace, time: at}", "empty"},
		{"header alone", "at\n", "csv: {file: trace, time: at}", "the file has no rows"},
		{"malformed", "at\n1\ntwo\n3\n", "csv: {file: trace, time: at}", ":3"},
		{"back in time", "at\n1\n3\n2\n", "csv: {file: trace, time: at}", ":4"},
		{"binary", "\x00\x01\xff\xfe\x00", "csv: {file: trace, time: at}", "trace"},
		{"cut gzip", "\x1f\x8b\x08\x00\x00", "csv: {file: trace, time: at}", "trace"},
		{"functions without rows", "HashOwner,HashApp,HashFunction,Trigger,1,2\n", "azure-functions-2019: {file: trace}", "the file has no rows"},
		{"functions without minutes", "HashOwner,HashApp,HashFunction,Trigger\na,b,c,http\n", "azure-functions-2019: {file: trace}", ""},
		{"functions cut short", "HashOwner,HashApp,HashFunction,Trigger,1,2\na,b,c,http,1\n", "azure-functions-2019: {file: trace}", ":2"},
		{"functions without requests", "HashOwner,HashApp,HashFunction,Trigger,1,2\na,b,c,http,0,0\n", "azure-functions-2019: {file: trace}", "the trace holds no request"},
		{"llm of another form", "at\n1\n", "azure-llm: {file: trace}", ""},
		{"mooncake of another form", "{}\n", "mooncake: {file: trace}", ":1: column \"timestamp\" is missing"},
		{"burstgpt without such rows", "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n1,A,1,1,2,B\n", "burstgpt: {file: trace, only: C}", "the trace holds no request"},
		{"clients that are none", "", "servegen: {file: .}", "no file *-trace.csv"},
		{"clients that are not a folder", "", "servegen: {file: trace}", "is a file, not a folder"},
		{"a folder", "", "csv: {file: ., time: at}", ""},
	} {
		if err := os.WriteFile(filepath.Join(folder, "trace"), []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(scenariotest.Minimal("arrivals: {"+c.arrivals+"}")))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Prepare(f)
		if err == nil {
			t.Errorf("%s: nothing is reported", c.name)
			continue
		}
		if text := err.Error(); !strings.Contains(text, "s.yaml:7:") || !strings.Contains(text, ".file: ") || !strings.Contains(text, c.want) {
			t.Errorf("%s: reported is %s, want the place and %q", c.name, text, c.want)
		}
	}
}

func TestAShortTraceIsAWarning(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "trace"), []byte("at\n0\n1\n30\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		duration string
		warned   bool
	}{{"20s", false}, {"10m", true}} {
		text := strings.Replace(scenariotest.Minimal("arrivals: {csv: {file: trace, time: at}}"), "duration: 2m", "duration: "+c.duration, 1)
		f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		e, err := Prepare(f)
		if err != nil {
			t.Fatal(err)
		}
		if warned := strings.Contains(strings.Join(e.Warnings(), "\n"), "the trace trace covers only 30s of the duration"); warned != c.warned {
			t.Errorf("duration %s: warnings %q", c.duration, e.Warnings())
		}
	}
}

func TestChangesAreChecked(t *testing.T) {
	base := scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")
	for _, c := range []struct{ path, value, want string }{
		{"workload[3].model", "bert", "--set workload[3].model=bert: "},
		{"workload[", "1", "--set workload[=1: "},
		{"", "1", "--set =1: "},
		{"duration.long", "1", "--set duration.long=1: "},
		{"duration", "[", "--set duration=[: "},
		{"duration", "soon", "--set duration=soon: duration: "},
		{"durration", "5m", `--set durration=5m: durration: unknown key (did you mean "duration"?)`},
		{"policies[0]", "{auto-adjust: {alpha: 300}}", "--set policies[0]={auto-adjust: {alpha: 300}}: policies[0].auto-adjust.alpha: 300 is outside (0, 100]"},
	} {
		if got := mistakes(t, base, file.Change{Path: c.path, Value: c.value}); !strings.Contains(got, c.want) {
			t.Errorf("--set %s=%s: reported is\n%s\nwant\n%s", c.path, c.value, got, c.want)
		}
	}
	if got := mistakes(t, base, file.Change{Path: "workload[0].arrivals.poisson.rate", Value: "7/s"}, file.Change{Path: "control.period", Value: "5s"}); got != "" {
		t.Error(got)
	}
}

func TestUnknownScenariosAreSuggested(t *testing.T) {
	_, err := file.Load("quikstart", nil)
	if err == nil || !strings.Contains(err.Error(), `(did you mean "quickstart"?)`) {
		t.Errorf("error %v", err)
	}
	if _, err = file.Load("./quikstart.yaml", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
