package fleet

import "math/bits"

// Space is the free part of one GPU.
type Space struct {
	Share  int   // compute share, in thousandths
	Memory int64 // free memory, bytes
	Slots  uint8 // memory slots held by slices, one bit each
}

// Whole reports whether no replica holds any part of the GPU.
func (s *Space) Whole() bool { return s.Share == WholeGPU }

// move gives a replica its part of the GPU, or takes it back with sign -1. A slice begins at memory
// slot start.
func (s *Space) move(need *Resources, start, sign int) {
	s.Slots ^= need.Slice.mask(start)
	s.Share -= sign * need.GPUShare
	s.Memory -= int64(sign) * need.GPUMemory
}

// starts returns the legal starts at which a slice has room on a GPU, one bit each.
func (s *Space) starts(slice Slice) (list uint8) {
	for start := range MemorySlots {
		if slice.Starts>>start&1 == 1 && s.Slots&slice.mask(start) == 0 {
			list |= 1 << start
		}
	}
	return list
}

// FirstStart returns the lowest memory slot at which a slice may begin and has room, or −1 if there
// is none.
func (s *Space) FirstStart(slice Slice) int {
	if list := s.starts(slice); list != 0 {
		return bits.TrailingZeros8(list)
	}
	return -1
}

// LastStart returns the highest memory slot at which a slice may begin and has room, or −1 if there
// is none.
func (s *Space) LastStart(slice Slice) int { return bits.Len8(s.starts(slice)) - 1 }
