package metrics

import (
	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// TimeSeries returns the series after the run has ended. Scenario, policy and replication are
// empty.
func (s *Series) TimeSeries() []rows.TimeSeries {
	w := newSeriesWriter(s)
	n := s.grid.count()
	all := newColumns(n)
	backlog := make([]float64, n)
	for id := range s.models {
		one := s.columns(id)
		decodes, name := s.spec.Decodes(fleet.ModelID(id)), s.spec.Models[id].Name
		if d := s.spec.Models[id].Decoder; d > 0 {
			one = one.joined(s.columns(int(d)))
		}
		all.add(one, decodes)
		if len(s.models) > 1 {
			w.model(name, one)
		}
		if s.backlog.serves(id) && !decodes {
			accumulate(backlog, s.backlog.left[id].cells)
			if len(s.models) > 1 {
				w.add(name, "backlog_tokens", "1", func(i int) float64 { return s.backlog.left[id].cells[i] })
			}
		}
	}
	w.model(rows.All, all)
	for c, cells := range s.course.causes {
		if cells != nil {
			w.some(rows.All, "missed_"+causeNames[c], "1/s", s.course.measured, w.rate(cells))
		}
	}
	w.add(rows.All, "cost_rate", "$/h", w.rate(s.rate.steps.cells))
	for k, name := range s.spec.Kinds {
		busy, rented := s.kinds[k].busy.cells, s.kinds[k].rented.cells
		w.some(name, "utilization", "%", func(i int) bool { return rented[i] > 0 }, func(i int) float64 { return percent(busy[i], rented[i]) })
	}
	if s.tokens {
		w.add(rows.All, "backlog_tokens", "1", func(i int) float64 { return backlog[i] })
	}
	for k, of := range s.stock.machines {
		w.add(of.scope, "machines", "1", w.rate(s.stockSeries[k].cells))
	}
	for k, of := range s.stock.replicas {
		w.add(of.scope, "replicas", "1", w.rate(s.stockSeries[len(s.stock.machines)+k].cells))
	}
	return w.list
}

// seriesWriter collects time series.
type seriesWriter struct {
	*Series
	ends, seconds []float64 // end and length of each step
	list          []rows.TimeSeries
}

func newSeriesWriter(s *Series) *seriesWriter {
	n := s.grid.count()
	w := &seriesWriter{Series: s, ends: make([]float64, n), seconds: make([]float64, n)}
	for i := range n {
		w.ends[i], w.seconds[i] = s.grid.end(i).Seconds(), s.grid.seconds(i)
	}
	return w
}

// rate divides what is counted in each step by the length of the step.
func (w *seriesWriter) rate(cells []float64) func(step int) float64 {
	return func(i int) float64 { return cells[i] / w.seconds[i] }
}

// add adds a series with a value in every step.
func (w *seriesWriter) add(scope, metric, unit string, value func(step int) float64) {
	one := rows.TimeSeries{Scope: scope, Metric: metric, Unit: unit, Ends: w.ends, Values: make([]float64, len(w.ends))}
	for i := range one.Values {
		one.Values[i] = value(i)
	}
	w.list = append(w.list, one)
}

// some adds a series with a value in those steps that have one, unless there is none.
func (w *seriesWriter) some(scope, metric, unit string, has func(step int) bool, value func(step int) float64) {
	known := 0
	for i := range w.ends {
		if has(i) {
			known++
		}
	}
	switch known {
	case 0:
		return
	case len(w.ends):
		w.add(scope, metric, unit, value)
		return
	}
	one := rows.TimeSeries{Scope: scope, Metric: metric, Unit: unit, Ends: make([]float64, 0, known), Values: make([]float64, 0, known)}
	for i, end := range w.ends {
		if has(i) {
			one.Ends, one.Values = append(one.Ends, end), append(one.Values, value(i))
		}
	}
	w.list = append(w.list, one)
}

// model adds the series of a model, or of all models.
func (w *seriesWriter) model(scope string, c columns) {
	w.add(scope, "demand", "1/s", w.rate(c.arrived))
	if c.calls {
		w.add(scope, "retries", "1/s", w.rate(c.retries))
	}
	w.add(scope, "throughput", "1/s", w.rate(c.finished))
	w.add(scope, "capacity", "1/s", w.rate(c.capacity))
	if c.loads {
		w.add(scope, "capacity_coming", "1/s", w.rate(c.coming))
	}
	planned := w.planned.cells
	w.some(scope, "demand_planned", "1/s", func(i int) bool { return planned[i] > 0 }, func(i int) float64 { return c.planned[i] / planned[i] })
	if len(w.course.missed) > 0 {
		called := func(i int) float64 { return c.arrived[i] - c.retries[i] }
		w.some(scope, "slo_attainment", "%", func(i int) bool { return w.course.measured(i) && called(i) > 0 },
			func(i int) float64 { return percent(called(i)-c.missed[i], called(i)) })
	}
	w.add(scope, "running", "1", w.rate(c.running))
	w.add(scope, "waiting", "1", func(i int) float64 { return c.waiting[i] })
	w.add(scope, "in_system", "1", func(i int) float64 { return c.present[i] })
	w.some(scope, "kv_occupancy", "%", func(i int) bool { return c.blocks[i] > 0 }, func(i int) float64 { return percent(c.used[i], c.blocks[i]) })
}

// columns holds what is counted of a model, or of all models, in each step.
type columns struct {
	arrived, finished, capacity, coming, planned, running, waiting, present, blocks, used, missed, retries []float64

	loads bool // some replica booted or loaded in the run
	calls bool // retries are counted
}

func newColumns(n int) columns {
	cells := func() []float64 { return make([]float64, n) }
	return columns{
		arrived: cells(), finished: cells(), capacity: cells(), coming: cells(), planned: cells(), running: cells(), waiting: cells(), present: cells(),
		blocks: cells(), used: cells(), missed: cells(), retries: cells(),
	}
}

// columns returns what is counted of a model. The slices must not be changed.
func (s *Series) columns(id int) columns {
	m := &s.models[id]
	c := columns{
		arrived: m.arrived, finished: m.finished, capacity: m.capacity.cells, coming: m.coming.cells, planned: m.planned.cells, running: m.running.cells,
		waiting: m.waiting.cells, present: m.present.cells, blocks: m.blocks.cells, used: m.used, retries: m.retries, loads: m.loads, calls: m.retries != nil,
	}
	if len(s.course.missed) > 0 {
		c.missed = s.course.missed[id]
	}
	if c.missed == nil {
		c.missed = make([]float64, s.grid.count())
	}
	if c.retries == nil {
		c.retries = make([]float64, s.grid.count())
	}
	return c
}

// joined returns the columns of a model together with those of the replicas that decode for it.
func (c columns) joined(decoder columns) columns {
	n := len(c.running)
	own := c
	c.running, c.blocks, c.used = make([]float64, n), make([]float64, n), make([]float64, n)
	c.join(own)
	c.join(decoder)
	return c
}

// join adds what is also counted of a model that decodes for another one.
func (c *columns) join(o columns) {
	accumulate(c.running, o.running)
	accumulate(c.blocks, o.blocks)
	accumulate(c.used, o.used)
}

// add adds a model to the sum over all models. For a decode model it adds only the waiting
// requests, because joined has added the rest to the model that it decodes for.
func (c *columns) add(o columns, decodes bool) {
	accumulate(c.waiting, o.waiting)
	if decodes {
		return
	}
	c.join(o)
	for _, one := range [][2][]float64{
		{c.arrived, o.arrived}, {c.finished, o.finished}, {c.capacity, o.capacity}, {c.coming, o.coming},
		{c.planned, o.planned}, {c.present, o.present}, {c.missed, o.missed}, {c.retries, o.retries},
	} {
		accumulate(one[0], one[1])
	}
	c.loads, c.calls = c.loads || o.loads, c.calls || o.calls
}

// accumulate adds numbers to those at the same places.
func accumulate(to, numbers []float64) {
	for i, v := range numbers {
		to[i] += v
	}
}
