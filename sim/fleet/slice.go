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

// FindSlice returns the profile with a name, on GPUs with the given memory in bytes. A name gives
// the compute slices, and may give the memory of the slice, rounded to GiB, as in "1g.10gb". The
// short name "1g" means the profile with one compute slice and the least memory.
func FindSlice(name string, memory int64) (s Slice, ok bool) {
	for _, s := range Slices() {
		gigabytes := math.Round(float64(memory) * float64(s.Slots) / MemorySlots / (1 << 30))
		if short := fmt.Sprintf("%dg", s.Compute); name == short || name == fmt.Sprintf("%s.%.0fgb", short, gigabytes) {
			return s, true
		}
	}
	return Slice{}, false
}

// Need adds a slice of a GPU to the resources that a replica takes. Memory is that of the GPU, in
// bytes. Slices fit together on an empty GPU if and only if the sum of their shares and the sum of
// their memories fit.
func (s Slice) Need(r Resources, memory int64) Resources {
	r.Slice, r.GPUs = s, 1
	r.GPUShare = WholeGPU * s.Compute / ComputeSlices
	r.GPUMemory = memory / MemorySlots * int64(s.Slots)
	return r
}

// mask returns the memory slots that a slice at a start holds, one bit each.
func (s Slice) mask(start int) uint8 { return uint8((1<<s.Slots - 1) << start) }
