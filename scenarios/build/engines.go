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

// serveTokens makes a deployment serve tokens. The gap says why not even a request alone meets the
// objectives of its model. Plans count on the mean request, or on the part of it that the replica
// does, and take the replica to be as full as the objectives let it be. Assumed says that nothing
// tells the mean request: a shorter one may fit then.
func serveTokens(d *fleet.Deployment, u *capacity.Duty, m *fleet.Model, utilization float64, assumed bool) Gap {
	objectives := fleet.Objectives{FirstToken: m.FirstToken, PerToken: m.PerToken, Latency: m.Target}
	batch, each := u.Plan(objectives)
	if why := u.Refuses(); why != "" && (batch == 0 || !assumed) {
		return Gap{of: tooSmall, Why: fmt.Sprintf("with a prompt of %.0f and an answer of %.0f tokens it is %s; planning.input and planning.output say other lengths", u.Input, u.Output, why)}
	}
	if batch == 0 {
		return tooLate(u, objectives)
	}
	// Policies that plan with batches see the line of batches that takes as long.
	points := []profile.Point{{Size: 1, Latency: max(1, kernel.Seconds(u.Lasts(1)))}}
	if batch > 1 {
		points = append(points, profile.Point{Size: batch, Latency: kernel.Seconds(each)})
	}
	var err error
	if d.Latency, err = profile.Table(points); err != nil {
		return Gap{of: tooSlow, Why: err.Error()}
	}
	d.MaxBatch, d.Slots = batch, 1
	d.Capacity = utilization * float64(batch) / each
	return Gap{of: noGap}
}

// tooLate says which objective a request misses though it is the only one.
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
