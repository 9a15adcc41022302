package metrics

import (
	"slices"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// stock counts how many machines of every type are rented, and how many replicas of every model are
// ready on every machine type.
type stock struct {
	machines, replicas []scopeCount
	typeOf             []int // per machine type: index of its scope in machines
	pairOf             []int // per deployment: index of its scope in replicas
}

// scopeCount is the number of machines or replicas of one scope over time.
type scopeCount struct {
	scope string
	level level
}

// level is an integral over time that also holds the smallest and the largest level in the span. A
// level between two changes at the same instant does not count.
type level struct {
	integral
	least, most float64
	stood       bool // some level has lasted for a time, so least and most are valid
}

func (l *level) add(s MeasuredSpan, now kernel.Time, change float64) {
	l.advance(s, now)
	l.level += change
}

func (l *level) advance(s MeasuredSpan, now kernel.Time) {
	if max(l.since, s.From) < min(now, s.Until) {
		if !l.stood {
			l.least, l.most, l.stood = l.level, l.level, true
		}
		l.least, l.most = min(l.least, l.level), max(l.most, l.level)
	}
	l.integral.advance(s, now)
}

func newStock(c *fleet.Spec) stock {
	var s stock
	for i := range c.Types {
		s.typeOf = append(s.typeOf, place(&s.machines, "machine:"+c.Types[i].Name))
	}
	for i := range c.Deployments {
		d := &c.Deployments[i]
		s.pairOf = append(s.pairOf, place(&s.replicas, "replica:"+c.Models[d.Model].Name+"@"+c.Types[d.Type].Name))
	}
	return s
}

// place returns the index of a scope. It adds the scope if there is none.
func place(list *[]scopeCount, scope string) int {
	at := slices.IndexFunc(*list, func(s scopeCount) bool { return s.scope == scope })
	if at < 0 {
		at = len(*list)
		*list = append(*list, scopeCount{scope: scope})
	}
	return at
}

// count adds a machine or a replica that comes or goes.
func (s *stock) count(span MeasuredSpan, f *sim.Fact) {
	switch f.Kind {
	case sim.MachineOrdered:
		s.machines[s.typeOf[f.Type]].level.add(span, f.At, 1)
	case sim.MachineReleased:
		s.machines[s.typeOf[f.Type]].level.add(span, f.At, -1)
	case sim.ReplicaReady:
		s.replicas[s.pairOf[f.Deployment]].level.add(span, f.At, 1)
	case sim.ReplicaDraining:
		s.replicas[s.pairOf[f.Deployment]].level.add(span, f.At, -1)
	}
}

// measures returns the smallest, the mean and the largest number of every scope over the measured
// time.
func (s *stock) measures(span MeasuredSpan) (list []rows.Measurement) {
	seconds := span.Length().Seconds()
	tell := func(counts []scopeCount, what string) {
		for i := range counts {
			scope, l := counts[i].scope, &counts[i].level
			list = append(list, measure(scope, what+"_min", "1", l.least), measure(scope, what, "1", l.total/seconds), measure(scope, what+"_max", "1", l.most))
		}
	}
	tell(s.machines, "machines")
	tell(s.replicas, "replicas")
	return list
}

// close integrates up to the end of the span.
func (s *stock) close(span MeasuredSpan, end kernel.Time) {
	for _, list := range [][]scopeCount{s.machines, s.replicas} {
		for i := range list {
			list[i].level.advance(span, end)
		}
	}
}
