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
	"wavetank/workload/table"
)

// MinuteCounts holds the requests per minute and model of an invocations file of Azure Functions.
// Several lanes may share it.
type MinuteCounts struct {
	Models  []fleet.ModelID
	First   int       // number of the first minute in the file, which begins at instant 0
	Minutes int       // minutes in the file
	Table   [][]int64 // [index in Models][minute]
}

// Total returns the number of requests of all models and minutes.
func (c *MinuteCounts) Total() int64 {
	sum := int64(0)
	for _, row := range c.Table {
		for _, n := range row {
			sum += n
		}
	}
	return sum
}

// ReadAzureFunctions reads an invocations file of the Azure Functions trace of 2019: a row per
// function, a column per minute. The numbers of the minutes are consecutive and may begin anywhere.
// Every count is multiplied by scale, 1 to 10,000.
//
// The column HashFunction and the mix determine the model of a function: the hash seeds a random
// stream, and its first uniform draw chooses a model by the shares of the mix.
//
// The file is read row by row. Memory holds one number per minute and model of the mix.
func ReadAzureFunctions(f table.File, models *workload.Mix, scale int) (*MinuteCounts, error) {
	in, err := table.Open(f)
	if err != nil {
		return nil, err
	}
	counts, err := readFunctions(in, models, scale)
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	return counts, nil
}

// Invocations is the form of an invocations file of the Azure Functions trace of 2019.
type Invocations struct {
	Copies int // copies of every request; 0: 1
}

// Scan implements RecordedForm. It ignores Copies.
func (Invocations) Scan(f table.File) (Summary, error) {
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

// Prepare implements RecordedForm.
func (i Invocations) Prepare(f table.File, mix *workload.Mix) (Replayer, error) {
	counts, err := ReadAzureFunctions(f, mix, max(1, i.Copies))
	if err != nil {
		return nil, err
	}
	return func(l workload.Lane) (workload.Source, error) { return Replay(l, counts) }, nil
}

// Unused implements RecordedForm.
func (Invocations) Unused(table.File) ([]string, error) { return nil, nil }

// readFunctions reads the counts of an invocations file.
func readFunctions(in *table.Reader, models *workload.Mix, scale int) (*MinuteCounts, error) {
	if models == nil {
		return nil, errors.New("models: none given")
	}
	if scale < 1 || scale > 10_000 {
		return nil, fmt.Errorf("superpose: %d lies outside 1 to 10000", scale)
	}
	days, err := newFunctions(in)
	if err != nil {
		return nil, err
	}
	counts := &MinuteCounts{Models: models.Things(), First: days.first, Minutes: len(days.minutes)}
	for range models.Things() {
		counts.Table = append(counts.Table, make([]int64, len(days.minutes)))
	}
	for in.Next() {
		name := in.Text(days.name)
		row := counts.Table[models.Place(kernel.NewStream(0, 0, name, 0).Float64())]
		for i, place := range days.minutes {
			n, err := table.ParseCount(in.Cell(place))
			if row[i] += int64(n) * int64(scale); row[i] > mostPerMinute {
				err = fmt.Errorf("the sum of the counts is above %d", mostPerMinute)
			}
			if err != nil {
				in.FailRow(fmt.Errorf("minute %d: %w", days.first+i, err))
				break
			}
		}
	}
	if err := in.End(); err != nil {
		return nil, err
	}
	return counts, nil
}

// functions holds the columns of an invocations file.
type functions struct {
	name    int   // place of HashFunction
	first   int   // number of the first minute
	minutes []int // places of the columns of minutes
}

const functionColumn = "HashFunction"

const mostPerMinute = int64(1e12)

// newFunctions finds the columns. The columns of minutes come after the columns that identify the
// function.
func newFunctions(in *table.Reader) (*functions, error) {
	names, err := in.Need(functionColumn)
	if err != nil {
		return nil, err
	}
	f := &functions{name: names[0]}
	var minutes []string
	var faults []error
	for _, column := range in.Columns() {
		number, fault := strconv.Atoi(column)
		switch {
		case fault != nil && minutes == nil: // the column identifies the function
			continue
		case fault != nil:
			faults = append(faults, fmt.Errorf("column %q follows the minutes", table.Clip([]byte(column))))
		case minutes == nil:
			f.first = number
		case number != f.first+len(minutes):
			faults = append(faults, fmt.Errorf("column %q should be minute %d", table.Clip([]byte(column)), f.first+len(minutes)))
		}
		minutes = append(minutes, column)
	}
	if minutes == nil {
		faults = append(faults, errors.New("the columns of the minutes are missing"))
	}
	if len(faults) > 0 {
		return nil, &table.FileError{File: in.Name(), Line: 1, Bad: 1, Err: errors.Join(faults[:min(len(faults), table.MostTold)]...)}
	}
	f.minutes, err = in.Need(minutes...)
	return f, err
}

// Replay returns the requests of a table of counts. If a model has n requests in a minute, they
// come at n independent uniform instants of that minute, as in a Poisson process with a known
// count. It does not use the mix of the lane. Every model has a random stream of its own for its
// instants.
func Replay(l workload.Lane, c *MinuteCounts) (workload.Source, error) {
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

// minutes draws the instants of counts in ascending order, one at a time. The smallest of k uniform
// draws on the rest of a minute lies at a share 1 − exp(−E/k) of this rest, where E is exponential
// with mean 1.
type minutes struct {
	stream *kernel.Stream
	counts []int64
	minute int     // the next minute
	left   int64   // requests still to come in the present minute, the one before field minute
	passed float64 // share of the present minute that has passed
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
