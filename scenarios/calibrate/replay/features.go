package replay

import (
	"math"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// featuresOf returns the sum of the features of the first x steps of a run of steps. The whole run
// counts as bound by memory if memory takes longer than computing in its first step.
func featuresOf(r *tokens.Steps, model *profile.StepTime, x float64) profile.Vector {
	memory := model.Memory.Time(r.Work) > model.Compute.Time(r.Work)
	return profile.Vector{}.Plus(r.Work.Features(&model.Experts).WithContext(r.Advance*max(0, x-1)/2).BoundBy(memory), x)
}

// stepsWithin returns how many steps of a run fit within the given seconds. The last step may count
// in part.
func stepsWithin(r *tokens.Steps, seconds float64) float64 {
	const second = 1e9 * profile.Grains
	t, g := float64(r.Time)/second, float64(r.Growth)/second
	if g == 0 || r.Count == 1 {
		return math.Min(seconds/t, float64(r.Count))
	}
	b := t - g/2
	return math.Min((math.Sqrt(b*b+2*g*seconds)-b)/g, float64(r.Count))
}

// secondsOf returns the seconds that the first x steps of a run take.
func secondsOf(r *tokens.Steps, x float64) float64 {
	return (x*float64(r.Time) + float64(r.Growth)*x*(x-1)/2) / (1e9 * profile.Grains)
}
