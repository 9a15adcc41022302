package file

import (
	"fmt"
	"math"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Machines is a machine type that the scenario may rent, with its differences from the catalogue.
type Machines struct {
	Machine string              `yaml:"machine,required" doc:"name of a machine type"`
	Name    string              `yaml:"name,omitempty" doc:"name of the entry in results, for a machine that is listed more than once: at other prices, in other zones; that of the machine when left out"`
	Group   int                 `yaml:"group,omitempty" doc:"machines are rented, and lost, in groups of this many, for replicas that are spread over as many machines; a group counts as one machine in every other number; 1 when left out"`
	Max     int                 `yaml:"max,required" doc:"largest number of machines at a time"`
	Boot    *RandomDuration     `yaml:"boot,omitempty" doc:"time from order to ready, e.g. 45s; or {mean, distribution}, drawn separately for each machine"`
	Price   *MachinePrice       `yaml:"price,omitempty" doc:"price per machine, e.g. 3.06$/h; spot or reserved: that price of the catalogue; or a table over time: {file} or {rows}"`
	Network *quantity.Bandwidth `yaml:"network,omitempty" doc:"bandwidth of a machine to others in each direction, for KV caches of LLMs; 0B/s: no limit"`
	MIG     bool                `yaml:"mig,omitempty" doc:"the GPUs are cut into MIG slices: a replica takes a slice, or whole GPUs"`

	Min      int     `yaml:"min,omitempty" doc:"smallest number of machines that stay rented, with or without replicas"`
	Reserved int     `yaml:"reserved,omitempty" doc:"number of machines that are always paid for, rented or not"`
	Billing  Billing `yaml:"billing,omitempty" doc:"unit of time that is paid in full once it has begun, counted from the order of the machine; second when left out"`

	Failures     *Failures           `yaml:"failures,omitempty" doc:"how machines break down; never when left out"`
	Spot         *Spot               `yaml:"spot,omitempty" doc:"how the owner takes machines back; never when left out"`
	Outages      *Outages            `yaml:"outages,omitempty" doc:"trace of when machines are down, instead of failures"`
	Availability *Availability       `yaml:"availability,omitempty" doc:"trace of how many machines can be rented, instead of spot"`
	Zones        []string            `yaml:"zones,omitempty" doc:"zones in which the machines stand; a machine is ordered in the one with the fewest machines of the entry"`
	Maintenance  []MaintenanceWindow `yaml:"maintenance,omitempty" doc:"spans of time in which machines are drained and take no replica"`
	Interference quantity.Factor     `yaml:"interference,omitempty" doc:"factor on the latency of a batch if one other replica on its GPU is busy; if k others are busy, it is 1 + k·(factor − 1)"`
	Sharing      GPUSharing          `yaml:"sharing,omitempty" doc:"how replicas share a GPU: space: each has its part at all times; time: they take turns, and a batch has the whole GPU; space when left out"`
	TimeShares   []quantity.Percent  `yaml:"time-shares,omitempty" doc:"with sharing: time, the shares of the time of a GPU with which replicas are planned; 25, 33.3, 50, 66.7, 75 and 100 % when left out"`
	Sleep        *Sleep              `yaml:"sleep,omitempty" doc:"replicas that leave a machine sleep there, and later ones wake; they end when left out"`
	Slowdowns    []SlowMachines      `yaml:"slowdowns,omitempty" doc:"spans of time in which machines are slow"`
}

// Label returns the name of the entry in results and messages. That of a group says how many
// machines it has.
func (m *Machines) Label() string {
	switch {
	case m.Name != "":
		return m.Name
	case m.Group > 1:
		return fmt.Sprintf("%s×%d", m.Machine, m.Group)
	}
	return m.Machine
}

// checkGroup reports an impossible group, and keys that a group cannot have.
func (m *Machines) checkGroup(report func(path, message string)) {
	if m.Group < 0 || m.Group > builtin.MostMachines {
		report("group", fmt.Sprintf("%d is outside 1 to %d", m.Group, builtin.MostMachines))
	}
	if m.Group <= 1 {
		return
	}
	for _, key := range []struct {
		name  string
		given bool
		why   string
	}{
		{"mig", m.MIG, "a replica on several machines takes whole GPUs, no MIG slices"},
		{"sharing", m.Sharing == SharedInTime, "replicas on several machines take whole GPUs, which they do not share"},
		{"interference", m.Interference != 0, "replicas on several machines take whole GPUs, which they do not share"},
		{"outages", m.Outages != nil, "the trace is about single machines; give a group failures"},
		{"availability", m.Availability != nil, "the trace counts single machines; give a group spot"},
	} {
		if key.given {
			report(strict.Resting(key.name, "group"), key.why)
		}
	}
}

// GPUSharing says how replicas share a GPU.
type GPUSharing string

// Choices implements strict.Chooser.
func (GPUSharing) Choices() []string { return []string{string(SharedInSpace), string(SharedInTime)} }

// The ways to share a GPU.
const (
	SharedInSpace GPUSharing = "space"
	SharedInTime  GPUSharing = "time"
)

// PlannedShares returns the shares of the time of a GPU with which replicas are planned, in
// thousandths.
func (m *Machines) PlannedShares() (list []int) {
	for _, share := range m.TimeShares {
		list = append(list, int(math.Round(float64(share)*10)))
	}
	if len(list) == 0 {
		list = []int{250, 333, 500, 667, 750, 1000}
	}
	return list
}

// checkSharing reports keys about shared GPUs that exclude each other.
func (m *Machines) checkSharing(report func(path, message string)) {
	switch {
	case m.Sharing != SharedInTime && len(m.TimeShares) > 0:
		report("time-shares", "these shares are for sharing: time")
	case m.Sharing == SharedInTime && m.Interference != 0:
		report("interference", "replicas that take turns on a GPU do not slow each other down; leave this out")
	case m.Sharing == SharedInTime && m.MIG:
		report("mig", "replicas on a GPU take turns, or have MIG slices, not both")
	}
	for i, share := range m.PlannedShares() {
		if share < 1 || share > 1000 {
			report(fmt.Sprintf("time-shares[%d]", i), fmt.Sprintf("%v is outside 0.1 %% to 100 %%", m.TimeShares[i]))
		}
	}
}

// Check implements strict.Checker.
func (m *Machines) Check(_ *strict.Node, report func(path, message string)) {
	if m.Max < 1 || m.Max > 1_000_000 {
		report("max", fmt.Sprintf("%d is outside 1 to 1000000", m.Max))
	}
	if m.Min < 0 || m.Min > m.Max {
		report(strict.Resting("min", "max"), fmt.Sprintf("%d is outside 0 to max, %d", m.Min, m.Max))
	}
	if m.Reserved < 0 || m.Reserved > m.Max {
		report(strict.Resting("reserved", "max"), fmt.Sprintf("%d is outside 0 to max, %d", m.Reserved, m.Max))
	}
	if m.Network != nil && *m.Network < 0 {
		report("network", fmt.Sprintf("%v is negative", *m.Network))
	}
	m.checkDynamics(report)
	m.checkMaintenance(report)
	m.checkSharing(report)
	m.checkGroup(report)
}

// checkDynamics reports keys about losses of machines that exclude each other, and an interference
// out of range.
func (m *Machines) checkDynamics(report func(path, message string)) {
	if m.Failures != nil && m.Outages != nil {
		report("outages", "a machine has either failures or a trace of outages, not both")
	}
	if m.Spot != nil && m.Availability != nil {
		report("availability", "a machine has either spot or a trace of its availability, not both")
	}
	if m.Interference != 0 && !(m.Interference >= 1 && m.Interference <= 100) {
		report("interference", fmt.Sprintf("%v is outside 1 to 100", m.Interference))
	}
}

// Hint implements strict.Hinter.
func (*Machines) Hint(key string) string {
	switch key {
	case "minimum", "least":
		return "min is the fewest machines that plans keep rented; min-replicas of a policy gives the replicas of each model, as in {follow: {min-replicas: 1}}"
	case "nodes", "size":
		return "group is the number of machines that are rented together, for a replica that is spread over them"
	case "count", "number", "machines":
		return "max is the most machines at a time; policies decide how many there are"
	}
	return ""
}
