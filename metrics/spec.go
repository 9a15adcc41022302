package metrics

import "wavetank/sim/fleet"

// served returns, for each model, whether token replicas serve it.
func served(c *fleet.Spec) []bool {
	list := make([]bool, len(c.Models))
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.Tokens != nil {
			list[d.Model] = true
		}
	}
	return list
}

// asked returns the number of models that requests ask for.
func asked(c *fleet.Spec) (n int) {
	for m, asked := range c.AllAsked() {
		if asked == fleet.ModelID(m) {
			n++
		}
	}
	return n
}

// poolScope returns the scope of the replicas of a model: "NAME/prefill" if the model has a
// Decoder, else the name of the model.
func poolScope(m *fleet.Model) string {
	if m.Decoder > 0 {
		return m.Name + "/prefill"
	}
	return m.Name
}

// several reports whether each model has a scope of its own, besides the scope of all requests.
func several(c *fleet.Spec) bool { return asked(c) > 1 || len(c.Pipelines) > 0 }

// devicesOf returns the device kind under which a machine type counts, and the number of such
// devices of one machine.
func devicesOf(c *fleet.Spec, t fleet.TypeID) (fleet.KindID, float64) {
	if kind := &c.Types[t]; kind.GPUs > 0 {
		return kind.GPU, float64(kind.GPUs)
	}
	return fleet.CPU, float64(c.Types[t].Cores)
}

// busyDevices returns the kind and the number of the devices that one batch of a deployment keeps
// busy.
func busyDevices(d *fleet.Deployment) (fleet.KindID, float64) {
	if d.Need.Slice.Slots > 0 {
		return d.Kind, float64(d.Need.Slice.Compute) / fleet.ComputeSlices / float64(d.Slots)
	}
	if d.TimeShare > 0 {
		return d.Kind, 1
	}
	if d.Need.GPUShare > 0 {
		return d.Kind, float64(d.Need.Devices()) * float64(d.Need.GPUShare) / fleet.WholeGPU / float64(d.Slots)
	}
	return d.Kind, float64(d.Need.Cores) / float64(d.Slots)
}
