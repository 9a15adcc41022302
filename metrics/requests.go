package metrics

import (
	"maps"
	"slices"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Requests makes one row of every request of a run: of every branch of a pipeline, of every
// pipeline request, of every attempt of a client, and of every request of a client. A row is
// complete when the request has ended. If the request missed its objective, its row is complete
// when the cause is known, one control period later at most. Rows come in the order in which they
// become complete. So memory grows with the number of requests in flight, and of misses within two
// control periods.
type Requests struct {
	sim.Handlers
	spec  *fleet.Spec
	asked []fleet.ModelID // Spec.AllAsked
	span  MeasuredSpan
	write func([]rows.RequestRow) error
	err   error // first error of write; nothing is written after it

	serving map[int64]serving         // requests that have started, by ordinal
	missed  map[int64]rows.RequestRow // rows whose cause is not known yet, by ordinal
	parents []int64                   // ordinals of pipeline requests, by sim.Fact.Parent
	calls   []int64                   // ordinals of requests of clients, by sim.Fact.Parent
	last    serving                   // of the attempt that ended last
	batch   []rows.RequestRow         // complete rows that are not written yet
}

// serving is what has happened so far to a request that has started.
type serving struct {
	started     kernel.Time // of the present attempt; Never: it has not started
	first       int64       // ns from the arrival to the first token; rows.Absent: none yet
	prefill     fleet.ReplicaID
	retries     int32
	preemptions int32
}

// rowsAtOnce is the number of rows that are written at a time.
const rowsAtOnce = 1024

// NewRequests returns an observer that writes the rows of a run. It must see each fact before the
// board, whose Misses tell it the causes. The rows that write gets are valid during the call. After
// an error of write, no further rows are written, and stop is called; Close returns the error.
func NewRequests(c *fleet.Spec, s MeasuredSpan, b *Board, write func([]rows.RequestRow) error, stop func()) *Requests {
	m := &Requests{spec: c, asked: c.AllAsked(), span: s, serving: map[int64]serving{}, missed: map[int64]rows.RequestRow{}, batch: make([]rows.RequestRow, 0, rowsAtOnce)}
	m.write = func(list []rows.RequestRow) error {
		err := write(list)
		if err != nil {
			stop()
		}
		return err
	}
	b.Misses.told = m.blame
	m.On(m.start, sim.RequestStarted)
	m.On(m.preempt, sim.RequestPreempted)
	m.On(m.retry, sim.RequestRetried)
	m.On(m.token, sim.RequestFirstToken)
	m.On(m.prefilled, sim.RequestPrefilled)
	m.On(m.end, sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed,
		sim.RequestUnfinished, sim.RequestWithdrawn)
	if len(c.Clients) > 0 {
		m.On(m.call, sim.CallBegan)
		m.On(m.answer, sim.CallEnded)
		m.On(m.end, sim.RequestCancelled)
	}
	if len(c.Pipelines) > 0 {
		m.On(m.enter, sim.PipelineArrived)
		m.On(m.leave, sim.PipelineEnded)
	}
	return m
}

// of returns what has happened to a request so far.
func (m *Requests) of(r *fleet.Request) serving {
	if s, ok := m.serving[r.Ordinal]; ok {
		return s
	}
	return serving{started: kernel.Never, first: rows.Absent, prefill: fleet.NoReplica}
}

func (m *Requests) start(f *sim.Fact) {
	s := m.of(f.Request)
	if s.started == kernel.Never { // a decode replica starts a request for the second time
		s.started = f.At
		m.serving[f.Request.Ordinal] = s
	}
}

func (m *Requests) preempt(f *sim.Fact) {
	s := m.of(f.Request)
	s.preemptions++
	m.serving[f.Request.Ordinal] = s
}

func (m *Requests) retry(f *sim.Fact) {
	s := m.of(f.Request)
	m.serving[f.Request.Ordinal] = serving{kernel.Never, rows.Absent, fleet.NoReplica, s.retries + 1, s.preemptions}
}

func (m *Requests) token(f *sim.Fact) {
	s := m.of(f.Request)
	s.first = int64(f.Span)
	m.serving[f.Request.Ordinal] = s
}

func (m *Requests) prefilled(f *sim.Fact) {
	s := m.of(f.Request)
	s.prefill = f.Replica
	m.serving[f.Request.Ordinal] = s
}

// enter records the number of a pipeline request.
func (m *Requests) enter(f *sim.Fact) { m.parents = note(m.parents, f) }

// call records the number of a request of a client.
func (m *Requests) call(f *sim.Fact) { m.calls = note(m.calls, f) }

// note records the number of the request of a fact in a list by sim.Fact.Parent.
func note(list []int64, f *sim.Fact) []int64 {
	for len(list) <= int(f.Parent) {
		list = append(list, rows.Absent)
	}
	list[f.Parent] = f.Request.Ordinal
	return list
}

// end makes the row of a request or branch that has ended.
func (m *Requests) end(f *sim.Fact) {
	s := m.of(f.Request)
	delete(m.serving, f.Request.Ordinal)
	m.last = s
	m.row(f, f.Kind, &s)
}

// answer makes the row of a request of a client that has ended. If it finished, that was with the
// attempt that ended last.
func (m *Requests) answer(f *sim.Fact) {
	if f.Outcome != sim.RequestFinished {
		m.last = serving{started: kernel.Never, first: rows.Absent, prefill: fleet.NoReplica}
	}
	m.row(f, f.Outcome, &m.last)
}

// leave makes the row of a pipeline request that has ended.
func (m *Requests) leave(f *sim.Fact) {
	m.row(f, f.Outcome, &serving{started: kernel.Never, first: rows.Absent, prefill: fleet.NoReplica})
}

// outcomeNames are the names of the ends of requests, as in the metrics that count them.
var outcomeNames = [sim.FactKinds]string{
	sim.RequestFinished: "finished", sim.RequestRejected: "rejected", sim.RequestTimedOut: "timed_out", sim.RequestDropped: "dropped",
	sim.RequestFailed: "failed", sim.RequestUnfinished: "unfinished", sim.RequestWithdrawn: "withdrawn", sim.RequestCancelled: "cancelled",
}

// row makes the row of a request that has ended in the given way.
func (m *Requests) row(f *sim.Fact, how sim.FactKind, s *serving) {
	r := f.Request
	row := rows.RequestRow{
		Number: r.Ordinal, Parent: rows.Absent, Stage: rows.Absent, Session: rows.Absent, Measured: m.span.Has(r.Arrival), Arrival: int64(r.Arrival),
		Input: rows.Absent, Output: rows.Absent, Items: r.Size(), Replica: int32(f.Replica), Prefill: int32(s.prefill), Machine: int32(f.Machine),
		Queue: rows.Absent, FirstToken: s.first, End: int64(f.At), Latency: rows.Absent, Outcome: outcomeNames[how], Retries: s.retries, Preemptions: s.preemptions,
		Attempt: rows.Absent, Attempts: rows.Absent,
	}
	m.name(&row, f)
	if r.Session > 0 {
		row.Session = r.Session
	}
	if r.Input > 0 || r.Output > 0 {
		row.Input, row.Output = r.Input, r.Output
	}
	if s.started != kernel.Never {
		row.Queue = int64(s.started - r.Arrival)
	}
	if how == sim.RequestFinished {
		row.Latency, row.InTime = int64(f.Span), inTime(m.spec, f)
		if f.Timings != nil {
			row.FirstToken = int64(f.Timings.FirstToken)
		}
	}
	if r.Attempt > 0 {
		row.Attempt, row.Parent = int32(r.Attempt), m.calls[f.Parent]
	} else if r.Client != 0 {
		row.Attempts = int32(f.Count)
	}
	if row.InTime || r.Attempt > 0 { // the request of an attempt has the cause
		m.complete(&row)
	} else {
		m.missed[r.Ordinal] = row
	}
}

// name sets the names of a row, and the place of a branch in its pipeline.
func (m *Requests) name(row *rows.RequestRow, f *sim.Fact) {
	r := f.Request
	if f.Model >= 0 {
		row.Model = m.spec.Models[m.asked[f.Model]].Name
	}
	if f.Deployment >= 0 {
		row.Variant = m.spec.Variants[m.spec.Deployments[f.Deployment].Variant].Name
	}
	if f.Type >= 0 {
		row.MachineType = m.spec.Types[f.Type].Name
	}
	if int(r.Class) < len(m.spec.Classes) {
		row.Class = m.spec.Classes[r.Class].Name
	}
	if int(r.Tenant) < len(m.spec.Tenants) {
		row.Tenant = m.spec.Tenants[r.Tenant]
	}
	if r.Pipeline != 0 {
		row.Pipeline = m.spec.Pipelines[r.Pipeline-1].Name
		if f.Model >= 0 {
			row.Stage, row.Parent = int32(r.Stage), m.parents[f.Parent]
		}
	}
}

// blame completes the row of a request whose causes are known.
func (m *Requests) blame(request int64, end, met cause) {
	row, ok := m.missed[request]
	if !ok {
		return
	}
	delete(m.missed, request)
	switch {
	case end == unknown:
		row.Cause = causeNames[met]
	case met > dropped:
		row.Cause, row.GivenUp = causeNames[end], causeNames[met]
	default:
		row.Cause = causeNames[end]
	}
	m.complete(&row)
}

// complete adds a complete row to the batch, and writes a full batch.
func (m *Requests) complete(row *rows.RequestRow) {
	if m.batch = append(m.batch, *row); len(m.batch) == cap(m.batch) {
		m.flush()
	}
}

func (m *Requests) flush() {
	if m.err == nil && len(m.batch) > 0 {
		m.err = m.write(m.batch)
	}
	m.batch = m.batch[:0]
}

// Close writes the remaining rows after the run has ended. It returns the first error of writing.
func (m *Requests) Close() error {
	for _, n := range slices.Sorted(maps.Keys(m.missed)) {
		row := m.missed[n]
		m.complete(&row)
	}
	m.flush()
	return m.err
}
