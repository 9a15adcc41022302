package capacity

import (
	"math"
	"slices"

	planned "wavetank/policies/capacity"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Lengths returns the mean lengths of the sampled requests of a model. The model of a pool that
// decodes has the requests of the model that computes the prompts.
func (a *Asked) Lengths(m fleet.ModelID) (fleet.PlannedLengths, error) {
	s, err := a.samples.get(a.ctx, a.built.Spec.Asked(m))
	if err != nil {
		return fleet.PlannedLengths{}, err
	}
	return s.mean, nil
}

// lengths returns the mean lengths of the requests of a sample.
func (s *sample) lengths() (mean fleet.PlannedLengths) {
	n := float64(len(s.requests))
	for i := range s.requests {
		mean.Input += float64(s.requests[i].Input) / n
		mean.Output += float64(s.requests[i].Output) / n
	}
	return mean
}

// steps is the distance from the mean lengths of a sample to other mean lengths. One step
// multiplies a length by the constant step.
type steps struct{ input, output int }

const (
	step      = 1.25
	mostSteps = 16
)

// stepsTo returns the number of steps from one length to another.
func stepsTo(from, to float64) int {
	if !(from > 0 && to > 0) {
		return 0
	}
	return int(math.Round(max(-mostSteps, min(mostSteps, math.Log(to/from)/math.Log(step)))))
}

// RateFor returns the same as Rate, but for requests with other mean lengths. It rounds these
// lengths to whole steps, and returns the rounded lengths in near. If the order of a sample
// matters, it uses the lengths of the sample.
func (a *Asked) RateFor(d fleet.DeploymentID, n int, mean fleet.PlannedLengths) (rate float64, near fleet.PlannedLengths, err error) {
	k := &a.built.Spec.Deployments[d]
	s, err := a.samples.get(a.ctx, a.built.Spec.Asked(k.Model))
	if err != nil {
		return 0, near, err
	}
	near = s.mean
	by := steps{stepsTo(near.Input, mean.Input), stepsTo(near.Output, mean.Output)}
	if by == (steps{}) || s.inOrder || k.Tokens == nil {
		rate, err = a.Rate(d, n)
		return rate, near, err
	}
	near = s.stepped(by)
	rate, err = a.rate(d, n, by, a.full(d)*throughputs(a.built.Spec, k, near))
	return rate, near, err
}

// stepped returns the mean lengths that are the given steps away from those of a sample.
func (s *sample) stepped(by steps) fleet.PlannedLengths {
	return fleet.PlannedLengths{Input: s.mean.Input * math.Pow(step, float64(by.input)), Output: s.mean.Output * math.Pow(step, float64(by.output))}
}

// throughputs returns the throughput of a replica for requests of the given mean lengths, divided
// by its throughput for requests of the planned mean lengths.
func throughputs(c *fleet.Spec, d *fleet.Deployment, mean fleet.PlannedLengths) float64 {
	o := c.Models[d.Model].Objectives()
	return planned.DutyOf(c, d, mean).Throughput(o) / planned.DutyOf(c, d, d.Lengths).Throughput(o)
}

// lengthened returns a copy of a sample whose mean lengths are the given steps away. It also
// returns a specification in which the deployment has the planned capacity for these lengths.
//
// The gaps are unchanged. The requests are drawn again from the sample. Their weights are an
// exponential function of the prompt's length, which makes either short or long prompts rarer, so
// that the mean prompt has the wanted length (exponential tilting; Siegmund, "Importance sampling
// in the Monte Carlo study of sequential tests", Annals of Statistics, 1976). A factor on all
// prompts corrects the rest of the difference. Answers are only multiplied by a factor.
func lengthened(c *fleet.Spec, d fleet.DeploymentID, s *sample, by steps) (*fleet.Spec, *sample) {
	mean := s.stepped(by)
	tilted := *s
	tilted.requests = s.tilted(mean.Input)
	is := tilted.lengths()
	for i := range tilted.requests {
		r := &tilted.requests[i]
		r.Input, r.Output = stretched(r.Input, mean.Input/is.Input), stretched(r.Output, mean.Output/is.Output)
	}
	tilted.mean = tilted.lengths()
	spec := *c
	spec.Deployments = slices.Clone(c.Deployments)
	k := &spec.Deployments[d]
	k.Capacity *= throughputs(c, k, mean)
	return &spec, &tilted
}

// stretched returns a length times a factor, but at least one token.
func stretched(tokens int32, factor float64) int32 {
	return int32(max(1, min(math.Round(float64(tokens)*factor), 1<<24)))
}

// tilted draws as many requests as the sample has, with weights that make the mean prompt as long
// as input, as far as possible. It draws in the order of the sample, so it shuffles the result.
func (s *sample) tilted(input float64) []fleet.Request {
	n, mean := len(s.requests), s.mean.Input
	weights := make([]float64, n)
	weigh := func(tilt float64) (weighted float64) {
		total := 0.
		for i := range s.requests {
			length := float64(s.requests[i].Input) / mean
			weights[i] = math.Exp(tilt * min(length, 4))
			total += weights[i]
			weighted += weights[i] * length
		}
		for i := range weights {
			weights[i] /= total
		}
		return weighted / total * mean
	}
	low, high := -8., 8.
	for range 40 {
		if half := (low + high) / 2; weigh(half) < input {
			low = half
		} else {
			high = half
		}
	}
	weigh((low + high) / 2)
	drawn, at, sum := make([]fleet.Request, 0, n), 0, weights[0]
	for i := range n { // systematic sampling: each is drawn n × weight times, rounded up or down
		for (float64(i)+0.5)/float64(n) > sum && at < n-1 {
			at++
			sum += weights[at]
		}
		drawn = append(drawn, s.requests[at])
	}
	shuffle := kernel.NewStream(uint64(n), sampled, "capacity/lengths", 0)
	for i := n - 1; i > 0; i-- {
		j := shuffle.IntN(i + 1)
		drawn[i], drawn[j] = drawn[j], drawn[i]
	}
	return drawn
}
