package trace

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
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// OpenTable opens a trace of one request per line, plain or gzip, and reads it line by line. The first line is at
// instant 0. The stream ends at the first bad line; Err then tells of a Fault, which covers the rest of the file.
func OpenTable(l workload.Lane, f table.File, c Columns) (workload.Source, error) {
	in, err := table.OpenLines(f)
	if err != nil {
		return nil, err
	}
	t, err := newTable(l, in, c)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return t, nil
}

// readRequests is OpenTable on a reader.
func readRequests(l workload.Lane, name string, r io.Reader, c Columns) (workload.Source, error) {
	in, err := table.NewLines(name, r)
	if err != nil {
		return nil, err
	}
	return newTable(l, in, c)
}

// table reads the rows of a trace.
type requests struct {
	*table.Lines
	columns     Columns
	marks       workload.Marks
	salt        uint64 // of sessions and of contents
	shared      contents
	width       int   // fields of a row of comma-separated values
	uses        []use // of its fields; in JSON, of names
	names       []string
	required    use
	first, last int64 // timestamps, once read
	rows        int64 // good ones
	kept        int64 // that are requests
	failed      int64
	left        int64 // that the conditions leave out
	done        bool
	err         error
	row         row
}

// row is what is known of the line that is being read.
type row struct {
	request *fleet.Request
	at      int64
	seen    use
	out     bool   // a condition leaves it out
	late    bool   // its timestamp is wrong
	prefix  []byte // names of blocks
	hit     int32
	err     error // the first
}

// use is the set of what a field is read for.
type use uint16

const (
	useTime use = 1 << iota
	useModel
	useWork
	useInput
	useOutput
	useSession
	usePrefix
	useHit
	useWhere
)

func newTable(l workload.Lane, in *table.Lines, c Columns) (*requests, error) {
	marks, err := l.Marks(0)
	if err = errors.Join(err, c.Check()); err != nil {
		return nil, err
	}
	salt := kernel.NewStream(0, 0, "content/"+l.Name, 0).Uint64()
	t := &requests{Lines: in, columns: c, marks: marks, salt: salt, shared: contents{salt: salt, block: int32(c.Block)}}
	named := c.named()
	if c.JSON {
		for _, n := range named {
			t.name(n.column, n.use)
		}
	} else if err := t.head(named); err != nil {
		return nil, err
	}
	for _, n := range named {
		if !n.optional {
			t.required |= n.use
		}
	}
	return t, nil
}

// name notes a use of a member.
func (t *requests) name(column string, u use) {
	for i, known := range t.names {
		if known == column {
			t.uses[i] |= u
			return
		}
	}
	t.names, t.uses = append(t.names, column), append(t.uses, u)
}

// head finds the columns in the header.
func (t *requests) head(named []usedColumn) error {
	header, err := t.Header()
	if err != nil {
		return err
	}
	t.width, t.uses, t.names = len(header), make([]use, len(header)), header
	var faults []error
	for _, n := range named {
		switch at, fault := table.Place(header, n.column); {
		case at < 0 && n.optional:
		case fault != nil:
			faults = append(faults, fault)
		default:
			t.uses[at] |= n.use
		}
	}
	if len(faults) > 0 {
		return &table.Fault{File: t.Lines.Name, Line: t.Number, Bad: 1, Err: errors.Join(faults...)}
	}
	return nil
}

func (t *requests) Next(r *fleet.Request) bool {
	for !t.done {
		line, ok := t.Lines.Next()
		if !ok {
			break
		}
		keep, err := t.read(line, r)
		if err != nil {
			t.Bad(err)
			t.countBad()
			break
		}
		if keep {
			return true
		}
	}
	if t.done {
		return false
	}
	t.done = true
	t.err = t.End()
	if t.err == nil && t.rows == 0 {
		t.err = t.Whole(errors.New("the file has no rows"))
	}
	return false
}

// countBad reads the rest of the file for lines that are bad too.
func (t *requests) countBad() {
	var scratch fleet.Request
	for line, ok := t.Lines.Next(); ok; line, ok = t.Lines.Next() {
		if _, err := t.read(line, &scratch); err != nil {
			t.Bad(err)
		}
	}
}

// read fills in the request of one line; keep is false for a line that is none.
func (t *requests) read(line []byte, r *fleet.Request) (keep bool, err error) {
	*r = fleet.Request{}
	t.row = row{request: r}
	if t.columns.JSON {
		err = t.object(line)
	} else {
		err = t.values(line)
	}
	if err == nil && (!t.row.out || t.row.late) {
		err = t.row.err
	}
	if err != nil {
		return false, err
	}
	at := t.row.at
	if t.rows > 0 && at < t.last {
		return false, fmt.Errorf("the timestamp goes back by %v", time.Duration(t.last-at))
	}
	if t.rows == 0 {
		t.first = at
	}
	t.last = at
	t.rows++
	switch {
	case t.row.out:
		t.left++
		return false, nil
	case t.columns.Failed && r.Output == 0:
		t.failed++
		return false, nil
	}
	r.Arrival = kernel.Time(at - t.first)
	return true, t.finish(r)
}

// finish fills in what the fields together tell.
func (t *requests) finish(r *fleet.Request) (err error) {
	switch {
	case t.columns.Prefix != "":
		if r.Content, err = t.shared.named(t.row.prefix, r.Input); err != nil {
			return fmt.Errorf("%s: %w", t.columns.Prefix, err)
		}
	case t.columns.Hit != "":
		if t.row.hit > r.Input {
			return fmt.Errorf("%s: %d is more than the input of %d", t.columns.Hit, t.row.hit, r.Input)
		}
		r.Content = t.shared.hit(t.row.hit, r.Input)
	}
	if t.columns.Model == "" || len(t.columns.Models) == 0 {
		r.Model = t.marks.Model()
	}
	if t.columns.Work == "" {
		r.Work = t.marks.NextWork()
	}
	t.kept++
	return nil
}

// values reads a line of comma-separated values.
func (t *requests) values(line []byte) error {
	field, rest, more := []byte(nil), line, true
	for i := 0; ; i++ {
		if i == t.width {
			return fmt.Errorf("more than the header's %d fields", t.width)
		}
		field, rest, more = table.Cut(rest, t.Comma)
		if t.uses[i] != 0 {
			t.field(i, bytes.TrimSpace(field))
		}
		if !more {
			if i+1 < t.width {
				return fmt.Errorf("%d fields, but the header has %d", i+1, t.width)
			}
			return nil
		}
	}
}

// field reads one field for all its uses.
func (t *requests) field(i int, text []byte) {
	u, r := t.uses[i], t.row.request
	var err error
	note := func(fault error) {
		if fault != nil && err == nil {
			err = fault
		}
	}
	var fault error
	if u&useTime != 0 {
		if t.row.at, fault = t.instant(text); fault != nil {
			t.row.late = true
			note(fault)
		}
	}
	if u&useInput != 0 {
		r.Input, fault = tokenCount(text)
		note(fault)
	}
	if u&useOutput != 0 {
		r.Output, fault = tokenCount(text)
		note(fault)
	}
	if u&useHit != 0 {
		t.row.hit, fault = tokenCount(text)
		note(fault)
	}
	if u&usePrefix != 0 {
		t.row.prefix = text
	}
	if u&useSession != 0 {
		r.Session = sessionOf(text, t.salt)
	}
	if u&(useWork|useModel|useWhere) != 0 {
		note(t.rare(i, text))
	}
	if err != nil && t.row.err == nil {
		t.row.err = fmt.Errorf("%s: %w", t.names[i], err)
	}
}

// instant reads a timestamp. A first one that is a date and time says that all are.
func (t *requests) instant(text []byte) (int64, error) {
	at, err := t.columns.Unit.Instant(text)
	if err != nil && t.rows == 0 && t.columns.Unit != table.DateTime {
		if date, wrong := table.DateTime.Instant(text); wrong == nil {
			t.columns.Unit = table.DateTime
			return date, nil
		}
	}
	return at, err
}

// rare reads a field for its uses that few traces have.
func (t *requests) rare(i int, text []byte) error {
	u, c, r := t.uses[i], &t.columns, t.row.request
	if u&useWork != 0 {
		work, err := strconv.ParseFloat(string(text), 64)
		if err != nil || !(work > 0 && work/c.Mean <= math.MaxFloat64) {
			return fmt.Errorf("%q is no number above 0", table.Clip(text))
		}
		r.Work = work / c.Mean
	}
	if u&useWhere != 0 {
		for _, w := range c.Where {
			t.row.out = t.row.out || w.Column == t.names[i] && w.Value != string(text)
		}
	}
	if u&useModel != 0 && len(c.Models) > 0 {
		model, ok := c.Models[string(text)]
		if !ok && bytes.Contains(text, []byte(`""`)) {
			model, ok = c.Models[strings.ReplaceAll(string(text), `""`, `"`)]
		}
		if !ok {
			return fmt.Errorf("no model is given for %q", table.Clip(text))
		}
		r.Model = model
	}
	return nil
}

func (t *requests) Err() error { return t.err }

// Close ends the stream and closes the file.
func (t *requests) Close() error {
	t.done = true
	return t.Lines.Close()
}

// Summary is what a trace file holds.
type Summary struct {
	Requests int64
	Failed   int64         // rows of requests that failed, which are left out
	LeftOut  int64         // rows that do not meet the conditions
	Span     time.Duration // from the first request to the last, or the minutes that are counted
	Input    float64       // mean tokens of a prompt; 0 where none is known
	Output   float64       // mean tokens of an answer
}

// CheckTable reads a whole trace and returns what it holds, up to its first bad line, and what is wrong with it.
func CheckTable(f table.File, c Columns) (Summary, error) {
	only, err := workload.Only(0)
	if err != nil {
		return Summary{}, err
	}
	src, err := OpenTable(workload.Lane{Models: only}, f, c)
	if err != nil {
		return Summary{}, err
	}
	var sum Summary
	var r fleet.Request
	input, output := int64(0), int64(0)
	for src.Next(&r) {
		sum.Requests++
		sum.Span = time.Duration(r.Arrival)
		input, output = input+int64(r.Input), output+int64(r.Output)
	}
	if n := float64(sum.Requests); n > 0 {
		sum.Input, sum.Output = float64(input)/n, float64(output)/n
	}
	_, sum.Failed, sum.LeftOut = Counted(src)
	return sum, errors.Join(src.Err(), src.Close())
}

// Counted returns how many rows of a trace a source has read, how many of them were requests that failed, and
// how many did not meet the conditions. All are zero for a source that reads no rows.
func Counted(src workload.Source) (rows, failed, leftOut int64) {
	if t, ok := src.(*requests); ok {
		return t.rows, t.failed, t.left
	}
	return 0, 0, 0
}

// tokenCount reads a count of tokens, of at most LargestCount.
func tokenCount(text []byte) (int32, error) {
	n, err := table.ParseCount(text)
	if err == nil && n > distribution.LargestCount {
		return 0, fmt.Errorf("%d tokens are more than %d", n, distribution.LargestCount)
	}
	return n, err
}
