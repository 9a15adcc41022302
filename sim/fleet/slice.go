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

// FindSlice returns the profile that a name stands for on GPUs with a memory in bytes. The name
// "1g" is that of the profile with one compute slice and the least memory. A name may also give the
// memory of the slice, rounded to GiB, as in "1g.10gb".
func FindSlice(name string, memory int64) (s Slice, ok bool) {
	for _, s := range Slices() {
		gigabytes := math.Round(float64(memory) * float64(s.Slots) / MemorySlots / (1 << 30))
		if short := fmt.Sprintf("%dg", s.Compute); name == short || name == fmt.Sprintf("%s.%.0fgb", short, gigabytes) {
			return s, true
		}
	}
	return Slice{}, false
}

// Need adds a slice of a GPU to what a replica takes of its machine. The memory of the GPU is given
// in bytes. Slices fit together on an empty GPU if and only if the sums of the shares and of the
// memories that they need fit.
func (s Slice) Need(r Resources, memory int64) Resources {
	r.Slice, r.GPUs = s, 1
	r.GPUShare = WholeGPU * s.Compute / ComputeSlices
	r.GPUMemory = memory / MemorySlots * int64(s.Slots)
	return r
}

// mask returns the memory slots that a slice holds from its start, as one bit each.
func (s Slice) mask(start int) uint8 { return uint8((1<<s.Slots - 1) << start) }
