package capacity

import (
	"math"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// wholeSeconds returns how long a request of mean length takes, in seconds, if the given number of
// sequences run at a time.
//
// The number of steps is the number of output tokens over the mean tokens per step. In each step
// the other sequences decode, and each of them is halfway through its answer. Each prompt is
// computed in one step, and prompts arrive at random: their number per step has a Poisson
// distribution. So only a share of the steps compute prompts, and those steps compute more prompts
// than the mean. With PrefillFirst these prompts are computed in a step of their own, and the step
// in which the sequences decode comes after it.
func wholeSeconds(c *tokens.Config, sequences, input, output float64) float64 {
	steps := max(1, output/tokensPerStep(c))
	step := func(decoding, prompts float64) float64 {
		return stepSeconds(c, profile.Work{
			Sequences: round(decoding + prompts),
			Decode:    round(decoding),
			Context:   round(decoding * (input + output/2)),
			Prefill:   round(prompts*input + decoding*float64(c.Draft)),
			Attention: round(prompts * input * input),
		})
	}
	if sequences < 1.5 { // a request alone: the step of its prompt computes nothing else
		return step(0, 1) + (steps-1)*step(1, 0)
	}
	prompts := sequences / steps // mean number of prompts per step
	busy := 1 - math.Exp(-prompts)
	if c.PrefillFirst {
		return steps * (busy*step(0, prompts/busy) + step(sequences, 0))
	}
	return steps * (busy*step(sequences-1, prompts/busy) + (1-busy)*step(sequences, 0))
}

// prefillSeconds returns how long the given number of prompts take, in seconds, if the replica does
// nothing else. They take one step, or as many as their tokens need.
func prefillSeconds(c *tokens.Config, sequences, input float64) float64 {
	steps := max(1, math.Ceil(sequences*input/float64(c.MaxTokens)))
	return steps * stepSeconds(c, profile.Work{
		Sequences: round(max(1, sequences/steps)),
		Prefill:   round(sequences * input / steps),
		Attention: round(sequences * input * input / steps),
	})
}

// decodeSeconds returns how long an answer takes after its first token, in seconds, if the given
// number of sequences decode at a time, each of them halfway through its answer.
func decodeSeconds(c *tokens.Config, sequences, input, output float64) float64 {
	step := stepSeconds(c, profile.Work{
		Sequences: round(sequences),
		Decode:    round(sequences),
		Context:   round(sequences * (input + output/2)),
		Prefill:   round(sequences * float64(c.Draft)),
	})
	return max(1, (output-1)/tokensPerStep(c)) * step
}

// tokensPerStep returns the mean number of tokens that a sequence emits in a step. With speculative
// decoding it is eq. 1 of Leviathan et al. (2023).
func tokensPerStep(c *tokens.Config) float64 {
	if c.Draft == 0 {
		return 1
	}
	return (1 - math.Pow(c.Acceptance, float64(c.Draft+1))) / (1 - c.Acceptance)
}

// stepSeconds returns how long a step takes, in seconds.
func stepSeconds(c *tokens.Config, w profile.Work) float64 {
	return float64(c.StepTime.Time(w)) / (1e9 * profile.Grains)
}

func round(v float64) int64 { return int64(math.Round(v)) }

// FullStep returns how long a step of the given number of tokens takes at a replica that is never
// idle. In the long run as many requests join as leave. So the ratio of prompt tokens to decoded
// tokens is the same in a step as in a request.
func (u *Duty) FullStep(tokens int) time.Duration {
	each := float64(1 + u.Draft)
	steps := max(1, (u.Output-1)/tokensPerStep(u.Config))
	joins := float64(tokens) / (u.Input + steps*each)
	decoding := min(joins*steps, float64(u.MaxSequences), float64(u.Blocks)*float64(u.Block)/(u.Input+u.Output))
	prefill := max(0, float64(tokens)-decoding*each)
	return kernel.Seconds(stepSeconds(u.Config, profile.Work{
		Sequences: round(decoding + prefill/u.Input),
		Decode:    round(decoding),
		Context:   round(decoding * (u.Input + u.Output/2)),
		Prefill:   round(prefill + decoding*float64(u.Draft)),
		Attention: round(prefill * max(u.Input, 2*u.Input-prefill)),
	}))
}
