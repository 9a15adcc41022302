package scenarios

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/file"
)

// arrivalsOfAllKinds are arrivals of about 20 requests per second.
var arrivalsOfAllKinds = map[string]string{
	"poisson":       "{poisson: {rate: 20/s}}",
	"gamma":         "{gamma: {rate: 20/s, cv: 2}}",
	"constant":      "{constant: {rate: 20/s}}",
	"constant from": "{constant: {rate: 20/s, start: 1s}}",
	"renewal":       "{renewal: {rate: 20/s, gaps: {gamma: {scv: 0.5}}}}",
	"mmpp":          "{mmpp: {states: [{rate: 10/s, mean-sojourn: 5s}, {rate: 30/s, mean-sojourn: 5s}]}}",
	"sinusoid":      "{sinusoid: {mean: 20/s, amplitude: 10/s, period: 60s}}",
	"bulk":          "{bulk: {size: 4, arrivals: {poisson: {rate: 5/s}}}}",
	"clients":       "{clients: {count: 20, think-time: {mean: 990ms}}}",
	"day curve":     "{day-curve: {mean: 20/s, peak: 2x, at: 5m, day: 10m, cv: 1.5}}",
	"steps":         "{steps: {step: 30s, rates: [10/s, 30/s]}}",
	"trace":         "{csv: {file: FILE, time: at}}",
	"thinned trace": "{csv: {file: FILE, time: at, scale: {thin: {keep: 0.5}}}}",
}

// TestTheLoadFactorMultipliesAllArrivals: with a factor, streams of every kind have as many
// requests more or less in the same time, and the shape of their rate stays.
func TestTheLoadFactorMultipliesAllArrivals(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace.csv")
	var rows strings.Builder
	rows.WriteString("at\n")
	for i := range 12_000 {
		fmt.Fprintf(&rows, "%.2f\n", float64(i)/20)
	}
	if err := os.WriteFile(trace, []byte(rows.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, arrivals := range arrivalsOfAllKinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := fmt.Sprintf("name: s\nduration: 10m\nreplications: 1\nworkload: [{model: vit, slo: {latency: 10ms, percentile: 95}, arrivals: %s}]\nfleet: [{machine: aws/g6.xlarge, max: 1}]\npolicies: [follow]\n", strings.ReplaceAll(arrivals, "FILE", trace))
			halves := func(changes ...file.Change) (n [2]float64) {
				l, err := load(t, text, changes...).load(t.Context(), 0, 1)
				if err != nil {
					t.Fatal(err)
				}
				for w, rates := range l.rates {
					n[2*w/len(l.rates)] += 60 * rates[0]
				}
				return n
			}
			plain := halves()
			if same := halves(file.Change{Path: "load", Value: "1x"}); same != plain {
				t.Errorf("%v with the factor 1, %v without", same, plain)
			}
			for _, f := range []float64{0.5, 1.7} {
				got := halves(file.Change{Path: "load", Value: fmt.Sprint(f)})
				for half := range got {
					want := f * plain[half]
					if math.Abs(got[half]-want) > 6*math.Sqrt(want*max(1, f)) {
						t.Errorf("factor %v: %v requests in half %d, want about %v", f, got[half], half, want)
					}
				}
			}
		})
	}
}

// TestTheLoadFactorMultipliesConcurrency of senders: their limit, too.
func TestTheLoadFactorMultipliesConcurrency(t *testing.T) {
	const text = "name: s\nduration: 1m\nreplications: 1\nworkload: [{model: vit, slo: {latency: 1s, percentile: 95}, max-concurrency: 3, arrivals: {poisson: {rate: 1/s}}}]\nfleet: [{machine: aws/g6.xlarge, max: 1}]\npolicies: [follow]\n"
	for f, want := range map[string]int{"1x": 3, "2x": 6, "0.01x": 1, "1.5": 5} {
		if got := load(t, text, file.Change{Path: "load", Value: f}).Traffic[0].Most; got != want {
			t.Errorf("%s: %d in flight, want %d", f, got, want)
		}
	}
}

// TestAFaultyLoadFactorIsAMistake: it is told at its own key.
func TestAFaultyLoadFactorIsAMistake(t *testing.T) {
	const text = "name: s\nduration: 1m\nload: %s\nworkload:\n  - {model: vit, slo: {latency: 1s}, arrivals: {poisson: {rate: 900000000/s}}}\n  - {model: resnet, slo: {latency: 1s}, arrivals: {clients: {count: 1000000}}}\nfleet: [{machine: aws/g6.xlarge, max: 1}]\npolicies: [follow]\n"
	for value, want := range map[string][]string{
		"0x":  {"s.yaml:3:7: load: 0x is outside 0.000001x to 1000000x"},
		"-2":  {"s.yaml:3:7: load: -2x is outside"},
		"1e8": {"s.yaml:3:7: load: 1e+08x is outside"},
		"two": {"s.yaml:3:7: load: \"two\" is not a multiple"},
		"3x":  {"s.yaml:3:7: load: the stream vit cannot have 3 times its arrivals: rate", "load: the stream resnet has 3000000 clients then; at most 1000000 are allowed"},
	} {
		f, err := file.Read("s.yaml", fmt.Appendf(nil, text, value))
		if err == nil {
			_, err = Prepare(f)
		}
		for _, part := range want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("load: %s: %v\nwant %s", value, err, part)
			}
		}
	}
}
