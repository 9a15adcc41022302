package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// party is a model or a pipeline, with the classes of its requests.
type party struct {
	rows.Objective
	classes []string
	part    bool // a model of a pipeline
	direct  bool // some requests ask for it outside of pipelines
}

// Objectives returns the objectives of all models, pipelines and classes. They come in the order of
// the workload, with the classes last. The models of a pipeline have no objective of their own. If
// the classes of a model ask for different shares in time, the model has none either: its requests
// are judged by their classes.
func (e *Review) Objectives() []rows.Objective {
	parties := e.parties()
	var list []rows.Objective
	for _, p := range parties {
		list = append(list, byClasses(&e.Scenario, p))
	}
	for _, c := range e.Scenario.Classes {
		if o, asked := classObjective(&c, parties); asked {
			list = append(list, o)
		}
	}
	return list
}

// byClasses returns the objective of a model or pipeline, whose classes may have objectives of
// their own.
func byClasses(s *file.Scenario, p party) rows.Objective {
	o := p.Objective
	for i, name := range p.classes {
		percent, own := p.Percent, s.Class(name).SLO
		if own != nil {
			percent, o.About = own.Percentile, "as its classes say"
			o.Latency, o.FirstToken, o.PerToken = 0, 0, 0
		}
		if i == 0 {
			o.Percent = percent
		} else if percent != o.Percent {
			return rows.Objective{Scope: o.Scope, Name: o.Name, About: "judged by its classes, which ask for different shares in time"}
		}
	}
	return o
}

// parties lists the models and pipelines that the streams name.
func (e *Review) parties() []party {
	var list []party
	add := func(o rows.Objective, classes []string) {
		at := slices.IndexFunc(list, func(p party) bool { return p.Name == o.Name })
		if at < 0 {
			at = len(list)
			list = append(list, party{Objective: o})
		}
		p := &list[at]
		if o.Percent > 0 {
			p.Objective, p.direct = o, true
		}
		p.part = p.part || o.Percent == 0
		p.classes = append(p.classes, classes...)
	}
	for i := range e.Scenario.Workload {
		s := &e.Scenario.Workload[i]
		classes := e.Scenario.ClassesOf(s)
		if s.Pipeline != nil {
			add(objectiveOf(s.Label(), s.SLO), classes)
			for _, name := range s.Models() {
				add(rows.Objective{Scope: name, Name: name, About: "judged as a part of " + s.Label()}, nil)
			}
			continue
		}
		for _, name := range s.Models() {
			add(e.ofModel(name), classes)
		}
	}
	for i := range list {
		if p := &list[i]; p.part && p.direct {
			p.Scope += metrics.Direct
		}
	}
	if len(list) == 1 {
		list[0].Scope = rows.All // a single model has no rows of its own
	}
	return list
}

// ofModel returns the objective of a model of the catalogue.
func (e *Review) ofModel(name string) rows.Objective {
	at := slices.IndexFunc(e.Spec.Models, func(m fleet.Model) bool { return m.Name == name })
	m := &e.Spec.Models[at]
	return objectiveOf(name, &file.SLO{
		Latency: quantity.Duration(m.Target), FirstToken: quantity.Duration(m.FirstToken), PerToken: quantity.Duration(m.PerToken),
		Percentile: m.Percentile,
	})
}

// objectiveOf returns an objective whose scope is the name.
func objectiveOf(name string, slo *file.SLO) rows.Objective {
	o := rows.Objective{
		Scope: name, Name: name, Percent: slo.Percentile,
		Latency: time.Duration(slo.Latency).Seconds(), FirstToken: time.Duration(slo.FirstToken).Seconds(), PerToken: time.Duration(slo.PerToken).Seconds(),
	}
	var parts []string
	for _, p := range []struct {
		key  string
		most quantity.Duration
	}{{"latency", slo.Latency}, {"ttft", slo.FirstToken}, {"tpot", slo.PerToken}} {
		if p.most > 0 {
			parts = append(parts, fmt.Sprintf("%s %v", p.key, p.most))
		}
	}
	o.About = strings.Join(parts, ", ")
	return o
}

// classObjective returns the objective of a class. If the class has no slo, it is the objective of
// its models and pipelines, if these ask for the same share in time. Asked is false if no stream
// has requests of the class.
func classObjective(c *file.Class, parties []party) (o rows.Objective, asked bool) {
	var of []party
	for _, p := range parties {
		if slices.Contains(p.classes, c.Name) {
			of = append(of, p)
		}
	}
	if len(of) == 0 {
		return o, false
	}
	if c.SLO != nil {
		o = objectiveOf(c.Name, c.SLO)
	} else {
		o = of[0].Objective
		o.Name = c.Name
		for _, p := range of[1:] {
			switch {
			case p.Percent != o.Percent:
				o = rows.Objective{Name: c.Name, About: "its models ask for different shares in time"}
			case p.About != o.About:
				o = rows.Objective{Name: c.Name, Percent: o.Percent, About: "as its models say"}
			}
			if o.Percent == 0 {
				break
			}
		}
	}
	o.Scope, o.Name = classScope+c.Name, "class "+c.Name
	return o, true
}

// Clairvoyant returns the policies whose allocator knows the load of the run beforehand.
func (e *Review) Clairvoyant() []string {
	var list []string
	for i := range e.Scenario.Policies {
		if p := &e.Scenario.Policies[i]; p.Allocator.Clairvoyant() {
			list = append(list, p.Name)
		}
	}
	return list
}
