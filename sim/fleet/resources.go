package fleet

// WholeGPU is the compute share of one GPU, in thousandths.
const WholeGPU = 1000

// Resources are the resources that a replica takes of one machine.
type Resources struct {
	Cores     int   // virtual CPU cores
	Memory    int64 // host memory, bytes
	GPUs      int   // number of GPUs; each gives GPUShare and GPUMemory; 0 counts as 1
	GPUShare  int   // compute share of a GPU, in thousandths; 0 for a CPU replica
	GPUMemory int64 // memory of a GPU, bytes
	Slice     Slice // MIG profile of the slice that it takes, if any
}

// Slice is a MIG profile: some compute slices of a GPU and some consecutive memory slots. A replica
// has them for itself.
type Slice struct {
	Compute int   // compute slices
	Slots   int   // memory slots; 0: no slice
	Starts  uint8 // bit s is set: it may begin at memory slot s
}

// Devices returns the number of GPUs that a replica takes.
func (r *Resources) Devices() int {
	if r.GPUShare == 0 {
		return 0
	}
	return max(1, r.GPUs)
}
