// Package builtin is the catalogue that comes with the program: machine types that can be rented
// and models that can be served, each figure with its source and date or marked as an assumption.
// The types are also those of the sections "machines" and "models" of a scenario file.
package builtin

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// CPU is the device that every machine has.
const CPU = "cpu"

// Machine is a type of machine that can be rented.
type Machine struct {
	Name          string             `yaml:"name,required" doc:"what the fleet section calls it, such as aws/g5.xlarge"`
	Cores         int                `yaml:"cores,required" doc:"virtual CPU cores"`
	Memory        quantity.Bytes     `yaml:"memory,required" doc:"host memory"`
	GPU           string             `yaml:"gpu,omitempty" doc:"kind of its GPUs, such as a10g; left out where it has none"`
	GPUs          int                `yaml:"gpus,omitempty" doc:"number of GPUs"`
	GPUMemory     quantity.Bytes     `yaml:"gpu-memory,omitempty" doc:"memory of each GPU"`
	MIG           bool               `yaml:"mig,omitempty" doc:"its GPUs can be cut into MIG slices, as those of an A100 or H100"`
	Price         quantity.Price     `yaml:"price,required" doc:"paid from order to release"`
	Boot          quantity.Duration  `yaml:"boot" doc:"from order to ready; 90s where not given"`
	IdleWatts     quantity.Power     `yaml:"idle-power,omitempty" doc:"whole machine with nothing running"`
	PeakWatts     quantity.Power     `yaml:"peak-power,omitempty" doc:"whole machine with all devices busy"`
	LoadBandwidth quantity.Bandwidth `yaml:"load-bandwidth" doc:"weights from storage to device; 1GB/s where not given"`
	Network       quantity.Bandwidth `yaml:"network,omitempty" doc:"link to other machines, each way, by which KV caches of LLMs move; no limit where not given"`
	Source        string             `yaml:"source,omitempty" doc:"where the figures come from"`
	Date          string             `yaml:"date,omitempty" doc:"when they held"`
	Assumptions   []string           `yaml:"assumptions,omitempty" doc:"figures that were not looked up, with their reasons"`
}

// SetDefaults fills in the boot time and the load bandwidth of a machine that does not say.
func (m *Machine) SetDefaults() {
	m.Boot = 90e9
	m.LoadBandwidth = 1e9
}

// Check reports figures that no machine has.
func (m *Machine) Check(_ *strict.Node, report func(path, message string)) {
	named(report, m.Name)
	positive(report, "cores", m.Cores)
	positive(report, "memory", m.Memory)
	positive(report, "load-bandwidth", m.LoadBandwidth)
	notNegative(report, "network", m.Network)
	notNegative(report, "price", m.Price)
	notNegative(report, "boot", m.Boot)
	notNegative(report, "idle-power", m.IdleWatts)
	if m.PeakWatts < m.IdleWatts {
		report("peak-power", fmt.Sprintf("%v is below the idle power %v", m.PeakWatts, m.IdleWatts))
	}
	switch {
	case m.GPU == CPU:
		report("gpu", "cpu is not a kind of GPU")
	case m.GPU != "" && strict.PartedName(m.GPU) != "":
		report("gpu", strict.PartedName(m.GPU))
	case m.GPU != "":
		positive(report, "gpus", m.GPUs)
		positive(report, "gpu-memory", m.GPUMemory)
	default:
		const kindless = "the kind of GPU is missing; write it under gpu"
		switch {
		case m.GPUs != 0:
			report(strict.Resting("gpus", "gpu"), kindless)
		case m.GPUMemory != 0:
			report(strict.Resting("gpu-memory", "gpu"), kindless)
		case m.MIG:
			report(strict.Resting("mig", "gpu"), kindless)
		}
	}
}

// Validate returns what Check reports of a machine that was not read from a file.
func (m Machine) Validate() strict.Faults { return strict.Validate(m) }
