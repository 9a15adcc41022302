package workload

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Columns says where a CSV trace with a header has what a request needs. Empty names are columns that the
// trace lacks.
type Columns struct {
	Time   string
	Unit   Unit
	Model  string                   // without it the lane's mix decides
	Models map[string]fleet.ModelID // values of Model; another value is an error
	Work   string                   // without it the lane's law decides
	Mean   float64                  // value of Work that stands for work 1; 0 stands for 1
	Input  string                   // input tokens
	Output string                   // output tokens
}

// azureLLM is the form of the Azure LLM inference traces of 2023 and 2024.
var azureLLM = Columns{Time: "TIMESTAMP", Unit: DateTime, Input: "ContextTokens", Output: "GeneratedTokens"}

// Check faults a mapping that cannot be read, and fills in its defaults.
func (c *Columns) Check() error {
	var faults []error
	if c.Time == "" {
		faults = append(faults, errors.New("time: no column given"))
	}
	if c.Unit < Seconds || c.Unit > DateTime {
		faults = append(faults, fmt.Errorf("unit: %d is unknown", int(c.Unit)))
	}
	if c.Model != "" && len(c.Models) == 0 {
		faults = append(faults, fmt.Errorf("models: column %q needs a model for each of its values", c.Model))
	}
	if c.Mean == 0 {
		c.Mean = 1
	}
	if !(c.Mean > 0 && c.Mean <= math.MaxFloat64) {
		faults = append(faults, fmt.Errorf("mean: %g must be above 0", c.Mean))
	}
	return errors.Join(faults...)
}

// OpenAzureLLM opens an Azure LLM trace of 2023 or 2024, plain or gzip. See OpenCSV.
func (l Lane) OpenAzureLLM(f File) (Source, error) { return l.OpenCSV(f, azureLLM) }

// OpenCSV opens a CSV trace with a header, plain or gzip, and reads it row by row. The first row is at instant
// 0. The stream ends at the first bad line; Err then tells of a Fault, whose count covers the rest of the file.
func (l Lane) OpenCSV(f File, c Columns) (Source, error) {
	in, err := openLines(f)
	if err != nil {
		return nil, err
	}
	rows, err := l.rows(in, c)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return rows, nil
}

// readCSV is OpenCSV on a reader.
func (l Lane) readCSV(name string, r io.Reader, c Columns) (Source, error) {
	in, err := newLines(name, r)
	if err != nil {
		return nil, err
	}
	return l.rows(in, c)
}

func (l Lane) rows(in *lines, c Columns) (Source, error) {
	marks, err := l.marks()
	if err = errors.Join(err, c.Check()); err != nil {
		return nil, err
	}
	header, err := in.header()
	if err != nil {
		return nil, err
	}
	places, err := columns(header, c.Time, c.Model, c.Work, c.Input, c.Output)
	if err != nil {
		return nil, &Fault{File: in.name, Line: in.number, Bad: 1, Err: err}
	}
	r := &rows{lines: in, columns: c, marks: marks, width: len(header), uses: make([]use, len(header))}
	for u, place := range places {
		if place >= 0 {
			r.uses[place] |= 1 << u
		}
	}
	return r, nil
}

// use is the set of what a column is read for.
type use uint8

const (
	useTime use = 1 << iota
	useModel
	useWork
	useInput
	useOutput
)

type rows struct {
	*lines
	columns     Columns
	marks       marks
	width       int
	uses        []use
	first, last int64 // timestamps, once read
	count       int64 // good rows
	done        bool
	err         error
}

func (t *rows) Next(r *fleet.Request) bool {
	if t.done {
		return false
	}
	line, ok := t.next()
	if ok {
		err := t.row(line, r)
		if err == nil {
			return true
		}
		t.bad(err)
		t.countBad()
	}
	t.done = true
	t.err = t.end()
	if t.err == nil && t.count == 0 {
		t.err = t.whole(errors.New("the file has no rows"))
	}
	return false
}

// countBad reads the rest of the file for lines that are bad too.
func (t *rows) countBad() {
	var scratch fleet.Request
	for line, ok := t.next(); ok; line, ok = t.next() {
		if err := t.row(line, &scratch); err != nil {
			t.bad(err)
		}
	}
}

// row fills in the request of one line.
func (t *rows) row(line []byte, r *fleet.Request) error {
	*r = fleet.Request{}
	var at int64
	field, rest, more := []byte(nil), line, true
	for i := 0; ; i++ {
		if i == t.width {
			return fmt.Errorf("more than the header's %d fields", t.width)
		}
		field, rest, more = cutField(rest)
		if t.uses[i] != 0 {
			if err := t.field(t.uses[i], bytes.TrimSpace(field), r, &at); err != nil {
				return err
			}
		}
		if !more {
			if i+1 < t.width {
				return fmt.Errorf("%d fields, but the header has %d", i+1, t.width)
			}
			break
		}
	}
	if t.count > 0 && at < t.last {
		return fmt.Errorf("the timestamp goes back by %v", time.Duration(t.last-at))
	}
	if t.count == 0 {
		t.first = at
	}
	t.last = at
	t.count++
	r.Arrival = kernel.Time(at - t.first)
	if t.columns.Model == "" {
		r.Model = t.marks.model()
	}
	if t.columns.Work == "" {
		r.Work = t.marks.work()
	}
	return nil
}

// field reads one field for all its uses.
func (t *rows) field(u use, text []byte, r *fleet.Request, at *int64) (err error) {
	if u&useTime != 0 {
		if *at, err = t.columns.Unit.instant(text); err != nil {
			return fmt.Errorf("%s: %w", t.columns.Time, err)
		}
	}
	if u&useInput != 0 {
		if r.Input, err = count(text); err != nil {
			return fmt.Errorf("%s: %w", t.columns.Input, err)
		}
	}
	if u&useOutput != 0 {
		if r.Output, err = count(text); err != nil {
			return fmt.Errorf("%s: %w", t.columns.Output, err)
		}
	}
	if u&useWork != 0 {
		work, err := strconv.ParseFloat(string(text), 64)
		if err != nil || !(work > 0 && work/t.columns.Mean <= math.MaxFloat64) {
			return fmt.Errorf("%s: %q is no number above 0", t.columns.Work, clip(text))
		}
		r.Work = work / t.columns.Mean
	}
	if u&useModel != 0 {
		model, ok := t.columns.Models[string(text)]
		if !ok && bytes.Contains(text, []byte(`""`)) {
			model, ok = t.columns.Models[strings.ReplaceAll(string(text), `""`, `"`)]
		}
		if !ok {
			return fmt.Errorf("%s: no model is given for %q", t.columns.Model, clip(text))
		}
		r.Model = model
	}
	return nil
}

func (t *rows) Err() error { return t.err }

// Close ends the stream and closes the file.
func (t *rows) Close() error {
	t.done = true
	return t.lines.Close()
}

// Summary is what a trace file holds.
type Summary struct {
	Requests int64
	Span     time.Duration // from the first request to the last, or the minutes that are counted
}

// CheckAzureLLM reads a whole Azure LLM trace and returns what it holds and what is wrong with it.
func CheckAzureLLM(f File) (Summary, error) { return CheckCSV(f, azureLLM) }

// CheckCSV reads a whole CSV trace and returns what it holds, up to its first bad line, and what is wrong with it.
func CheckCSV(f File, c Columns) (Summary, error) {
	only, err := Only(0)
	if err != nil {
		return Summary{}, err
	}
	src, err := Lane{Models: only}.OpenCSV(f, c)
	if err != nil {
		return Summary{}, err
	}
	var sum Summary
	var r fleet.Request
	for src.Next(&r) {
		sum.Requests++
		sum.Span = time.Duration(r.Arrival)
	}
	return sum, errors.Join(src.Err(), src.Close())
}
