package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/table"
)

// Counts is a table of requests per minute and model, as read from an Azure Functions 2019 invocations file. It
// may be shared by any number of lanes.
type Counts struct {
	Models  []fleet.ModelID
	First   int       // number of the first minute in the file; it begins at instant 0
	Minutes int       // minutes in the file
	Table   [][]int64 // [place in Models][minute]
}

// Total returns the requests of all models and minutes.
func (c *Counts) Total() int64 {
	sum := int64(0)
	for _, row := range c.Table {
		for _, n := range row {
			sum += n
		}
	}
	return sum
}

// ReadAzureFunctions reads an invocations file of the Azure Functions trace of 2019, plain or gzip: a row per
// function, a column per minute, the minutes consecutive from any number on. Every count is multiplied by scale,
// at least 1. A function belongs to the model that its HashFunction falls to: the text seeds a random stream of
// its own, whose first uniform draw chooses by the shares of the mix, so the choice depends on nothing else.
//
// The file is read line by line; what is kept is the table, one number per model of the mix and minute.
func ReadAzureFunctions(f table.File, models *workload.Mix, scale int) (*Counts, error) {
	in, err := table.OpenLines(f)
	if err != nil {
		return nil, err
	}
	counts, err := readFunctions(in, models, scale)
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	return counts, nil
}

// CheckAzureFunctions reads a whole invocations file and returns what it holds and what is wrong with it.
func CheckAzureFunctions(f table.File) (Summary, error) {
	only, err := workload.Only(0)
	if err != nil {
		return Summary{}, err
	}
	counts, err := ReadAzureFunctions(f, only, 1)
	if err != nil {
		return Summary{}, err
	}
	return Summary{Requests: counts.Total(), Span: time.Duration(counts.Minutes) * time.Minute}, nil
}

// readCounts is ReadAzureFunctions on a reader.
func readCounts(name string, r io.Reader, models *workload.Mix, scale int) (*Counts, error) {
	in, err := table.NewLines(name, r)
	if err != nil {
		return nil, err
	}
	return readFunctions(in, models, scale)
}

func readFunctions(in *table.Lines, models *workload.Mix, scale int) (*Counts, error) {
	if models == nil {
		return nil, errors.New("models: none given")
	}
	if scale < 1 || scale > 10_000 {
		return nil, fmt.Errorf("superpose: %d lies outside 1 to 10000", scale)
	}
	header, err := in.Header()
	if err != nil {
		return nil, err
	}
	f, err := newFunctions(header, in.Comma)
	if err != nil {
		return nil, &table.Fault{File: in.Name, Line: in.Number, Bad: 1, Err: err}
	}
	counts := &Counts{Models: models.Things(), First: f.first, Minutes: len(f.minutes)}
	for range models.Things() {
		counts.Table = append(counts.Table, make([]int64, len(f.minutes)))
	}
	rows := 0
	for line, ok := in.Next(); ok; line, ok = in.Next() {
		if err := f.row(line); err != nil {
			in.Bad(err)
			continue
		}
		rows++
		row := counts.Table[models.Place(kernel.NewStream(0, 0, f.id, 0).Float64())]
		for i, n := range f.minutes {
			row[i] += n * int64(scale)
			if row[i] > mostPerMinute {
				in.Bad(fmt.Errorf("minute %d: the sum of the counts is above %d", f.first+i, mostPerMinute))
				break
			}
		}
	}
	if err := in.End(); err != nil {
		return nil, err
	}
	if rows == 0 {
		return nil, in.Whole(errors.New("the file has no rows"))
	}
	return counts, nil
}

// functions reads the rows of an invocations file.
type functions struct {
	width   int
	name    int // column of HashFunction
	start   int // column of the first minute
	first   int // its number
	comma   byte
	id      string
	minutes []int64 // of the row read last
}

const functionColumn = "HashFunction"

const mostPerMinute = int64(1e12)

func newFunctions(header []string, comma byte) (*functions, error) {
	places, err := table.Places(header, functionColumn)
	f := &functions{comma: comma, width: len(header), name: places[0], start: -1}
	for i, column := range header {
		number, fault := strconv.Atoi(column)
		switch {
		case fault != nil && f.start < 0: // one of the columns that name the function
		case fault != nil:
			err = errors.Join(err, fmt.Errorf("column %q follows the minutes", table.Clip([]byte(column))))
		case f.start < 0:
			f.start, f.first = i, number
		case number != f.first+i-f.start:
			err = errors.Join(err, fmt.Errorf("column %q should be minute %d", table.Clip([]byte(column)), f.first+i-f.start))
		}
	}
	if f.start < 0 {
		err = errors.Join(err, errors.New("the columns of the minutes are missing"))
	}
	if err != nil {
		return nil, err
	}
	f.minutes = make([]int64, len(header)-f.start)
	return f, nil
}

// row reads one line into id and minutes.
func (f *functions) row(line []byte) error {
	field, rest, more := []byte(nil), line, true
	for i := 0; more; i++ {
		if i == f.width {
			return fmt.Errorf("more than the header's %d fields", f.width)
		}
		field, rest, more = table.Cut(rest, f.comma)
		if !more && i+1 < f.width {
			return fmt.Errorf("%d fields, but the header has %d", i+1, f.width)
		}
		if i == f.name {
			f.id = string(field)
		}
		if i >= f.start {
			n, err := table.ParseCount(bytes.TrimSpace(field))
			if err != nil {
				return fmt.Errorf("minute %d: %w", f.first+i-f.start, err)
			}
			f.minutes[i-f.start] = int64(n)
		}
	}
	return nil
}

// Replay returns the requests of a table of counts: the n requests of a model in a minute come at n independent
// uniform instants of that minute, as those of a Poisson process of which the count is known. The lane's mix is
// not used. Every model draws its instants from a stream of its own.
func Replay(l workload.Lane, c *Counts) (workload.Source, error) {
	if c == nil {
		return nil, errors.New("trace: no counts given")
	}
	sources := make([]workload.Source, len(c.Models))
	for i, model := range c.Models {
		mix, err := workload.Only(model)
		if err != nil {
			return nil, err
		}
		own := l
		own.Models = mix
		marks, err := own.Marks(uint64(i))
		if err != nil {
			return nil, err
		}
		sources[i] = workload.Arriving(&minutes{stream: l.Stream("arrivals", uint64(i)), counts: c.Table[i]}, marks)
	}
	return workload.Merge(sources...), nil
}

// minutes spreads counts over their minutes in order, holding one instant: the least of k uniforms on what is
// left of a minute lies a share 1 − exp(−E/k) into it, E exponential.
type minutes struct {
	stream *kernel.Stream
	counts []int64
	minute int     // the next one
	left   int64   // requests still to come in the minute before
	passed float64 // share of that minute that has passed
}

func (m *minutes) Next() kernel.Time {
	for m.left == 0 {
		if m.minute == len(m.counts) {
			return kernel.Never
		}
		m.left, m.passed = m.counts[m.minute], 0
		m.minute++
	}
	m.passed -= (1 - m.passed) * math.Expm1(-m.stream.Exponential()/float64(m.left))
	m.left--
	const length = kernel.Time(time.Minute)
	return kernel.Time(m.minute-1)*length + min(kernel.Time(m.passed*float64(length)), length-1)
}
