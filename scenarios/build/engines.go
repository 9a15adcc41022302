package build

import (
	"fmt"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// serveTokens sets the latency, batch size and capacity of a deployment that serves tokens. Plans
// use these values. They assume mean requests, or the part of them that the replica computes, and
// as many requests at a time as the objectives allow. If even a single request misses the
// objectives, the gap says why. If assumed is true, the lengths of the mean request are only an
// assumption. Then a mean request that does not fit is not a gap, because real requests may be
// shorter.
func serveTokens(d *fleet.Deployment, u *capacity.Duty, m *fleet.Model, utilization float64, assumed bool) Gap {
	objectives := m.Objectives()
	batch, each := u.Plan(objectives)
	if why := u.Refuses(); why != "" && (batch == 0 || !assumed) {
		return Gap{of: tooSmall, Why: fmt.Sprintf("with a prompt of %.0f and an answer of %.0f tokens it is %s; planning.input and planning.output set other lengths", u.Input, u.Output, why)}
	}
	if batch == 0 {
		return tooLate(u, objectives)
	}
	batch *= d.Tokens.Engines()
	// Policies that plan with batches see two points: a batch of one, and the planned batch.
	points := []profile.Point{{Size: 1, Latency: max(1, kernel.Seconds(u.Lasts(1)))}}
	if batch > 1 {
		points = append(points, profile.Point{Size: batch, Latency: kernel.Seconds(each)})
	}
	var err error
	if d.Latency, err = profile.Table(points); err != nil {
		return Gap{of: tooSlow, Why: err.Error()}
	}
	d.MaxBatch, d.Slots, d.Lengths = batch, 1, fleet.PlannedLengths{Input: u.Input, Output: u.Output}
	d.Capacity = utilization * float64(batch) / each
	return Gap{of: noGap}
}

// tooLate returns a gap that names the objective that even a single request misses.
func tooLate(u *capacity.Duty, o fleet.Objectives) Gap {
	first, further, end := u.Times(1)
	request := fmt.Sprintf("the mean request (prompt of %.0f tokens, answer of %.0f)", u.Input, u.Output)
	say := func(key, what string, took, most time.Duration) Gap {
		return Gap{of: tooSlow, took: took, key: key, Why: fmt.Sprintf("%s %s %s at best, and %s is %v",
			request, what, wording.Brief(took), key, quantity.Duration(most))}
	}
	switch {
	case o.FirstToken > 0 && first > o.FirstToken:
		return say("ttft", "has its first token, behind a step that is under way, after", first, o.FirstToken)
	case o.PerToken > 0 && further > o.PerToken:
		return say("tpot", "has each further token after", further, o.PerToken)
	}
	return say("latency", "takes", end, o.Latency)
}
