// Package optimize states the allocation problem of one decision as plain data and solves it: how
// many replicas of which configuration to run, and how many machines of which type to rent, for a
// given demand. It does not depend on the simulator or the fleet. Machines and needs are vectors of
// any resources, and decide what fits where. This is separate from fleet.Room, which also knows MIG
// slices.
//
//	Problem        the data, checked by Validate
//	Solver         GreedyCover, DP, LP, MILP, Best: a file each; they share packing, relaxation
//	Solve          lets a solver solve a problem, whatever the order of its lists, and verifies
//	linear         the simplex method
//	integer        branch and bound for mixed-integer programs
//	classic        algorithms of the textbooks, for other problems
//	vectorpacking  rules by which replicas are packed onto machines
//
// To add a solver, copy lp.go, and add a line to policies/registry/stages.go (planRules): it is
// then a rule of the parameter plan. One more line in policies/registry/allocators.go adds an
// allocator of the same name.
package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Problem is the allocation problem of one decision:
//
//	minimise  machine prices + switching + Penalty·(shortfall + absence)
//	          − AccuracyWeight·Σ accuracy·rate
//
// over whole numbers of replicas and machines, such that
//   - no machine and no device is overfull,
//   - at least Min and at most Max machines of each type are rented, within the Budget,
//   - the rate given to a configuration is at most the capacity of its replicas,
//   - the mean accuracy of each model's served requests is at least MinAccuracy.
//
// The absence of a model is the number of replicas that it lacks of MinReplicas, times the capacity
// of its smallest replica.
type Problem struct {
	Demand         []float64 // requests per second, one per model
	Types          []HostType
	Configurations []Configuration
	Penalty        float64   // $ per hour for each request per second left unserved
	AccuracyWeight float64   // $ per hour for each request per second and point of accuracy served
	MinAccuracy    []float64 // per model, least mean accuracy in percent; 0 or nil: no floor
	MinReplicas    []int     // per model, replicas to run; nil: none; 1 counts without demand only
	Budget         float64   // most $ per hour for machines, reserved ones included; 0: no limit

	Present []FilledHosts // machines that run now; those without replicas may be left out
}

// HostType is a type of machine: a host with its own resources, and any number of equal devices. A
// replica runs on one machine. It may need a part of one device, or several whole devices.
//
// The first Reserved machines cost nothing more, because they are always paid. The first Rented
// machines need no boot. Machines that are reserved or within Min never break a budget. The other
// machines have to keep to the money that is left of the budget after these.
type HostType struct {
	Price    float64 // $ per hour
	Min, Max int     // least and most machines; if Max is below Min, Max is the least, too
	Reserved int     // number of machines that are always paid, rented or not
	Rented   int     // number of machines rented now
	Switch   float64 // $ per hour for each machine beyond Rented, for its boot
	Host     []int64 // capacity of the machine: cores, bytes of memory, …
	Devices  int     // number of devices
	Device   []int64 // capacity of each device: compute share, bytes of memory, …
}

// Configuration is one way to serve a model with one replica on a machine of one type.
type Configuration struct {
	Model    int
	Type     int
	Capacity float64 // requests per second of one replica
	Host     []int64 // what a replica takes of its host, in the order of HostType.Host
	Device   []int64 // what a replica takes of a device, as HostType.Device; nil or zeros: nothing
	Devices  int     // number of devices a replica takes, several only as a whole; 0 counts as 1
	Accuracy float64 // accuracy of the answers, in percent
	Switch   float64 // $ per hour for each replica that is loaded
}

// Validate returns every fault of the problem, joined.
func (p Problem) Validate() error {
	var faults []error
	fault := func(format string, values ...any) { faults = append(faults, fmt.Errorf(format, values...)) }
	number := func(value float64, name string, of ...any) {
		if !(value >= 0) || math.IsInf(value, 0) {
			fault("%s is %v; it must be a finite number of at least 0", fmt.Sprintf(name, of...), value)
		}
	}
	number(p.Penalty, "penalty")
	number(p.AccuracyWeight, "accuracy weight")
	number(p.Budget, "budget")
	for m, rate := range p.Demand {
		number(rate, "demand of model %d", m)
	}
	if p.MinAccuracy != nil && len(p.MinAccuracy) != len(p.Demand) {
		fault("min accuracy has %d entries for %d models", len(p.MinAccuracy), len(p.Demand))
	}
	for m, least := range p.MinAccuracy {
		number(least, "min accuracy of model %d", m)
	}
	if p.MinReplicas != nil && len(p.MinReplicas) != len(p.Demand) {
		fault("min replicas has %d entries for %d models", len(p.MinReplicas), len(p.Demand))
	}
	for m, least := range p.MinReplicas {
		if least < 0 || least > mostReplicas {
			fault("min replicas of model %d is %d; it must be between 0 and %d", m, least, mostReplicas)
		}
	}
	for k, t := range p.Types {
		if err := t.validate(); err != nil {
			fault("machine type %d: %w", k, err)
		}
	}
	for c := range p.Configurations {
		if err := p.validateConfiguration(c); err != nil {
			fault("configuration %d: %w", c, err)
		}
	}
	for i, m := range p.Present {
		if err := p.validatePresent(m); err != nil {
			fault("present machines %d: %w", i, err)
		}
	}
	return errors.Join(faults...)
}

// validatePresent returns the first fault of an entry of Present.
func (p Problem) validatePresent(m FilledHosts) error {
	switch {
	case m.Type < 0 || m.Type >= len(p.Types):
		return fmt.Errorf("machine type %d does not exist", m.Type)
	case m.Count < 1 || m.Count > mostMachines:
		return fmt.Errorf("count is %d; it must be between 1 and %d", m.Count, mostMachines)
	}
	for _, l := range m.Loads {
		outside := func(d int) bool { return d < 0 || d >= p.Types[m.Type].Devices }
		switch {
		case l.Configuration < 0 || l.Configuration >= len(p.Configurations) || p.Configurations[l.Configuration].Type != m.Type:
			return fmt.Errorf("configuration %d is not one of machine type %d", l.Configuration, m.Type)
		case l.Replicas < 1 || l.Replicas > mostReplicas:
			return fmt.Errorf("replicas of configuration %d is %d; it must be between 1 and %d", l.Configuration, l.Replicas, mostReplicas)
		case l.Device < -1 || slices.ContainsFunc(l.devices(), outside):
			return fmt.Errorf("configuration %d is on devices %v; the machine has %d", l.Configuration, l.devices(), p.Types[m.Type].Devices)
		case len(l.devices()) != p.Configurations[l.Configuration].needed():
			return fmt.Errorf("configuration %d is on %d devices; it takes %d", l.Configuration, len(l.devices()), p.Configurations[l.Configuration].needed())
		}
	}
	return nil
}

func (t HostType) validate() error {
	switch {
	case !(t.Price >= 0) || math.IsInf(t.Price, 0):
		return fmt.Errorf("price is %v; it must be a finite number of at least 0", t.Price)
	case !(t.Switch >= 0) || math.IsInf(t.Switch, 0):
		return fmt.Errorf("switch cost is %v; it must be a finite number of at least 0", t.Switch)
	case t.Max < 0 || t.Max > mostMachines:
		return fmt.Errorf("max is %d; it must be between 0 and %d", t.Max, mostMachines)
	case t.Min < 0 || t.Reserved < 0 || t.Rented < 0:
		return fmt.Errorf("min is %d, reserved %d and rented %d; none may be below 0", t.Min, t.Reserved, t.Rented)
	case t.Devices < 0 || t.Devices > mostDevices:
		return fmt.Errorf("devices is %d; it must be between 0 and %d", t.Devices, mostDevices)
	case anyNegative(t.Host) || anyNegative(t.Device):
		return errors.New("a capacity is negative")
	}
	return nil
}

const (
	mostMachines = 1 << 20 // largest HostType.Max
	mostDevices  = 1 << 10 // largest HostType.Devices
)

func (p Problem) validateConfiguration(c int) error {
	f := p.Configurations[c]
	if f.Model < 0 || f.Model >= len(p.Demand) {
		return fmt.Errorf("model %d does not exist", f.Model)
	}
	if f.Type < 0 || f.Type >= len(p.Types) {
		return fmt.Errorf("machine type %d does not exist", f.Type)
	}
	t := p.Types[f.Type]
	switch {
	case !(f.Capacity >= 0) || math.IsInf(f.Capacity, 0):
		return fmt.Errorf("capacity is %v; it must be a finite number of at least 0", f.Capacity)
	case !(f.Accuracy >= 0) || math.IsInf(f.Accuracy, 0):
		return fmt.Errorf("accuracy is %v; it must be a finite number of at least 0", f.Accuracy)
	case !(f.Switch >= 0) || math.IsInf(f.Switch, 0):
		return fmt.Errorf("switch cost is %v; it must be a finite number of at least 0", f.Switch)
	case len(f.Host) != len(t.Host):
		return fmt.Errorf("host need has %d resources, its machine type %d", len(f.Host), len(t.Host))
	case len(f.Device) != 0 && len(f.Device) != len(t.Device):
		return fmt.Errorf("device need has %d resources, its machine type %d", len(f.Device), len(t.Device))
	case anyNegative(f.Host) || anyNegative(f.Device):
		return errors.New("a need is negative")
	case f.Devices < 0 || f.Devices > 1 && !slices.Equal(f.Device, t.Device):
		return fmt.Errorf("takes %d devices, but not as a whole", f.Devices)
	case !anyPositive(f.Host) && !anyPositive(f.Device):
		return errors.New("a replica must need something, or a machine would hold any number of them")
	}
	return nil
}

// PerMachine returns how many replicas of configuration c fit on one empty machine.
func (p Problem) PerMachine(c int) int {
	f, t := p.Configurations[c], p.Types[p.Configurations[c].Type]
	fit := fitting(f.Host, t.Host)
	if anyPositive(f.Device) {
		each := fitting(f.Device, t.Device)
		if f.Devices > 1 {
			return int(min(fit, int64(t.Devices/f.Devices), mostReplicas))
		}
		if each > 0 && int64(t.Devices) < fit/each+1 {
			fit = min(fit, each*int64(t.Devices))
		} else if each == 0 {
			fit = 0
		}
	}
	return int(min(fit, mostReplicas))
}

// mostReplicas bounds the number of replicas on one machine, so that sums do not overflow.
const mostReplicas = 1 << 20

// fitting returns how many times need fits into capacity, or math.MaxInt64 if nothing is needed.
func fitting(need, capacity []int64) int64 {
	fit := int64(math.MaxInt64)
	for r, n := range need {
		if n > 0 {
			fit = min(fit, capacity[r]/n)
		}
	}
	return fit
}

func anyNegative(values []int64) bool {
	for _, v := range values {
		if v < 0 {
			return true
		}
	}
	return false
}

func anyPositive(values []int64) bool {
	for _, v := range values {
		if v > 0 {
			return true
		}
	}
	return false
}

// needed returns the number of devices that a replica takes.
func (f *Configuration) needed() int {
	if !anyPositive(f.Device) {
		return 0
	}
	return max(1, f.Devices)
}

// running returns how many replicas of each configuration run now.
func (p Problem) running() []int {
	n := make([]int, len(p.Configurations))
	for _, m := range p.Present {
		for _, l := range m.Loads {
			n[l.Configuration] += m.Count * l.Replicas
		}
	}
	return n
}

// LoadPrices returns the price of a load of each configuration, in $ per hour.
func (p Problem) LoadPrices() []float64 {
	prices := make([]float64, len(p.Configurations))
	for c := range prices {
		prices[c] = p.Configurations[c].Switch
	}
	return prices
}

// switching returns the price of the loads if n replicas of configuration c run, and as many as run
// now stay where they are, in $ per hour. It is a lower bound: see presence.
func (x *index) switching(c, n int) float64 {
	return float64(x.Configurations[c].Switch * float64(max(0, n-x.current[c])))
}

// floor returns the least mean accuracy of model m.
func (p Problem) floor(m int) float64 {
	if p.MinAccuracy == nil {
		return 0
	}
	return p.MinAccuracy[m]
}

// subtract subtracts the needs of the given number of replicas from left.
func subtract(left, need []int64, times int) {
	for r, n := range need {
		left[r] -= n * int64(times)
	}
}
