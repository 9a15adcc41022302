package plan

import (
	"context"
	"errors"
	"math"
	"slices"

	"wavetank/metrics"
	"wavetank/scenarios"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload"
)

// askedWork is a sample of the requests of a scenario.
type askedWork struct {
	of      [][]tokenDemand // of each model: its requests with tokens
	allowed float64         // most seconds from an arrival until a request in time has ended
}

// tokenDemand is what a request asks of a token replica.
type tokenDemand struct{ input, computed, further int64 }

// sampledRequests is the largest number of requests in the sample.
const sampledRequests = 20_000

// newAskedWork reads the first requests of a replication. Of a prompt whose beginning other prompts
// share, only the rest is sure to be computed. A request in time ends within its latency objective,
// or within those for its tokens, and always within the drain.
func newAskedWork(ctx context.Context, e *scenarios.Experiment) (*askedWork, error) {
	c := e.Spec
	a := &askedWork{of: make([][]tokenDemand, len(c.Models))}
	src, err := e.Requests(e.First)
	if err != nil {
		return nil, err
	}
	drain := kernel.Time(e.Scenario.Drain).Seconds()
	asked := workload.HandOver(e.Answered(src), c.Models)
	for n, r := 0, (fleet.Request{}); n < sampledRequests && asked.Next(&r) && r.Arrival < kernel.Time(e.Scenario.Duration); n++ {
		o := c.Objectives(&r)
		allowed := o.Latency.Seconds()
		if o.Latency == 0 {
			allowed = o.FirstToken.Seconds() + float64(r.Output)*o.PerToken.Seconds()
			if o.FirstToken == 0 || o.PerToken == 0 {
				allowed = drain
			}
		}
		a.allowed = max(a.allowed, min(allowed, drain))
		if r.Input > 0 {
			a.of[r.Model] = append(a.of[r.Model], demandOf(c, &r))
		}
	}
	return a, errors.Join(asked.Err(), src.Close(), ctx.Err())
}

// demandOf returns what a request asks of a replica of its model. Prefill and decode replicas do
// only their part.
func demandOf(c *fleet.Spec, r *fleet.Request) tokenDemand {
	d := tokenDemand{input: int64(r.Input), computed: int64(r.Input), further: max(0, int64(r.Output)-1)}
	if r.Content != nil {
		for _, s := range r.Content.Prefix {
			d.computed -= int64(s.Tokens)
		}
		d.computed = max(1, d.computed)
	}
	if c.Models[r.Model].Decoder > 0 {
		d.further = 0
	}
	if c.Decodes(r.Model) {
		d.computed = 0
	}
	return d
}

// limit sets the largest rates of token replicas.
//
// Of the requests of a model, those that are cheapest have to be in time. In time t(r), a replica
// of the reference, one of the deployments of the model, can serve a request r
// (metrics.LeastTime). If a replica of another deployment always takes at least ρ times as long, it
// does at most 1/ρ times the work of the reference. So the rates 1/(ρτ), where τ is the mean of t
// over the cheapest requests, hold for every assignment of requests to replicas.
func (c *carrier) limit(a *askedWork) {
	for m := range c.spec.Models {
		var of []*need
		for i := range c.needs {
			if d := &c.spec.Deployments[c.needs[i].deployment]; int(d.Model) == m && d.Tokens != nil {
				of = append(of, &c.needs[i])
			}
		}
		switch {
		case len(of) == 0 || c.demand[m] == 0:
			continue
		case len(a.of[m]) == 0:
			c.proves = false
			continue
		}
		times := leastTimes(c.spec.Deployments[of[0].deployment].Tokens, a.of[m])
		reference := times[slowestWay(times)]
		mean := meanOfCheapest(reference, c.share[m])
		for _, k := range of {
			ratio := 0.
			for _, own := range leastTimes(c.spec.Deployments[k.deployment].Tokens, a.of[m]) {
				ratio = max(ratio, leastRatio(own, reference))
			}
			if k == of[0] {
				ratio = 1
			}
			if k.most = 1 / (ratio * mean); !(ratio*mean > 0) {
				c.proves = false
				k.most = k.rate
			}
		}
	}
}

// leastTimes returns the bounds of the times of requests, in seconds: for each way to count, those
// of all requests.
func leastTimes(c *tokens.Config, list []tokenDemand) (ways [][]float64) {
	least := metrics.NewLeastTime(c)
	for _, r := range list {
		each := least.Seconds(r.input, r.computed, r.further)
		if ways == nil {
			ways = make([][]float64, len(each))
		}
		for way, seconds := range each {
			ways[way] = append(ways[way], seconds)
		}
	}
	return ways
}

// slowestWay returns the way to count with the largest sum.
func slowestWay(ways [][]float64) (slowest int) {
	most := -1.
	for way, list := range ways {
		sum := 0.
		for _, t := range list {
			sum += t
		}
		if sum > most {
			slowest, most = way, sum
		}
	}
	return slowest
}

// meanOfCheapest returns the mean of the smallest values, as many as the share of them says.
func meanOfCheapest(list []float64, share float64) (mean float64) {
	sorted := slices.Sorted(slices.Values(list))
	n := max(1, int(share*float64(len(sorted))))
	for _, t := range sorted[:n] {
		mean += t / float64(n)
	}
	return mean
}

// leastRatio returns the smallest ratio of values at equal places.
func leastRatio(list, reference []float64) float64 {
	least := math.Inf(1)
	for i, t := range list {
		if reference[i] > 0 {
			least = min(least, t/reference[i])
		}
	}
	return least
}
