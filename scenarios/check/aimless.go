package check

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios/strict"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Faults reports levers that cannot work in the scenario, each with its place in the file: those
// that need an objective which no request of a model has, and orders that serve requests one by
// one where replicas take turns with batches. It skips batchers: every model that answers in
// batches has a latency objective, and so has every pipeline.
func (e *Review) Faults(d *strict.Document) (faults strict.Faults) {
	for i := range e.Scenario.Policies {
		p := &e.Scenario.Policies[i]
		l := e.Scenario.LeversOf(p)
		report := func(lever string, own bool, message string) {
			if own {
				lever = fmt.Sprintf("policies[%d].%s", i, lever)
			}
			faults = append(faults, d.Fault(lever, message))
		}
		if name, _ := l.Admission.Chosen(); name == "early-drop" {
			if none, _ := e.lacking(hasFirst, e.all()); len(none) > 0 {
				report("admission", p.Admission != nil, fmt.Sprintf("early-drop needs an objective for the first token or the latency, but the slo of %s has neither a ttft nor a latency", strings.Join(none, " and ")))
			}
		}
		if order, err := l.Order.New(registry.Context{}); err == nil && order.Discipline() > sim.Line {
			if d := slices.IndexFunc(e.Spec.Deployments, func(d fleet.Deployment) bool { return d.TimeShare > 0 }); d >= 0 {
				report("order", p.Order != nil, fmt.Sprintf("%v serves requests one by one, but replicas on %s take turns with batches (sharing: time)", order, e.Spec.Types[e.Spec.Deployments[d].Type].Name))
			}
		}
		if name, _ := l.Order.Chosen(); name == "edf" || name == "least-slack" {
			var none []string
			for _, g := range e.byRouter(l) {
				if keepsBack(g.Router) {
					all, _ := e.lacking(hasLatency, g.models)
					none = append(none, all...)
				}
			}
			if len(none) > 0 {
				report("order", p.Order != nil, fmt.Sprintf("%s needs an objective for the latency, but the slo of %s has none", name, strings.Join(none, " and ")))
			}
		}
	}
	return faults.Sorted()
}

// lacking tests which of the models have requests without a usable objective (has). all lists the
// models whose requests all lack one. some lists the models in which some classes lack one,
// and others have one.
func (e *Review) lacking(has func(fleet.Objectives) bool, models []fleet.ModelID) (all, some []string) {
	for _, m := range models {
		with, without := false, false
		for _, r := range e.kinds(m) {
			if has(e.Spec.Objectives(&r)) {
				with = true
			} else {
				without = true
			}
		}
		switch name := e.Spec.Models[m].Name; {
		case without && with:
			some = append(some, name)
		case without:
			all = append(all, name)
		}
	}
	return all, some
}

// kinds returns one request of each class that the streams of a model have. It leaves out
// pipelines.
func (e *Review) kinds(m fleet.ModelID) (list []fleet.Request) {
	for i := range e.Traffic {
		l, asks := &e.Traffic[i], false
		l.Mix.Each(func(asked fleet.ModelID, _ float64) { asks = asks || asked == m })
		if !asks || l.Stages != nil {
			continue
		}
		if !l.Stream.HasClasses() {
			list = append(list, fleet.Request{Model: m})
		}
		for _, name := range e.Scenario.ClassesOf(l.Stream) {
			class := slices.IndexFunc(e.Spec.Classes, func(c fleet.Class) bool { return c.Name == name })
			list = append(list, fleet.Request{Model: m, Class: fleet.ClassID(class)})
		}
	}
	return list
}

// hasLatency and hasFirst report whether there is an objective that a lever can use: orders need a
// latency, early-drop a first token or a latency.
func hasLatency(o fleet.Objectives) bool { return o.Latency > 0 }
func hasFirst(o fleet.Objectives) bool   { return o.FirstToken > 0 || o.Latency > 0 }
