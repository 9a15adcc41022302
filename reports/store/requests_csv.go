package store

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"wavetank/metrics/rows"
)

// csvRequests is a file of requests as comma-separated values. A field without a value is empty.
// Times are in seconds, to the nanosecond.
type csvRequests struct{}

func (csvRequests) begin(w io.Writer, _ Origin, run partOf) partWriter {
	head := csvLine{}
	head.text(run.policy)
	head.whole(int64(run.replication))
	return &csvPart{w: bufio.NewWriterSize(w, 1<<16), head: head}
}

func (csvRequests) join(w io.Writer, _ Origin, parts []string) error {
	if _, err := io.WriteString(w, strings.Join(columnsOf[requestRecord](), ",")+"\n"); err != nil {
		return err
	}
	for _, part := range parts {
		if err := moveInto(w, part); err != nil {
			return err
		}
	}
	return nil
}

// moveInto copies a file, and removes it.
func moveInto(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close(), os.Remove(path))
}

// csvPart writes the rows of one run.
type csvPart struct {
	w    *bufio.Writer
	head csvLine // the first fields of every row
	line csvLine
}

func (p *csvPart) write(list []rows.RequestRow) error {
	for i := range list {
		p.line = append(p.line[:0], p.head...)
		p.line.request(&list[i])
		p.line[len(p.line)-1] = '\n' // instead of a comma
		if _, err := p.w.Write(p.line); err != nil {
			return err
		}
	}
	return nil
}

func (p *csvPart) close() error { return p.w.Flush() }

// csvLine is a line whose fields end with commas.
type csvLine []byte

// request adds the fields of a request, in the order of the columns of requestRecord.
func (l *csvLine) request(r *rows.RequestRow) {
	l.whole(r.Number)
	l.whole(r.Parent)
	l.text(r.Model)
	l.text(r.Pipeline)
	l.whole(int64(r.Stage))
	l.text(r.Class)
	l.text(r.Tenant)
	l.whole(r.Session)
	l.flag(r.Measured)
	l.time(r.Arrival)
	l.whole(int64(r.Input))
	l.whole(int64(r.Output))
	*l = append(strconv.AppendFloat(*l, r.Items, 'g', -1, 64), ',')
	l.text(r.Variant)
	l.whole(int64(r.Replica))
	l.whole(int64(r.Prefill))
	l.whole(int64(r.Machine))
	l.text(r.MachineType)
	l.time(r.Queue)
	l.time(r.FirstToken)
	l.time(r.End)
	l.time(r.Latency)
	l.text(r.Outcome)
	l.flag(r.InTime)
	l.text(r.Cause)
	l.text(r.GivenUp)
	l.whole(int64(r.Retries))
	l.whole(int64(r.Preemptions))
	l.whole(int64(r.Attempt))
	l.whole(int64(r.Attempts))
}

// text adds a text, in quotes if it needs them.
func (l *csvLine) text(s string) {
	if !strings.ContainsAny(s, ",\"\r\n") {
		*l = append(append(*l, s...), ',')
		return
	}
	*l = append(*l, '"')
	for i := range len(s) {
		if s[i] == '"' {
			*l = append(*l, '"')
		}
		*l = append(*l, s[i])
	}
	*l = append(*l, '"', ',')
}

// whole adds a whole number, or an empty field.
func (l *csvLine) whole(n int64) {
	if n != rows.Absent {
		*l = strconv.AppendInt(*l, n, 10)
	}
	*l = append(*l, ',')
}

func (l *csvLine) flag(is bool) { *l = append(strconv.AppendBool(*l, is), ',') }

// time adds nanoseconds as seconds without zeros at the end, or an empty field.
func (l *csvLine) time(ns int64) {
	if ns != rows.Absent {
		const second = 1_000_000_000
		*l = strconv.AppendInt(*l, ns/second, 10)
		if part := ns % second; part > 0 {
			at := len(*l)
			*l = strconv.AppendInt(*l, second+part, 10)
			(*l)[at] = '.' // instead of the first digit, 1
			for (*l)[len(*l)-1] == '0' {
				*l = (*l)[:len(*l)-1]
			}
		}
	}
	*l = append(*l, ',')
}
