package tokens

import (
	"math"

	"wavetank/sim/profile"
)

// speed says how fast decoding sequences advance, and how long their steps take.
type speed struct {
	rate  int64 // tokens per step, in units of 2⁻¹⁶
	width int   // budget tokens that one decoding sequence takes in a step
	// the three forms of the step-time model
	compute, memory, overhead decodeForm
}

// decodeForm is a form of the step-time model for the sequences that decode in a step. Its
// coefficients are in grains.
type decodeForm struct {
	constant int64
	sequence int64 // for each sequence
	context  int64 // for each token that was in the cache when its sequence began to decode
	growth   int64 // for each step that a sequence has decoded before
}

func newSpeed(c *Config) *speed {
	v := &speed{rate: 1 << 16, width: 1 + c.Draft}
	if c.Draft > 0 && !c.RandomAcceptance {
		p := c.Acceptance
		v.rate = int64(math.Round((1 - math.Pow(p, float64(c.Draft+1))) / (1 - p) * (1 << 16)))
	}
	decode := func(f profile.Form) decodeForm {
		d := decodeForm{f.Constant, f.Sequence + f.Decode + f.Prefill*int64(c.Draft), f.Context, f.Context}
		if v.rate != 1<<16 {
			d.growth = int64(math.Round(float64(f.Context) * float64(v.rate) / (1 << 16)))
		}
		return d
	}
	v.compute, v.memory, v.overhead = decode(c.StepTime.Compute), decode(c.StepTime.Memory), decode(c.StepTime.Overhead)
	return v
}

// time returns the value of the form for a number of sequences. Context is the number of tokens
// that they had in the cache when they began to decode. Passed is the number of steps that they
// have decoded since then. Both are sums over the sequences.
func (d *decodeForm) time(sequences, context, passed int64) int64 {
	return d.constant + d.sequence*sequences + d.context*context + d.growth*passed
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
