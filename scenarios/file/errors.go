package file

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// FigureError is an error that is injected into figures that allocators use.
type FigureError struct {
	Bias  quantity.Percent `yaml:"bias" doc:"how much too high the figures are, e.g. 20 %; negative: too low"`
	Noise quantity.Percent `yaml:"noise" doc:"coefficient of variation of a random factor on each figure, at most 57 %"`
}

// mostNoise is the largest coefficient of variation of a uniform factor that is never negative,
// 1/√3, rounded down.
const mostNoise = 57

// Check implements strict.Checker.
func (e *FigureError) Check(_ *strict.Node, report func(path, message string)) {
	if !(e.Bias > -100 && e.Bias <= 1000) {
		report("bias", fmt.Sprintf("%v is not above -100 %% and at most 1000 %%", e.Bias))
	}
	if !(e.Noise >= 0 && e.Noise <= mostNoise) {
		report("noise", fmt.Sprintf("%v is outside 0 %% to %d %%", e.Noise, mostNoise))
	}
}
