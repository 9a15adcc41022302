package scenarios

import (
	"errors"
	"math"
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

// TestTracesOfMachinesReachTheSpec: the specification of the run contains what the shipped traces
// say, and the traces are listed as its inputs.
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
	if text := e.Summary(); !strings.Contains(text, "# Trace spot-availability.csv: 6 rows over time\n") || strings.Contains(text, "spans") {
		t.Errorf("the summary is\n%s", text)
	}
}

// TestEveryPolicyLivesWithAScantSupply runs all allocators while few machines of each type are
// available at some times, and many at others.
func TestEveryPolicyLivesWithAScantSupply(t *testing.T) {
	supply := filepath.Join(t.TempDir(), "supply.csv")
	if err := os.WriteFile(supply, []byte("time,available\n0,2\n20,0\n25,1\n35,3\n60,1\n70,2\n80,0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	changes := []file.Change{{Path: "duration", Value: "90s"}, {Path: "warmup", Value: "10s"}, {Path: "control.period", Value: "5s"}, {Path: "workload[0].arrivals.day-curve.at", Value: "1m"}}
	for _, machine := range []string{"0", "1", "2"} {
		changes = append(changes, file.Change{Path: "fleet[" + machine + "].availability", Value: "{file: " + supply + ", notice: 4s}"}, file.Change{Path: "fleet[" + machine + "].boot", Value: "2s"})
	}
	e := prepare(t, "testdata/7df8e8f/quickstart.yaml", changes...)
	for p := range e.Scenario.Policies {
		if invariants, _ := observed(t, e, p); invariants.Reclaimed == 0 {
			t.Errorf("%s: no machine was reclaimed", e.Scenario.Policies[p].Name)
		}
	}
}

// TestACutSupplyCostsService: when few spot machines are available, policies that may use on-demand
// machines pay more, and policies without them serve fewer requests.
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
		{"availability: {file: " + at("supply.csv") + ", notice: 1m}", "s.yaml:9:61: fleet[0].availability.file: " + at("supply.csv") + `:2: available: "many" is not a whole number`},
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

// pay returns a scenario whose machines are paid for in every possible way.
func pay(machine, carbon string) string {
	return strings.Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}"), "max: 2", "max: 2, "+machine, 1) + carbon
}

// TestPayReachesTheSpec: the specification of the run contains prices and the carbon intensity,
// written in the scenario or in files, and the numbers of machines that are kept or paid for in any
// case.
func TestPayReachesTheSpec(t *testing.T) {
	dir := t.TempDir()
	prices, grid := filepath.Join(dir, "prices.csv"), filepath.Join(dir, "grid.csv")
	if err := errors.Join(os.WriteFile(prices, []byte("time,price\n0,0.5\n30s,1.5\n"), 0o600), os.WriteFile(grid, []byte("intensity,time\n300,10s\n100,30s\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	second := kernel.Time(time.Second)
	line := func(points ...float64) (list fleet.Timeline) {
		for i := 0; i < len(points); i += 2 {
			list = append(list, fleet.TimelinePoint{From: kernel.Time(points[i]) * second, Value: points[i+1]})
		}
		return list
	}
	for _, c := range []struct {
		machine, carbon string
		want            fleet.MachineType
		intensity       fleet.Timeline
		inputs          int
		told            []string
	}{
		{"price: 7$/h", "", fleet.MachineType{Price: 7}, nil, 0, nil},
		{"price: {file: " + prices + "}", "carbon: {file: " + grid + "}\n", fleet.MachineType{Price: 0.53, Prices: line(0, 0.5, 30, 1.5)}, line(0, 300, 30, 100), 2,
			[]string{"# Machine aws/g4dn.xlarge: price 0.5 to 1.5 over time, mean 1.25 $/h", "# Carbon intensity: 100 to 300 over time, mean 150 g/kWh", "prices.csv: 2 rows over time"}},
		{"price: {rows: [{time: 10s, price: 1$/h}, {time: 1m, price: 9$/h}]}, min: 1, reserved: 2, billing: minute", "carbon: {rows: [{time: 0s, intensity: 0.2kg/kWh}]}\n",
			fleet.MachineType{Price: 0.53, Min: 1, Reserved: 2, Billing: time.Minute, Prices: line(10, 1, 60, 9)}, line(0, 200), 0,
			[]string{"aws/g4dn.xlarge: at least 1 rented, 2 paid always, every started minute paid whole, price 0.526 to 9 over time, mean 4.96", "# Carbon intensity: 200 g/kWh"}},
		{"billing: hour", "carbon: 400g/kWh\n", fleet.MachineType{Price: 0.53, Billing: time.Hour}, line(0, 400), 0, []string{"every started hour paid whole"}},
		{"billing: second", "", fleet.MachineType{Price: 0.53}, nil, 0, nil},
	} {
		e := prepared(t, pay(c.machine, c.carbon))
		kind := e.Spec.Types[0]
		got := fleet.MachineType{Price: math.Round(kind.Price*100) / 100, Min: kind.Min, Reserved: kind.Reserved, Billing: kind.Billing, Prices: kind.Prices}
		if !reflect.DeepEqual(got, c.want) || !reflect.DeepEqual(e.Spec.Carbon, c.intensity) || len(e.Inputs) != c.inputs {
			t.Errorf("%s %s: %+v, want %+v; intensity %v, want %v; inputs %v", c.machine, c.carbon, got, c.want, e.Spec.Carbon, c.intensity, e.Inputs)
		}
		text := e.Summary()
		for _, line := range c.told {
			if !strings.Contains(text, line) {
				t.Errorf("%s %s: the summary does not say %q:\n%s", c.machine, c.carbon, line, text)
			}
		}
		if c.told == nil && strings.Contains(text, "# Machine") {
			t.Errorf("%s: the summary says\n%s", c.machine, text)
		}
	}
}

func TestImpossiblePayIsRefused(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("time,price,intensity\n0,1,2\n0,-1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ machine, carbon, want string }{
		{"price: -1$/h", "", "s.yaml:9:47: fleet[0].price: -1$/h is negative"},
		{"price: {}", "", "s.yaml:9:47: fleet[0].price.file: no file is named, and there are no rows"},
		{"price: {file: x, rows: [{time: 0s, price: 1$/h}]}", "", "s.yaml:9:63: fleet[0].price.rows: a table has either a file or rows, not both"},
		{"price: {rows: [{time: -1s, price: 1$/h}]}", "", "fleet[0].price.rows[0].time: -1s is before the start"},
		{"price: {rows: [{time: 5s, price: 1$/h}, {time: 5s, price: -2$/h}]}", "", "fleet[0].price.rows[1].time: 5s is not after the row before, 5s"},
		{"price: {rows: [{time: 5s, price: 1$/h}, {time: 6s, price: -2$/h}]}", "", "fleet[0].price.rows[1].price: -2$/h is negative"},
		{"price: {file: " + bad + "}", "", "fleet[0].price.file: " + bad + ":3: price: -1 is outside 0 to 1000000"},
		{"", "carbon: {file: " + bad + "}\n", "carbon.file: " + bad + ":3: time: 0s is not after the row before, 0s"},
		{"", "carbon: -1g/kWh\n", "carbon: -1g/kWh is negative"},
		{"", "carbon: {rows: [{time: 0s, intensity: -1g/kWh}]}\n", "carbon.rows[0].intensity: -1g/kWh is negative"},
		{"", "carbon: 5\n", "carbon: "},
		{"min: 3", "", "s.yaml:9:45: fleet[0].min: 3 is outside 0 to max, 2"},
		{"reserved: -1", "", "s.yaml:9:50: fleet[0].reserved: -1 is outside 0 to max, 2"},
		{"billing: day", "", "fleet[0].billing: "},
	} {
		if got := mistakes(t, pay(c.machine, c.carbon)); !strings.Contains(got, c.want) {
			t.Errorf("%s %s: reported is\n%s\nwant\n%s", c.machine, c.carbon, got, c.want)
		}
	}
}
