package check

import (
	"math"
	"slices"
	"strings"
	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// outlook is what can be said of the requests of an experiment before any run. It is of those of
// its first replication that are measured. Numbers of requests are those of one run; of what comes
// by a process they are expected ones.
type outlook struct {
	judge     *judge
	asked     []float64 // per model: requests, branches of pipelines included
	models    []fares   // per model: of those that are no branches
	pipelines []fares
	classes   []fares
	holds     []rejections // per deployment
	shared    bool         // some prompts begin as others did
	sessions  bool         // some requests belong to one
}

func newOutlook(j *judge) *outlook {
	c := j.catalog
	return &outlook{
		judge: j, asked: make([]float64, len(c.Models)), models: make([]fares, len(c.Models)), pipelines: make([]fares, len(c.Pipelines)), classes: make([]fares, len(c.Classes)),
		holds: make([]rejections, len(c.Deployments)),
	}
}

// fares counts how requests fare that are alone in the fleet.
type fares struct {
	requests float64
	looked   float64     // requests that were looked at, all of equal weight
	drawn    bool        // processes drew the requests: those of a run may differ
	met      float64     // requests that meet the objective alone on some deployment
	refused  float64     // requests that every replica refuses
	late     [3]float64  // on every deployment: the first token, the further ones, the end
	mixed    [][]float64 // requests met, by model and batch size; nil: policies choose the batches
}

// rejections counts the requests that come to a replica of a deployment. Of those of an LLM it
// counts those beyond its context, its KV cache and the tokens of its steps, and those beyond any
// of these. Of others it counts those that take more places than the largest batch has, and those
// that take more than the planned batch has and less.
type rejections struct{ requests, context, cache, step, all, places, alone float64 }

// held returns how the requests fare that are held to an objective, and their model. The model is
// -1 where the objective is that of a pipeline or a class.
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

// add counts a request, which has several branches where it goes through a pipeline.
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

// mix counts a request that goes with whatever comes, in batches of each size.
func (o *outlook) mix(r *fleet.Request, mates *batchmates, drawn bool) {
	met := make([]bool, len(mates.sizes))
	mates.met(r.Work, o.judge.catalog.Objective(r), met)
	o.models[r.Model].mix(int(r.Model), met, drawn)
	if int(r.Class) < len(o.classes) {
		o.classes[r.Class].mix(int(r.Model), met, drawn)
	}
}

// hold counts which replicas could serve a request. One of an LLM whose prompt no replica takes is
// handed over to none.
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
	}
}

// merge adds what was seen of one stream, each of whose requests stands for several.
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

// add counts a request that fares on its own.
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

// mix counts a request of a model by the sizes of batches in which it is in time.
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

// counts returns the numbers of a model by sizes of batches.
func (n *fares) counts(model, sizes int) []float64 {
	for len(n.mixed) <= model {
		n.mixed = append(n.mixed, nil)
	}
	if n.mixed[model] == nil {
		n.mixed[model] = make([]float64, sizes)
	}
	return n.mixed[model]
}

// merge adds requests each of which stands for several. It keeps the number that was looked at to
// what a sample with equal weights would be worth: (Σ w)² / Σ w² (Kish, Survey Sampling, 1965,
// 11.7).
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

// ratio is a quotient that is 0 if there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// best returns the share of the requests that meet their objectives alone, in percent. No policy
// does better.
func (n *fares) best() float64 {
	met := n.met
	for _, list := range n.mixed {
		if len(list) > 0 {
			met += slices.Max(list)
		}
	}
	return 100 * ratio(met, n.requests)
}

// misses reports whether the given percentage cannot be met. Of a sample, three standard deviations
// are allowed for.
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

// classScope begins the scopes of classes.
const classScope = "class:"
