package check

import (
	"math"
	"slices"
	"strings"
	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// outlook holds what is known of the requests of an experiment before any run. It examines the
// measured requests of the first replication. Its numbers are requests in one run. For requests of
// a process they are expected numbers.
type outlook struct {
	judge     *judge
	asked     []float64 // requests of each model, with branches of pipelines
	models    []fares   // for each model, without branches of pipelines
	pipelines []fares
	classes   []fares
	holds     []rejections // for each deployment
	shared    bool         // some prompts begin like earlier ones
	sessions  bool         // some requests belong to a session
}

func newOutlook(j *judge) *outlook {
	c := j.catalog
	return &outlook{
		judge: j, asked: make([]float64, len(c.Models)), models: make([]fares, len(c.Models)), pipelines: make([]fares, len(c.Pipelines)), classes: make([]fares, len(c.Classes)),
		holds: make([]rejections, len(c.Deployments)),
	}
}

// fares counts how requests fare if each is alone in the fleet.
type fares struct {
	requests float64
	looked   float64     // examined requests, as a number of equal weights
	drawn    bool        // random processes drew them, so those of a run may differ
	met      float64     // requests that alone meet the objective on some deployment
	refused  float64     // requests that every replica refuses
	late     [3]float64  // late on every deployment: first token, further tokens, end
	mixed    [][]float64 // in time, by model and batch size; nil: not in random batches
}

// rejections counts requests that come to a replica of a deployment:
//
//   - requests: all;
//   - context, cache, step: for an LLM, those that exceed its context, its KV cache, or the tokens
//     of a step;
//   - all: for an LLM, those that exceed any of these;
//   - unseen: for an LLM, those longer than the requests to which its step-time model was fitted;
//   - places: for other models, those that take more places than the largest batch has;
//   - alone: for other models, those that take more places than the planned batch has, but not more
//     than the largest.
type rejections struct{ requests, context, cache, step, all, unseen, places, alone float64 }

// held returns how the requests of an objective fare, and their model. The model is -1 if the
// objective is that of a pipeline or a class.
func (o *outlook) held(to rows.Objective) (*fares, int) {
	c := o.judge.catalog
	if class, is := strings.CutPrefix(to.Scope, classScope); is {
		return &o.classes[slices.IndexFunc(c.Classes, func(k fleet.Class) bool { return k.Name == class })], -1
	}
	if p := slices.IndexFunc(c.Pipelines, func(p fleet.Pipeline) bool { return p.Name == to.Name }); p >= 0 {
		return &o.pipelines[p], -1
	}
	m := slices.IndexFunc(c.Models, func(m fleet.Model) bool { return m.Name == to.Name })
	return &o.models[m], m
}

// add counts a request. A request of a pipeline has several branches.
func (o *outlook) add(branches []fleet.Request, drawn bool) {
	r := &branches[0]
	o.sessions = o.sessions || r.Session != 0
	for i := range branches {
		o.asked[branches[i].Model]++
		o.shared = o.shared || branches[i].Content != nil
		o.hold(&branches[i])
	}
	f, in := fate{}, &o.models[r.Model]
	if r.Pipeline == 0 {
		if mates := o.judge.mates[r.Model]; mates != nil {
			o.mix(r, mates, drawn)
			return
		}
		f = o.judge.fate(r)
	} else {
		f, in = o.judge.passage(branches), &o.pipelines[r.Pipeline-1]
	}
	in.add(f, drawn)
	if int(r.Class) < len(o.classes) {
		o.classes[r.Class].add(f, drawn)
	}
}

// mix counts a request that is in batches with the requests before it, for each batch size.
func (o *outlook) mix(r *fleet.Request, mates *batchmates, drawn bool) {
	met := make([]bool, len(mates.sizes))
	mates.met(r.Work, o.judge.catalog.Objective(r), met)
	o.models[r.Model].mix(int(r.Model), met, drawn)
	if int(r.Class) < len(o.classes) {
		o.classes[r.Class].mix(int(r.Model), met, drawn)
	}
}

// hold counts a request at the deployments that may serve it (rejections). In a disaggregated
// model, it reaches the replicas that decode only if some replica takes its prompt.
func (o *outlook) hold(r *fleet.Request) {
	decoder, output := o.judge.catalog.Models[r.Model].Decoder, r.Output
	if decoder > 0 {
		output = 1
		taken := func(s server) bool {
			c := o.judge.catalog.Deployments[s.id].Tokens
			return c != nil && c.Refuses(r.Input, output) == ""
		}
		if r.Output > 1 && slices.ContainsFunc(o.judge.models[r.Model], taken) {
			o.holdAt(decoder, r, r.Output)
		}
	}
	o.holdAt(r.Model, r, output)
}

func (o *outlook) holdAt(m fleet.ModelID, r *fleet.Request, output int32) {
	for _, s := range o.judge.models[m] {
		d, h := &o.judge.catalog.Deployments[s.id], &o.holds[s.id]
		count := func(of *float64, is bool) {
			if is {
				*of++
			}
		}
		count(&h.requests, true)
		if d.Tokens == nil {
			count(&h.places, !d.Holds(r))
			count(&h.alone, d.Holds(r) && r.Places() > d.MaxBatch && d.Latency.Max() > 1)
			continue
		}
		context, cache, step := d.Tokens.Exceeds(r.Input, output)
		count(&h.context, context)
		count(&h.cache, cache)
		count(&h.step, step)
		count(&h.all, context || cache || step)
		if law := o.judge.laws[s.id]; law != nil && law.Seen != nil {
			count(&h.unseen, law.Seen.Longer(r.Input, output))
		}
	}
}

// merge adds the outlook of one stream. Each examined request represents weight requests.
func (o *outlook) merge(one *outlook, weight float64) {
	for i := range o.models {
		o.asked[i] += one.asked[i]
		o.models[i].merge(&one.models[i], weight)
	}
	for i := range o.pipelines {
		o.pipelines[i].merge(&one.pipelines[i], weight)
	}
	for i := range o.classes {
		o.classes[i].merge(&one.classes[i], weight)
	}
	for i := range o.holds {
		h, more := &o.holds[i], &one.holds[i]
		h.requests += weight * more.requests
		h.context += weight * more.context
		h.cache += weight * more.cache
		h.step += weight * more.step
		h.all += weight * more.all
		h.unseen += weight * more.unseen
		h.places += weight * more.places
		h.alone += weight * more.alone
	}
	o.shared = o.shared || one.shared
	o.sessions = o.sessions || one.sessions
}

// count counts a request, whatever its outcome.
func (n *fares) count(drawn bool) {
	n.requests++
	n.looked++
	n.drawn = n.drawn || drawn
}

// add counts a request that is alone.
func (n *fares) add(f fate, drawn bool) {
	n.count(drawn)
	switch {
	case f.refused:
		n.refused++
	case f.met:
		n.met++
	default:
		for k, late := range f.late {
			if late {
				n.late[k]++
			}
		}
	}
}

// mix counts a request of a model for each batch size in which it is in time.
func (n *fares) mix(model int, met []bool, drawn bool) {
	n.count(drawn)
	counts := n.counts(model, len(met))
	for i := range met {
		if met[i] {
			counts[i]++
		}
	}
	if slices.Contains(met, false) {
		n.late[wholeAnswer]++
	}
}

// counts returns the numbers of a model, one for each batch size.
func (n *fares) counts(model, sizes int) []float64 {
	for len(n.mixed) <= model {
		n.mixed = append(n.mixed, nil)
	}
	if n.mixed[model] == nil {
		n.mixed[model] = make([]float64, sizes)
	}
	return n.mixed[model]
}

// merge adds requests, each of which represents weight requests. It sets looked to the effective
// sample size of unequal weights w: (Σ w)² / Σ w² (Kish, Survey Sampling, 1965, 11.7).
func (n *fares) merge(more *fares, weight float64) {
	squares := ratio(n.requests*n.requests, n.looked) + weight*weight*ratio(more.requests*more.requests, more.looked)
	n.requests += weight * more.requests
	n.looked = ratio(n.requests*n.requests, squares)
	n.drawn = n.drawn || more.drawn
	n.met += weight * more.met
	n.refused += weight * more.refused
	for m, list := range more.mixed {
		for i, met := range list {
			n.counts(m, len(list))[i] += weight * met
		}
	}
	for k := range n.late {
		n.late[k] += weight * more.late[k]
	}
}

// ratio returns a / b, or 0 if b is 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// best returns the share of the requests that meet their objectives if each is alone, in percent.
// No policy does better.
func (n *fares) best() float64 {
	met := n.met
	for _, list := range n.mixed {
		if len(list) > 0 {
			met += slices.Max(list)
		}
	}
	return 100 * ratio(met, n.requests)
}

// misses reports whether the given percentage cannot be reached. If the requests are a random
// sample, it allows for three standard deviations.
func (n *fares) misses(percent float64) bool {
	if n.looked == 0 {
		return false
	}
	allowed := 0.0
	if n.drawn {
		allowed = 3 * math.Sqrt(percent*(100-percent)/n.looked)
	}
	return n.best()+allowed < percent
}

// classScope is the prefix of the scopes of classes.
const classScope = "class:"
