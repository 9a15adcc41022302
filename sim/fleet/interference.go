package fleet

import "slices"

// Interferes reports whether replicas of one GPU slow each other down on machines of some type.
func (c *Spec) Interferes() bool {
	return slices.ContainsFunc(c.Types, func(t MachineType) bool { return t.Interference > 1 })
}

// Slowdown returns the factor by which other busy replicas on its GPU stretch a service that a
// replica starts now. It is 1 + (interference − 1)·k for k such replicas. It is 1 for a CPU replica
// and for a slice, which no other replica slows down.
func (f *Fleet) Slowdown(at ReplicaID) float64 {
	r := &f.replicas[at]
	d := &f.spec.Deployments[r.Deployment]
	factor := f.spec.Types[d.Type].Interference
	if factor <= 1 || d.Need.GPUShare == 0 || d.Need.Slice.Slots > 0 {
		return 1
	}
	busy := 0
	for _, other := range f.machines[r.Machine].placed {
		o := &f.replicas[other]
		if other != at && o.Busy > 0 && o.GPU == r.GPU && f.spec.Deployments[o.Deployment].Need.GPUShare > 0 {
			busy++
		}
	}
	return 1 + (factor-1)*float64(busy)
}
