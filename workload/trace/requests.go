package trace

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// OpenTable opens a trace with one request per row. The first row is at instant 0. The stream ends
// at the first bad line. Err then returns a table.FileError with the bad lines of the whole file.
func OpenTable(l workload.Lane, f table.File, c Columns) (workload.Source, error) {
	in, err := table.Open(f)
	if err != nil {
		return nil, err
	}
	t, err := newRequests(l, in, c)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	if !in.Has(c.Session) || c.Delay == "" {
		return t, nil
	}
	if later, err := hasTurns(f, c.Delay); err != nil {
		return nil, errors.Join(err, in.Close())
	} else if later {
		t.turns = map[int64]turn{}
	}
	return t, nil
}

// requests reads the rows of a trace.
type requests struct {
	*table.Reader
	columns     Columns
	marks       workload.Marks
	salt        uint64 // salt of session numbers and of contents
	shared      contents
	place       places
	found       NamesFound
	classes     label[fleet.ClassID]
	tenants     label[fleet.TenantID]
	sorting     sorting
	turns       map[int64]turn    // last turn of each session; nil: the file has no delays
	waiting     []wait            // of each request that is kept, if the file has delays
	pause       time.Duration     // the delay of the present row
	roots       map[string]string // first request of the session of each request, by its name
	first, last int64             // first and last timestamp so far
	rows        int64             // rows without faults
	kept        int64             // rows that are requests
	failed      int64
	left        int64 // rows that the conditions leave out
	done        bool
	err         error
}

func newRequests(l workload.Lane, in *table.Reader, c Columns) (*requests, error) {
	marks, err := l.Marks(0)
	if err = errors.Join(err, c.Check()); err != nil {
		return nil, err
	}
	salt := kernel.NewStream(0, 0, "content/"+l.Name, 0).Uint64()
	t := &requests{Reader: in, columns: c, marks: marks, salt: salt, shared: contents{salt: salt, block: int32(c.Block)}}
	t.classes, t.tenants = newLabel("class", c.Classes, &t.found.Classes), newLabel("tenant", c.Tenants, &t.found.Tenants)
	return t, t.find()
}

// find finds the columns.
func (t *requests) find() error {
	named := t.columns.named(&t.place)
	var needed []string
	for _, n := range named {
		if !n.optional {
			needed = append(needed, n.column)
		}
	}
	if _, err := t.Need(needed...); err != nil {
		if t.columns.JSON && !t.JSON() {
			return &table.FileError{File: t.Name(), Line: 1, Bad: 1, Err: errors.New("the line is no JSON object")}
		}
		return err
	}
	for _, n := range named {
		var err error
		if *n.place, err = t.Optional(n.column); err != nil {
			return err
		}
	}
	return nil
}

// Next implements workload.Source.
func (t *requests) Next(r *fleet.Request) bool {
	for !t.done {
		if t.columns.Disorder > 0 && t.turns == nil && t.sorting.pop(r, t.last-int64(t.columns.Disorder)) {
			return t.sent(r)
		}
		if !t.Reader.Next() || t.Bad() > 0 {
			break
		}
		if keep := t.read(r); keep {
			if t.columns.Disorder == 0 && t.turns == nil {
				return t.sent(r)
			}
			t.sorting.push(r)
		}
		if t.Bad() > 0 {
			break
		}
	}
	if t.done {
		return false
	}
	if t.Bad() == 0 && t.sorting.pop(r, math.MaxInt64) {
		return t.sent(r)
	}
	t.done = true
	if t.Bad() > 0 {
		t.countBad()
	}
	t.err = t.End()
	return false
}

// sent makes the timestamp of a request count from the first row.
func (t *requests) sent(r *fleet.Request) bool {
	t.sorting.begun = true
	r.Arrival -= kernel.Time(t.first)
	return true
}

// countBad reads the rest of the file, to find all bad lines.
func (t *requests) countBad() {
	var scratch fleet.Request
	for t.Reader.Next() {
		t.read(&scratch)
	}
}

// read fills in the request of the present row. Its arrival is the timestamp. Keep is false if the
// row is to be left out or has a fault.
func (t *requests) read(r *fleet.Request) (keep bool) {
	*r = fleet.Request{}
	out := false
	for i := range t.columns.Where {
		out = out || !t.columns.Where[i].Met(t.Cell(t.place.where[i]))
	}
	if t.columns.SkipEmpty && t.hasEmpty() {
		t.left++
		return false
	}
	at, ok := int64(0), true
	later := t.turns != nil && len(t.Cell(t.place.delay)) > 0 && len(t.Cell(t.place.time)) == 0
	if !later {
		at, ok = t.instant()
	}
	if ok && !out {
		tokens, work, items, model := t.tokens(r), t.work(r), t.items(r), t.model(r)
		ok = tokens && work && items && model
	}
	if ok && later {
		at, ok = t.afterTurn(r)
	}
	if !ok || !t.after(at) {
		return false
	}
	switch {
	case out:
		t.left++
		return false
	case t.columns.Failed && r.Output == 0:
		t.failed++
		return false
	}
	r.Arrival = kernel.Time(at)
	return t.finish(r, later)
}

// hasEmpty reports whether one of the columns of the present row is empty.
func (t *requests) hasEmpty() bool {
	for _, place := range []int{t.place.time, t.place.model, t.place.work, t.place.items, t.place.class, t.place.tenant, t.place.input, t.place.output, t.place.session, t.place.prefix, t.place.hit} {
		if place >= 0 && len(t.Cell(place)) == 0 {
			return true
		}
	}
	return false
}

// after takes note of a timestamp. It records a fault, and returns false, if the timestamp goes
// back further than it may.
func (t *requests) after(at int64) bool {
	if back := time.Duration(t.last - at); t.rows > 0 && back > t.columns.Disorder && t.turns == nil {
		hint := ""
		if t.columns.Disorder < mostDisorder {
			hint = " (rows out of order are sorted within a span that you give: sort-within, --sort-within)"
		}
		t.FailRow(fmt.Errorf("the timestamp goes back by %v%s", back, hint))
		return false
	}
	if t.rows == 0 || at < t.first && !t.sorting.begun {
		t.first = at
	}
	t.last = max(t.last, at)
	if t.rows == 0 {
		t.last = at
	}
	t.rows++
	return true
}

// finish fills in the fields of a request that is kept: its class and tenant, and those that depend
// on several cells. later says that it comes after the answer to the turn before.
func (t *requests) finish(r *fleet.Request, later bool) (ok bool) {
	if !t.labelled(r) {
		return false
	}
	switch {
	case t.place.prefix >= 0:
		var err error
		if r.Content, err = t.shared.named(t.Cell(t.place.prefix), r.Input); err != nil {
			t.Fail(t.place.prefix, err)
			return false
		}
	case t.columns.Share > 0:
		r.Content = t.shared.common(int32(math.Round(t.columns.Share * float64(r.Input))))
	case t.place.hit >= 0:
		hit, ok := t.count(t.place.hit)
		if ok && hit > r.Input {
			t.Fail(t.place.hit, fmt.Errorf("%d is more than the input of %d", hit, r.Input))
			return false
		}
		if !ok {
			return false
		}
		r.Content = t.shared.hit(hit, r.Input)
	}
	if t.columns.Model == "" || len(t.columns.Models) == 0 {
		r.Model = t.marks.Model()
	}
	if t.columns.Work == "" {
		r.Work = t.marks.NextWork()
	}
	if t.columns.Items == "" {
		r.Items = t.marks.NextItems()
	}
	if t.turns != nil {
		t.noteTurn(r, later)
	}
	t.kept++
	return true
}

// instant reads the timestamp. If the first timestamp is a date and time, all must be.
func (t *requests) instant() (at int64, ok bool) {
	text, ok := t.given(t.place.time)
	if !ok {
		return 0, false
	}
	if t.columns.Unit == table.Auto {
		t.columns.Unit = table.UnitFrom(t.columns.Time, text)
	}
	at, err := t.columns.Unit.Instant(text)
	if err != nil && t.rows == 0 && t.columns.Unit != table.DateTime {
		if date, wrong := table.DateTime.Instant(text); wrong == nil {
			t.columns.Unit = table.DateTime
			return date, true
		}
	}
	if err != nil {
		t.Fail(t.place.time, err)
		return 0, false
	}
	return at, true
}

// given returns a cell that the row needs. It records a fault if the cell is missing.
func (t *requests) given(place int) (text []byte, ok bool) {
	text = t.Cell(place)
	if text == nil {
		if err := t.Missing(place); err != nil {
			t.FailRow(err)
			return nil, false
		}
	}
	return text, true
}

// tokens reads the lengths and the session of a request.
func (t *requests) tokens(r *fleet.Request) bool {
	var inputs, outputs bool
	r.Input, inputs = t.count(t.place.input)
	r.Output, outputs = t.count(t.place.output)
	ok := inputs && outputs
	if t.place.prefix >= 0 {
		_, is := t.given(t.place.prefix)
		ok = ok && is
	}
	if t.place.session >= 0 {
		name, is := t.given(t.place.session)
		r.Session = sessionOf(name, t.salt)
		ok = ok && is
	}
	if t.place.chat >= 0 {
		name, is := t.chat()
		r.Session = sessionOf([]byte(name), t.salt)
		ok = ok && is
	}
	return ok
}

// count reads a number of tokens, at most distribution.LargestCount. It returns 0 if there is no
// such column.
func (t *requests) count(place int) (n int32, ok bool) {
	if place < 0 {
		return 0, true
	}
	text, ok := t.given(place)
	if !ok || text == nil {
		return 0, ok
	}
	n, err := table.ParseCount(text)
	if err == nil && n > distribution.LargestCount {
		err = fmt.Errorf("%d tokens are more than %d", n, distribution.LargestCount)
	}
	if err != nil {
		t.Fail(place, err)
		return 0, false
	}
	return n, true
}

// work reads the work of a request.
func (t *requests) work(r *fleet.Request) bool {
	if t.place.work < 0 {
		return true
	}
	text, ok := t.given(t.place.work)
	if !ok {
		return false
	}
	work, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(work > 0 && work/t.columns.Mean <= math.MaxFloat64) {
		t.Fail(t.place.work, fmt.Errorf("%q is not a number above 0", table.Clip(text)))
		return false
	}
	r.Work = work / t.columns.Mean
	return true
}

// items reads how many items a request carries.
func (t *requests) items(r *fleet.Request) bool {
	if t.place.items < 0 {
		return true
	}
	text, ok := t.given(t.place.items)
	if !ok {
		return false
	}
	n, err := table.ParseCount(text)
	if err == nil && (n < 1 || n > workload.LargestItems) {
		err = fmt.Errorf("%d items, want 1 to %d", n, workload.LargestItems)
	}
	if err != nil {
		t.Fail(t.place.items, err)
		return false
	}
	r.Items = t.marks.ItemsOf(float32(n))
	return true
}

// model reads the model of a request.
func (t *requests) model(r *fleet.Request) bool {
	if t.place.model < 0 {
		return true
	}
	text, ok := t.given(t.place.model)
	if !ok || len(t.columns.Models) == 0 {
		return ok
	}
	model, known := t.columns.Models[string(text)]
	if !known {
		t.Fail(t.place.model, fmt.Errorf("no model is given for %q", table.Clip(text)))
		return false
	}
	r.Model = model
	return true
}

// Err implements workload.Source.
func (t *requests) Err() error { return t.err }

// Close ends the stream and closes the file.
func (t *requests) Close() error {
	t.done = true
	return t.Reader.Close()
}

// Scan implements RecordedForm. The summary covers the trace up to its first bad line.
func (c Columns) Scan(f table.File) (Summary, error) {
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
	input, output, items := int64(0), int64(0), 0.0
	for src.Next(&r) {
		sum.Requests++
		sum.Span = time.Duration(r.Arrival)
		input, output, items = input+int64(r.Input), output+int64(r.Output), items+r.Size()
	}
	if n := float64(sum.Requests); n > 0 {
		sum.Input, sum.Output = float64(input)/n, float64(output)/n
		if c.Items != "" {
			sum.Items = items / n
		}
	}
	_, sum.Failed, sum.LeftOut = Counted(src)
	if t, ok := src.(*requests); ok {
		sum.Waits = c.Waits && t.turns != nil
	}
	if t, ok := src.(*requests); ok && (c.Class != "" || c.Tenant != "") {
		sum.Names = &t.found
	}
	const epoch = int64(20 * 365 * 24 * time.Hour) // a later first instant counts from 1970
	if t, ok := src.(*requests); ok && t.columns.Unit != table.DateTime && t.first < epoch {
		sum.Begins = time.Duration(t.first)
	}
	return sum, errors.Join(src.Err(), src.Close())
}

// Prepare implements RecordedForm.
func (c Columns) Prepare(f table.File, _ *workload.Mix) (Replayer, error) {
	return func(l workload.Lane) (workload.Source, error) {
		src, err := OpenTable(l, f, c)
		if t, ok := src.(*requests); ok && c.Waits && t.turns != nil {
			return recordedTurns{t}, err
		}
		return src, err
	}, nil
}

// Counted returns how many rows of a trace a source has read, how many of them were failed
// requests, and how many did not meet the conditions. All are 0 for a source that reads no rows.
func Counted(src workload.Source) (rows, failed, leftOut int64) {
	if t, ok := src.(*requests); ok {
		return t.rows, t.failed, t.left
	}
	return 0, 0, 0
}
