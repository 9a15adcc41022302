package metrics

import (
	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// Samples returns the series in the order of time, after the run has ended.
func (s *Series) Samples() []rows.Sample {
	var list []rows.Sample
	for i := range s.grid.count() {
		for _, m := range s.sample(i, s.grid.seconds(i)) {
			list = append(list, rows.Sample{Row: rows.Row{Measurement: m}, Seconds: s.grid.end(i).Seconds()})
		}
	}
	return list
}

// sample returns one step of all series.
func (s *Series) sample(i int, seconds float64) (list []rows.Measurement) {
	put := func(scope, metric, unit string, value float64) {
		list = append(list, measure(scope, metric, unit, value))
	}
	tell := func(scope string, m *moment) {
		put(scope, "demand", "1/s", m.arrived/seconds)
		if m.calls {
			put(scope, "retries", "1/s", m.retries/seconds)
		}
		put(scope, "throughput", "1/s", m.finished/seconds)
		put(scope, "capacity", "1/s", m.capacity/seconds)
		if m.loads {
			put(scope, "capacity_coming", "1/s", m.coming/seconds)
		}
		if m.foreseen > 0 {
			put(scope, "demand_planned", "1/s", m.planned/m.foreseen)
		}
		if m.judged && m.arrived > m.retries {
			put(scope, "slo_attainment", "%", percent(m.arrived-m.retries-m.missed, m.arrived-m.retries))
		}
		put(scope, "running", "1", m.running/seconds)
		put(scope, "waiting", "1", m.waiting)
		put(scope, "in_system", "1", m.present)
		if m.blocks > 0 {
			put(scope, "kv_occupancy", "%", percent(m.used, m.blocks))
		}
	}
	var all moment
	backlog := 0.0
	for id := range s.models {
		one := s.models[id].at(i)
		if len(s.course.missed) > 0 && s.course.measured(i) {
			one.judged, one.missed = true, s.course.in(id, i)
		}
		decodes, name := s.spec.Decodes(fleet.ModelID(id)), s.spec.Models[id].Name
		if d := s.spec.Models[id].Decoder; d > 0 {
			one.join(s.models[d].at(i))
		}
		all.add(one, decodes)
		if len(s.models) > 1 {
			tell(name, &one)
		}
		if s.backlog.serves(id) && !decodes {
			backlog += s.backlog.left[id].cells[i]
			if len(s.models) > 1 {
				put(name, "backlog_tokens", "1", s.backlog.left[id].cells[i])
			}
		}
	}
	tell(rows.All, &all)
	if all.judged {
		list = append(list, s.course.measures(i)...)
	}
	put(rows.All, "cost_rate", "$/h", s.rate.strand.cells[i]/seconds)
	for k, name := range s.spec.Kinds {
		if busy, rented := s.kinds[k].busy.cells[i], s.kinds[k].rented.cells[i]; rented > 0 {
			put(name, "utilization", "%", percent(busy, rented))
		}
	}
	if s.tokens {
		put(rows.All, "backlog_tokens", "1", backlog)
	}
	for k, shelf := range s.stock.machines {
		put(shelf.scope, "machines", "1", s.shelves[k].cells[i]/seconds)
	}
	for k, shelf := range s.stock.replicas {
		put(shelf.scope, "replicas", "1", s.shelves[len(s.stock.machines)+k].cells[i]/seconds)
	}
	return list
}

// moment holds the values of the series of a model in one step.
type moment struct {
	arrived, finished, capacity, running, waiting, present, blocks, used, coming, missed, retries float64

	planned  float64 // planned demand × seconds
	foreseen float64 // seconds in which it is known

	loads  bool // some replica booted or loaded in the run
	judged bool // missed is known
	calls  bool // retries are counted
}

func (m *modelSeries) at(i int) moment {
	one := moment{
		arrived: m.arrived[i], finished: m.finished[i], capacity: m.capacity.cells[i], running: m.running.cells[i], waiting: m.waiting.cells[i], present: m.present.cells[i],
		blocks: m.blocks.cells[i], used: m.used[i], coming: m.coming.cells[i], loads: m.loads, planned: m.planned.cells[i], foreseen: m.foreseen.cells[i],
	}
	if m.retries != nil {
		one.retries, one.calls = m.retries[i], true
	}
	return one
}

// join adds the values of the replicas that decode for a model to those of the model.
func (m *moment) join(o moment) {
	m.running, m.blocks, m.used = m.running+o.running, m.blocks+o.blocks, m.used+o.used
}

// add adds a model to the sum over all models. For a decode model it adds only the waiting
// requests, because join has added the rest to the model that it decodes for.
func (m *moment) add(o moment, decodes bool) {
	m.waiting += o.waiting
	if !decodes {
		m.join(o)
		m.arrived, m.finished, m.capacity, m.present = m.arrived+o.arrived, m.finished+o.finished, m.capacity+o.capacity, m.present+o.present
		m.planned, m.foreseen = m.planned+o.planned, max(m.foreseen, o.foreseen)
		m.coming, m.loads, m.missed, m.judged = m.coming+o.coming, m.loads || o.loads, m.missed+o.missed, o.judged
		m.retries, m.calls = m.retries+o.retries, m.calls || o.calls
	}
}
