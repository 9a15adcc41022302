package figures

import (
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"

	"gonum.org/v1/plot/vg/draw"
)

// overTime is a figure of the time series of one metric. It has a panel for each scope, with a line
// for each policy.
type overTime struct {
	metric string
	axis   string
	most   float64 // the end of the axis; 0: the largest value decides
	whole  bool    // the values are counts of things
	demand bool    // the demand of each scope is drawn below the lines
	prefix string  // prefix of the scopes shown; empty: scopes without a prefix
	parted bool    // not drawn for a single panel: another figure shows the same
	noun   string  // the word for the panels, in the plural
	about  string  // beginning of the caption
}

// The figures over time. Each metric in them is the mean over a step of the series.
var (
	capacityCourse = overTime{metric: "capacity", axis: "Requests per second", demand: true, noun: "models",
		about: "Arriving requests per second (grey) and the planned capacity of the ready replicas (lines). Demand above a line is demand without planned capacity."}
	machineCourse = overTime{metric: "machines", axis: "Machines", whole: true, prefix: analysis.MachineScope, noun: "machine types",
		about: "Rented machines of each type, from order to release."}
	replicaCourse = overTime{metric: "replicas", axis: "Replicas", whole: true, prefix: analysis.ReplicaScope, parted: true, noun: "models and machine types",
		about: "Ready replicas of each model on each type of machine."}
	utilizationCourse = overTime{metric: "utilization", axis: "Utilization (%)", most: 100, noun: "device kinds",
		about: rows.Describe("utilization").About + " A line is interrupted while no device of the kind is rented."}
	occupancyCourse = overTime{metric: "kv_occupancy", axis: "KV blocks in use (%)", most: 100, noun: "models",
		about: "Share of the KV blocks of all ready replicas that were in use."}
	runningCourse = overTime{metric: "running", axis: "Running requests", noun: "models",
		about: "Requests in service."}
)

// figure returns the figure under a file name and a title. It has no picture if it would show only
// one number.
func (o overTime) figure(name, title string) figure {
	return figure{name, title, o.picture}
}

func (o overTime) picture(s *sheet) *Picture {
	t := s.StepsOf(o.metric, mostSteps)
	panels, left := leading(o.panels(s, t), o.noun)
	if o.parted && len(panels) < 2 || !slices.ContainsFunc(panels, panel.tells) {
		return nil
	}
	note := s.stepNote(t)
	bands := ""
	if s.Replications() > 1 {
		bands = "; bands go from the least to the largest replication"
	}
	legend := o.legend(s, panels)
	return &Picture{
		spread:  fullRange,
		Caption: o.caption(s, panels, left+" "+note+bands+"."),
		height:  panelHeight(len(panels), legend),
		draw: func(c draw.Canvas) error {
			style := lettering(8)
			style.Color = grey
			c.FillText(style, c.Min, fit(note+".", style, inner))
			drawPanels(drawLegend(draw.Crop(c, 0, 0, legendLine, 0), legend), s, panels, o.axis)
			return nil
		},
	}
}

// scopes lists the scopes that have a panel. The scope of all requests has a panel only if there
// are no narrower scopes, so that no curve is drawn in two panels.
func (o overTime) scopes(s *sheet) []string {
	var parts []string
	whole := false
	for _, m := range s.Series {
		switch {
		case m.Metric != o.metric:
		case m.Scope == rows.All:
			whole = true
		case strings.ContainsRune(m.Scope, ':') != (o.prefix != "") || !strings.HasPrefix(m.Scope, o.prefix):
		case !slices.Contains(parts, m.Scope):
			parts = append(parts, m.Scope)
		}
	}
	if len(parts) == 0 && whole && o.prefix == "" {
		return []string{rows.All}
	}
	return parts
}

// panels returns the panels that are not empty.
func (o overTime) panels(s *sheet, t analysis.TimeSteps) []panel {
	var demand analysis.TimeSteps
	if o.demand {
		demand = s.StepsOf("demand", mostSteps)
	}
	var panels []panel
	for _, scope := range o.scopes(s) {
		p := panel{title: strings.Replace(strings.TrimPrefix(scope, o.prefix), "@", " on ", 1), whole: o.whole}
		if scope == rows.All {
			p.title = ""
		}
		for _, policy := range s.Policies {
			p.lines = append(p.lines, s.course(t, policy, o.metric, scope))
			if o.demand {
				p.demand = append(p.demand, s.course(demand, policy, "demand", scope))
			}
		}
		for _, c := range slices.Concat(p.lines, p.demand) {
			p.top = max(p.top, c.Top())
		}
		switch {
		case p.top == 0 && o.prefix != "":
			continue // never rented
		case o.most > 0 && p.top <= o.most*(1+1e-6): // sums are rounded
			p.top = o.most
		case p.top == 0:
			p.top = 1
		default:
			p.top *= 1.05
		}
		panels = append(panels, p)
	}
	return panels
}

func (o overTime) caption(s *sheet, panels []panel, notes string) string {
	text := o.about
	if slices.ContainsFunc(panels, func(p panel) bool { return !p.shared() }) {
		text += " Here the demand depends on the policy: the grey area is the smallest demand of all policies, and each policy has its own thin line."
	}
	text += notes
	if len(s.Policies) > 1 {
		text += " Where lines lie on each other, their colours alternate."
	}
	return text
}

func (o overTime) legend(s *sheet, panels []panel) []entry {
	var entries []entry
	if o.demand {
		entries = append(entries, entry{name: "Demand", fill: demandFill})
		if slices.ContainsFunc(panels, func(p panel) bool { return !p.shared() }) {
			entries[0].name = "Smallest demand of all policies"
			entries = append(entries, entry{name: "Demand under a policy, in its colour", line: draw.LineStyle{Color: ink, Width: demandWidth}})
		}
	}
	return append(entries, s.legendFor(func(i int) string { return printIn(panels, i) })...)
}
