package check

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
)

// Faults returns the levers that judge by an objective which no request of a model has, each with
// its place in the file. A model that answers in batches always has a latency objective, by which
// its batches are planned, and a pipeline has one. So batchers never lack one.
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
				report("admission", p.Admission != nil, fmt.Sprintf("early-drop judges by the first token or the latency, and the slo of %s has neither a ttft nor a latency", strings.Join(none, " and ")))
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
				report("order", p.Order != nil, fmt.Sprintf("%s goes by the latency objective, and the slo of %s has none", name, strings.Join(none, " and ")))
			}
		}
	}
	return faults.Sorted()
}

// lacking lists those of some models that have requests without an objective to be judged by: those
// of which all requests have none, and those of which only some classes have none.
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

// kinds returns a request of each class in which requests of a model come that are no branches of
// a pipeline.
func (e *Review) kinds(m fleet.ModelID) (list []fleet.Request) {
	for i := range e.Traffic {
		l, asks := &e.Traffic[i], false
		l.Mix.Each(func(asked fleet.ModelID, _ float64) { asks = asks || asked == m })
		if !asks || l.Stages != nil {
			continue
		}
		if len(l.Stream.Classes) == 0 {
			list = append(list, fleet.Request{Model: m})
		}
		for _, share := range l.Stream.Classes {
			class := slices.IndexFunc(e.Spec.Classes, func(c fleet.Class) bool { return c.Name == share.Key })
			list = append(list, fleet.Request{Model: m, Class: fleet.ClassID(class)})
		}
	}
	return list
}

// hasLatency and hasFirst say what levers judge by.
func hasLatency(o fleet.Objectives) bool { return o.Latency > 0 }
func hasFirst(o fleet.Objectives) bool   { return o.FirstToken > 0 || o.Latency > 0 }
