package trace

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/workload/table"
)

// folderOf writes files into a folder.
func folderOf(t testing.TB, files map[string]string) table.File {
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return table.OnDisk(folder)
}

const clientDataset = `{"0": {"input_tokens": "{10: 0.25, 20.0: 0.75}", "output_tokens": {"5": 1}}, "1200": {"input_tokens": "{7: 1}", "output_tokens": "{8: 2e-1}"}}`

func TestClientsSendAtTheirRates(t *testing.T) {
	file := folderOf(t, map[string]string{
		"a-trace.csv": "0,0,0,,0,0\n600,2,0.8,Gamma,1.5,0.3\n1200,0.5,1.3,Weibull,0.7,2\n", "a-dataset.json": clientDataset,
		"b-trace.csv": "0,0.01,1,,0,0\n", "b-dataset.json": clientDataset,
	})
	if name, err := Detect(file); name != "servegen" || err != nil {
		t.Fatalf("it is %q, %v", name, err)
	}
	g := must(ReadServeGen(file, 0))
	if len(g.clients) != 2 || g.Span() != 1800*time.Second || math.Abs(g.Mean()-(1200+300+6)) > 1e-9 {
		t.Fatalf("%d clients, %v, %g requests", len(g.clients), g.Span(), g.Mean())
	}
	busiest := must(ReadServeGen(file, 1))
	const runs = 200
	var early, late, ten float64
	for i := range runs {
		l := lane("a")
		l.Replication = i
		for _, r := range take(t, must(Generate(l, busiest)), 1<<20) {
			switch at := r.Arrival.Seconds(); {
			case at < 600 || at >= 1800 || at < 1200 && r.Output != 5 || at >= 1200 && (r.Input != 7 || r.Output != 8):
				t.Fatalf("%+v", r)
			case at < 1200:
				early++
				if r.Input == 10 {
					ten++
				}
			default:
				late++
			}
		}
	}
	if math.Abs(early/runs-1200) > 12 || math.Abs(late/runs-300) > 8 || math.Abs(ten/early-0.25) > 0.005 {
		t.Errorf("%g and %g requests, %g of them short; want 1200, 300, 0.25", early/runs, late/runs, ten/early)
	}
}

func TestChoosingClientsMovesNoDraw(t *testing.T) {
	files := map[string]string{}
	for i := range 5 {
		files[fmt.Sprintf("c%d-trace.csv", i)] = fmt.Sprintf("0,%d,1,Gamma,1,1\n", i+1)
		files[fmt.Sprintf("c%d-dataset.json", i)] = fmt.Sprintf(`{"0":{"text_tokens":"{%d: 1}","image_tokens":"{100: 1}","image_count":"{2: 1}","output_tokens":"{1: 1}"}}`, i+1)
	}
	file := folderOf(t, files)
	all, some := take(t, must(Generate(lane("a"), must(ReadServeGen(file, 0)))), 1<<20), take(t, must(Generate(lane("a"), must(ReadServeGen(file, 2)))), 1<<20)
	at := 0
	for _, r := range all {
		if r.Input >= 204 {
			if r.Ordinal = some[at].Ordinal; r != some[at] {
				t.Fatalf("request %d is %+v, of two clients %+v", at, r, some[at])
			}
			at++
		}
	}
	if at != len(some) {
		t.Errorf("%d of %d requests", at, len(some))
	}
}

func TestFaultsOfClientsAreToldTogether(t *testing.T) {
	good := "0,1,1,Gamma,1,1\n"
	for _, c := range []struct {
		trace, dataset string
		wants          []string
	}{
		{"0,x,1,Gamma,1,1\n0,1,1\n600,1,1,Cauchy,1,1\n700,1,1,Gamma,0,1\n", "{}", []string{"a-trace.csv:1", "rate", "4 bad lines", "a-trace.csv:3", "Cauchy", "a-trace.csv:3"}},
		{"600,1,1,Gamma,1,1\n0,1,1,Gamma,1,1\n", clientDataset, []string{"a-trace.csv:2", "no later"}},
		{"-5,1,1,Gamma,1,1\n", clientDataset, []string{"before 0"}},
		{good, `{"0": {"input_tokens": "{1: x}", "output_tokens": "[]"}}`, []string{"input_tokens", "output_tokens"}},
		{good, `{"0": {"input_tokens": "{}", "output_tokens": "{1: 0}"}}`, []string{"a-dataset.json", "no window has lengths"}},
		{good, `{"0": {"output_tokens": "{1: 1}"}}`, []string{"missing"}},
		{good, `[`, []string{"a-dataset.json"}},
		{good, "", []string{"a-dataset.json"}},
		{"0,0,0,,0,0\n", clientDataset, []string{"no client sends anything"}},
	} {
		mentions(t, second(ReadServeGen(folderOf(t, map[string]string{"a-trace.csv": c.trace, "a-dataset.json": c.dataset}), 0)), c.wants...)
	}
	mentions(t, second(ReadServeGen(folderOf(t, map[string]string{"a-trace.csv": good}), 0)), "a-dataset.json")
	mentions(t, second(ReadServeGen(folderOf(t, nil), 0)), "no file")
	mentions(t, second(ReadServeGen(table.File{Name: "x"}, 0)), "no folders")
	mentions(t, second(ReadServeGen(table.OnDisk("absent"), 0)), "absent")
	mentions(t, second(ReadServeGen(folderOf(t, nil), -1)), "negative")
	mentions(t, second(Generate(lane("a"), nil)), "none given")
}

func TestGeneratingAllocatesNothingPerRequest(t *testing.T) {
	src := must(Generate(lane("a"), must(ReadServeGen(folderOf(t, map[string]string{"a-trace.csv": "0,1e6,1,Weibull,0.7,1\n", "a-dataset.json": clientDataset}), 0))))
	var r fleet.Request
	src.Next(&r)
	if n := testing.AllocsPerRun(10_000, func() { src.Next(&r) }); n != 0 {
		t.Errorf("%g allocations per request", n)
	}
}

func FuzzClients(f *testing.F) {
	f.Add([]byte("0,1,1,Gamma,1,1\n600,0.1,2,Weibull,0.5,1\n"), []byte(clientDataset))
	f.Fuzz(func(t *testing.T, trace, dataset []byte) {
		g, err := ReadServeGen(folderOf(t, map[string]string{"a-trace.csv": string(trace), "a-dataset.json": string(dataset)}), 0)
		if err == nil {
			inOrder(t, must(Generate(lane("a"), g)), 1000)
		}
	})
}
