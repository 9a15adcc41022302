package fleet

import "fmt"

// Space is what is free of one GPU.
type Space struct {
	Share  int   // compute share, in thousandths
	Memory int64 // bytes
	Slots  uint8 // memory slots that slices hold, a bit each
}

// Whole reports whether no replica holds any part of the GPU.
func (s *Space) Whole() bool { return s.Share == WholeGPU }

// Has reports whether a GPU has room for its part of a replica.
func (s *Space) Has(need *Resources) bool {
	return s.Share >= need.GPUShare && s.Memory >= need.GPUMemory && (need.Slice.Slots == 0 || s.starts(need.Slice) != 0)
}

// Take gives a replica its part of a GPU, a slice from its start on, or takes it back with sign -1.
func (s *Space) Take(need *Resources, start, sign int) {
	s.Slots ^= need.Slice.mask(start)
	s.Share -= sign * need.GPUShare
	s.Memory -= int64(sign) * need.GPUMemory
}

// Further returns the GPUs that a replica on the GPU first takes beside it: as many as it needs, the lowest-numbered
// ones that are whole. It is nil for a replica of at most one GPU; ok is false where there are too few.
func Further(need *Resources, gpus []Space, first int) (further []int, ok bool) {
	for g := range gpus {
		if len(further) >= need.Devices()-1 {
			break
		}
		if g != first && gpus[g].Whole() {
			further = append(further, g)
		}
	}
	return further, len(further) >= need.Devices()-1
}

// Devices returns the number of GPUs that a replica takes.
func (r *Resources) Devices() int {
	if r.GPUShare == 0 {
		return 0
	}
	return max(1, r.GPUs)
}

// checkGPUs says why a GPU of a machine, with those that follow it, has no room for a replica of a deployment.
func (m *Machine) checkGPUs(c *Deployment, on MachineID, gpu, start int) error {
	if gpu < 0 || gpu >= len(m.gpus) {
		return fmt.Errorf("%s needs a GPU, machine %d has no GPU %d", c.Name, on, gpu)
	}
	s := &m.gpus[gpu]
	switch {
	case s.Share < c.Need.GPUShare:
		return fmt.Errorf("%s needs %d ‰ of a GPU, GPU %d of machine %d has %d ‰ free", c.Name, c.Need.GPUShare, gpu, on, s.Share)
	case s.Memory < c.Need.GPUMemory:
		return fmt.Errorf("%s needs %d bytes of GPU memory, GPU %d of machine %d has %d free", c.Name, c.Need.GPUMemory, gpu, on, s.Memory)
	}
	if _, ok := Further(&c.Need, m.gpus, gpu); !ok {
		return fmt.Errorf("%s needs %d whole GPUs, machine %d has fewer free beside GPU %d", c.Name, c.Need.GPUs, on, gpu)
	}
	return s.checkStart(c, on, gpu, start)
}
