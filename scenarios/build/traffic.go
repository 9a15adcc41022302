package build

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/trace"
)

// Traffic is one stream of requests, ready to be drawn or replayed in every run.
type Traffic struct {
	Name    string
	Stream  *file.Stream
	Process workload.Process     // nil for traces and clients
	Mix     *workload.Mix        // models to which the requests go
	Work    distribution.Service // work of a request; in a pipeline, of its first branch
	Items   workload.Items       // items of a request; in a pipeline, without factors of branches
	Stages  []workload.Stage     // stages of a pipeline; nil for other streams
	Most    int                  // largest number of requests in flight; 0: no limit
	Turns   bool                 // some requests of a trace wait for the answers to others

	seed    uint64
	labels  *workload.Labels  // nil: none
	lengths *workload.Lengths // nil: none, or the lengths of the trace
	start   trace.Replayer
	id      fleet.PipelineID // 0: no pipeline
	sender  workload.Sender
}

// Lane returns the source of the stream's random numbers in a replication.
func (t *Traffic) Lane(replication int) workload.Lane {
	return workload.Lane{Name: t.Name, Seed: t.seed, Replication: replication, Models: t.Mix, Work: t.Work, Items: t.Items}
}

// Open opens the requests of a replication, which the caller must close.
func (t *Traffic) Open(replication int) (workload.Source, error) {
	in := t.Lane(replication)
	src, err := t.start(in)
	if err != nil {
		return nil, err
	}
	opened := src
	if !t.Turns {
		src, err = t.dress(in, src)
	}
	if err == nil && t.Stages != nil {
		src, err = in.Pipe(src, t.id, t.Stages)
	}
	if err == nil && t.Most > 0 {
		src, err = workload.Capped(src, t.Most)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	if t.sender != (workload.Sender{}) {
		src = workload.Sent(src, t.sender)
	}
	return src, nil
}

// dress adds the lengths and labels of the stream to the requests of a trace or a process.
func (t *Traffic) dress(in workload.Lane, src workload.Source) (dressed workload.Source, err error) {
	if t.lengths != nil {
		src, err = in.Lengthen(src, *t.lengths)
	}
	if err == nil && t.labels != nil {
		src, err = in.Label(src, *t.labels)
	}
	return src, err
}

// Waits reports whether senders of the stream wait for answers.
func (t *Traffic) Waits() bool {
	return t.Stream.Conversation != nil || t.Stream.Arrivals.Clients() != nil || t.Most > 0 || t.Turns
}

// Requests returns the requests of a replication, which are the same for every policy. They come
// from the streams with the given places, or from all streams if none is given.
func (b *Built) Requests(replication int, streams ...int) (workload.Source, error) {
	var sources []workload.Source
	for i := range b.Traffic {
		if len(streams) > 0 && !slices.Contains(streams, i) {
			continue
		}
		t := &b.Traffic[i]
		src, err := t.Open(replication)
		if err != nil {
			for _, opened := range sources {
				err = errors.Join(err, opened.Close())
			}
			return nil, fmt.Errorf("stream %s: %w", t.Name, err)
		}
		sources = append(sources, src)
	}
	return workload.Merge(sources...), nil
}

// Models returns the models to which requests of the stream go.
func (t *Traffic) Models() (list []fleet.ModelID) {
	for _, stage := range t.Stages {
		for _, b := range stage.Branches {
			list = append(list, b.Model)
		}
	}
	if t.Stages == nil {
		t.Mix.Each(func(m fleet.ModelID, _ float64) { list = append(list, m) })
	}
	return list
}

// Drawn reports whether the requests come from a random process and their senders do not wait for
// answers.
func (t *Traffic) Drawn() bool { return t.Process != nil && t.Stream.Conversation == nil }

// Expected returns the mean number of requests that the process makes between two instants of the
// run. The process must not be nil.
func (t *Traffic) Expected(from, until time.Duration) (sum float64) {
	return expected(t.Process, from, until)
}

// streams makes the traffic of a scenario's streams.
type streams struct {
	file   *file.Loaded
	spec   *fleet.Spec
	ids    map[string]fleet.ModelID // keys are names; nil if faults may have removed some
	traces *traceReader
	found  *findings
	inputs []Input // files read so far
}

// traffic makes the traffic of one stream. If that fails, it reports why and returns false.
func (b *streams) traffic(i int) (t Traffic, ok bool) {
	s, path := &b.file.Scenario.Workload[i], fmt.Sprintf("workload[%d]", i)
	t = Traffic{Name: s.Label(), Stream: s, seed: b.file.Scenario.Seed, sender: workload.Sender{Client: clientID(&b.file.Scenario, i), Zone: zoneID(&b.file.Scenario, s.Zone)}}
	if s.InFlight > 0 {
		t.Most = b.file.Scenario.Senders(s.InFlight)
	}
	if !b.draws(i, &t) {
		return t, false
	}
	tables, err := readLengthTables(s, b.file.Open, b.inputs)
	if err == nil {
		b.inputs = append(b.inputs, tables...)
		t.lengths, err = lengthsOf(s, b.file.Open)
	}
	if err == nil && s.Arrivals.Trace() != nil {
		return t, b.replay(i, &t)
	}
	if err == nil {
		err = b.generate(i, &t)
	}
	file.ReportFields(err, path, b.found.report)
	return t, err == nil
}

// draws sets the distributions from which every request of a stream is drawn: its model, work,
// items and labels. If that fails, it reports why and returns false.
func (b *streams) draws(i int, t *Traffic) bool {
	s, key := t.Stream, ".split"
	var err error
	if t.Mix, err = mixOf(s, b.ids); err == nil {
		key = ".service"
		t.Work, err = s.Service.Distribution()
	}
	if err == nil {
		key = ""
		t.Stages, err = stagesOf(s, b.ids)
	}
	if err == nil {
		t.labels, err = labelsOf(&b.file.Scenario, i, b.spec.Tenants)
	}
	if err != nil {
		b.found.report(fmt.Sprintf("workload[%d]%s", i, key), err.Error())
		return false
	}
	if err := b.carry(t); err != nil {
		file.ReportFields(err, fmt.Sprintf("workload[%d]", i), b.found.report)
		return false
	}
	if t.Stages != nil {
		t.Work, t.Items.Factor = t.Stages[0].Branches[0].Work, 1
		t.id = fleet.PipelineID(1 + slices.IndexFunc(b.spec.Pipelines, func(p fleet.Pipeline) bool { return p.Name == t.Name }))
	}
	return true
}

// carry sets the tokens or items of the requests of a stream, and the branches of its pipeline. The
// error begins with the wrong key.
func (b *streams) carry(t *Traffic) (err error) {
	s := t.Stream
	if t.Items, err = itemsOf(s.Items, float64(s.Work), b.file.Open); err != nil {
		return fmt.Errorf("items: %w", err)
	}
	for i := range t.Stages {
		for at, use := range s.Pipeline[i].Branches() {
			_, work, _ := demandOf(s, &use)
			if t.Stages[i].Branches[at].Items, err = itemsOf(use.Items, work, b.file.Open); err != nil {
				return fmt.Errorf("%s.items: %w", s.Pipeline[i].Path(i, at), err)
			}
		}
	}
	return nil
}

// replay makes the traffic replay the trace of its stream. If that fails, it reports why and
// returns false.
func (b *streams) replay(i int, t *Traffic) bool {
	recorded := t.Stream.Arrivals.Trace()
	name, _ := t.Stream.Arrivals.Chosen()
	path := fmt.Sprintf("workload[%d].arrivals.%s", i, name)
	if !b.named(i, path) {
		return false
	}
	form, err := recorded.Form(file.Identities{Models: b.ids, Classes: classIDs(b.spec), Tenants: tenantIDs(b.spec)})
	if err != nil {
		file.ReportFields(err, path, b.found.report)
		return false
	}
	input, err := b.read(i, t, recorded, form)
	if err == nil {
		b.inputs = append(b.inputs, input)
		return b.mayWait(i, t)
	}
	if !reportMisnamed(recorded, err, path, b.found.report) {
		b.found.report(path+".file", err.Error())
	}
	return false
}

// mayWait reports keys that a stream cannot have if turns of its trace wait for answers.
func (b *streams) mayWait(i int, t *Traffic) (ok bool) {
	fault := func(key, why string) {
		b.found.report(fmt.Sprintf("workload[%d].%s", i, key), "turns of the trace wait for the answers before them, "+why)
	}
	if t.Turns && t.Stages != nil {
		fault("pipeline", "and the senders of a pipeline do not wait; first-token and per-token of the trace give each turn an instant of its own")
	}
	if t.Turns && t.Stream.Sessions != nil {
		fault("sessions", "so they belong to the sessions of the trace, not to random ones")
	}
	return !t.Turns || t.Stages == nil && t.Stream.Sessions == nil
}

// read reads the whole trace of a stream, and sets the opener of its requests.
func (b *streams) read(i int, t *Traffic, recorded file.Recorded, form trace.RecordedForm) (input Input, err error) {
	from := b.file.Open(recorded.Common().File)
	sum, err := b.traces.scan(i)
	if err != nil {
		return input, err
	}
	input = Input{File: recorded.Common().File, Requests: sum.Requests, Failed: sum.Failed, LeftOut: sum.LeftOut, Begins: sum.Begins, Span: sum.Span}
	if sum.Requests == 0 {
		return input, fmt.Errorf("%s: the trace holds no request", input.File)
	}
	if input.SHA256, err = digest(from); err != nil {
		return input, err
	}
	plain, err := form.Prepare(from, t.Mix)
	if err != nil {
		return input, err
	}
	if t.Turns = sum.Waits; t.Turns {
		t.start = following(t, recorded, plain, b.file.Scenario.LoadFactor())
	} else {
		t.start = shaped(recorded, plain, b.file.Scenario.LoadFactor())
	}
	if b.ids != nil {
		if input.Part, err = excerptOf(recorded, plain, t.Lane(0), &b.file.Scenario, sum); err != nil {
			return input, err
		}
	}
	if _, drawn := recorded.(*file.LengthTrace); drawn { // its times are drawn, and have no end
		input = Input{File: input.File, SHA256: input.SHA256, Rows: int(sum.Requests)}
	}
	input.Unused, err = form.Unused(from)
	return input, err
}

// generate makes the traffic draw the requests of its stream. The error begins with the wrong key.
func (b *streams) generate(i int, t *Traffic) (err error) {
	s := &b.file.Scenario
	if t.Process, err = t.Stream.Arrivals.Process(s.LoadFactor()); err != nil {
		return fmt.Errorf("arrivals: %w", err)
	}
	drawn := workload.ClosedLoop{Arrivals: t.Process, Lengths: t.lengths}
	if t.labels != nil {
		drawn.Labels = *t.labels
	}
	loop, err := closedLoopOf(s, i, b.file.Open, drawn)
	if err != nil {
		return err
	}
	if err := checkAmount(t, s); err != nil {
		return err
	}
	if t.Stages != nil && (loop != nil || t.Most > 0) {
		return errors.New("pipeline: clients, conversations and max-concurrency are for streams without a pipeline")
	}
	if loop == nil {
		t.start = func(in workload.Lane) (workload.Source, error) { return in.Synthetic(t.Process) }
		return nil
	}
	t.labels, t.lengths = nil, nil // the closed loop draws them for each conversation and turn
	t.start = func(in workload.Lane) (workload.Source, error) { return converse(in, loop) }
	return nil
}

// converse opens the requests of a closed loop. If that fails, the source is a nil interface.
func converse(in workload.Lane, loop *workload.ClosedLoop) (workload.Source, error) {
	src, err := in.Conversations(*loop)
	if err != nil {
		return nil, err
	}
	return src, nil
}

// mostRequests is the largest expected number of requests of a stream in a run. Simulating that
// many takes hours.
const mostRequests = 10_000_000_000

// checkAmount returns an error if a stream is expected to make more than mostRequests requests in a
// run. A conversation counts as one request.
func checkAmount(t *Traffic, s *file.Scenario) error {
	if t.Process == nil {
		return nil
	}
	if n := t.Expected(0, time.Duration(s.Duration)); n > mostRequests {
		return fmt.Errorf("arrivals: %.3g requests are expected in a run of %v; at most %s are allowed", n, s.Duration, wording.Count(mostRequests))
	}
	return nil
}

// mixOf returns the mix of models over which a stream is spread. For a pipeline it is the first
// model alone.
func mixOf(s *file.Stream, ids map[string]fleet.ModelID) (*workload.Mix, error) {
	if s.Pipeline != nil {
		return workload.Only(ids[s.Pipeline[0].Branches()[0].Model])
	}
	if s.Split == nil {
		return workload.Only(ids[s.Model])
	}
	var models []fleet.ModelID
	var shares []float64
	for _, m := range s.Split.Models {
		share := 1.0
		if m.Share != nil {
			share = *m.Share
		}
		models, shares = append(models, ids[m.Model]), append(shares, share)
	}
	if s.Split.Zipf != nil {
		return workload.Zipf(models, *s.Split.Zipf)
	}
	return workload.Shares(models, shares)
}
