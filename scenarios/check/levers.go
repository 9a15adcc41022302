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

// unfit says which levers of the policies do not fit the scenario, or each other. They have no say,
// or judge by what is not there. Each doubt is said once, with the policies that it is true of.
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

// doubts says what of a policy's levers does not fit.
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
	return append(list, e.doubtsOfAdmission(l)...)
}

// about returns what adds sentences about something to a list.
func about(list *[]string, something string) func(format string, args ...any) {
	return func(format string, args ...any) {
		*list = append(*list, something+" "+fmt.Sprintf(format, args...))
	}
}

// doubtsOfRouter says what a router looks at that is not there.
func (e *Review) doubtsOfRouter(l leversOf) (list []string) {
	name, _ := l.Router.Chosen()
	llms, seen := e.speaking(true, l.models), e.look()
	say := about(&list, "the router "+name+l.whose)
	switch name {
	case "least-kv", "least-tokens", "prefix-aware", "pairing":
		if len(llms) == 0 {
			say("looks at what LLMs have in their replicas, and no model is one: all replicas look alike to it")
			return list
		}
		if others := e.speaking(false, l.models); len(others) > 0 {
			say("looks at what LLMs have in their replicas: those of %s look alike to it", strings.Join(others, " and "))
		}
	}
	switch {
	case name == "least-work-left" && len(llms) > 0:
		say("goes by the work of requests, in which tokens do not count: those of %s are all alike to it", strings.Join(llms, " and "))
	case name == "prefix-aware" && !seen.shared:
		say("looks for prompts that begin as others did, and none of these do: there is no system-prompt, no conversation and no trace with prefixes")
	case name == "pairing" && !slices.ContainsFunc(e.Spec.Models, func(m fleet.Model) bool { return m.Decoder > 0 }):
		say("pairs replicas for prompts with those that decode, and no stream is disaggregated")
	case name == "session-affinity" && !seen.sessions:
		say("keeps sessions together, and no request belongs to one: it is least-outstanding; give the stream sessions or a conversation")
	case name == "consistent-hashing" && !seen.sessions && len(e.Spec.Tenants) == 0:
		say("hashes sessions or tenants, and there are none: requests go anywhere")
	}
	return list
}

// doubtsOfOrder returns the doubts about orders that have no effect.
func (e *Review) doubtsOfOrder(l leversOf) (list []string) {
	name, _ := l.Order.Chosen()
	router, _ := l.Router.Chosen()
	order, err := l.Order.New(registry.Context{})
	if err != nil || order.Discipline() == sim.FirstCome {
		return nil
	}
	say := about(&list, "the order "+name)
	llms, central := e.speaking(true, l.models), keepsBack(l.Router)
	if len(llms) > 0 && !central {
		say("has no say at replicas of %s: an LLM serves as its engine schedules, by the class where tokens.priority is set", strings.Join(llms, " and "))
	}
	if len(e.speaking(false, l.models)) > 0 && central {
		switch order.Discipline() {
		case sim.PreemptByRank, sim.PreemptByRemaining:
			say("never interrupts a service behind the router %s, which gives a replica only what it can start at once", router)
		case sim.Share, sim.LeastServed:
			say("shares nothing behind the router %s, which gives a replica only what it can start at once", router)
		}
	}
	if strings.HasSuffix(name, "priority") && e.equallyUrgent() {
		say("goes by the priority of classes, and all requests are equally urgent: it is first come, first served")
	}
	return list
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

// doubtsOfBatcher says where a batcher that was chosen is not asked.
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
		say("has no say at replicas of %s: the engine of an LLM forms its own batches", strings.Join(llms, " and "))
	}
	if order, err := l.Order.New(registry.Context{}); err == nil && order.Discipline() > sim.Line {
		say("is not asked: the order %v serves requests one by one", order)
	}
	return list
}

// doubtBudget says where the steps of an engine have another token budget than a batcher names.
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
			say("has steps of %d tokens at %s, not of %d: an engine takes no fewer than its sequences need to decode, and no more than its own budget", tokens, k.Name, p.Budget)
			return
		}
	}
}

// doubtsOfAdmission says what an admission judges by that is not there.
func (e *Review) doubtsOfAdmission(l file.Levers) (list []string) {
	name, params := l.Admission.Chosen()
	say := about(&list, "the admission "+name)
	if name == "early-drop" {
		if _, some := e.lacking(hasFirst, e.all()); len(some) > 0 {
			say("admits all requests of %s whose class has no objective: it judges by the first token or the latency", strings.Join(some, " and "))
		}
	}
	if p, ok := params.(*registry.TokenBucket); ok && (p.By == "class" && len(e.Spec.Classes) == 0 || p.By == "tenant" && len(e.Spec.Tenants) == 0) {
		say("has a bucket for each %s, and there are none: all requests share one", p.By)
	}
	return list
}

// speaking lists those of some models that answer in tokens, or those that do not.
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

// unheeded says what of the streams has no effect: the work of requests that LLMs answer, and the
// tokens of requests that others answer.
func (e *Review) unheeded() (list []string) {
	llms, varied := e.speaking(true, e.all()), e.varied()
	for i := range e.Traffic {
		l := &e.Traffic[i]
		s, spoken, others := l.Stream, 0, 0
		if s.Combine != "mean" && !slices.ContainsFunc(s.Models(), func(name string) bool {
			return varied[slices.IndexFunc(e.Spec.Models, func(m fleet.Model) bool { return m.Name == name })]
		}) {
			list = append(list, fmt.Sprintf("combine: %s of the stream %s has no effect: no service times of its models differ", s.Combine, l.Name))
		}
		if l.Stages != nil {
			continue // its branches have work of their own
		}
		l.Mix.Each(func(m fleet.ModelID, _ float64) {
			if slices.Contains(llms, e.Spec.Models[m].Name) {
				spoken++
			} else {
				others++
			}
		})
		if service, _ := s.Service.Chosen(); others == 0 && (s.Work != 1 || service != "deterministic") {
			list = append(list, fmt.Sprintf("work and service of the stream %s have no effect: how long an LLM takes follows from the tokens", l.Name))
		}
		if others == 0 && s.Items != nil {
			list = append(list, fmt.Sprintf("items of the stream %s have no effect: an LLM takes no batches of them", l.Name))
		}
		if spoken == 0 && (s.Input != nil || s.Conversation != nil && s.Conversation.Input != nil) {
			list = append(list, fmt.Sprintf("input and output of the stream %s have no effect: none of its models answers in tokens", l.Name))
		}
	}
	return list
}

// unserved says of which models a policy has no replica, because it uses none of their deployments.
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
			fmt.Sprintf("none of its deployments has %q in its name", a.Only())
	case interface{ Runs(*fleet.Spec) []int }:
		replicas := a.Runs(e.Spec)
		return func(d fleet.DeploymentID) bool { return replicas[d] > 0 }, "none of its deployments is named"
	}
	return func(fleet.DeploymentID) bool { return true }, ""
}

// runsSome reports whether a model has no deployment at all, or one that is used.
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
