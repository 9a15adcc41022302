package scenarios

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
)

// RecordingHeader is the header of a trace that Record writes.
const RecordingHeader = "arrival_ns,stream,model,work,items,input_tokens,output_tokens,session,class,tenant"

// Recordable returns an error that names the streams that no trace can hold: those whose senders
// wait for answers, and those that pass a pipeline.
func (e *Experiment) Recordable() error {
	var faults []error
	for i := range e.Traffic {
		t := &e.Traffic[i]
		src, err := t.Open(0)
		if err != nil {
			return err
		}
		_, waits := src.(sim.Responsive)
		switch {
		case waits:
			faults = append(faults, fmt.Errorf("workload[%d] (%s): its senders wait for answers, so its requests depend on the policy", i, t.Name))
		case t.Stages != nil:
			faults = append(faults, fmt.Errorf("workload[%d] (%s): it passes a pipeline, and a trace has one model for each request", i, t.Name))
		}
		if err := src.Close(); err != nil {
			return err
		}
	}
	return errors.Join(faults...)
}

// Record writes the requests of a replication as a trace: comma-separated values with
// RecordingHeader, one request for each row, in the order of arrival. The first row is no request:
// its stream is "start", and it marks time 0, since times in traces count from the first row. It
// returns the number of requests.
func (e *Experiment) Record(ctx context.Context, replication int, w io.Writer) (n int64, err error) {
	streams := make([]recordedStream, len(e.Traffic))
	defer func() {
		for i := range streams {
			if streams[i].src != nil {
				err = errors.Join(err, streams[i].src.Close())
			}
		}
	}()
	for i := range streams {
		src, err := e.Requests(replication, i)
		if err != nil {
			return 0, err
		}
		streams[i].src = &interruptible{Source: src, ctx: ctx}
		streams[i].advance(kernel.Time(time.Duration(e.Scenario.Duration)))
	}
	b := bufio.NewWriter(w)
	_, err = fmt.Fprintf(b, "%s\n0,start,%s,1,1,1,1,,,\n", RecordingHeader, csvText(e.Spec.Models[0].Name))
	var line []byte
	for err == nil {
		first := 0
		for i := range streams {
			if streams[i].next.Arrival < streams[first].next.Arrival {
				first = i
			}
		}
		s := &streams[first]
		if s.next.Arrival == kernel.Never {
			break
		}
		line = e.appendRecorded(line[:0], &e.Traffic[first].Name, &s.next)
		_, err = b.Write(line)
		n++
		s.advance(kernel.Time(time.Duration(e.Scenario.Duration)))
	}
	for i := range streams {
		err = errors.Join(err, streams[i].src.Err())
	}
	return n, errors.Join(err, b.Flush())
}

// recordedStream is a stream with its next request.
type recordedStream struct {
	src  workload.Source
	next fleet.Request // arrives Never: there is none
}

func (s *recordedStream) advance(until kernel.Time) {
	if !s.src.Next(&s.next) || s.next.Arrival >= until {
		s.next.Arrival = kernel.Never
	}
}

// appendRecorded appends the row of a request.
func (e *Experiment) appendRecorded(b []byte, stream *string, r *fleet.Request) []byte {
	name := func(list int, i int, of func() string) string {
		if i < list {
			return csvText(of())
		}
		return ""
	}
	b = strconv.AppendInt(b, int64(r.Arrival), 10)
	b = append(append(append(b, ','), csvText(*stream)...), ',')
	b = append(append(b, csvText(e.Spec.Models[r.Model].Name)...), ',')
	b = append(strconv.AppendFloat(b, r.Work, 'g', -1, 64), ',')
	b = append(strconv.AppendInt(b, int64(math.Round(r.Size())), 10), ',')
	b = append(strconv.AppendInt(b, int64(r.Input), 10), ',')
	b = append(strconv.AppendInt(b, int64(r.Output), 10), ',')
	if r.Session > 0 {
		b = strconv.AppendInt(b, r.Session, 10)
	}
	b = append(append(b, ','), name(len(e.Spec.Classes), int(r.Class), func() string { return e.Spec.Classes[r.Class].Name })...)
	b = append(append(b, ','), name(len(e.Spec.Tenants), int(r.Tenant), func() string { return e.Spec.Tenants[r.Tenant] })...)
	return append(b, '\n')
}

// csvText writes a text as a field of comma-separated values.
func csvText(s string) string {
	if strings.ContainsAny(s, ",\"\r\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}
