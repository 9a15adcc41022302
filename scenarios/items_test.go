package scenarios

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// carrying returns a scenario with one stream and one model, whose batch of s items takes (10 + s)
// ms.
func carrying(stream string) string {
	return `name: carrying
duration: 200s
replications: 1
planning: {utilization: 1, wait: none}
machines: [{name: box, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]
models:
  - {name: a, variants: [{name: a1, accuracy: 100, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {fixed: 10ms, each: 1ms, max: 32}}]}]}
  - {name: one, variants: [{name: o1, accuracy: 100, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 10ms}}}]}]}
workload:
  - {model: a, slo: {latency: 10s}, arrivals: {constant: {rate: 1/s, start: 0s}}, ` + stream + `}
fleet: [{machine: box, max: 1}]
policies: [{name: static-mean, allocator: {static-mean: {capacity: utilization}}}]
`
}

// ran runs a scenario and returns a function that finds the value of a metric.
func ran(t *testing.T, e *Experiment) func(metric string) float64 {
	t.Helper()
	results, err := e.Run(t.Context(), RunOptions{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	return func(metric string) float64 { return valueOf(results.Rows, metric) }
}

// TestARequestTakesAsLongAsABatchOfItsItems: work is a size in items, and service is a factor on
// the latency.
func TestARequestTakesAsLongAsABatchOfItsItems(t *testing.T) {
	for stream, want := range map[string]float64{
		"work: 4x": 14, "items: 4": 14, "items: {fixed: {value: 4}}": 14, "items: 2, work: 2x": 14, "work: 0.5x": 10.5,
		"items: {histogram: {bins: [{from: 2, share: 1}, {from: 6, share: 1}]}}": 14, "items: 32": 42, "items: 1": 11,
		"service: {bimodal: {share: 0.5, ratio: 3}}, items: 4": 14, "service: {bimodal: {share: 0.5, ratio: 3}}, items: 4, combine: sum": 14,
	} {
		allowed := 1e-6
		if strings.Contains(stream, "histogram") || strings.Contains(stream, "bimodal") {
			allowed = 2 // four standard deviations of the mean of 200 draws
		}
		if got := 1000 * ran(t, load(t, carrying(stream)))("latency_mean"); math.Abs(got-want) > allowed {
			t.Errorf("%s: %v ms, want %v", stream, got, want)
		}
	}
	// Without batches, items are served one after another.
	for work, want := range map[string]float64{"work: 4x": 40, "work: 0.3x": 3, "items: 7": 70} {
		text := strings.Replace(carrying(work), "model: a,", "model: one,", 1)
		if got := 1000 * ran(t, load(t, text))("latency_mean"); math.Abs(got-want) > 1e-6 {
			t.Errorf("%s without batches: %v ms, want %v", work, got, want)
		}
	}
}

// padding is a scenario in which four requests come at each instant. On average a quarter of all
// requests take nine times as long as the others. A batch takes 100 ms, whatever its size.
const padding = `name: padding
duration: 6000s
replications: 1
planning: {utilization: 1, wait: none}
machines: [{name: box, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]
models:
  - {name: a, variants: [{name: a1, accuracy: 100, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 100ms, 4: 100ms}}}]}]}
workload:
  - {model: a, slo: {latency: 10s}, service: {bimodal: {share: 0.25, ratio: 9}}, combine: max, arrivals: {bulk: {size: 4, arrivals: {constant: {rate: 1/s, start: 0s}}}}}
fleet: [{machine: box, max: 1}]
policies: [{name: static-mean, allocator: {static-mean: {capacity: utilization}}}]
`

// TestABatchIsPaddedToItsLongest: at least one of four requests has a work of 3 with the
// probability 1 − 0.75⁴. Otherwise all have a work of 1/3. The mean is taken over 6000 batches.
func TestABatchIsPaddedToItsLongest(t *testing.T) {
	long := 1 - math.Pow(0.75, 4)
	largest := 3*long + (1-long)/3
	error := 4 * 800. / 3 * math.Sqrt(long*(1-long)/6000) // four standard deviations, in ms
	e := load(t, padding)
	got := ran(t, e)
	if mean := 1000 * got("latency_mean"); math.Abs(mean-100*largest) > error || math.Abs(100*largest-215.6) > 0.05 {
		t.Errorf("the mean latency is %v ms, want %v ± %v", mean, 100*largest, error)
	}
	// The resolution of the histogram.
	if p99 := 1000 * got("latency_p99"); math.Abs(p99-300) > 0.5 {
		t.Errorf("p99 is %v ms, want 300", p99)
	}
	d := &e.Spec.Deployments[0]
	if want := 4 / (0.1 * largest); d.MaxBatch != 4 || math.Abs(d.Capacity/want-1) > 0.01 || math.Abs(d.FullBatch().Takes.Seconds()/(0.1*largest)-1) > 0.01 {
		t.Errorf("planned are %v/s in batches of %d that take %v, want %v/s", d.Capacity, d.MaxBatch, d.FullBatch().Takes, want)
	}
	// If works add up as sizes, a batch of four with k large requests takes (1 + 2k)/3 times 100
	// ms, but at least 100 ms.
	sum := 0.0
	for k, chance := range []float64{81, 108, 54, 12, 1} {
		sum += chance / 256 * 100 * max(1, (1+2*float64(k))/3)
	}
	for how, want := range map[string]float64{"mean": 100, "sum": sum} {
		text := strings.Replace(padding, "combine: max", "combine: "+how, 1)
		if mean := 1000 * ran(t, load(t, text))("latency_mean"); math.Abs(mean-want) > error {
			t.Errorf("combine: %s: %v ms, want %v ± %v", how, mean, want, error)
		}
	}
}

// TestPlansCountItems: the size of planned batches is counted in items, and rates are counted in
// requests.
func TestPlansCountItems(t *testing.T) {
	for _, c := range []struct {
		stream, slo string
		batch       int
		rate, holds float64
	}{
		{"items: 1", "10s", 32, 32 / 0.042, 32},
		{"items: 4", "10s", 32, 8 / 0.042, 8},
		{"work: 4x", "10s", 32, 8 / 0.042, 8},
		{"items: 5", "10s", 30, 6 / 0.040, 6}, // a seventh request does not fit
		{"items: 4", "20ms", 8, 2 / 0.018, 2},
		{"items: 4", "15ms", 4, 1 / 0.014, 1},
		{"items: 20", "10s", 20, 1 / 0.030, 1},
		{"work: 0.5x", "20ms", 20, 20 / 0.020, 20},
		{"work: 1.5x", "10s", 32, 16 / 0.034, 16}, // each request takes two places
		{"items: {histogram: {bins: [{from: 1, share: 1}, {from: 3, share: 1}]}}", "20ms", 10, 5 / 0.020, 5},
	} {
		e := load(t, strings.Replace(carrying(c.stream), "latency: 10s", "latency: "+c.slo, 1))
		d := &e.Spec.Deployments[0]
		if d.MaxBatch != c.batch || math.Abs(d.Capacity/c.rate-1) > 1e-9 || d.FullBatch().Requests != c.holds {
			t.Errorf("%s within %s: %v/s in batches of %d places and %v requests, want %v/s in %d and %v",
				c.stream, c.slo, d.Capacity, d.MaxBatch, d.FullBatch().Requests, c.rate, c.batch, c.holds)
		}
		if e.Spec.Models[0].Varied != (c.stream != "items: 1") {
			t.Errorf("%s: varied is %v", c.stream, e.Spec.Models[0].Varied)
		}
	}
}

// TestItemsOfAllStreamsCountByTheirRates: with 30 requests per second of two items and 10 of six
// items, requests have three items on average.
func TestItemsOfAllStreamsCountByTheirRates(t *testing.T) {
	text := strings.Replace(carrying("items: 2"), "constant: {rate: 1/s, start: 0s}", "poisson: {rate: 30/s}", 1)
	text = strings.Replace(text, "fleet:", "  - {name: more, model: a, slo: {latency: 10s}, items: 6, arrivals: {poisson: {rate: 10/s}}}\nfleet:", 1)
	e := load(t, text)
	if got, want := e.Spec.Deployments[0].Capacity, 32/3./0.042; math.Abs(got/want-1) > 1e-9 {
		t.Errorf("planned are %v/s, want %v/s", got, want)
	}
	want := `s.yaml:11:25: workload[1].model: an earlier stream gives a another slo, queue-limit, timeout or combine; a model has one of each`
	if got := mistakes(t, strings.Replace(text, "items: 6", "items: 6, combine: sum", 1)); !strings.Contains(got, want) {
		t.Errorf("another way to combine: %q", got)
	}
}

// TestItemsReachTheRequestsOfEveryKindOfStream checks the requests that a run would draw.
func TestItemsReachTheRequestsOfEveryKindOfStream(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"t.csv": "at,n\n0,3\n1,3\n2,3\n", "t.jsonl": strings.Repeat("{\"at\":0,\"n\":3}\n", 3), "bare.csv": "at\n0\n1\n2\n", "bins.csv": "from,share\n3,1\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const rate = "poisson: {rate: 9/s}"
	for _, c := range []struct {
		stream string
		items  map[string]float32 // per model
	}{
		{"model: vit, items: 3, arrivals: {" + rate + "}", map[string]float32{"vit": 3}},
		{"model: vit, items: {histogram: {file: bins.csv}}, arrivals: {" + rate + "}", map[string]float32{"vit": 3}},
		{"model: vit, items: 3, work: 2x, arrivals: {bulk: {size: 3, arrivals: {" + rate + "}}}", map[string]float32{"vit": 6}},
		{"model: vit, items: 3, arrivals: {clients: {count: 3}}", map[string]float32{"vit": 3}},
		{"model: vit, items: 3, conversation: {turns: {fixed: {value: 2}}}, arrivals: {" + rate + "}", map[string]float32{"vit": 3}},
		{"split: {models: [{model: vit}, {model: bert}]}, items: 3, arrivals: {" + rate + "}", map[string]float32{"vit": 3, "bert": 3}},
		{"model: vit, work: 0.5x, arrivals: {csv: {file: t.csv, time: at, items: n}}", map[string]float32{"vit": 1.5}},
		{"model: vit, arrivals: {jsonl: {file: t.jsonl, time: at, items: n}}", map[string]float32{"vit": 3}},
		{"model: vit, items: 3, arrivals: {csv: {file: bare.csv, time: at}}", map[string]float32{"vit": 3}},
		{"name: p, items: 3, pipeline: [vit, {parallel: [{model: bert, work: 2x}, {model: minilm, items: 5}]}], arrivals: {" + rate + "}", map[string]float32{"vit": 3, "bert": 6, "minilm": 5}},
		{"name: p, pipeline: [{model: vit, items: 2}, bert], arrivals: {csv: {file: t.csv, time: at, items: n}}", map[string]float32{"vit": 2, "bert": 3}},
	} {
		text := "name: kinds\nduration: 30s\nworkload:\n  - {slo: {latency: 1s}, " + c.stream + "}\nfleet: [{machine: aws/g4dn.xlarge, max: 8}]\npolicies: [follow]\n"
		f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		e, err := Prepare(f)
		if err != nil {
			t.Errorf("%s: %v", c.stream, err)
			continue
		}
		fixpointIn(t, folder, e)
		src, err := e.Requests(0)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		var r fleet.Request
		for src = e.Answered(src); n < 50 && src.Next(&r); n++ {
			m := &e.Spec.Models[r.Model]
			if want := c.items[m.Name]; r.Items != want || !m.Varied {
				t.Errorf("%s: a request of %s carries %v items, want %v (varied: %v)", c.stream, m.Name, r.Items, want, m.Varied)
			}
		}
		if n < 3 || src.Close() != nil {
			t.Errorf("%s: %d requests, %v", c.stream, n, src.Err())
		}
	}
}

// fixpointIn checks that a scenario in a folder, once printed and read again, is printed as before.
func fixpointIn(t *testing.T, folder string, e *Experiment) {
	t.Helper()
	first, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	f, err := file.Read(filepath.Join(folder, "s.yaml"), first)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(f.Document.Root().Plain()); err != nil {
		t.Errorf("%v in\n%s", err, first)
	}
	again, err := Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := again.Resolved(); err != nil || string(first) != string(second) {
		t.Errorf("resolved to\n%s\nand that to\n%s, %v", first, second, err)
	}
}

func TestMistakesInItemsAreToldWithTheirPlace(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "bins.csv"), []byte("from,share\n3,1\n70000,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ stream, want string }{
		{"items: 0", "s.yaml:10:90: workload[0].items: 0 is outside 1 to 65536"},
		{"items: 65537", "workload[0].items: 65537 is outside 1 to 65536"},
		{"items: 1.5", "s.yaml:10:90: workload[0].items: want a whole number, not"},
		{"items: several", "workload[0].items: want a whole number, not"},
		{"items: {fixed: {value: 70000}}", "workload[0].items.fixed.value: 70000 is outside 1 to 65536"},
		{"items: {fixed: {value: 0}}", "workload[0].items.fixed.value: 0 lies outside 1 to"},
		{"items: {geometric: {mean: 0.5}}", "workload[0].items.geometric.mean: 0.5 lies outside 1 to"},
		{"items: {normal: {mean: 4, sd: 1, max: 70000}}", "workload[0].items.normal.max: 70000 is outside 1 to 65536"},
		{"items: {histogram: {bins: [{from: 1, to: 70000, share: 1}]}}", "workload[0].items.histogram.bins[0]: 70000 is outside 1 to 65536"},
		{"items: {histogram: {file: bins.csv}}", "workload[0].items.histogram.file: 70000 items, want 1 to 65536"},
		{"items: {histogram: {file: none.csv}}", "workload[0].items"},
		{"items: {geometrical: {mean: 4}}", "workload[0].items.geometrical: unknown key (did you mean \"geometric\"?)"},
		{"combine: most", `s.yaml:10:92: workload[0].combine: "most" is not one of mean, max, sum`},
		{"items: 33", "s.yaml:10:5: workload[0]: no machine of the fleet can serve the mean request of a: it carries 33 items, and the largest batch holds 32"},
		{"items: 4, slo: {latency: 13ms}", "no machine of the fleet meets the objective of 13ms for a: a request of 4 items takes 14ms at best"},
	} {
		text := carrying(c.stream)
		if strings.Contains(c.stream, "slo") {
			text = strings.Replace(text, "slo: {latency: 10s}, ", "", 1)
		}
		f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(text))
		if err == nil {
			_, err = Prepare(f)
		}
		if got := fmt.Sprint(err); !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("%s: the mistake is\n%s\nwant\n%s", c.stream, got, c.want)
		}
	}
	both := strings.Replace(carrying("items: 4"), "constant: {rate: 1/s, start: 0s}", "csv: {file: a.csv, time: at, items: n}", 1)
	if got := mistakes(t, both); !strings.Contains(got, "workload[0].items: the trace has a column of items") {
		t.Errorf("twice: %s", got)
	}
	missing := strings.Replace(carrying("work: 4x"), "constant: {rate: 1/s, start: 0s}", "csv: {file: bins.csv, time: from, items: n}", 1)
	f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(missing))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Prepare(f); !strings.Contains(fmt.Sprint(err), `bins.csv:1: column "n" is missing`) || !strings.Contains(fmt.Sprint(err), "workload[0].arrivals.csv.items: ") {
		t.Errorf("a missing column: %v", err)
	}
	pipes := pipes("{model: resnet, items: 0}", "parallel: [vit, bert]", "minilm")
	if got := mistakes(t, pipes); !strings.Contains(got, "workload[0].pipeline[0].items: 0 is outside 1 to 65536") {
		t.Errorf("in a pipeline: %s", got)
	}
}

// TestTheShortestIsTheOneWithFewestItems: if they are alone, the requests take 42, 30, 12 and 20
// ms. The second interrupts the first, and the third interrupts the second. The fourth waits for
// the third.
func TestTheShortestIsTheOneWithFewestItems(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "t.csv"), []byte("at,n\n0,32\n0.001,20\n0.002,2\n0.003,10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("constant: {rate: 1/s, start: 0s}", "csv: {file: t.csv, time: at, items: n}", "slo: {latency: 10s}", "slo: {latency: 31ms}",
		"capacity: utilization}}", "capacity: utilization}}, order: srpt").Replace(carrying("work: 1x"))
	f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e := ready(t, f)
	checkedRun(t, e)
	if got, want := 1000*ran(t, e)("latency_mean"), (104+(63-1)+(14-2)+(34-3))/4.; math.Abs(got-want) > 1e-6 {
		t.Errorf("a mean of %v ms, want %v", got, want)
	}
}
