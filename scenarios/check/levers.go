package check

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// unfit warns of levers that do not fit the scenario or each other: they have no effect, or need
// something that the scenario does not have. Each warning is given once, with the names of its
// policies.
func (e *Review) unfit() []string {
	var list []string
	by := map[string][]string{}
	for i := range e.Scenario.Policies {
		p := &e.Scenario.Policies[i]
		for _, doubt := range slices.Concat(e.doubtsOfAlpha(p), e.heedless(p), e.doubtsOfAccuracy(p), e.doubts(e.Scenario.LeversOf(p))) {
			if len(by[doubt]) == 0 {
				list = append(list, doubt)
			}
			by[doubt] = append(by[doubt], p.Name)
		}
	}
	for i, doubt := range list {
		if who := by[doubt]; len(who) < len(e.Scenario.Policies) {
			list[i] = strings.Join(who, ", ") + ": " + doubt
		}
	}
	return list
}

// doubts returns the warnings about a policy's levers.
func (e *Review) doubts(l file.Levers) (list []string) {
	for _, g := range e.byRouter(l) {
		list = append(list, e.doubtsOfRouter(g)...)
		for _, doubt := range e.doubtsOfOrder(g) {
			if !slices.Contains(list, doubt) {
				list = append(list, doubt)
			}
		}
	}
	for _, g := range e.byBatcher(l) {
		list = append(list, e.doubtsOfBatcher(g)...)
	}
	return append(append(list, e.doubtsOfAdmission(l)...), e.doubtsOfHealth(l)...)
}

// doubtsOfHealth warns of a lever that waits for failures where no request can fail at a replica:
// nobody gives up, and no batcher drops.
func (e *Review) doubtsOfHealth(l file.Levers) (list []string) {
	if l.Health == nil {
		return nil
	}
	name, _ := l.Health.Chosen()
	for _, g := range e.byBatcher(l) {
		if batcher, _ := g.Batcher.Chosen(); batcher != "greedy" {
			return nil
		}
	}
	gives := func(w file.Stream) bool {
		return w.Timeout > 0 || w.Patience != nil || w.Client != nil && w.Client.Timeout > 0
	}
	if name == "outlier-ejection" && !slices.ContainsFunc(e.Scenario.Workload, gives) {
		list = append(list, "the health outlier-ejection has no effect: no request fails at a replica that stays, because no stream has a timeout, a patience or a client with a timeout")
	}
	return list
}

// about returns a function that appends a sentence to a list. The parameter something is the
// beginning of each sentence.
func about(list *[]string, something string) func(format string, args ...any) {
	return func(format string, args ...any) {
		*list = append(*list, something+" "+fmt.Sprintf(format, args...))
	}
}

// doubtsOfRouter warns of a router that compares something that the scenario does not have.
func (e *Review) doubtsOfRouter(l leversOf) (list []string) {
	name, _ := l.Router.Chosen()
	llms, seen := e.speaking(true, l.models), e.look()
	say := about(&list, "the router "+name+l.whose)
	switch name {
	case "least-kv", "least-tokens", "prefix-aware", "pairing":
		if len(llms) == 0 {
			say("compares tokens and KV caches at replicas of LLMs, but no model is an LLM: all replicas look the same to this router")
			return list
		}
		if others := e.speaking(false, l.models); len(others) > 0 {
			say("compares tokens and KV caches at replicas of LLMs: all replicas of %s look the same to this router", strings.Join(others, " and "))
		}
	}
	switch {
	case name == "least-work-left" && len(llms) > 0:
		say("compares the work of requests, in which tokens do not count: all requests of %s look the same to this router", strings.Join(llms, " and "))
	case name == "prefix-aware" && !seen.shared:
		say("looks for prompts that begin like earlier ones, but there are none: the scenario has no system-prompt, no conversation and no trace with prefixes")
	case name == "pairing" && !slices.ContainsFunc(e.Spec.Models, func(m fleet.Model) bool { return m.Decoder > 0 }):
		say("pairs replicas that compute prompts with replicas that decode, but no stream is disaggregated")
	case name == "locality-failover" && !slices.ContainsFunc(e.Scenario.Workload, func(w file.Stream) bool { return w.Zone != "" }):
		say("prefers replicas near the client, but no stream has a zone: it works like least-outstanding")
	case name == "session-affinity" && !seen.sessions:
		say("keeps sessions together, but no request belongs to a session: it works like least-outstanding; give the stream sessions or a conversation")
	case name == "consistent-hashing" && !seen.sessions && len(e.Spec.Tenants) == 0:
		say("hashes sessions or tenants, but there are none: requests go to any replica")
	}
	return list
}

// doubtsOfOrder warns of an order that has no effect.
func (e *Review) doubtsOfOrder(l leversOf) (list []string) {
	name, _ := l.Order.Chosen()
	router, _ := l.Router.Chosen()
	order, err := l.Order.New(registry.Context{})
	if err != nil || order.Discipline() == sim.FirstCome {
		return nil
	}
	say := about(&list, "the order "+name)
	llms, central := e.speaking(true, l.models), keepsBack(l.Router)
	limits := l.Gateway != nil && limiting(l.Gateway)
	if len(llms) > 0 && !central && !limits {
		say("has no effect at replicas of %s: the engine of an LLM orders its requests itself, by the priority of classes if tokens.priority is set", strings.Join(llms, " and "))
	}
	if len(e.speaking(false, l.models)) > 0 && central {
		switch order.Discipline() {
		case sim.PreemptByRank, sim.PreemptByRemaining:
			say("never interrupts a service behind the router %s, which gives a replica only requests that it can start at once", router)
		case sim.Share, sim.LeastServed:
			say("shares nothing behind the router %s, which gives a replica only requests that it can start at once", router)
		}
	}
	if strings.HasSuffix(name, "priority") && e.equallyUrgent() {
		say("serves by the priority of classes, but all requests are equally urgent: the first to come is served first")
	}
	return list
}

// limiting reports whether a gateway may keep requests back.
func limiting(chosen *registry.Gateway) bool {
	name, _ := chosen.Chosen()
	return name != "none"
}

// keepsBack reports whether a router keeps requests back while replicas are ready.
func keepsBack(chosen *registry.Router) bool {
	router, err := chosen.New(registry.Context{})
	return err == nil && sim.KeepsBack(router)
}

// equallyUrgent reports whether no class is more urgent than another.
func (e *Review) equallyUrgent() bool {
	c := e.Spec.Classes
	return !slices.ContainsFunc(c, func(one fleet.Class) bool { return one.Priority != c[0].Priority })
}

// doubtsOfBatcher warns of a chosen batcher that is never asked.
func (e *Review) doubtsOfBatcher(l leversOf) (list []string) {
	name, _ := l.Batcher.Chosen()
	if name == "greedy" {
		return nil
	}
	say := about(&list, "the batcher "+name+l.whose)
	batcher, err := l.Batcher.New(registry.Context{})
	if steps, ok := batcher.(sim.StepBatcher); err == nil && ok {
		e.doubtBudget(l, steps, say)
		return list
	}
	if llms := e.speaking(true, l.models); len(llms) > 0 {
		say("has no effect at replicas of %s: the engine of an LLM forms its own batches", strings.Join(llms, " and "))
	}
	if order, err := l.Order.New(registry.Context{}); err == nil && order.Discipline() > sim.Line {
		say("has no effect: the order %v serves requests one by one", order)
	}
	return list
}

// doubtBudget warns of an engine whose steps have another token budget than the batcher names.
func (e *Review) doubtBudget(l leversOf, b sim.StepBatcher, say func(format string, values ...any)) {
	_, params := l.Batcher.Chosen()
	p, ok := params.(*registry.Sarathi)
	if !ok || p.Budget == 0 {
		return
	}
	for d := range e.Spec.Deployments {
		k := &e.Spec.Deployments[d]
		if k.Tokens == nil || !slices.Contains(l.models, k.Model) {
			continue
		}
		if tokens := b.StepTokens(e.Spec, fleet.DeploymentID(d)); tokens != p.Budget {
			say("has steps of %d tokens at %s, not of %d: a step has at least the tokens that its sequences need to decode, and at most those of the engine's own budget", tokens, k.Name, p.Budget)
			return
		}
	}
}

// doubtsOfAdmission warns of an admission that needs something that the scenario does not have.
func (e *Review) doubtsOfAdmission(l file.Levers) (list []string) {
	name, params := l.Admission.Chosen()
	say := about(&list, "the admission "+name)
	if name == "early-drop" {
		if _, some := e.lacking(hasFirst, e.all()); len(some) > 0 {
			say("admits all requests of %s whose class has no objective: it judges by the first token or the latency", strings.Join(some, " and "))
		}
	}
	if p, ok := params.(*registry.TokenBucket); ok && (p.By == "class" && len(e.Spec.Classes) == 0 || p.By == "tenant" && len(e.Spec.Tenants) == 0) {
		say("has a bucket for each %s, but there are none: all requests share one bucket", p.By)
	}
	return list
}

// speaking lists the LLMs among some models, or the other models if tokens is false.
func (e *Review) speaking(tokens bool, models []fleet.ModelID) (names []string) {
	for _, id := range models {
		if e.Spec.Decodes(id) {
			continue
		}
		if slices.ContainsFunc(e.Spec.Deployments, func(d fleet.Deployment) bool { return d.Model == id && (d.Tokens != nil) == tokens }) {
			names = append(names, e.Spec.Models[id].Name)
		}
	}
	return names
}

// all lists the models.
func (e *Review) all() (list []fleet.ModelID) {
	for m := range e.Spec.Models {
		list = append(list, fleet.ModelID(m))
	}
	return list
}

// unheeded warns of keys of streams that have no effect: the work and items of requests to LLMs,
// and the tokens of requests to other models.
func (e *Review) unheeded() (list []string) {
	llms, varied := e.speaking(true, e.all()), e.varied()
	for i := range e.Traffic {
		l := &e.Traffic[i]
		s, spoken, others := l.Stream, 0, 0
		if s.Combine != "mean" && !slices.ContainsFunc(s.Models(), func(name string) bool {
			return varied[slices.IndexFunc(e.Spec.Models, func(m fleet.Model) bool { return m.Name == name })]
		}) {
			list = append(list, fmt.Sprintf("combine: %s of the stream %s has no effect: the service times of each model are all equal", s.Combine, l.Name))
		}
		if l.Stages != nil {
			continue // each branch has its own work
		}
		l.Mix.Each(func(m fleet.ModelID, _ float64) {
			if slices.Contains(llms, e.Spec.Models[m].Name) {
				spoken++
			} else {
				others++
			}
		})
		if service, _ := s.Service.Chosen(); others == 0 && (s.Work != 1 || service != "deterministic") {
			list = append(list, fmt.Sprintf("work and service of the stream %s have no effect: the time of an LLM depends only on tokens", l.Name))
		}
		if others == 0 && s.Items != nil {
			list = append(list, fmt.Sprintf("items of the stream %s have no effect: an LLM does not count items", l.Name))
		}
		if spoken == 0 && (s.Input != nil || s.Conversation != nil && s.Conversation.Input != nil) {
			list = append(list, fmt.Sprintf("input and output of the stream %s have no effect: none of its models is an LLM", l.Name))
		}
	}
	return list
}

// unserved warns of models without any replica under a policy, because the policy uses none of
// their deployments.
func (e *Review) unserved() (list []string) {
	for i := range e.Scenario.Policies {
		p := &e.Scenario.Policies[i]
		uses, why := e.uses(p)
		for m := range e.Spec.Models {
			if !e.runsSome(fleet.ModelID(m), uses) {
				list = append(list, fmt.Sprintf("%s has no replica of %s: %s", p.Name, e.Spec.Models[m].Name, why))
			}
		}
	}
	return list
}

// uses returns which deployments a policy may run, and why it runs none of the others.
func (e *Review) uses(p *file.Policy) (uses func(fleet.DeploymentID) bool, why string) {
	_, params := p.Allocator.Chosen()
	switch a := params.(type) {
	case interface{ Only() string }:
		return func(d fleet.DeploymentID) bool { return e.Spec.Deployments[d].Matches(a.Only()) },
			fmt.Sprintf("no deployment of this model has %q in its name", a.Only())
	case interface{ Runs(*fleet.Spec) []int }:
		replicas := a.Runs(e.Spec)
		return func(d fleet.DeploymentID) bool { return replicas[d] > 0 }, "the policy names no deployment of this model"
	}
	return func(fleet.DeploymentID) bool { return true }, ""
}

// runsSome reports whether a model has a deployment that is used, or no deployment at all.
func (e *Review) runsSome(m fleet.ModelID, uses func(fleet.DeploymentID) bool) bool {
	none := true
	for d := range e.Spec.Deployments {
		if e.Spec.Deployments[d].Model == m {
			if uses(fleet.DeploymentID(d)) {
				return true
			}
			none = false
		}
	}
	return none
}
