package builtin

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/sim/simtest/golden"
)

// load reads the whole catalogue.
func load(t *testing.T) ([]Machine, []Model) {
	t.Helper()
	machines, err := Machines()
	if err != nil {
		t.Fatal(err)
	}
	models, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	return machines, models
}

const head = `# Models and their variants. Accuracy and size are as published. Batch latencies are derived. Those on a GPU
# come from the throughputs that timm measured on two GeForce cards (PyTorch 2.4, mixed precision, large
# batches). They are split into a part that depends on memory bandwidth and a part that depends on peak fp16
# throughput. Both are scaled to each card by its data sheet and by the share of both that a serving stack
# achieves (bandwidth: 0.8, on the A100 0.6, on the H100 0.5; peak: 0.5 on T4 and L4, 0.7 on the A10G, 0.6 on
# L40S and A100, 0.4 on the H100; all are assumptions). Latencies on a CPU are timm's fp32 times on 14 cores,
# multiplied by (14/4)^0.8, for a replica of 4 physical cores (assumption).
# This file is written by: go test ./scenarios/builtin -run Follow -update
models:
`

func TestShippedModelsFollowFromTheMeasurements(t *testing.T) {
	var b strings.Builder
	b.WriteString(head)
	for i, f := range families(t) {
		f.write(&b, i == 0)
	}
	if golden.Update(t, "models.yaml", b.String()) {
		t.Skip("models.yaml is written; run again without -update")
	}
	var want ModelList
	if err := read("derived", []byte(b.String()), &want); err != nil {
		t.Fatal(err)
	}
	var got ModelList
	if err := read("models.yaml", modelsYAML, &got); err != nil {
		t.Fatal(err)
	}
	rounding := cmp.Comparer(func(a, b quantity.Duration) bool { return math.Abs(float64(a-b)) <= 0.01*float64(a) })
	if diff := cmp.Diff(want.Models, got.Models, rounding); diff != "" {
		t.Errorf("models.yaml does not follow from the measurements:\n%s\n%s", diff, golden.Hint(t))
	}
}

func TestEveryEntryIsValidAndSaysItsSource(t *testing.T) {
	machines, models := load(t)
	if len(machines) < 8 {
		t.Errorf("only %d machines", len(machines))
	}
	for _, m := range machines {
		if faults := m.Validate(); faults != nil || m.Source == "" || m.Date == "" || len(m.Assumptions) == 0 {
			t.Errorf("%s: %v, source %q, date %q, %d assumptions", m.Name, faults, m.Source, m.Date, len(m.Assumptions))
		}
	}
	if len(models) < 5 {
		t.Errorf("only %d models", len(models))
	}
	for _, m := range models {
		least := 2
		if m.Task == "text generation" || m.Task == "image generation" {
			least = 1
		}
		if faults := m.Validate(); faults != nil || m.Source == "" || m.Date == "" || len(m.Notes) == 0 || len(m.Variants) < least {
			t.Errorf("%s: %v, source %q, date %q, %d variants", m.Name, faults, m.Source, m.Date, len(m.Variants))
		}
		for _, v := range m.Variants {
			for _, p := range v.Devices {
				if v.Source == "" || p.Source == "" {
					t.Errorf("%s on %s: no source", v.Name, p.Device)
				}
			}
		}
	}
}

func TestEveryProfileFitsOnAMachine(t *testing.T) {
	machines, models := load(t)
	for _, m := range models {
		for _, v := range m.Variants {
			for _, p := range v.Devices {
				if !slices.ContainsFunc(machines, p.Fits) {
					t.Errorf("%s on %s fits on no machine", v.Name, p.Device)
				}
			}
		}
	}
	for _, machine := range machines {
		fits := 0
		for _, m := range models {
			for _, v := range m.Variants {
				for _, p := range v.Devices {
					if p.Fits(machine) {
						fits++
					}
				}
			}
		}
		if fits == 0 {
			t.Errorf("nothing fits on %s", machine.Name)
		}
	}
}

func TestMoreAccurateVariantsTakeLonger(t *testing.T) {
	_, models := load(t)
	for _, m := range models {
		for i := 1; i < len(m.Variants); i++ {
			less, more := m.Variants[i-1], m.Variants[i]
			if more.Accuracy <= less.Accuracy {
				t.Errorf("%s is not more accurate than %s", more.Name, less.Name)
			}
			for d := range more.Devices {
				if more.Devices[d].Latency == nil || more.Devices[d].Latency.Each <= less.Devices[d].Latency.Each {
					t.Errorf("%s is not slower than %s on %s", more.Name, less.Name, more.Devices[d].Device)
				}
			}
		}
	}
}

func TestFiguresAreWhatPeopleSee(t *testing.T) {
	_, models := load(t)
	for _, c := range []struct {
		model, variant, device string
		batch                  int
		least, most            float64 // requests per second
	}{
		{"resnet", "resnet50", "t4", 32, 900, 1500},
		{"resnet", "resnet50", "cpu", 1, 15, 60},
		{"bert", "bert-base", "t4", 32, 600, 1500},
		{"bert", "bert-large", "a100", 16, 500, 3000},
		{"vit", "vit-base", "a10g", 32, 400, 1500},
	} {
		m, err := FindModel(models, c.model)
		if err != nil {
			t.Fatal(err)
		}
		v, err := FindVariant(m, c.variant)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := find(v.Devices, c.device, "device", func(p Profile) string { return p.Device })
		latency, err := p.Latency.Batch()
		if err != nil {
			t.Fatal(err)
		}
		if got := latency.Throughput(c.batch); got < c.least || got > c.most {
			t.Errorf("%s on %s: %.0f/s at batch %d", c.variant, c.device, got, c.batch)
		}
	}
}

func TestNothingIsFasterThanTheBestIntegerSubmission(t *testing.T) {
	rows := published(t, "mlperf-v4.1", "summary.csv")
	best := func(benchmark, accelerator string) float64 {
		fastest := 0.
		for _, r := range rows {
			if r["Scenario"] == "Offline" && strings.HasPrefix(r["benchmark"], benchmark) && r["accelerator"] == accelerator {
				fastest = max(fastest, number(t, r, "Samples per second")/number(t, r, "accelerators_per_node"))
			}
		}
		return fastest
	}
	_, models := load(t)
	for device, accelerator := range map[string]string{"t4": "Tesla T4", "l4": "NVIDIA L4", "l40s": "NVIDIA L40S", "h100": "NVIDIA H100-SXM-80GB"} {
		for variant, benchmark := range map[string]string{"resnet50": "resnet50", "bert-large": "bert"} {
			limit := best(benchmark, accelerator)
			if limit == 0 && variant == "bert-large" {
				t.Errorf("no %s on %s", benchmark, accelerator)
			}
			for _, m := range models {
				for _, v := range m.Variants {
					for _, p := range v.Devices {
						if v.Name != variant || p.Device != device || limit == 0 {
							continue
						}
						if got := 1e9 / float64(p.Latency.Each); got > limit {
							t.Errorf("%s on %s: %.0f/s, the best submission has %.0f/s", variant, device, got, limit)
						}
					}
				}
			}
		}
	}
}

// TestMachinesAgreeWithThePriceTable compares prices on demand and regions, and for AWS also cores,
// memory and GPUs, which the table has only there.
func TestMachinesAgreeWithThePriceTable(t *testing.T) {
	rows := published(t, "cloud-prices", "prices.csv")
	machines, _ := load(t)
	seen := map[string]int{}
	for _, m := range machines {
		provider, name, _ := strings.Cut(m.Name, "/")
		at := slices.IndexFunc(rows, func(r map[string]string) bool {
			return r["provider"] == provider && strings.TrimPrefix(r["instance"], "Standard_") == name
		})
		if at < 0 {
			t.Errorf("%s has no price", m.Name)
			continue
		}
		seen[provider]++
		r := rows[at]
		if want := number(t, r, "usd_per_hour_on_demand"); math.Abs(float64(m.Price)-want) > 1e-6 || m.Region != r["region"] {
			t.Errorf("%s: %v in %s, want %v in %s", m.Name, m.Price, m.Region, want, r["region"])
		}
		if m.SpotPrice >= m.Price || m.ReservedPrice >= m.Price || m.ReservedPrice > 0 && m.SpotPrice >= m.ReservedPrice {
			t.Errorf("%s: %v on demand, %v spot, %v reserved", m.Name, m.Price, m.SpotPrice, m.ReservedPrice)
		}
		if provider != "aws" {
			continue
		}
		want := []float64{number(t, r, "vcpu"), number(t, r, "memory_mib"), number(t, r, "accelerator_count"), number(t, r, "accelerator_memory_mib")}
		got := []float64{float64(m.Cores), float64(m.Memory) / (1 << 20), float64(m.GPUs), float64(m.GPUMemory) / (1 << 20)}
		if !slices.Equal(want, got) || strings.TrimSuffix(m.GPU, "-80") != r["accelerator"] {
			t.Errorf("%s: %v %s, want %v", m.Name, got, m.GPU, r)
		}
	}
	if seen["aws"] < 15 || seen["azure"] < 5 || seen["gcp"] < 5 {
		t.Errorf("machines of each provider: %v", seen)
	}
}

// TestPeakPowerCoversTheGPUs compares the power of machines with the data sheets of their GPUs. The
// host takes at most 8 W for each virtual core.
func TestPeakPowerCoversTheGPUs(t *testing.T) {
	rows := published(t, "power-specs", "gpus.csv")
	names := map[string]string{"t4": "T4", "l4": "L4", "a10g": "A10G", "l40s": "L40S", "a100": "A100 SXM4 80 GB", "a100-80": "A100 SXM4 80 GB", "h100": "H100 SXM"}
	machines, _ := load(t)
	for _, m := range machines {
		for _, r := range rows {
			if m.GPU == "" || r["name"] != names[m.GPU] {
				continue
			}
			watts := number(t, r, "tdp_watts")
			if strings.Contains(m.Name, "ads_A100") {
				watts = 300 // the PCIe card
			}
			if least := watts * float64(m.GPUs); float64(m.PeakWatts) <= least || float64(m.PeakWatts) > least+8*float64(m.Cores) {
				t.Errorf("%s: peak %v, GPUs alone %v W", m.Name, m.PeakWatts, least)
			}
		}
	}
}

func TestUnknownNamesAreAnsweredWithTheKnownOne(t *testing.T) {
	machines, models := load(t)
	if _, err := FindMachine(machines, "aws/g5.xlrage"); err == nil || !strings.Contains(err.Error(), `did you mean "aws/g5.xlarge"?`) {
		t.Errorf("got %v", err)
	}
	if _, err := FindModel(models, "resnt"); err == nil || !strings.Contains(err.Error(), `did you mean "resnet"?`) {
		t.Errorf("got %v", err)
	}
}

func TestWrongEntriesAreReportedAtTheirPlaces(t *testing.T) {
	const text = `models:
  - name: a
    variants:
      - name: v
        accuracy: 101
        weights: 0B
        devices:
          - {device: cpu, cores: 0, memory: 1GiB, gpu-share: 0.5, gpu-memory: 1GiB, latency: {fixed: 1ms}}
          - {device: t4, cores: 1, memory: 1GiB, gpu-share: 1.5, latency: {each: 1ms, max: 2, table: {1: 1ms}}}
          - {device: t4, cores: 1, memory: 1GiB, gpu-memory: 1GiB, latency: {table: {2: 1ms}}}
  - {name: a, variants: []}
`
	doc, err := strict.Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := `f:5:19: models[0].variants[0].accuracy: must be between 0 and 100, not 101
f:6:18: models[0].variants[0].weights: must be positive, not 0B
f:8:34: models[0].variants[0].devices[0].cores: must be positive, not 0
f:8:62: models[0].variants[0].devices[0].gpu-share: a replica on a CPU takes no GPU
f:8:79: models[0].variants[0].devices[0].gpu-memory: a replica on a CPU takes no GPU
f:8:94: models[0].variants[0].devices[0].latency: fixed must not be negative and each must be positive, not 1ms and 0s
f:9:13: models[0].variants[0].devices[1].gpu-memory: must be positive, not 0B
f:9:61: models[0].variants[0].devices[1].gpu-share: must be above 0 and at most 1, not 1.5
f:9:75: models[0].variants[0].devices[1].latency: a latency is either fixed, each and max, or a table, not both
f:10:22: models[0].variants[0].devices[2].device: "t4" is there already
f:10:77: models[0].variants[0].devices[2].latency: the smallest batch must be 1, not 2
f:11:12: models[1].name: "a" is there already
f:11:25: models[1].variants: needs at least one variant`
	if diff := cmp.Diff(want, doc.Decode(new(ModelList)).Error()); diff != "" {
		t.Error(diff)
	}
}

func TestMachinesThatCannotBeAreReported(t *testing.T) {
	good := Machine{Name: "m", Cores: 1, Memory: 1, LoadBandwidth: 1}
	if faults := good.Validate(); faults != nil {
		t.Fatal(faults)
	}
	for path, change := range map[string]func(*Machine){
		"name":           func(m *Machine) { m.Name = "" },
		"cores":          func(m *Machine) { m.Cores = 0 },
		"memory":         func(m *Machine) { m.Memory = -1 },
		"price":          func(m *Machine) { m.Price = quantity.Price(math.NaN()) },
		"boot":           func(m *Machine) { m.Boot = -1 },
		"load-bandwidth": func(m *Machine) { m.LoadBandwidth = 0 },
		"idle-power":     func(m *Machine) { m.IdleWatts = -1 },
		"peak-power":     func(m *Machine) { m.IdleWatts = 5 },
		"gpu":            func(m *Machine) { m.GPU = CPU },
		"gpus":           func(m *Machine) { m.GPUs = 1 },
		"gpu-memory":     func(m *Machine) { m.GPU, m.GPUs = "t4", 1 },
	} {
		bad := good
		change(&bad)
		if faults := bad.Validate(); len(faults) != 1 || faults[0].Path != path {
			t.Errorf("%s: got %v", path, faults)
		}
	}
}

func TestCatalogueSurvivesWritingAndReading(t *testing.T) {
	_, models := load(t)
	data, err := strict.Encode(ModelList{models})
	if err != nil {
		t.Fatal(err)
	}
	var again ModelList
	if err := read("again", data, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(models, again.Models, cmpopts.IgnoreUnexported(Tokens{})); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkModels(b *testing.B) {
	for b.Loop() {
		if _, err := Models(); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAGPUIsNotAMachine: a message about the name of a GPU names the cheapest machine with it of
// each provider.
func TestAGPUIsNotAMachine(t *testing.T) {
	list, err := Machines()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"L4":   `unknown machine "L4"; it is a GPU of aws/g6.xlarge, gcp/g2-standard-4`,
		"l40s": `unknown machine "l40s"; it is a GPU of aws/g6e.xlarge`,
	} {
		if _, err := FindMachine(list, name); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}
