package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/metrics/rows"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
)

// Warnings returns a sentence for everything that makes the results of the experiment less certain
// than they look, and for every setting that does not have the effect that a reader may expect.
func (e *Review) Warnings() []string {
	var list []string
	s := &e.Scenario
	if s.Replications == 1 {
		list = append(list, "one replication: no interval can be given")
	}
	if s.Warmup == 0 && s.Control.Start == "cold" {
		list = append(list, "a cold start without a warm-up: the first fleet's loading is measured")
	}
	return slices.Concat(list, e.Unreachable(), e.oversized(), e.extrapolated(), e.Unused, e.roomless(), e.doubtsOfBudget(), e.unserved(), e.scarce(), e.unfit(), e.unheeded(), e.unlinked(), e.unslowed(), e.impatient(), e.narrow(), e.doubtsOfTraces())
}

// Unreachable returns a sentence for each objective that no fleet can meet, because too many
// requests are late even if each is alone.
func (e *Review) Unreachable() (list []string) {
	c, seen := e.Spec, e.look()
	company := ""
	if slices.ContainsFunc(c.Deployments, func(d fleet.Deployment) bool { return d.MaxBatch > 1 && d.Tokens == nil }) && slices.Contains(e.varied(), true) {
		company = " or in the best possible batches,"
	}
	for _, o := range e.Objectives() {
		f, m := seen.held(o)
		if o.Percent == 0 || !f.misses(o.Percent) {
			continue
		}
		who, on := o.Name, "the fastest deployments"
		if class, is := strings.CutPrefix(o.Scope, classScope); is {
			who = "the class " + class
		}
		if m >= 0 && len(seen.judge.models[m]) > 0 {
			on = "the fastest deployment, " + c.Deployments[seen.judge.models[m][0].id].Name
		}
		list = append(list, fmt.Sprintf("no fleet can meet the objective of %v %% for %s: at most %s of its requests %s, even alone%s on %s",
			o.Percent, who, wording.Percent(f.best()), f.can(o), company, on))
	}
	return list
}

// can returns a clause about requests that are in time: they meet the one objective that others
// miss, or all objectives.
func (n *fares) can(o rows.Objective) string {
	var missed []string
	told := true // every missed objective is that of o itself
	for k, one := range [3]struct {
		what string
		most float64
	}{{"have a first token", o.FirstToken}, {"have each further token", o.PerToken}, {"be answered", o.Latency}} {
		if n.late[k] > 0 {
			told = told && one.most > 0
			missed = append(missed, fmt.Sprintf("%s within %v", one.what, quantity.Duration(kernel.Seconds(one.most))))
		}
	}
	text := "can meet all objectives"
	switch {
	case len(missed) == 1 && told:
		text = "can " + missed[0]
	case len(missed) == 0 && n.refused > 0:
		return "can be served at all"
	}
	if n.refused > 0 {
		text += fmt.Sprintf(" (%s fit into no replica)", wording.Percent(100*n.refused/n.requests))
	}
	return text
}

// oversized warns of replicas that get requests which they can never serve, or only in batches
// larger than planned. It also warns of a KV cache that is smaller than the context.
func (e *Review) oversized() (list []string) {
	for i, h := range e.look().holds {
		d := &e.Spec.Deployments[i]
		c := d.Tokens
		if c == nil {
			list = append(list, crowded(d, &h)...)
			continue
		}
		c = c.One() // a request has the blocks of one engine
		tokens := c.Blocks * c.Block
		if tokens < c.Context {
			list = append(list, fmt.Sprintf("the KV cache of %s, %s blocks of %d = %s tokens, is smaller than its context of %s", d.Name, wording.Count(int64(c.Blocks)), c.Block, wording.Count(int64(tokens)), wording.Count(int64(c.Context))))
		}
		var whys []string
		for _, one := range []struct {
			n    float64
			text string
		}{
			{h.context, "longer than its context of " + wording.Count(int64(c.Context)) + " tokens"},
			{h.cache, "larger than its KV cache of " + wording.Count(int64(tokens)) + " tokens"},
			{h.step, "longer than a step of " + wording.Count(int64(c.MaxTokens)) + " tokens, without chunked prefill"},
		} {
			if one.n > 0 {
				whys = append(whys, fmt.Sprintf("%s (%s)", one.text, wording.Percent(100*ratio(one.n, h.requests))))
			}
		}
		if len(whys) > 0 {
			list = append(list, fmt.Sprintf("%s rejects %s of the requests that come to it: prompt and answer are %s", d.Name, wording.Percent(100*ratio(h.all, h.requests)), strings.Join(whys, ", or ")))
		}
	}
	return list
}

// crowded warns of batches that are too small for some requests.
func crowded(d *fleet.Deployment, h *rejections) (list []string) {
	if h.places > 0 {
		list = append(list, fmt.Sprintf("%s rejects %s of the requests that come to it: they carry more items than its largest batch holds, %s",
			d.Name, wording.Percent(100*ratio(h.places, h.requests)), wording.Count(int64(d.Latency.Max()))))
	}
	if h.alone > 0 {
		list = append(list, fmt.Sprintf("%s of the requests that come to %s carry more items than its planned batch holds, %s: each of them is a batch of its own, which takes longer than planned",
			wording.Percent(100*ratio(h.alone, h.requests)), d.Name, wording.Count(int64(d.MaxBatch))))
	}
	return list
}

// roomless warns of a fleet on which not every model can have a replica at the same time.
func (e *Review) roomless() []string {
	m, is := roomless(e.Spec)
	if !is {
		return nil
	}
	var most []string
	for _, use := range e.Scenario.Fleet {
		most = append(most, fmt.Sprintf("%d × %s", use.Max, use.Label()))
	}
	return []string{fmt.Sprintf("the fleet of at most %s has no room for one replica of every model at a time: at least %s goes without", strings.Join(most, ", "), e.Spec.Models[m].Name)}
}

// fewest is the smallest number of requests that gives no warning.
const fewest = 30

// scarce warns of models with hardly any requests.
func (e *Review) scarce() (list []string) {
	span := e.Scenario.Duration - e.Scenario.Warmup
	for m, w := range e.wants() {
		switch name := e.Spec.Models[m].Name; {
		case e.Spec.Decodes(fleet.ModelID(m)) || w.requests >= fewest:
		case w.requests == 0:
			list = append(list, fmt.Sprintf("no request of %s comes in the measured %v of a run", name, span))
		default:
			n, verb := wording.Digits(w.requests), "come"
			if n == "1" {
				verb = "comes"
			}
			list = append(list, fmt.Sprintf("about %s %s of %s %s in the measured %v of a run: too few for reliable results", n, wording.Noun(n, "request"), name, verb, span))
		}
	}
	return list
}

// doubtsOfTraces warns of parts of traces that are not replayed, and of what intervals do not cover
// if there is a trace.
func (e *Review) doubtsOfTraces() (list []string) {
	traces := 0
	for i := range e.Inputs {
		in := &e.Inputs[i]
		if in.Renamed != "" {
			list = append(list, in.Renamed)
		}
		if in.Requests == 0 {
			continue
		}
		traces++
		if in.Part.Cut || in.Failed > 0 || in.LeftOut > 0 {
			list = append(list, fmt.Sprintf("only a part of the trace %s is replayed: %v", in.File, in))
		}
		if time.Duration(e.Scenario.Duration) > in.Part.Lasts+time.Minute {
			list = append(list, fmt.Sprintf("the trace %s covers only %v of the duration of %v", in.File, quantity.Duration(in.Part.Lasts), e.Scenario.Duration))
		}
	}
	if traces > 0 {
		list = append(list, "a trace is a single sample: intervals cover the random draws beside it, but not other days")
	}
	return list
}
