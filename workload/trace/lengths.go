package trace

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/records"
	"wavetank/workload/table"
)

// Population is the form of a table of lengths without times: each row has the tokens of a prompt
// and of its answer. Requests come as in a Poisson process. Each has the lengths of a row that is
// drawn at random.
type Population struct {
	Rate          float64 // requests per second
	Input, Output string  // columns; "": by their usual names
}

// withoutEnd is the span of a stream that has no end.
const withoutEnd = 10 * 365 * 24 * time.Hour

// lengthPair holds the tokens of a prompt and of its answer.
type lengthPair struct{ input, output int32 }

// columns finds the columns of the lengths.
func (p Population) columns(found []string) (input, output string, err error) {
	name := func(given string, usual []string) string {
		if given != "" {
			usual = []string{given}
		}
		column := table.FindColumn(found, usual...)
		if column == "" {
			err = errors.Join(err, &table.MissingColumn{Names: usual, Found: found})
		}
		return column
	}
	return name(p.Input, records.Inputs), name(p.Output, records.Outputs), err
}

// read reads all lengths.
func (p Population) read(f table.File) (list []lengthPair, err error) {
	unfolded, _, err := records.Open(f)
	if err != nil {
		return nil, err
	}
	in, err := table.Open(unfolded)
	if err != nil {
		return nil, err
	}
	input, output, err := p.columns(in.Columns())
	if err != nil {
		return nil, errors.Join(&table.FileError{File: f.Name, Line: 1, Bad: 1, Err: err}, in.Close())
	}
	at, err := in.Need(input, output)
	for err == nil && in.Next() {
		pair := lengthPair{in.Count(at[0]), in.Count(at[1])}
		if pair.input > distribution.LargestCount || pair.output > distribution.LargestCount {
			in.FailRow(fmt.Errorf("%d and %d tokens: more than %d", pair.input, pair.output, distribution.LargestCount))
		}
		list = append(list, pair)
	}
	if err == nil {
		err = in.End()
	}
	return list, errors.Join(err, in.Close())
}

// Scan implements RecordedForm. The number of requests is that of the rows.
func (p Population) Scan(f table.File) (Summary, error) {
	list, err := p.read(f)
	if err != nil {
		return Summary{}, err
	}
	sum := Summary{Requests: int64(len(list)), Span: withoutEnd}
	for _, l := range list {
		sum.Input, sum.Output = sum.Input+float64(l.input)/float64(len(list)), sum.Output+float64(l.output)/float64(len(list))
	}
	return sum, nil
}

// Prepare implements RecordedForm.
func (p Population) Prepare(f table.File, _ *workload.Mix) (Replayer, error) {
	if !(p.Rate > 0 && p.Rate <= math.MaxFloat64) {
		return nil, &table.FileError{File: f.Name, Err: errors.New("it has lengths, but no times: say how many requests come (rate, --rate), as in 3/s")}
	}
	list, err := p.read(f)
	if err != nil {
		return nil, err
	}
	process, err := workload.Poisson(p.Rate)
	if err != nil {
		return nil, err
	}
	return func(l workload.Lane) (workload.Source, error) {
		src, err := l.Synthetic(process)
		if err != nil {
			return nil, err
		}
		return &drawnLengths{src, list, l.Stream("lengths", 0)}, nil
	}, nil
}

// InOrder returns a stream with one request for each row, in the order of the file. Requests come
// as in a Poisson process.
func (p Population) InOrder(f table.File) (Replayer, error) {
	list, err := p.read(f)
	if err != nil {
		return nil, err
	}
	process, err := workload.Poisson(p.Rate)
	if err != nil {
		return nil, err
	}
	return func(l workload.Lane) (workload.Source, error) {
		src, err := l.Synthetic(process)
		if err != nil {
			return nil, err
		}
		return &lengthsInOrder{src, list}, nil
	}, nil
}

// lengthsInOrder gives each request the lengths of the next row, and ends after the last one.
type lengthsInOrder struct {
	workload.Source
	left []lengthPair
}

func (o *lengthsInOrder) Next(r *fleet.Request) bool {
	if len(o.left) == 0 || !o.Source.Next(r) {
		return false
	}
	r.Input, r.Output = o.left[0].input, o.left[0].output
	o.left = o.left[1:]
	return true
}

// Unused implements RecordedForm.
func (p Population) Unused(f table.File) ([]string, error) {
	unfolded, _, err := records.Open(f)
	if err != nil {
		return nil, err
	}
	found, _, err := columnsOf(unfolded)
	if err != nil {
		return nil, err
	}
	c := Columns{}
	c.Input, c.Output, err = p.columns(found)
	if err != nil {
		return nil, err
	}
	return c.Unused(unfolded)
}

// drawnLengths gives each request the lengths of a row.
type drawnLengths struct {
	workload.Source
	list  []lengthPair
	draws *kernel.Stream
}

func (d *drawnLengths) Next(r *fleet.Request) bool {
	if !d.Source.Next(r) {
		return false
	}
	pair := d.list[min(int(d.draws.Float64()*float64(len(d.list))), len(d.list)-1)]
	r.Input, r.Output = pair.input, pair.output
	return true
}
