// Package optimize states the allocation problem of one epoch as plain data and solves it: how many replicas
// of which configuration to run, and so how many machines of which type to rent, for a given demand. It knows
// no simulator; the same problem is put to every solver, and every answer can be checked by Verify.
package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Problem is the allocation of one epoch:
//
//	minimise  machine prices + switching + Penalty·shortfall − AccuracyWeight·Σ accuracy·rate
//
// over whole replicas that are placed on whole machines, such that no machine and no device is overfull, at
// most Max machines of each type are rented within the Budget, and the rate given to a configuration is at
// most its replicas' capacity.
type Problem struct {
	Demand         []float64 // requests per second, one per model
	Types          []HostType
	Configurations []Configuration
	Penalty        float64   // $ per hour for each request per second left unserved
	AccuracyWeight float64   // $ per hour for each request per second and point of accuracy served
	MinAccuracy    []float64 // least mean accuracy of the served requests, one per model; 0 or nil: none
	Budget         float64   // most $ per hour for machines; 0: no limit
}

// HostType is a kind of machine: a host with resources of its own and any number of equal devices. A
// replica sits on one machine and, where it needs devices, on one device of it or on several, whole.
type HostType struct {
	Price   float64 // $ per hour
	Max     int     // most machines
	Host    []int64 // capacity of the machine: cores, bytes of memory, …
	Devices int     // number of devices
	Device  []int64 // capacity of each device: compute share, bytes of memory, …
}

// Configuration is one way to serve a model with one replica on a machine of one type.
type Configuration struct {
	Model    int
	Type     int
	Capacity float64 // requests per second of one replica
	Host     []int64 // what a replica takes of its machine, in the order of MachineType.Host
	Device   []int64 // what it takes of a device, in the order of MachineType.Device; nil or zeros: no device
	Devices  int     // of how many devices it takes that; several are taken whole; 0 counts as 1
	Accuracy float64 // of its answers, in percent
	Current  int     // replicas running now
	Switch   float64 // $ for each replica beyond Current, spread over the hour of the objective
}

// Solution is what a solver found. Its replicas can be placed: Layout is a placement.
type Solution struct {
	Method    string        // the solver, and what it fell back to
	Replicas  []int         // per configuration
	Machines  []int         // per type
	Rates     []float64     // requests per second given to each configuration
	Served    []float64     // per model
	Shortfall []float64     // per model; Served + Shortfall = Demand
	Layout    []FilledHosts // one placement of the replicas
	Cost      float64       // of the machines, $ per hour
	Switching float64       // $ for added replicas
	Objective float64       // as Problem says
	Bound     float64       // no answer has a lower objective; NaN: not known
	Prices    []float64     // per model, what one more request per second adds to the Bound, $ per hour; nil: not known
	Exact     bool          // Objective is proved least
	Scale     string        // rounding that was used, "" for none
	Warnings  []string
}

// FilledHosts is Count machines of one type that hold the same replicas.
type FilledHosts struct {
	Type  int
	Count int
	Loads []PlacedReplicas
}

// PlacedReplicas is replicas of one configuration on one device of a machine.
type PlacedReplicas struct {
	Configuration int
	Device        int // −1: on the host alone
	Replicas      int
	Further       []int // devices that they take beside Device
}

// Solver is a method for Problem.
type Solver interface {
	// Solve returns a feasible answer, or an error where the problem is not a valid one.
	Solve(Problem) (Solution, error)
	String() string
}

// Validate returns every fault of the problem, joined.
func (p Problem) Validate() error {
	var faults []error
	fault := func(format string, values ...any) { faults = append(faults, fmt.Errorf(format, values...)) }
	number := func(name string, value float64) {
		if !(value >= 0) || math.IsInf(value, 0) {
			fault("%s is %v; it must be a finite number of at least 0", name, value)
		}
	}
	number("penalty", p.Penalty)
	number("accuracy weight", p.AccuracyWeight)
	number("budget", p.Budget)
	for m, rate := range p.Demand {
		number(fmt.Sprintf("demand of model %d", m), rate)
	}
	if p.MinAccuracy != nil && len(p.MinAccuracy) != len(p.Demand) {
		fault("min accuracy has %d entries for %d models", len(p.MinAccuracy), len(p.Demand))
	}
	for m, least := range p.MinAccuracy {
		number(fmt.Sprintf("min accuracy of model %d", m), least)
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
	return errors.Join(faults...)
}

func (t HostType) validate() error {
	switch {
	case !(t.Price >= 0) || math.IsInf(t.Price, 0):
		return fmt.Errorf("price is %v; it must be a finite number of at least 0", t.Price)
	case t.Max < 0 || t.Max > mostMachines:
		return fmt.Errorf("max is %d; it must be between 0 and %d", t.Max, mostMachines)
	case t.Devices < 0 || t.Devices > mostDevices:
		return fmt.Errorf("devices is %d; it must be between 0 and %d", t.Devices, mostDevices)
	case anyNegative(t.Host) || anyNegative(t.Device):
		return errors.New("a capacity is negative")
	}
	return nil
}

const (
	mostMachines = 1 << 20 // of one type
	mostDevices  = 1 << 10 // of one machine
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
	case f.Current < 0:
		return fmt.Errorf("current is %d, below 0", f.Current)
	case len(f.Host) != len(t.Host):
		return fmt.Errorf("host need has %d resources, its machine type %d", len(f.Host), len(t.Host))
	case len(f.Device) != 0 && len(f.Device) != len(t.Device):
		return fmt.Errorf("device need has %d resources, its machine type %d", len(f.Device), len(t.Device))
	case anyNegative(f.Host) || anyNegative(f.Device):
		return errors.New("a need is negative")
	case f.Devices < 0 || f.Devices > 1 && !slices.Equal(f.Device, t.Device):
		return fmt.Errorf("takes %d devices, not whole ones", f.Devices)
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

// mostReplicas bounds the replicas of one machine, against overflow.
const mostReplicas = 1 << 20

// fitting returns how many times need fits into capacity; math.MaxInt64 where nothing is needed.
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
