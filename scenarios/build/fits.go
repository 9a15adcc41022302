package build

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios/builtin"
	"wavetank/sim/quantity"
)

// hasDevice reports whether a machine has the device of a profile. A profile for CPUs goes with
// machines without GPUs.
func hasDevice(p builtin.Profile, m builtin.Machine) bool {
	if p.Device == builtin.CPU {
		return m.GPUs == 0
	}
	return p.Device == m.GPU
}

// runs reports whether a replica runs on a machine.
func runs(p builtin.Profile, m builtin.Machine) bool { return hasDevice(p, m) && p.Fits(m) }

// lacks says why a replica does not fit on a machine that has the device of its profile.
func lacks(p builtin.Profile, m builtin.Machine) string {
	switch {
	case !p.Spans(m):
		return fmt.Sprintf("its device has machines: %d, and the entry of the fleet group: %d; the numbers must be the same", max(1, p.Machines), m.Group())
	case p.Cores > m.Cores:
		return fmt.Sprintf("it needs %d cores; the machine has %d", p.Cores, m.Cores)
	case p.Memory > m.Memory:
		return fmt.Sprintf("it needs %v of host memory; the machine has %v", p.Memory, m.Memory)
	case p.MIG != "":
		return fmt.Sprintf("it needs a MIG slice %s; the machine has none, or mig is not set", p.MIG)
	case m.MIG && p.Share() < 1:
		return "it needs a part of a GPU; the machine's GPUs are cut into MIG slices"
	}
	return fmt.Sprintf("it needs %s; the machine has %s", deviceOf(p), devicesOf(m))
}

// deviceOf names the devices that a replica takes.
func deviceOf(p builtin.Profile) string {
	switch {
	case p.Device == builtin.CPU:
		return "a machine without GPUs"
	case p.MIG != "":
		return fmt.Sprintf("a MIG slice %s of %s", p.MIG, p.Device)
	}
	devices := fmt.Sprintf("%d × %s with %v", max(1, p.GPUs), p.Device, p.GPUMemory)
	if p.Machines > 1 {
		return fmt.Sprintf("%s on %d machines", devices, p.Machines)
	}
	return devices
}

// devicesOf names the devices of a machine.
func devicesOf(m builtin.Machine) string {
	if m.GPUs == 0 {
		return "no GPU"
	}
	return fmt.Sprintf("%d × %s with %v", m.GPUs, m.GPU, m.GPUMemory)
}

// devicesFor lists the devices for which variants have profiles. Each is listed with the smallest
// number of devices that is enough.
func devicesFor(list []builtin.Variant) string {
	fewest := map[string]builtin.Profile{}
	var devices []string
	for _, v := range list {
		for _, p := range v.Devices {
			known, again := fewest[p.Device]
			if !again {
				devices = append(devices, p.Device)
			}
			if !again || p.GPUs < known.GPUs {
				fewest[p.Device] = p
			}
		}
	}
	if len(devices) == 1 {
		return deviceOf(fewest[devices[0]])
	}
	for i, name := range devices {
		switch p := fewest[name]; {
		case name == builtin.CPU:
			devices[i] = deviceOf(p)
		case p.MIG != "":
			devices[i] = fmt.Sprintf("a slice %s of %s", p.MIG, name)
		case p.GPUs > 1:
			devices[i] = fmt.Sprintf("%d × %s", p.GPUs, name)
		}
	}
	last := len(devices) - 1
	return strings.Join(devices[:last], ", ") + " or " + devices[last]
}

// wanting says what the variants need that no machine of the fleet has. It names the machine of the
// fleet with the most GPU memory, and a machine of the catalogue on which one of the variants fits.
func wanting(list []builtin.Variant, rented, all []builtin.Machine) string {
	near := slices.MaxFunc(rented, func(a, c builtin.Machine) int {
		return cmp.Compare(a.GPUMemory*quantity.Bytes(a.GPUs), c.GPUMemory*quantity.Bytes(c.GPUs))
	})
	return fmt.Sprintf("it needs %s (%s to load); the nearest, %s, has %s%s", devicesFor(list),
		size(list[0].Devices[0].Load(list[0])), near.Name, devicesOf(near), elsewhere(list, rented, all))
}

// elsewhere names the cheapest machine of the catalogue on which one of the variants fits. It names
// a machine of the same provider as one of the fleet, if there is one that fits.
func elsewhere(list []builtin.Variant, rented, all []builtin.Machine) string {
	near := slices.DeleteFunc(slices.Clone(all), func(m builtin.Machine) bool {
		return !slices.ContainsFunc(rented, func(r builtin.Machine) bool { return m.Provider() == r.Provider() })
	})
	for _, machines := range [][]builtin.Machine{near, all} {
		switch best := cheapest(list, machines); {
		case best.Name == "":
		case best.Group() > 1:
			return fmt.Sprintf("; the cheapest that fits is %s with group: %d, at %.4g $/h", best.Name, best.Group(), float64(best.Price))
		default:
			return fmt.Sprintf("; the cheapest that fits is %s at %.4g $/h", best.Name, float64(best.Price))
		}
	}
	return nowhere(list, all)
}

// cheapest returns the cheapest machine, or group of equal machines, on which one of the variants
// fits; its name is empty if there is none.
func cheapest(list []builtin.Variant, all []builtin.Machine) builtin.Machine {
	best := builtin.Machine{}
	for _, m := range all {
		for _, v := range list {
			for _, p := range v.Devices {
				of := m.Grouped(p.Machines)
				if runs(p, of) && (best.Name == "" || of.Price < best.Price) {
					best = of
				}
			}
		}
	}
	return best
}

// nowhere says why the variants fit on no machine of the catalogue. If a replica needs more GPUs
// than the largest machine has, it tells the keys by which the replica is spread over several.
func nowhere(list []builtin.Variant, all []builtin.Machine) string {
	for _, v := range list {
		for _, p := range v.Devices {
			largest := builtin.Machine{}
			for _, m := range all {
				if m.GPU == p.Device && m.GPUs > largest.GPUs {
					largest = m
				}
			}
			if largest.GPUs == 0 || p.GPUs <= largest.GPUs*max(1, p.Machines) {
				continue
			}
			n := (p.GPUs + largest.GPUs - 1) / largest.GPUs
			for p.GPUs%n != 0 {
				n++
			}
			return fmt.Sprintf("; the largest with %s, %s, has %d: to spread a replica over %d of them, give its device machines: %d, and an entry of the fleet group: %d", p.Device, largest.Name, largest.GPUs, n, n, n)
		}
	}
	return "; no machine of the catalogue fits"
}

// size writes an amount of memory with three digits.
func size(n quantity.Bytes) string {
	if n >= 1e9 {
		return fmt.Sprintf("%.3g GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.3g MB", float64(n)/1e6)
}
