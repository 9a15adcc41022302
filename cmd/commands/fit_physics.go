package commands

import (
	"fmt"
	"io"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/fit"
)

// learn sets what is known of the network and the GPU, if a fit needs it.
func (o *replayOptions) learn(w io.Writer, s settings) {
	if !o.compare && o.start.start == "" {
		o.physics = physicsOf(w, s, &o.result.file)
	}
}

// physicsOf returns what the shape of the network and the data sheet of the GPU say about the times
// of a step. The network is in the settings, or has the name of a known one. If it is not known,
// physicsOf prints a note, and the result is zero. Without a data sheet of the GPU, ratios are
// those of a usual one.
func physicsOf(w io.Writer, s settings, file *builtin.StepTimeFile) fit.Physics {
	a, known := s.architecture(file.Model)
	if !known {
		fmt.Fprintf(w, "note: the shape of the network is not known (--model llama-3.1-8b): what the measurements do not tell is tied to a usual network\n")
		return fit.Physics{}
	}
	var r builtin.Roofline
	r.SetDefaults()
	device, sheet := builtin.FindSheet(file.GPU)
	if !sheet {
		r.Speed, r.Bandwidth = usualSpeed, usualBandwidth
	}
	step, err := r.StepTime(a, device, file.GPUs)
	if err != nil {
		return fit.Physics{}
	}
	if !sheet {
		return fit.RatiosOf(step)
	}
	return fit.PhysicsOf(step, a.Mixture(step))
}

// The peak and the bandwidth of a GPU whose data sheet is not known. Only their ratio matters.
const (
	usualSpeed     = 400e12 // operations per second
	usualBandwidth = 1.5e12 // bytes per second
)
