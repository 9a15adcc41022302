// Package optimize states the allocation problem of one epoch as plain data and solves it: how many
// replicas of which configuration to run, and so how many machines of which type to rent, for a
// given demand. It knows no simulator and no fleet: machines and needs are vectors of any
// resources. What fits where it works out by these, apart from fleet.Room, which knows MIG slices
// and tells why.
//
//	Problem    the data, checked by Validate
//	Solver     GreedyCover, DP, LP, MILP, Best: a file each, with packing, index and relaxation
//	Solve      asks a solver, in an order that the problem's lists have no say in, and verifies
//	linear     the simplex method
//	classic    algorithms of the textbooks that stand alone
//
// A solver that is to be added begins as a copy of lp.go. One line in
// policies/registry/stages.go (planRules) makes it a rule of the stage plan. An allocator whose
// name is that of the rule is one more line, in policies/registry/allocators.go.
package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Problem is the allocation of one epoch:
//
//	minimise  machine prices + switching + Penalty·(shortfall + absence)
//	          − AccuracyWeight·Σ accuracy·rate
//
// over whole replicas on whole machines, such that
//   - no machine and no device is overfull,
//   - at least Min and at most Max machines of each type are rented, within the Budget,
//   - the rate given to a configuration is at most the capacity of its replicas,
//   - the mean accuracy of what is served is at least MinAccuracy.
//
// The absence of a model is the replicas that it lacks of MinReplicas, times the capacity of its
// smallest replica.
type Problem struct {
	Demand         []float64 // requests per second, one per model
	Types          []HostType
	Configurations []Configuration
	Penalty        float64   // $ per hour for each request per second left unserved
	AccuracyWeight float64   // $ per hour for each request per second and point of accuracy served
	MinAccuracy    []float64 // per model, least mean accuracy of what is served; 0 or nil: none
	MinReplicas    []int     // per model, replicas to run; 0 or nil: none; 1: demand does, if any
	Budget         float64   // most $ per hour for machines, reserved ones included; 0: no limit
}

// HostType is a kind of machine: a host with resources of its own and any number of equal devices.
// A replica sits on one machine. It may need a part of one device, or several devices whole.
//
// The first Reserved machines cost nothing more, since they are paid always. The first Rented ones
// need no boot. A budget is never broken by machines that are reserved or within Min: what they
// leave of it is for others.
type HostType struct {
	Price    float64 // $ per hour
	Min, Max int     // least and most machines; Max where it is below Min
	Reserved int     // machines that are paid always, rented or not
	Rented   int     // machines rented now
	Switch   float64 // $ for each machine beyond Rented, spread over the hour of the objective
	Host     []int64 // capacity of the machine: cores, bytes of memory, …
	Devices  int     // number of devices
	Device   []int64 // capacity of each device: compute share, bytes of memory, …
}

// Configuration is one way to serve a model with one replica on a machine of one type.
type Configuration struct {
	Model    int
	Type     int
	Capacity float64 // requests per second of one replica
	Host     []int64 // what a replica takes of its machine, in the order of HostType.Host
	Device   []int64 // what it takes of a device, as HostType.Device; nil or zeros: nothing
	Devices  int     // how many devices it takes that of; several are taken whole; 0 counts as 1
	Accuracy float64 // accuracy of its answers, in percent
	Current  int     // replicas running now
	Switch   float64 // $ for each replica beyond Current, spread over the hour of the objective
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
	return errors.Join(faults...)
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

// fitting returns how many times need fits into capacity; math.MaxInt64 if nothing is needed.
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

// switching returns the price of n replicas of configuration c beyond those that run now.
func (p Problem) switching(c, n int) float64 {
	f := &p.Configurations[c]
	return f.Switch * float64(max(0, n-f.Current))
}

// floor returns the least mean accuracy of model m.
func (p Problem) floor(m int) float64 {
	if p.MinAccuracy == nil {
		return 0
	}
	return p.MinAccuracy[m]
}

// subtract takes from left what the given number of replicas need.
func subtract(left, need []int64, times int) {
	for r, n := range need {
		left[r] -= n * int64(times)
	}
}
