package fleet

// Space is what is free of one GPU.
type Space struct {
	Share  int   // compute share, in thousandths
	Memory int64 // bytes
	Slots  uint8 // memory slots that slices hold, a bit each
}

// Whole reports whether no replica holds any part of the GPU.
func (s *Space) Whole() bool { return s.Share == WholeGPU }

// move gives a replica its part of the GPU, a slice from its start on, or takes it back with sign
// -1.
func (s *Space) move(need *Resources, start, sign int) {
	s.Slots ^= need.Slice.mask(start)
	s.Share -= sign * need.GPUShare
	s.Memory -= int64(sign) * need.GPUMemory
}

// Devices returns the number of GPUs that a replica takes.
func (r *Resources) Devices() int {
	if r.GPUShare == 0 {
		return 0
	}
	return max(1, r.GPUs)
}
