package builtin

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// Model is a class of requests that any of its variants can answer.
type Model struct {
	Name     string    `yaml:"name,required" doc:"name of the model in the section workload"`
	Task     string    `yaml:"task,omitempty" doc:"task of the model"`
	Measure  string    `yaml:"measure,omitempty" doc:"measure of the accuracy, such as ImageNet top-1"`
	Variants []Variant `yaml:"variants,required" doc:"networks that can answer the requests"`
	Source   string    `yaml:"source,omitempty" doc:"source of the figures"`
	Date     string    `yaml:"date,omitempty" doc:"date of the figures"`
	Notes    []string  `yaml:"notes,omitempty" doc:"how figures were derived, and what was assumed"`
}

// Variant is one network.
type Variant struct {
	Name     string         `yaml:"name,required" doc:"name of the network"`
	Accuracy float64        `yaml:"accuracy,required" doc:"accuracy in percent of the model's measure"`
	Weights  quantity.Bytes `yaml:"weights,required" doc:"bytes to load"`
	Source   string         `yaml:"source,omitempty" doc:"source of accuracy and size"`
	Devices  []Profile      `yaml:"devices,required" doc:"for each device, what a replica takes and how long a batch takes"`
}

// Profile is how a variant runs on one kind of device.
type Profile struct {
	Device    string         `yaml:"device,required" doc:"cpu, or a kind of GPU"`
	Cores     int            `yaml:"cores,required" doc:"virtual CPU cores that a replica takes"`
	Memory    quantity.Bytes `yaml:"memory,required" doc:"host memory that a replica takes"`
	Weights   quantity.Bytes `yaml:"weights,omitempty" doc:"bytes to load if they differ from the weights of the variant"`
	GPUs      int            `yaml:"gpus,omitempty" doc:"number of whole GPUs that a replica takes (tensor parallelism), on all its machines together; one when not given"`
	Machines  int            `yaml:"machines,omitempty" doc:"number of machines of a group over which a replica is spread in equal parts of its cores, memory and gpus; one when not given"`
	GPUShare  float64        `yaml:"gpu-share,omitempty" doc:"compute share of one GPU, above 0 and at most 1; a whole GPU when not given"`
	MIG       string         `yaml:"mig,omitempty" doc:"MIG slice that a replica takes instead of a GPU: 1g, 2g, 3g, 4g or 7g, also with its memory as in 1g.10gb"`
	GPUMemory quantity.Bytes `yaml:"gpu-memory,omitempty" doc:"memory that a replica takes on each of its GPUs, or on its slice"`
	Slots     int            `yaml:"slots,omitempty" doc:"number of batches in service at a time; one when not given"`
	Latency   *Latency       `yaml:"latency,omitempty" doc:"how long a batch takes; give either this or tokens"`
	Tokens    *Tokens        `yaml:"tokens,omitempty" doc:"how an LLM is served, by continuous batching; give either this or latency"`
	Source    string         `yaml:"source,omitempty" doc:"source of the latency"`
	Basis     Basis          `yaml:"basis,omitempty" doc:"what the times rest on: measured (an engine or a server), kernels (computed from measured kernels), or derived (computed from data sheets, or from another device)"`
}

// Latency is the time of a batch of n items: fixed + each·n, up to the batch size max, or a table
// of measured batch sizes with linear interpolation.
type Latency struct {
	Fixed quantity.Duration         `yaml:"fixed,omitempty" doc:"time for a batch"`
	Each  quantity.Duration         `yaml:"each,omitempty" doc:"further time for each request in the batch"`
	Max   int                       `yaml:"max,omitempty" doc:"largest batch"`
	Table map[int]quantity.Duration `yaml:"table,omitempty" doc:"duration for each batch size, from batch size 1 on"`
}

// Batch converts the latency to the table that the simulator uses.
func (l Latency) Batch() (profile.Batch, error) {
	line := l.Fixed != 0 || l.Each != 0 || l.Max != 0
	switch {
	case line && len(l.Table) > 0:
		return profile.Batch{}, errors.New("a latency is either fixed, each and max, or a table, not both")
	case line && (l.Fixed < 0 || l.Each <= 0):
		return profile.Batch{}, fmt.Errorf("fixed must not be negative and each must be positive, not %v and %v", l.Fixed, l.Each)
	case line && l.Max > 0 && int64(l.Each) > (math.MaxInt64-int64(l.Fixed))/int64(l.Max):
		return profile.Batch{}, fmt.Errorf("a batch of %d takes longer than can be counted", l.Max)
	case line:
		return profile.Linear(time.Duration(l.Fixed), time.Duration(l.Each), l.Max)
	}
	points := make([]profile.Point, 0, len(l.Table))
	for size, latency := range l.Table {
		points = append(points, profile.Point{Size: size, Latency: time.Duration(latency)})
	}
	return profile.Table(points)
}

// Batch returns the times of batches. It is an error if the replica serves tokens instead.
func (p Profile) Batch() (profile.Batch, error) {
	if p.Latency == nil {
		return profile.Batch{}, errors.New("there is no latency")
	}
	return p.Latency.Batch()
}

// Check reports an impossible latency.
func (l *Latency) Check(_ *strict.Node, report func(path, message string)) {
	if l.Table != nil && len(l.Table) == 0 {
		report("table", "the table is empty: give sizes of batches and how long each takes, as in {1: 10ms, 8: 40ms}")
		return
	}
	if _, err := l.Batch(); err != nil {
		report("", err.Error())
	}
}

// Share returns the compute share of a GPU that a replica takes, 0 on a CPU.
func (p Profile) Share() float64 {
	if p.Device == CPU {
		return 0
	}
	if p.GPUShare == 0 {
		return 1
	}
	return p.GPUShare
}

// shape identifies a profile of a variant: its device, and the number of GPUs if there are several.
func (p Profile) shape() string { return p.Device + p.Suffix() }

// Suffix returns a suffix for the name of a deployment. It distinguishes deployments of a variant
// on the same machine: "/2" for two GPUs, "/2x8" for two machines with eight GPUs each, "/1g" for a
// slice, empty for one GPU or none.
func (p Profile) Suffix() string {
	if p.Machines > 1 {
		return fmt.Sprintf("/%dx%d", p.Machines, p.GPUs/p.Machines)
	}
	if p.MIG != "" {
		return "/" + p.MIG
	}
	if p.GPUs > 1 {
		return fmt.Sprintf("/%d", p.GPUs)
	}
	return ""
}

// Load returns how many bytes a replica of the variant loads to the device.
func (p Profile) Load(v Variant) quantity.Bytes {
	if p.Weights != 0 {
		return p.Weights
	}
	return v.Weights
}

// Slice returns the slice of a machine's GPU that a replica takes. ok is false if it takes none, or
// if the GPUs have no slices of that size.
func (p Profile) Slice(m Machine) (s fleet.Slice, ok bool) {
	if p.MIG == "" || !m.MIG || p.Device != m.GPU {
		return s, false
	}
	s, ok = fleet.FindSlice(p.MIG, int64(m.GPUMemory))
	return s, ok && int64(p.GPUMemory) <= s.Need(fleet.Resources{}, int64(m.GPUMemory)).GPUMemory
}

// Spans reports whether a replica is spread over as many machines as the group of m has. Such a
// replica takes equal parts of all machines of the group. So the group has room for it if each of
// its machines has room for a part.
func (p Profile) Spans(m Machine) bool { return max(1, p.Machines) == m.Group() }

// Fits reports whether an empty machine, or a group of machines, has room for a replica. A replica
// takes a slice or a whole GPU of a machine with MIG.
func (p Profile) Fits(m Machine) bool {
	if !p.Spans(m) || p.Cores > m.Cores || p.Memory > m.Memory {
		return false
	}
	if p.MIG != "" {
		_, ok := p.Slice(m)
		return ok
	}
	if m.MIG && p.Share() < 1 {
		return false
	}
	return p.Device == CPU || p.Device == m.GPU && max(1, p.GPUs) <= m.GPUs && p.GPUMemory <= m.GPUMemory
}

// Check reports impossible values.
func (p *Profile) Check(_ *strict.Node, report func(path, message string)) {
	if p.Device == "" {
		report("device", "must not be empty")
	}
	switch {
	case p.Latency == nil && p.Tokens == nil:
		report("", "needs latency, for batches, or tokens, for an LLM")
	case p.Latency != nil && p.Tokens != nil:
		report("tokens", "a replica has latency or tokens, not both")
	case p.Tokens != nil && (p.Slots != 0 || p.GPUShare != 0):
		report("tokens", "a replica that serves tokens has no slots and no gpu-share")
	}
	p.Basis.check(report)
	positive(report, "cores", p.Cores)
	positive(report, "memory", p.Memory)
	notNegative(report, "weights", p.Weights)
	notNegative(report, "slots", p.Slots)
	p.checkMachines(report)
	if p.Device != CPU {
		positive(report, "gpu-memory", p.GPUMemory)
		if !(p.GPUShare >= 0 && p.GPUShare <= 1) {
			report("gpu-share", fmt.Sprintf("must be above 0 and at most 1, not %v", p.GPUShare))
		}
		notNegative(report, "gpus", p.GPUs)
		if p.MIG != "" {
			p.checkMIG(report)
		}
		if p.GPUs > 1 && p.Share() != 1 {
			report("gpu-share", "several GPUs are taken whole; leave this out")
		}
		return
	}
	if p.GPUShare != 0 {
		report("gpu-share", "a replica on a CPU takes no GPU")
	}
	if p.GPUs != 0 {
		report("gpus", "a replica on a CPU takes no GPU")
	}
	if p.MIG != "" {
		report("mig", "a replica on a CPU takes no GPU")
	}
	if p.GPUMemory != 0 {
		report("gpu-memory", "a replica on a CPU takes no GPU")
	}
}

// Hint implements strict.Hinter.
func (*Profile) Hint(key string) string {
	if key == "nodes" || key == "nnodes" {
		return "machines is the number of machines over which a replica is spread"
	}
	return ""
}

// MostMachines is the largest number of machines of a group.
const MostMachines = 1024

// checkMachines reports a replica that cannot be spread over its machines in equal parts, and one
// with times that do not say how long the network between them takes.
func (p *Profile) checkMachines(report func(path, message string)) {
	switch {
	case p.Machines < 0 || p.Machines > MostMachines:
		report("machines", fmt.Sprintf("%d is not between 1 and %d", p.Machines, MostMachines))
		return
	case p.Machines <= 1:
		return
	case p.Device == CPU:
		report("machines", "only replicas on GPUs are spread over machines")
		return
	}
	for _, of := range []struct {
		what  string
		count int
	}{{"GPUs", max(1, p.GPUs)}, {"cores", p.Cores}} {
		if of.count > 0 && of.count%p.Machines != 0 {
			report("machines", fmt.Sprintf("%d %s cannot be spread over %d machines in equal parts", of.count, of.what, p.Machines))
		}
	}
	if p.Tokens != nil {
		p.Tokens.checkNetwork(p.Machines, func(path, message string) { report("tokens."+path, message) })
	}
}

// slice matches the name of a MIG profile.
var slice = regexp.MustCompile(`^[12347]g(\.[1-9][0-9]*gb)?$`)

func (p *Profile) checkMIG(report func(path, message string)) {
	if !slice.MatchString(p.MIG) {
		report("mig", fmt.Sprintf("%q is no MIG profile: 1g, 2g, 3g, 4g or 7g, also with its memory as in 1g.10gb", p.MIG))
	}
	if p.GPUs > 1 || p.GPUShare != 0 {
		report("mig", "a replica takes a slice or GPUs; leave out gpus and gpu-share")
	}
}

// Check reports a variant that cannot be served.
func (v *Variant) Check(_ *strict.Node, report func(path, message string)) {
	named(report, v.Name)
	if !(v.Accuracy >= 0 && v.Accuracy <= 100) {
		report("accuracy", fmt.Sprintf("must be between 0 and 100, not %v", v.Accuracy))
	}
	positive(report, "weights", v.Weights)
	if len(v.Devices) == 0 {
		report("devices", "needs at least one device")
	}
	repeated(v.Devices, Profile.shape, "device", func(path, message string) { report("devices"+path, message) })
}

// Check reports a model that cannot be served.
func (m *Model) Check(_ *strict.Node, report func(path, message string)) {
	named(report, m.Name)
	if len(m.Variants) == 0 {
		report("variants", "needs at least one variant")
	}
	repeated(m.Variants, func(v Variant) string { return v.Name }, "name", func(path, message string) { report("variants"+path, message) })
}

// Validate returns the faults of a model that was not read from a file, with the faults of its
// variants.
func (m Model) Validate() strict.Faults { return strict.Validate(m) }
