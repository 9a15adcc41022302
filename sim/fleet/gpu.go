package fleet

import "math/bits"

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

// starts returns the legal starts at which a slice has room on a GPU, a bit each.
func (s *Space) starts(slice Slice) (list uint8) {
	for start := range MemorySlots {
		if slice.Starts>>start&1 == 1 && s.Slots&slice.mask(start) == 0 {
			list |= 1 << start
		}
	}
	return list
}

// FirstStart returns the lowest memory slot at which a slice may begin and has room, LastStart the
// highest, or −1 if it has none.
func (s *Space) FirstStart(slice Slice) int {
	if list := s.starts(slice); list != 0 {
		return bits.TrailingZeros8(list)
	}
	return -1
}

// LastStart is told with FirstStart.
func (s *Space) LastStart(slice Slice) int { return bits.Len8(s.starts(slice)) - 1 }
