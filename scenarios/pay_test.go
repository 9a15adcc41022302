package scenarios

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// rented returns a scenario of one hour with a load that one machine of 0.526 $/h can serve.
func rented(keys, more, policies string) string {
	return fmt.Sprintf(`name: rented
duration: 1h
drain: 0s
replications: 1
workload:
  - {model: resnet, variants: [resnet50], slo: {latency: 500ms, percentile: 95}, arrivals: {constant: {rate: 4/s}}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 4%s}
%s
policies: [%s]
`, keys, more, policies)
}

// TestRentThroughRuns: the numbers of machines and the prices that a scenario gives apply to every
// kind of policy, in runs and in the references that they are compared with.
func TestRentThroughRuns(t *testing.T) {
	const cron = "{name: steps, allocator: {cron: {windows: [{from: 0s, to: 10m, replicas: 1}, {from: 10m, to: 20m, replicas: 4}, {from: 20m, to: 1h, replicas: 1}], every: 0s}}}"
	table := filepath.Join(t.TempDir(), "prices.csv")
	if err := os.WriteFile(table, []byte("time,price,intensity\n0,1,400\n30m,3,100\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	offers := "carbon: {file: " + table + "}\nmachines: [{name: aws/g4dn.xlarge, cores: 4, memory: 16GiB, gpu: t4, gpus: 1, gpu-memory: 16GiB, price: 0.526$/h, spot-price: 0.2$/h, reserved-price: 0.3$/h, idle-power: 18W, peak-power: 98W}]"
	// Three machines are each paid for 50 minutes, the measured part of the hour.
	for _, c := range []struct {
		name, keys, more, policies string
		machines, cost             float64
	}{
		{"plain", "", "", "dp, static-best", 1, 0.526},
		{"at least three", ", min: 3", "", "greedy, dp, lp, auto-adjust, mpc, hpa, static-peak, static-best, oracle", 3, 3 * 0.526},
		{"paid always", ", reserved: 3", "", "dp, oracle", 1, 3 * 0.526},
		{"prices over time", ", price: {file: " + table + "}", "", "dp, static-best", 1, 2},
		{"by the second", "", "", cron, 1.5, 1.5 * 0.526},
		{"by the minute", ", billing: minute", "", cron, 1.5, 1.5 * 0.526},
		{"by the hour", ", billing: hour", "", cron, 1.5, (1 + 3*50./60) * 0.526},
		{"carbon", "", "carbon: {file: " + table + "}", "dp", 1, 0.526},
		{"spot", ", price: spot", offers, "dp, static-best", 1, 0.2},
		{"reserved for a year", ", price: reserved, reserved: 3", offers, "dp", 1, 3 * 0.3},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, prepared(t, rented(c.keys, c.more, c.policies)), 2)
			machines, cost, energy, carbon := means(r, "machines"), means(r, "cost"), means(r, "energy"), means(r, "carbon")
			if len(cost) == 0 {
				t.Fatal("no policy has run")
			}
			for policy := range cost {
				if math.Abs(machines[policy]-c.machines) > 1e-9 || math.Abs(cost[policy]-c.cost) > 1e-9 {
					t.Errorf("%s rents %v machines for %v $, want %v for %v $", policy, machines[policy], cost[policy], c.machines, c.cost)
				}
				// The load is the same in both halves.
				if want := energy[policy] * (400 + 100) / 2; c.more != "" && (energy[policy] == 0 || math.Abs(carbon[policy]-want) > 1e-3*want) {
					t.Errorf("%s: %v g of CO2 for %v kWh, want %v", policy, carbon[policy], energy[policy], want)
				}
			}
		})
	}
}

// markets returns a scenario with on-demand machines and cheaper spot machines.
func markets(rate, demand, market, policies string) string {
	return fmt.Sprintf(`name: markets
duration: 40m
drain: 0s
replications: 1
workload:
  - {model: wav2vec2, variants: [wav2vec2-large-960h-lv60-self], slo: {latency: 1s, percentile: 95}, arrivals: {constant: {rate: %s}}}
machines:
  - {name: spot/g4dn.xlarge, cores: 4, memory: 16GiB, gpu: t4, gpus: 1, gpu-memory: 16GiB, price: 0.175$/h, boot: 60s, idle-power: 18W, peak-power: 98W}
fleet:
  - {machine: aws/g4dn.xlarge, max: 8%s}
  - {machine: spot/g4dn.xlarge, max: 8%s}
policies: [%s]
`, rate, demand, market, policies)
}

// fewest returns, per policy, a metric of a machine type, such as the least number that was rented
// at a time.
func fewest(r Results, kind, metric string) map[string]float64 {
	all := map[string]float64{}
	for _, row := range r.Rows {
		if row.Scope == "machine:"+kind && row.Metric == metric {
			all[row.Policy] = row.Value
		}
	}
	return all
}

// TestAFloorOnDemandStandsBesideSpotMachines: two on-demand machines are kept whatever happens to
// the spot machines. The cheaper spot machines serve the rest of the load.
func TestAFloorOnDemandStandsBesideSpotMachines(t *testing.T) {
	r := run(t, prepared(t, markets("200/s", ", min: 2", ", spot: {mean-lifetime: 15m, notice: 2m}", "greedy, dp, lp, hpa")), 2)
	floor, spot := fewest(r, "aws/g4dn.xlarge", "machines_min"), fewest(r, "spot/g4dn.xlarge", "machines")
	if len(floor) != 4 {
		t.Fatalf("floors %v", floor)
	}
	for policy, n := range floor {
		if n < 2 || spot[policy] < 1 {
			t.Errorf("%s keeps %v machines on demand beside %v of the others", policy, n, spot[policy])
		}
	}
}

// TestPlansGoByThePricesOfTheTime: a machine type becomes expensive in the second half of the run.
// Policies that plan again stop using it. The best constant fleet never rents it, since that is
// chosen by the mean price.
func TestPlansGoByThePricesOfTheTime(t *testing.T) {
	const prices = ", price: {rows: [{time: 0s, price: 0.175$/h}, {time: 20m, price: 2$/h}]}"
	r := run(t, prepared(t, markets("40/s", "", prices, "dp, lp, static-best, oracle")), 2)
	cost, spot := means(r, "cost"), fewest(r, "spot/g4dn.xlarge", "machines")
	if spot["static-best"] != 0 || math.Abs(cost["static-best"]-0.526*2/3) > 1e-9 {
		t.Errorf("static-best rents %v machines of the dear type for %v $", spot["static-best"], cost["static-best"])
	}
	for _, policy := range []string{"dp", "lp", "oracle"} {
		if at := spot[policy]; at < 0.4 || at > 0.6 || cost[policy] > 0.97*cost["static-best"] {
			t.Errorf("%s rents %v machines of the type that becomes dear, for %v $", policy, at, cost[policy])
		}
	}
}
