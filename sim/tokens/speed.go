package tokens

import "math"

// speed says how fast decoding sequences advance.
type speed struct {
	rate  int64 // tokens per step, in units of 2⁻¹⁶
	width int   // budget tokens that one decoding sequence takes in a step
	// growth of the context in the three forms of the step-time model, per sequence and step
	compute, memory, overhead int64
}

func newSpeed(c *Config) speed {
	v := speed{rate: 1 << 16, width: 1 + c.Draft}
	if c.Draft > 0 {
		p := c.Acceptance
		v.rate = int64(math.Round((1 - math.Pow(p, float64(c.Draft+1))) / (1 - p) * (1 << 16)))
	}
	grow := func(context int64) int64 {
		if v.rate == 1<<16 {
			return context
		}
		return int64(math.Round(float64(context) * float64(v.rate) / (1 << 16)))
	}
	v.compute, v.memory, v.overhead = grow(c.StepTime.Compute.Context), grow(c.StepTime.Memory.Context), grow(c.StepTime.Overhead.Context)
	return v
}

// clock returns the token clock after a number of steps: how many tokens a sequence that decodes in
// every step has emitted.
func (v *speed) clock(steps int64) int64 { return steps * v.rate >> 16 }

// reach returns the number of steps after which the token clock first reaches a value.
func (v *speed) reach(clock int64) int64 {
	if v.rate == 1<<16 {
		return clock
	}
	return (clock<<16 + v.rate - 1) / v.rate
}
