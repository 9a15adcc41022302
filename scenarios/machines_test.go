package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestTracesOfMachinesReachTheSpec: the spec of the run has what the shipped traces say, and the
// traces are among its inputs.
func TestTracesOfMachinesReachTheSpec(t *testing.T) {
	e := prepare(t, "spot-trace")
	m := func(minutes float64) kernel.Time { return kernel.Time(minutes * float64(time.Minute)) }
	kind := e.Spec.Types[1]
	if want := [][]fleet.Outage{{{Down: m(6), Up: m(8.5)}}, nil, {{Down: m(2.5), Up: m(4)}}, {{Down: m(26), Up: m(28)}}}; !reflect.DeepEqual(kind.Outages, want) {
		t.Errorf("outages are %v, want %v", kind.Outages, want)
	}
	if want := []fleet.Supply{{Machines: 5}, {From: m(12), Machines: 2}, {From: m(18)}, {From: m(22), Machines: 3}, {From: m(31), Machines: 6}, {From: m(40), Machines: 2}}; !reflect.DeepEqual(kind.Supply, want) {
		t.Errorf("the supply is %v, want %v", kind.Supply, want)
	}
	if want := (fleet.Spot{Notice: 2 * time.Minute}); kind.Spot != want || e.Spec.Types[0].Supply != nil {
		t.Errorf("the notice is %+v, and machines on demand have a supply %v", kind.Spot, e.Spec.Types[0].Supply)
	}
	if len(e.Inputs) != 2 || e.Inputs[0].Rows != 3 || e.Inputs[1].Rows != 6 || len(e.Inputs[1].SHA256) != 64 {
		t.Errorf("inputs are %+v", e.Inputs)
	}
	if text := e.Summary(); !strings.Contains(text, "# Trace spot-availability.csv: 6 rows about machines\n") || strings.Contains(text, "spans") {
		t.Errorf("the summary is\n%s", text)
	}
}

// TestEveryPolicyLivesWithAScantSupply runs all allocators while machines of all types become few
// and many.
func TestEveryPolicyLivesWithAScantSupply(t *testing.T) {
	supply := filepath.Join(t.TempDir(), "supply.csv")
	if err := os.WriteFile(supply, []byte("time,available\n0,2\n20,0\n25,1\n35,3\n60,1\n70,2\n80,0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	changes := []file.Change{{Path: "duration", Value: "90s"}, {Path: "warmup", Value: "10s"}, {Path: "control.period", Value: "5s"}, {Path: "workload[0].arrivals.day-curve.at", Value: "1m"}}
	for _, machine := range []string{"0", "1", "2"} {
		changes = append(changes, file.Change{Path: "fleet[" + machine + "].availability", Value: "{file: " + supply + ", notice: 4s}"}, file.Change{Path: "fleet[" + machine + "].boot", Value: "2s"})
	}
	e := prepare(t, "quickstart", changes...)
	for p := range e.Scenario.Policies {
		if invariants, _ := observed(t, e, p); invariants.Reclaimed == 0 {
			t.Errorf("%s: no machine was reclaimed", e.Scenario.Policies[p].Name)
		}
	}
}

// TestACutSupplyCostsService: policies with machines on demand pay for them, and policies without
// them serve fewer requests.
func TestACutSupplyCostsService(t *testing.T) {
	r := run(t, prepare(t, "spot-trace", file.Change{Path: "replications", Value: "1"}), 2)
	met, cost, taken := means(r, "slo_attainment"), means(r, "cost"), means(r, "reclaims")
	if !(met["spot"] < met["either"] && met["either"] < met["on-demand"] && cost["spot"] < cost["either"] && cost["either"] < cost["on-demand"]) {
		t.Errorf("attainment is %v, cost %v", met, cost)
	}
	if taken["spot"] == 0 || taken["on-demand"] != 0 {
		t.Errorf("reclaims are %v", taken)
	}
}

func TestImpossibleTracesOfMachinesAreRefused(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"outages.csv": "machine,down,up\n1,2,3\n1,2,5\n1,1,9\n", "supply.csv": "time,available\n0,many\n", "good.csv": "time,available\n0,3\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	base := scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct{ new, want string }{
		{"availability: {file: " + at("good.csv") + ", notice: 1m}", ""},
		{"outages: {file: " + at("outages.csv") + "}", "s.yaml:9:56: fleet[0].outages.file: " + at("outages.csv") + ":3: down: 2s is before machine 1 is up again, at 3s (2 bad lines in all)"},
		{"availability: {file: " + at("supply.csv") + ", notice: 1m}", "s.yaml:9:61: fleet[0].availability.file: " + at("supply.csv") + `:2: available: "many" is no whole number`},
		{"outages: {file: none.csv}", "s.yaml:9:56: fleet[0].outages.file: "},
		{"outages: {file: ''}", "s.yaml:9:56: fleet[0].outages.file: no file is named"},
		{"outages: {}", "s.yaml:9:49: fleet[0].outages.file: this key is missing"},
		{"availability: {file: x, notice: -1s}", "s.yaml:9:72: fleet[0].availability.notice: -1s is negative"},
		{"outages: {file: x}, failures: {mtbf: 1h, mttr: 1s}", "s.yaml:9:49: fleet[0].outages: a machine has either failures or a trace of outages, not both"},
		{"availability: {file: x, notice: 1s}, spot: {mean-lifetime: 1h, notice: 1s}", "s.yaml:9:54: fleet[0].availability: a machine has either spot or a trace of its availability, not both"},
	} {
		got := mistakes(t, strings.Replace(base, "max: 2", "max: 2, "+c.new, 1))
		if !strings.Contains("\n"+got, "\n"+c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.new, got, c.want)
		}
	}
}
