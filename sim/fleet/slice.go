package fleet

import (
	"fmt"
	"math"
	"math/bits"
)

// A GPU that can be cut has so many compute slices and memory slots (A100 and H100).
const (
	ComputeSlices = 7
	MemorySlots   = 8
)

// Slice is a MIG profile: some compute slices of a GPU with consecutive memory slots. A slice has
// them to itself.
type Slice struct {
	Compute int   // compute slices
	Slots   int   // memory slots; 0: no slice
	Starts  uint8 // bit s: it may begin at memory slot s
}

// Slices returns the profiles of an A100, which are also those of an H100: NVIDIA, "Multi-Instance
// GPU User Guide", supported profiles and the placements that nvidia-smi mig -lgipp lists. Those
// with media engines are left out.
func Slices() []Slice {
	return []Slice{
		{1, 1, 0b0111_1111}, {1, 2, 0b0101_0101}, {2, 2, 0b0001_0101}, {3, 4, 0b0001_0001}, {4, 4, 0b0000_0001}, {7, 8, 0b0000_0001},
	}
}

// FindSlice returns the profile of a name on GPUs of so many bytes: the compute slices, as in "1g",
// which is the profile with the least memory; or with the memory in GiB, rounded, as in "1g.10gb".
func FindSlice(name string, memory int64) (s Slice, ok bool) {
	for _, s := range Slices() {
		gigabytes := math.Round(float64(memory) * float64(s.Slots) / MemorySlots / (1 << 30))
		if short := fmt.Sprintf("%dg", s.Compute); name == short || name == fmt.Sprintf("%s.%.0fgb", short, gigabytes) {
			return s, true
		}
	}
	return Slice{}, false
}

// Need completes what a replica takes of its machine by a slice of a GPU of so many bytes. Slices
// have room on an empty GPU exactly where the sums of the shares and memories that they need have.
func (s Slice) Need(r Resources, memory int64) Resources {
	r.Slice, r.GPUs = s, 1
	r.GPUShare = WholeGPU * s.Compute / ComputeSlices
	r.GPUMemory = memory / MemorySlots * int64(s.Slots)
	return r
}

// mask returns the memory slots that a slice holds from its start, a bit each.
func (s Slice) mask(start int) uint8 { return uint8((1<<s.Slots - 1) << start) }

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
// highest; −1 where it has none.
func (s *Space) FirstStart(slice Slice) int {
	if list := s.starts(slice); list != 0 {
		return bits.TrailingZeros8(list)
	}
	return -1
}

// LastStart is told with FirstStart.
func (s *Space) LastStart(slice Slice) int { return bits.Len8(s.starts(slice)) - 1 }

// checkStart says why a slice cannot begin at a memory slot of a GPU.
func (s *Space) checkStart(c *Deployment, on MachineID, gpu, start int) error {
	slice := c.Need.Slice
	switch {
	case slice.Slots == 0 && start != 0:
		return fmt.Errorf("%s is no slice of a GPU and cannot begin at slot %d", c.Name, start)
	case slice.Slots == 0:
		return nil
	case start < 0 || start >= MemorySlots || slice.Starts>>start&1 == 0:
		return fmt.Errorf("%s cannot begin at slot %d of a GPU", c.Name, start)
	case s.Slots&slice.mask(start) != 0:
		return fmt.Errorf("%s needs %d slots from %d on, GPU %d of machine %d has some of them taken", c.Name, slice.Slots, start, gpu, on)
	}
	return nil
}

// CheckDevices says what a replica of a deployment cannot take of a machine's GPUs, whatever else
// is on it; nil for what it can.
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
		return fmt.Errorf("deployment %s: needs %+v, which is not what its slice is", d.Name, need)
	case need.Slice.Slots == 0 && kind.Sliced && need.GPUShare != WholeGPU:
		return fmt.Errorf("deployment %s: shares a GPU of a %s, which is cut into slices", d.Name, kind.Name)
	}
	return nil
}
