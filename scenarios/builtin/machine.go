// Package builtin is the catalogue that comes with the program: machine types that can be rented,
// and models that can be served. Each figure has its source and date, or is marked as an
// assumption. Sections "machines" and "models" of a scenario file use the same types.
package builtin

import (
	"fmt"
	"strings"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// CPU is the device that every machine has.
const CPU = "cpu"

// Machine is a type of machine that can be rented.
type Machine struct {
	Name          string             `yaml:"name,required" doc:"name of the machine type in the section fleet, such as aws/g5.xlarge"`
	Region        string             `yaml:"region,omitempty" doc:"region of the prices"`
	Cores         int                `yaml:"cores,required" doc:"virtual CPU cores"`
	Memory        quantity.Bytes     `yaml:"memory,required" doc:"host memory"`
	GPU           string             `yaml:"gpu,omitempty" doc:"kind of the GPUs, such as a10g; left out if there are none"`
	GPUs          int                `yaml:"gpus,omitempty" doc:"number of GPUs"`
	GPUMemory     quantity.Bytes     `yaml:"gpu-memory,omitempty" doc:"memory of each GPU"`
	MIG           bool               `yaml:"mig,omitempty" doc:"the GPUs can be cut into MIG slices, as an A100 or H100 can"`
	Price         quantity.Price     `yaml:"price,required" doc:"price on demand, paid from order to release"`
	SpotPrice     quantity.Price     `yaml:"spot-price,omitempty" doc:"price of a machine that the provider may take back; unknown when not given"`
	ReservedPrice quantity.Price     `yaml:"reserved-price,omitempty" doc:"price with a commitment of one year; unknown when not given"`
	Boot          quantity.Duration  `yaml:"boot" doc:"time from order to ready; 90s when not given"`
	IdleWatts     quantity.Power     `yaml:"idle-power,omitempty" doc:"power of the whole machine with nothing running"`
	PeakWatts     quantity.Power     `yaml:"peak-power,omitempty" doc:"power of the whole machine with all devices busy"`
	LoadBandwidth quantity.Bandwidth `yaml:"load-bandwidth" doc:"bandwidth of loading weights from storage to the device; 1GB/s when not given"`
	Network       quantity.Bandwidth `yaml:"network,omitempty" doc:"bandwidth to other machines in each direction, for KV caches of LLMs; no limit when not given"`
	Source        string             `yaml:"source,omitempty" doc:"source of the figures"`
	Date          string             `yaml:"date,omitempty" doc:"date of the figures"`
	Assumptions   []string           `yaml:"assumptions,omitempty" doc:"figures that were not looked up, with their reasons"`

	group int // machines of the group that this is; 0: a single machine (Grouped)
}

// Grouped returns a group of n machines as one machine. It has n times the resources, links, power
// and prices; each GPU has the same memory, and the boot time is the same. One machine stays as it
// is.
func (m Machine) Grouped(n int) Machine {
	if n <= 1 {
		return m
	}
	m.group = n
	m.Cores, m.Memory, m.GPUs = n*m.Cores, quantity.Bytes(n)*m.Memory, n*m.GPUs
	m.Price, m.SpotPrice, m.ReservedPrice = quantity.Price(n)*m.Price, quantity.Price(n)*m.SpotPrice, quantity.Price(n)*m.ReservedPrice
	m.IdleWatts, m.PeakWatts = quantity.Power(n)*m.IdleWatts, quantity.Power(n)*m.PeakWatts
	m.LoadBandwidth, m.Network = quantity.Bandwidth(n)*m.LoadBandwidth, quantity.Bandwidth(n)*m.Network
	return m
}

// Group returns the number of machines of the group that this is, 1 for a single machine.
func (m Machine) Group() int { return max(1, m.group) }

// Provider returns the part of the name before the first slash, such as aws; the machines of a
// provider have the same one.
func (m Machine) Provider() string {
	name, _, parted := strings.Cut(m.Name, "/")
	if !parted {
		return ""
	}
	return name
}

// SetDefaults fills in the boot time and the load bandwidth, for machines without their own.
func (m *Machine) SetDefaults() {
	m.Boot = 90e9
	m.LoadBandwidth = 1e9
}

// Check reports impossible figures.
func (m *Machine) Check(_ *strict.Node, report func(path, message string)) {
	named(report, m.Name)
	positive(report, "cores", m.Cores)
	positive(report, "memory", m.Memory)
	positive(report, "load-bandwidth", m.LoadBandwidth)
	notNegative(report, "network", m.Network)
	notNegative(report, "price", m.Price)
	notNegative(report, "spot-price", m.SpotPrice)
	notNegative(report, "reserved-price", m.ReservedPrice)
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

// Validate returns the faults of a machine that was not read from a file.
func (m Machine) Validate() strict.Faults { return strict.Validate(m) }
