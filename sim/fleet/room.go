package fleet

import (
	"fmt"
	"slices"
)

// Room holds the free resources of one machine. It alone knows what fits where: the fleet asks it
// when a replica is placed, and placers ask it when they plan.
type Room struct {
	Cores  int     // virtual CPU cores
	Memory int64   // host memory, bytes
	GPUs   []Space // free part of each GPU
}

// Room returns the free resources of an empty machine of the type.
func (t *MachineType) Room() Room {
	r := Room{Cores: t.Cores, Memory: t.Memory, GPUs: make([]Space, t.GPUs)}
	for g := range r.GPUs {
		r.GPUs[g] = Space{Share: WholeGPU, Memory: t.GPUMemory}
	}
	return r
}

// MostReplicas returns how many replicas with the same need fit on one machine of the type.
func (t *MachineType) MostReplicas(need *Resources) (n int) {
	const limit = 1 << 12 // without it, a need of nothing would fit for ever
	for r := t.Room(); n < limit && r.add(need); n++ {
	}
	return n
}

// HoldsBoth reports whether two replicas with these needs fit together on one machine of the type.
func (t *MachineType) HoldsBoth(one, other *Resources) bool {
	r := t.Room()
	return r.add(one) && r.add(other)
}

// add gives a replica its part of the machine, on the first GPU with room. It returns false if
// there is no room.
func (r *Room) add(need *Resources) bool {
	for gpu := range max(1, len(r.GPUs)) {
		if !r.Fits(need, gpu) {
			continue
		}
		start := 0
		if need.Slice.Slots > 0 {
			start = r.GPUs[gpu].LastStart(need.Slice)
		}
		r.Take(need, gpu, start)
		return true
	}
	return false
}

// Clone returns a copy that can be changed.
func (r *Room) Clone() Room { return Room{r.Cores, r.Memory, slices.Clone(r.GPUs)} }

// Fits reports whether a replica has room: on the host and, if it needs GPUs, on the given GPU and
// on as many others as it needs. A slice has room if it fits at any of its starts.
func (r *Room) Fits(need *Resources, gpu int) bool {
	return r.lacks(need, gpu) == lacksNothing && (need.Slice.Slots == 0 || r.GPUs[gpu].starts(need.Slice) != 0)
}

// Take gives a replica its part of the machine, on the given GPU and on as many others as it needs.
// A slice begins at memory slot start. It returns the other GPUs. The replica must have room.
func (r *Room) Take(need *Resources, gpu, start int) (further []int) {
	further, _ = r.beside(need, gpu)
	r.move(need, gpu, start, further, 1)
	return further
}

// Free undoes Take.
func (r *Room) Free(need *Resources, gpu, start int, further []int) {
	r.move(need, gpu, start, further, -1)
}

// move takes resources, or gives them back with sign -1.
func (r *Room) move(need *Resources, gpu, start int, further []int, sign int) {
	r.Cores -= sign * need.Cores
	r.Memory -= int64(sign) * need.Memory
	if need.GPUShare > 0 {
		r.GPUs[gpu].move(need, start, sign)
	}
	for _, g := range further {
		r.GPUs[g].move(need, 0, sign)
	}
}

// beside returns the GPUs that a replica takes besides the GPU first: as many as it needs, with the
// lowest indices of those that are whole. It returns nil for a replica of at most one GPU. Ok is
// false if there are too few.
func (r *Room) beside(need *Resources, first int) (further []int, ok bool) {
	more := need.Devices() - 1
	for g := range r.GPUs {
		if len(further) >= more {
			break
		}
		if g != first && r.GPUs[g].Whole() {
			further = append(further, g)
		}
	}
	return further, len(further) >= more
}

// lack is a reason why a replica has no room.
type lack uint8

// The reasons, in the order in which they are checked.
const (
	lacksNothing lack = iota
	lacksCores
	lacksMemory
	lacksGPU // the machine has no GPU with that index
	lacksShare
	lacksGPUMemory
	lacksWholeGPUs // besides the given GPU
)

// lacks returns the first resource that a replica lacks. It does not check the memory slots of a
// slice.
func (r *Room) lacks(need *Resources, gpu int) lack {
	switch {
	case r.Cores < need.Cores:
		return lacksCores
	case r.Memory < need.Memory:
		return lacksMemory
	case need.GPUShare == 0:
		return lacksNothing
	case gpu < 0 || gpu >= len(r.GPUs):
		return lacksGPU
	case r.GPUs[gpu].Share < need.GPUShare:
		return lacksShare
	case r.GPUs[gpu].Memory < need.GPUMemory:
		return lacksGPUMemory
	case need.GPUs > 1 && !r.hasBeside(need, gpu):
		return lacksWholeGPUs
	}
	return lacksNothing
}

func (r *Room) hasBeside(need *Resources, first int) bool {
	_, ok := r.beside(need, first)
	return ok
}

// check says why a replica of a deployment has no room on a machine and GPU, with a slice that
// begins at a memory slot. It returns nil if it has room.
func (r *Room) check(c *Deployment, on MachineID, gpu, start int) error {
	need := &c.Need
	switch r.lacks(need, gpu) {
	case lacksCores:
		return fmt.Errorf("%s needs %d cores, machine %d has %d free", c.Name, need.Cores, on, r.Cores)
	case lacksMemory:
		return fmt.Errorf("%s needs %d bytes of host memory, machine %d has %d free", c.Name, need.Memory, on, r.Memory)
	case lacksGPU:
		return fmt.Errorf("%s needs a GPU, machine %d has no GPU %d", c.Name, on, gpu)
	case lacksShare:
		return fmt.Errorf("%s needs %d ‰ of a GPU, GPU %d of machine %d has %d ‰ free",
			c.Name, need.GPUShare, gpu, on, r.GPUs[gpu].Share)
	case lacksGPUMemory:
		return fmt.Errorf("%s needs %d bytes of GPU memory, GPU %d of machine %d has %d free",
			c.Name, need.GPUMemory, gpu, on, r.GPUs[gpu].Memory)
	case lacksWholeGPUs:
		return fmt.Errorf("%s needs %d whole GPUs, machine %d has fewer free beside GPU %d", c.Name, need.GPUs, on, gpu)
	}
	if need.GPUShare == 0 {
		return nil
	}
	return r.GPUs[gpu].checkStart(c, on, gpu, start)
}

// checkStart says why a slice cannot begin at a memory slot of a GPU.
func (s *Space) checkStart(c *Deployment, on MachineID, gpu, start int) error {
	slice := c.Need.Slice
	switch {
	case slice.Slots == 0 && start != 0:
		return fmt.Errorf("%s does not use a slice of a GPU, so it cannot begin at memory slot %d", c.Name, start)
	case slice.Slots == 0:
		return nil
	case start < 0 || start >= MemorySlots || slice.Starts>>start&1 == 0:
		return fmt.Errorf("a slice for %s cannot begin at memory slot %d", c.Name, start)
	case s.Slots&slice.mask(start) != 0:
		return fmt.Errorf("%s needs %d memory slots from slot %d on, but some of them are taken on GPU %d of machine %d", c.Name, slice.Slots, start, gpu, on)
	}
	return nil
}

// DominantShare returns the largest share, over all resources, that a replica takes of an empty
// machine (Ghodsi et al., NSDI 2011). All GPUs of the machine count as one resource. A resource
// that the machine does not have counts as 0.
func (t *MachineType) DominantShare(need *Resources) float64 {
	devices := need.Devices()
	return max(
		share(int64(need.Cores), int64(t.Cores)),
		share(need.Memory, t.Memory),
		share(int64(need.GPUShare*devices), int64(t.GPUs)*WholeGPU),
		share(need.GPUMemory*int64(devices), int64(t.GPUs)*t.GPUMemory),
	)
}

// share returns part/whole, and 0 if whole is 0.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// CheckDevices says why a replica of a deployment can never have the GPUs that it needs, not even
// on an empty machine. It returns nil if it can.
func (c *Spec) CheckDevices(d *Deployment) error {
	need := d.Need
	if int(d.Type) >= len(c.Types) || d.Type < 0 || need.GPUShare == 0 {
		return nil
	}
	kind := &c.Types[d.Type]
	switch {
	case need.GPUs < 0 || need.GPUs > 1 && need.GPUShare != WholeGPU:
		return fmt.Errorf("deployment %s: %d GPUs with a share of %d ‰ of each; several GPUs are taken whole", d.Name, need.GPUs, need.GPUShare)
	case need.Slice.Slots > 0 && !kind.Sliced:
		return fmt.Errorf("deployment %s: the GPUs of a %s are not cut into slices", d.Name, kind.Name)
	case need.Slice.Slots > 0 && need != need.Slice.Need(need, kind.GPUMemory):
		return fmt.Errorf("deployment %s: needs %+v, but its slice has other resources", d.Name, need)
	case need.Slice.Slots == 0 && kind.Sliced && need.GPUShare != WholeGPU:
		return fmt.Errorf("deployment %s: shares a GPU of a %s, which is cut into slices", d.Name, kind.Name)
	}
	return nil
}

// Parts returns the shares that a replica takes of the machine's cores, memory, GPUs and memory of
// GPUs.
func (t *MachineType) Parts(need *Resources) (parts [4]float64) {
	parts[0], parts[1] = float64(need.Cores)/float64(t.Cores), float64(need.Memory)/float64(t.Memory)
	if t.GPUs == 0 {
		return parts
	}
	gpus := float64(need.Devices()) / float64(t.GPUs)
	switch {
	case need.Slice.Slots > 0:
		parts[2], parts[3] = gpus*float64(need.Slice.Compute)/ComputeSlices, gpus*float64(need.Slice.Slots)/MemorySlots
	case need.GPUShare > 0:
		parts[2], parts[3] = gpus*float64(need.GPUShare)/WholeGPU, gpus*float64(need.GPUMemory)/float64(max(1, t.GPUMemory))
	}
	return parts
}
