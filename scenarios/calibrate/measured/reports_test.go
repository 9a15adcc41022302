package measured

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStagesAreRead reads a folder of results as inference-perf writes it.
func TestStagesAreRead(t *testing.T) {
	points, err := ReadReports("testdata/stages", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 3 || points[0].Rate != 1 || points[1].Rate != 20 || points[2].Rate != 40 {
		t.Fatalf("stages in their order are wanted: %+v", points)
	}
	p := points[2]
	if p.TTFT != 0.05 || p.E2E != 0.9 || p.Requests != 2400 || p.InFlight != 100 || !p.Random || math.Abs(p.Throughput-39.6) > 1e-9 || p.Clients != 0 {
		t.Errorf("read %+v", p)
	}
	for _, p := range points {
		const n = 1000
		sum, least, most := 0.0, int32(1e9), int32(0)
		for k := range n {
			v := p.Output.Draw((float64(k)+0.5)/n, 0, 0.5)
			sum, least, most = sum+float64(v), min(least, v), max(most, v)
		}
		if mean := sum / n; math.Abs(mean-60) > 2 || least < 20 || least > 25 || most < 95 || most > 100 {
			t.Errorf("%s: outputs of %d to %d tokens, %.1f in the mean", p.Name, least, most, mean)
		}
	}
	if points, err = ReadReports("testdata/stages/stage_1_lifecycle_metrics.json", 7); err != nil || len(points) != 1 || points[0].InFlight != 7 {
		t.Errorf("%+v %v", points, err)
	}
}

// TestServingBenchmarksAreRead reads the benchmark results of vLLM and SGLang. Lower loads come
// first.
func TestServingBenchmarksAreRead(t *testing.T) {
	points, err := ReadReports("testdata/serving", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 4 || points[0].Clients != 2 || points[1].Clients != 4 || points[2].Clients != 8 || points[3].Rate != 5 {
		t.Fatalf("read %+v", points)
	}
	if p := points[0]; p.Input.Mean != 500 || p.Output.Mean != 100 || p.TTFT != 0.08 || math.Abs(p.E2E-1.07) > 1e-9 || p.Requests != 100 || p.Throughput != 10 {
		t.Errorf("read %+v", p)
	}
	if p := points[1]; math.Abs(p.E2E-1.1) > 1e-9 || !strings.HasSuffix(p.Name, "c.jsonl: object 2") {
		t.Errorf("read %+v", p)
	}
	if p := points[3]; p.InFlight != 64 || !p.Random || p.E2E != 1.2 || p.Output.Mean != 100 || p.Output.Draw(0.01, 0, 0) != 50 || p.Output.Draw(0.99, 0, 0) != 150 {
		t.Errorf("read %+v", p)
	}
}

// TestFaultsOfReportsAreTold: one error lists all faults, each with its file and field.
func TestFaultsOfReportsAreTold(t *testing.T) {
	folder := t.TempDir()
	for text, want := range map[string][]string{
		`{"load_summary": {"count": "many"}, "successes": {"latency": {}}}`: {
			`load_summary.count: many is not a number`, `successes.latency.request_latency.mean: is missing`, `successes.prompt_len.mean: is missing`,
			`load_summary.requested_rate: is missing`,
		},
		`{"mean_ttft_ms": -1, "completed": 0}`: {
			`mean_ttft_ms: -1 is below 0`, `completed: 0 is below 1`, `total_input_tokens: is missing`, `mean_tpot_ms: is missing`,
		},
		`{"mean_ttft_ms": 50, "mean_e2el_ms": 20, "completed": 2, "total_input_tokens": 20, "total_output_tokens": 20, "max_concurrency": 1}`: {
			`the first token cannot come after 0.05 s and the last after 0.02 s`,
		},
		`{"requests": 1}`: {`neither of a stage of inference-perf nor a result of`},
		"{\"a\":\n1,\n]}": {`x.json:3: no JSON object`},
		``:                {`x.json:1: no JSON object`},
		`[1]`:             {`no JSON object`},
	} {
		path := filepath.Join(folder, "x.json")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadReports(path, 0)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s\ngot %v\nwant %s", text, err, w)
			}
		}
	}
	if _, err := ReadReports("testdata/stages/summary_lifecycle_metrics.json", 0); err == nil || !strings.Contains(err.Error(), "sums up all stages") {
		t.Errorf("a summary: %v", err)
	}
	if _, err := ReadReports(t.TempDir(), 0); err == nil || !strings.Contains(err.Error(), "there are no measurements") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := ReadReports("absent.json", 0); err == nil {
		t.Error("a file that is not there is read")
	}
}

// TestSummaryOfStagesIsReadAsItIs reads a summary table whose columns have units. If the table has
// several configurations, the user must choose one.
func TestSummaryOfStagesIsReadAsItIs(t *testing.T) {
	text := "config,stage,requests,requested_rate,prompt_mean,output_mean,ttft_mean_ms,e2e_mean,req_s\n" +
		"a,stage_0,60,1.0,200,60,33.5,480,0.99\na,stage_1,1200,20.0,200,60,40,600,19.5\nb,stage_0,60,1.0,200,60,30,500,0.99\n"
	if _, err := ReadPoints(read(t, text), 0); err == nil || !strings.Contains(err.Error(), "--where config=…: a, b") {
		t.Errorf("two configurations: %v", err)
	}
	table := read(t, text)
	if err := table.Keep("config", "a"); err != nil {
		t.Fatal(err)
	}
	points, err := ReadPoints(table, 440)
	if err != nil {
		t.Fatal(err)
	}
	if p := points[0]; len(points) != 2 || p.TTFT != 0.0335 || p.E2E != 0.48 || !p.Random || p.InFlight != 440 || p.Requests != 60 {
		t.Errorf("read %+v", points)
	}
}
