package store

import (
	"errors"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"

	"wavetank/metrics/rows"
)

// requestRecord is a row of a file of requests. A nil pointer and an empty optional text are null.
type requestRecord struct {
	Policy      string   `parquet:"policy,dict"`
	Replication int64    `parquet:"replication"`
	Number      int64    `parquet:"request"`
	Parent      *int64   `parquet:"parent,optional"`
	Model       string   `parquet:"model,optional,dict"`
	Pipeline    string   `parquet:"pipeline,optional,dict"`
	Stage       *int32   `parquet:"stage,optional"`
	Class       string   `parquet:"class,optional,dict"`
	Tenant      string   `parquet:"tenant,optional,dict"`
	Session     *int64   `parquet:"session,optional"`
	Measured    bool     `parquet:"measured"`
	Arrival     float64  `parquet:"arrival_s" unit:"s"`
	Input       *int32   `parquet:"input_tokens,optional" unit:"tokens"`
	Output      *int32   `parquet:"output_tokens,optional" unit:"tokens"`
	Items       float64  `parquet:"items" unit:"items"`
	Variant     string   `parquet:"variant,optional,dict"`
	Replica     *int32   `parquet:"replica,optional"`
	Prefill     *int32   `parquet:"prefill_replica,optional"`
	Machine     *int32   `parquet:"machine,optional"`
	MachineType string   `parquet:"machine_type,optional,dict"`
	Queue       *float64 `parquet:"queue_s,optional" unit:"s"`
	FirstToken  *float64 `parquet:"first_token_s,optional" unit:"s"`
	End         float64  `parquet:"end_s" unit:"s"`
	Latency     *float64 `parquet:"latency_s,optional" unit:"s"`
	Outcome     string   `parquet:"outcome,dict"`
	InTime      bool     `parquet:"in_time"`
	Cause       string   `parquet:"cause,optional,dict"`
	GivenUp     string   `parquet:"given_up,optional,dict"`
	Retries     int32    `parquet:"retries"`
	Preemptions int32    `parquet:"preemptions"`
	Attempt     *int32   `parquet:"attempt,optional"`
	Attempts    *int32   `parquet:"attempts,optional"`

	times [3]float64 // Queue, FirstToken and Latency point here
}

// set makes the record that of a request. The record points to parts of itself and of the request.
func (t *requestRecord) set(r *rows.RequestRow) {
	t.Number, t.Parent, t.Model, t.Pipeline, t.Stage = r.Number, present(&r.Parent), r.Model, r.Pipeline, present(&r.Stage)
	t.Class, t.Tenant, t.Session, t.Measured, t.Arrival = r.Class, r.Tenant, present(&r.Session), r.Measured, float64(r.Arrival)/1e9
	t.Input, t.Output, t.Items = present(&r.Input), present(&r.Output), r.Items
	t.Variant, t.Replica, t.Prefill, t.Machine, t.MachineType = r.Variant, present(&r.Replica), present(&r.Prefill), present(&r.Machine), r.MachineType
	t.Queue, t.FirstToken, t.Latency = t.time(0, r.Queue), t.time(1, r.FirstToken), t.time(2, r.Latency)
	t.End, t.Outcome, t.InTime, t.Cause, t.GivenUp = float64(r.End)/1e9, r.Outcome, r.InTime, r.Cause, r.GivenUp
	t.Retries, t.Preemptions, t.Attempt, t.Attempts = r.Retries, r.Preemptions, present(&r.Attempt), present(&r.Attempts)
}

// time returns a pointer to nanoseconds in seconds, or nil if they are absent.
func (t *requestRecord) time(i int, ns int64) *float64 {
	if ns == rows.Absent {
		return nil
	}
	t.times[i] = float64(ns) / 1e9
	return &t.times[i]
}

// present returns its argument, or nil if the number is absent.
func present[N int32 | int64](n *N) *N {
	if *n == rows.Absent {
		return nil
	}
	return n
}

// parquetRequests is a file of requests as Parquet. Every part is a Parquet file of its own, whose
// groups of rows are copied as they are.
type parquetRequests struct{}

func (parquetRequests) begin(w io.Writer, o Origin, run partOf) partWriter {
	p := &parquetPart{w: parquet.NewGenericWriter[requestRecord](w, writing[requestRecord](o)...)}
	p.batch = make([]requestRecord, 1024)
	for i := range p.batch {
		p.batch[i].Policy, p.batch[i].Replication = run.policy, int64(run.replication)
	}
	return p
}

func (parquetRequests) join(w io.Writer, o Origin, parts []string) error {
	into := parquet.NewGenericWriter[requestRecord](w, writing[requestRecord](o)...)
	for _, part := range parts {
		if err := copyGroups(into, part); err != nil {
			return err
		}
	}
	return into.Close()
}

// copyGroups copies the groups of rows of a Parquet file, and removes the file.
func copyGroups(into *parquet.GenericWriter[requestRecord], path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = func() error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		file, err := parquet.OpenFile(f, info.Size())
		if err != nil {
			return err
		}
		for _, group := range file.RowGroups() {
			if _, err := into.WriteRowGroup(group); err != nil {
				return err
			}
		}
		return into.Flush()
	}()
	return errors.Join(err, f.Close(), os.Remove(path))
}

// parquetPart writes the rows of one run.
type parquetPart struct {
	w     *parquet.GenericWriter[requestRecord]
	batch []requestRecord
}

func (p *parquetPart) write(list []rows.RequestRow) error {
	for len(list) > 0 {
		n := min(len(list), len(p.batch))
		for i := range n {
			p.batch[i].set(&list[i])
		}
		if _, err := p.w.Write(p.batch[:n]); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

func (p *parquetPart) close() error { return p.w.Close() }
