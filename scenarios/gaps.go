package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// gap is why a model cannot use a machine type.
type gap struct {
	model fleet.ModelID
	kind  fleet.TypeID
	of    shortcoming
	took  time.Duration // what is too slow
	key   string        // of the objective that it misses
	why   string
}

// shortcoming is what a gap is of; the later ones are nearer to no gap at all.
type shortcoming int

const (
	unknown  shortcoming = iota
	noDevice             // that the model has a profile for
	noRoom               // on the machine
	unsound              // what is wrong has been reported
	tooSmall             // the mean request of an LLM does not fit
	tooSlow              // for the objective
	noGap
)

// keep takes another gap of the same model and machine type instead of the one known, where the
// other is nearer to none.
func (g *gap) keep(other gap) {
	if g.of == unknown || other.of > g.of || other.of == g.of && other.took < g.took {
		*g = other
	}
}

// undeployed reports a model that no machine of the fleet can serve.
func (b *builder) undeployed(id fleet.ModelID, gaps []gap) {
	d, m := &b.demand[id], &b.catalog.Models[id]
	path, nearest := fmt.Sprintf("workload[%d]", d.stream), gap{}
	for _, miss := range gaps {
		nearest.keep(miss)
	}
	switch {
	case nearest.of == unsound:
	case nearest.of == noDevice:
		b.report(path, fmt.Sprintf("%s fits on no machine of the fleet: %s", m.Name, b.roomFor(d)))
	case nearest.of == noRoom:
		b.report(path, fmt.Sprintf("%s fits on no machine of the fleet: on %s, %s%s", m.Name, b.rented[nearest.kind].Name, nearest.why, b.elsewhere(d.variants)))
	case m.Target == 0 && !d.tokens():
		b.report(path+".slo.latency", fmt.Sprintf("this key is missing: %s answers in batches, which are planned by it", m.Name))
	case nearest.of == tooSmall:
		b.report(path, fmt.Sprintf("no machine of the fleet can serve the mean request of %s: %s", m.Name, nearest.why))
	case d.tokens():
		if s := &b.scenario.Workload[d.stream]; s.SLO != nil && s.Model != "" {
			path += ".slo." + nearest.key
		}
		b.report(path, fmt.Sprintf("no machine of the fleet meets the objectives for %s: %s", m.Name, nearest.why))
	default:
		b.report(path, fmt.Sprintf("no machine of the fleet meets the objective of %v for %s: a batch of one takes %v at best, and the wait rule is %s",
			quantity.Duration(m.Target), m.Name, quantity.Duration(nearest.took), b.scenario.Planning.Wait))
	}
}

// entry names a device of a variant.
func entry(m builtin.Model, v builtin.Variant, p builtin.Profile) string {
	return m.Name + "/" + v.Name + "/" + p.Device + p.Suffix()
}

// idleDevices says which devices of the scenario's own models no machine of the fleet can serve
// with.
func (b *builder) idleDevices() {
	for i := range b.demand {
		d := &b.demand[i]
		own := slices.ContainsFunc(b.scenario.Models, func(m builtin.Model) bool { return m.Name == d.model.Name })
		if !own || d.part == capacity.Answers {
			continue
		}
		for _, v := range d.variants {
			for _, p := range v.Devices {
				if slices.Contains(b.used, entry(d.model, v, p)) {
					continue
				}
				why := "no machine of the fleet has it"
				if slices.ContainsFunc(b.rented, func(m builtin.Machine) bool { return !otherDevice(p, m) }) {
					why = "the machines of the fleet that have it have no room for a replica, or are too slow"
				}
				b.unused = append(b.unused, fmt.Sprintf("the device %s%s of %s cannot be used: %s", p.Device, p.Suffix(), v.Name, why))
			}
		}
	}
}

// idleMachines says which machine types no model can use, and why.
func (b *builder) idleMachines() {
	for t := range b.catalog.Types {
		if slices.ContainsFunc(b.catalog.Deployments, func(d fleet.Deployment) bool { return d.Type == fleet.TypeID(t) }) {
			continue
		}
		var whys []string
		for _, miss := range b.gaps {
			if miss.kind != fleet.TypeID(t) || b.catalog.Decodes(miss.model) {
				continue
			}
			if len(whys) == 3 {
				whys = append(whys, "and so on")
				break
			}
			why := miss.why
			if miss.of == noDevice || miss.of == noRoom {
				why += b.elsewhere(b.demand[miss.model].variants)
			}
			whys = append(whys, fmt.Sprintf("%s: %s", b.catalog.Models[miss.model].Name, why))
		}
		b.unused = append(b.unused, fmt.Sprintf("no model can use %s (%s): %s", b.catalog.Types[t].Name, has(b.rented[t]), strings.Join(whys, "; ")))
	}
}

// roomFor says what a model needs that no machine of the fleet has. It names the nearest machine,
// and where the model would fit.
func (b *builder) roomFor(d *demand) string {
	near := slices.MaxFunc(b.rented, func(a, c builtin.Machine) int {
		return cmp.Compare(a.GPUMemory*quantity.Bytes(a.GPUs), c.GPUMemory*quantity.Bytes(c.GPUs))
	})
	text := fmt.Sprintf("it needs %s (%s to load); the nearest, %s, has %s", needs(d.variants), size(d.variants[0].Devices[0].Load(d.variants[0])), near.Name, has(near))
	return text + b.elsewhere(d.variants)
}

// elsewhere names the cheapest machine of the catalogue that a variant fits on.
func (b *builder) elsewhere(list []builtin.Variant) string {
	best := builtin.Machine{}
	for _, m := range b.machines {
		fits := slices.ContainsFunc(list, func(v builtin.Variant) bool {
			return slices.ContainsFunc(v.Devices, func(p builtin.Profile) bool { return runs(p, m) })
		})
		if fits && (best.Name == "" || m.Price < best.Price) {
			best = m
		}
	}
	if best.Name == "" {
		return b.scattered(list)
	}
	return fmt.Sprintf("; the cheapest that fits is %s at %.4g $/h", best.Name, float64(best.Price))
}

// scattered says why no machine at all fits: a replica would lie on several of them, or it is
// larger than any.
func (b *builder) scattered(list []builtin.Variant) string {
	for _, v := range list {
		for _, p := range v.Devices {
			largest := builtin.Machine{}
			for _, m := range b.machines {
				if m.GPU == p.Device && m.GPUs > largest.GPUs {
					largest = m
				}
			}
			if largest.GPUs > 0 && p.GPUs > largest.GPUs {
				return fmt.Sprintf("; a replica over several machines is not supported, and the largest with %s, %s, has %d", p.Device, largest.Name, largest.GPUs)
			}
		}
	}
	return "; no machine of the catalogue fits"
}

// otherDevice reports whether a machine has other devices than a profile is for. A profile for CPUs
// is for machines without GPUs.
func otherDevice(p builtin.Profile, m builtin.Machine) bool {
	return p.Device == builtin.CPU && m.GPUs > 0 || p.Device != builtin.CPU && p.Device != m.GPU
}

// runs reports whether a replica runs on a machine.
func runs(p builtin.Profile, m builtin.Machine) bool { return !otherDevice(p, m) && p.Fits(m) }

// lacks says what a machine lacks for a replica that does not fit on it. The machine has the device
// of the profile.
func lacks(p builtin.Profile, m builtin.Machine) string {
	switch {
	case p.Cores > m.Cores:
		return fmt.Sprintf("it needs %d cores; the machine has %d", p.Cores, m.Cores)
	case p.Memory > m.Memory:
		return fmt.Sprintf("it needs %v of host memory; the machine has %v", p.Memory, m.Memory)
	case p.MIG != "":
		return fmt.Sprintf("it needs a MIG slice %s; the machine has none, or mig is not set", p.MIG)
	case m.MIG && p.Share() < 1:
		return "it needs a part of a GPU; those of the machine are cut into MIG slices"
	}
	return fmt.Sprintf("it needs %s; the machine has %s", needed(p), has(m))
}

// needed names the devices that a replica takes.
func needed(p builtin.Profile) string {
	switch {
	case p.Device == builtin.CPU:
		return "a machine without GPUs"
	case p.MIG != "":
		return fmt.Sprintf("a MIG slice %s of %s", p.MIG, p.Device)
	}
	return fmt.Sprintf("%d × %s with %v", max(1, p.GPUs), p.Device, p.GPUMemory)
}

// has names the devices of a machine.
func has(m builtin.Machine) string {
	if m.GPUs == 0 {
		return "no GPU"
	}
	return fmt.Sprintf("%d × %s with %v", m.GPUs, m.GPU, m.GPUMemory)
}

// needs lists the devices that variants have profiles for, each with the fewest of them that do.
func needs(list []builtin.Variant) string {
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
		return needed(fewest[devices[0]])
	}
	for i, name := range devices {
		switch p := fewest[name]; {
		case name == builtin.CPU:
			devices[i] = needed(p)
		case p.MIG != "":
			devices[i] = fmt.Sprintf("a slice %s of %s", p.MIG, name)
		case p.GPUs > 1:
			devices[i] = fmt.Sprintf("%d × %s", p.GPUs, name)
		}
	}
	last := len(devices) - 1
	return strings.Join(devices[:last], ", ") + " or " + devices[last]
}

// size writes an amount in three digits.
func size(n quantity.Bytes) string {
	if n >= 1e9 {
		return fmt.Sprintf("%.3g GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.3g MB", float64(n)/1e6)
}
