package fleet

import "fmt"

// checkTimeShares returns the faults of deployments on GPUs that are shared in time.
func (c *Spec) checkTimeShares() (faults []error) {
	for i := range c.Deployments {
		d := &c.Deployments[i]
		wrong := func(is bool, why string) {
			if is {
				faults = append(faults, fmt.Errorf("deployment %s shares its GPU in time: %s", d.Name, why))
			}
		}
		if d.TimeShare == 0 {
			continue
		}
		wrong(d.TimeShare < 0 || d.TimeShare > WholeGPU, fmt.Sprintf("a share of %d ‰ is outside 1 to 1000", d.TimeShare))
		wrong(d.Need.GPUShare == 0 || d.Need.Devices() != 1 || d.Need.Slice.Slots > 0, "it must take one GPU, and no MIG slice")
		wrong(d.Slots != 1, fmt.Sprintf("a GPU serves one batch at a time, not %d", d.Slots))
		wrong(d.Tokens != nil, "an LLM takes its GPU alone")
		wrong(c.Types[d.Type].Interference > 1, "replicas that take turns do not slow each other down; leave out the interference")
	}
	return faults
}
