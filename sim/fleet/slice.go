package fleet

import (
	"fmt"
	"math"
)

// A GPU that can be cut has 7 compute slices and 8 memory slots (A100 and H100).
const (
	ComputeSlices = 7
	MemorySlots   = 8
)

// Slices returns the profiles of an A100, which are also those of an H100: NVIDIA, "Multi-Instance
// GPU User Guide", supported profiles and the placements that nvidia-smi mig -lgipp lists. Profiles
// with media engines are left out.
func Slices() []Slice {
	return []Slice{
		{1, 1, 0b0111_1111}, {1, 2, 0b0101_0101}, {2, 2, 0b0001_0101}, {3, 4, 0b0001_0001}, {4, 4, 0b0000_0001}, {7, 8, 0b0000_0001},
	}
}

// FindSlice returns the profile of a name on GPUs of a memory in bytes. The name is the compute
// slices, as in "1g", which is the profile with the least memory; or with the memory in GiB,
// rounded, as in "1g.10gb".
func FindSlice(name string, memory int64) (s Slice, ok bool) {
	for _, s := range Slices() {
		gigabytes := math.Round(float64(memory) * float64(s.Slots) / MemorySlots / (1 << 30))
		if short := fmt.Sprintf("%dg", s.Compute); name == short || name == fmt.Sprintf("%s.%.0fgb", short, gigabytes) {
			return s, true
		}
	}
	return Slice{}, false
}

// Need completes what a replica takes of its machine by a slice of a GPU whose memory is given in
// bytes. Slices have room on an empty GPU exactly where the sums of the shares and memories that
// they need have.
func (s Slice) Need(r Resources, memory int64) Resources {
	r.Slice, r.GPUs = s, 1
	r.GPUShare = WholeGPU * s.Compute / ComputeSlices
	r.GPUMemory = memory / MemorySlots * int64(s.Slots)
	return r
}

// mask returns the memory slots that a slice holds from its start, a bit each.
func (s Slice) mask(start int) uint8 { return uint8((1<<s.Slots - 1) << start) }
