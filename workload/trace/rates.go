package trace

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/records"
	"wavetank/workload/table"
)

// Rates is the form of a table of request rates over time: a column of instants, and one or more
// series of rates. Requests come as in a Poisson process with this rate. The rate of a row holds
// until the next row, or for one usual step if the next row is missing.
type Rates struct {
	Series string // the series that is read; "": the only one; AllSeries: the sum of all
	Per    string // s, m or h: what the rates are counted by; "": the file says it
}

// AllSeries is the Rates.Series for the sum of all series.
const AllSeries = "all"

// Check returns an error if the rates are counted by an unknown time.
func (r Rates) Check() error {
	if r.Per != "" && r.Per != "s" && r.Per != "m" && r.Per != "h" {
		return fmt.Errorf("%q is not one of s, m, h", r.Per)
	}
	return nil
}

// perSecond holds the words for rates, with the seconds by which they count.
var perSecond = map[string]float64{
	"s": 1, "rps": 1, "qps": 1, "reqps": 1, "req_s": 1, "reqs_s": 1, "requests_s": 1, "r_s": 1, "ops": 1, "ops_s": 1, "cps": 1, "c_s": 1, "iops": 1, "hps": 1,
	"per_second": 1, "req_sec": 1, "requests_sec": 1, "req_per_s": 1, "req_per_sec": 1, "requests_per_s": 1, "requests_per_sec": 1, "requests_per_second": 1,
	"queries_per_second": 1, "request_rate_s": 1,
	"m": 60, "rpm": 60, "qpm": 60, "reqpm": 60, "req_m": 60, "req_min": 60, "requests_m": 60, "requests_min": 60, "opm": 60, "cpm": 60, "per_minute": 60, "requests_per_minute": 60,
	"req_per_min": 60, "h": 3600, "rph": 3600, "req_h": 3600, "requests_h": 3600, "requests_per_hour": 3600,
}

// rateTimes are the names of the column of instants.
var rateTimes = []string{"time", "timestamp", "ts", "date", "datetime", "at", "t"}

// rateFile is a file of rates whose columns are known.
type rateFile struct {
	file   table.File
	time   string
	series []string // columns, or the values of the column series
	long   bool     // a row is a sample of one series
}

// look finds the columns of a file of rates. Named is true if the names or the cells of the columns
// say that they hold rates.
func (r Rates) look(f table.File) (l rateFile, named bool, err error) {
	l.file = f
	unfolded, kind, err := records.Open(f)
	if err != nil {
		return l, false, err
	}
	if kind == "prometheus" {
		l.file, l.time, l.long = unfolded, "time", true
		l.series, err = valuesOf(unfolded, "series")
		return l, true, err
	}
	in, err := table.Open(f)
	if err != nil {
		return l, false, err
	}
	for _, c := range in.Columns() {
		base, _, _ := table.UnitOf(c)
		switch {
		case l.time == "" && (slices.Contains(rateTimes, table.Plain(c)) || slices.Contains(rateTimes, base)):
			l.time = c
		case c != "":
			l.series = append(l.series, c)
		}
	}
	if l.time == "" || len(l.series) == 0 {
		return l, false, errors.Join(&table.FileError{File: f.Name, Line: 1, Bad: 1, Err: &table.MissingColumn{Names: rateTimes, Found: in.Columns()}}, in.Close())
	}
	at, err := in.Need(l.series...)
	if err == nil && in.Next() {
		named = true
		for i, c := range l.series {
			_, unit := splitRate(string(in.Cell(at[i])))
			named = named && (perSecond[table.Plain(c)] > 0 || perSecond[table.Plain(unit)] > 0 && unit != "")
		}
	}
	return l, named, errors.Join(err, in.Broken(), in.Close())
}

// valuesOf returns the values of a column, in the order of their first rows.
func valuesOf(f table.File, column string) (list []string, err error) {
	in, err := table.Open(f)
	if err != nil {
		return nil, err
	}
	at, err := in.Need(column)
	for err == nil && in.Next() {
		if v := string(in.Cell(at[0])); !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	if err == nil {
		err = in.End()
	}
	return list, errors.Join(err, in.Close())
}

// splitRate splits a cell like 2.05 req/s or 1.2 K req/s into a number and its unit.
func splitRate(cell string) (number, unit string) {
	end := strings.IndexFunc(cell, func(r rune) bool { return !strings.ContainsRune("0123456789.+-eE", r) })
	if end < 0 {
		return cell, ""
	}
	return cell[:end], strings.TrimSpace(cell[end:])
}

// rateOf reads a cell in requests per second. The unit of the cell counts before that of the
// column.
func rateOf(cell string, column float64) (float64, error) {
	number, unit := splitRate(cell)
	v, err := table.ParseNumber([]byte(number))
	if err != nil {
		return 0, fmt.Errorf("%q is not a rate", table.Clip([]byte(cell)))
	}
	if rest, is := strings.CutPrefix(unit, "K"); is {
		v, unit = v*1e3, strings.TrimSpace(rest)
	} else if rest, is := strings.CutPrefix(unit, "M"); is {
		v, unit = v*1e6, strings.TrimSpace(rest)
	}
	if unit != "" {
		if column = perSecond[table.Plain(unit)]; column == 0 {
			return 0, fmt.Errorf("%q is not a rate", table.Clip([]byte(cell)))
		}
	}
	return v / column, distribution.Within("the rate", v/column, 0, workload.MaxRate)
}

// step is a span with one rate.
type step struct {
	from, to kernel.Time
	rate     float64 // per second
}

// read reads the steps of a file, from instant 0.
func (r Rates) read(f table.File) ([]step, error) {
	l, named, err := r.look(f)
	if err != nil {
		return nil, err
	}
	chosen := l.series
	if r.Series != "" && r.Series != AllSeries {
		if !slices.Contains(l.series, r.Series) {
			return nil, &table.FileError{File: f.Name, Err: fmt.Errorf("series: there is no %q; there are %s", r.Series, table.Listed(l.series))}
		}
		chosen = []string{r.Series}
	} else if r.Series == "" && len(l.series) > 1 {
		return nil, &table.FileError{File: f.Name, Err: fmt.Errorf("there are %d series; choose one, or %q for their sum (series, --series): %s", len(l.series), AllSeries, table.Listed(l.series))}
	}
	if !named && r.Per == "" {
		return nil, &table.FileError{File: f.Name, Err: fmt.Errorf("it does not say by what its numbers count: requests per s, m or h (per, --per)?")}
	}
	at, rates, err := r.sample(l, chosen)
	if err != nil {
		return nil, err
	}
	if r.Per == "" && counts(rates) {
		return nil, &table.FileError{File: f.Name, Err: errors.New("its numbers are whole and never fall, as those of a counter: " +
			"query its rate, as in rate(requests_total[1m]), or say that they are rates (per: s, --per s)")}
	}
	return steps(at, rates), nil
}

// sample reads the instants of a file, and the sums of the chosen series.
func (r Rates) sample(l rateFile, chosen []string) (at []int64, rates []float64, err error) {
	in, err := table.Open(l.file)
	if err != nil {
		return nil, nil, err
	}
	columns := append([]string{l.time}, chosen...)
	if l.long {
		columns = []string{l.time, "value", "series"}
	}
	places, err := in.Need(columns...)
	if err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	unit, index := table.Auto, map[int64]int{}
	for in.Next() {
		cell := in.Cell(places[0])
		if unit == table.Auto {
			unit = table.UnitFrom(l.time, cell)
		}
		t, err := unit.Instant(cell)
		if err != nil {
			in.Fail(places[0], err)
			continue
		}
		if l.long && !slices.Contains(chosen, string(in.Cell(places[2]))) {
			continue
		}
		values := places[1:]
		if l.long {
			values = places[1:2]
		}
		sum := 0.0
		for i, place := range values {
			per := perSecond[r.Per]
			if per == 0 {
				per = max(1, perSecond[table.Plain(chosen[min(i, len(chosen)-1)])])
			}
			text := string(in.Cell(place))
			if text == "" {
				continue
			}
			v, err := rateOf(text, per)
			if err != nil {
				in.Fail(place, err)
			}
			sum += v
		}
		if i, again := index[t]; again && l.long {
			rates[i] += sum
			continue
		}
		if n := len(at); n > 0 && t <= at[n-1] && !l.long {
			in.Fail(places[0], errors.New("the instant is not after that of the row before"))
			continue
		}
		index[t] = len(at)
		at, rates = append(at, t), append(rates, sum)
	}
	if err := errors.Join(in.End(), in.Close()); err != nil {
		return nil, nil, err
	}
	return sorted(at, rates)
}

// sorted sorts samples by their instants. Series of one query may have samples at other instants.
func sorted(at []int64, rates []float64) ([]int64, []float64, error) {
	order := make([]int, len(at))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case at[a] < at[b]:
			return -1
		case at[a] > at[b]:
			return 1
		}
		return 0
	})
	x, y := make([]int64, len(at)), make([]float64, len(at))
	for i, place := range order {
		x[i], y[i] = at[place], rates[place]
	}
	return x, y, nil
}

// counts reports whether numbers may be those of a counter: many whole numbers that never fall.
func counts(values []float64) bool {
	const few = 5
	if len(values) < few || values[len(values)-1] <= values[0] {
		return false
	}
	for i, v := range values {
		if v != math.Trunc(v) || i > 0 && v < values[i-1] {
			return false
		}
	}
	return true
}

// steps makes steps of samples. A sample holds for one usual step, the median of all, if the next
// one comes later than after one and a half of it.
func steps(at []int64, rates []float64) (list []step) {
	usual := int64(time.Minute)
	var gaps []int64
	for i := 1; i < len(at); i++ {
		gaps = append(gaps, at[i]-at[i-1])
	}
	if slices.Sort(gaps); len(gaps) > 0 {
		usual = gaps[(len(gaps)-1)/2]
	}
	for i, rate := range rates {
		from, to := at[i]-at[0], at[i]-at[0]+usual
		if i+1 < len(at) && at[i+1]-at[i] <= usual+usual/2 {
			to = at[i+1] - at[0]
		}
		list = append(list, step{kernel.Time(from), kernel.Time(to), rate})
	}
	return list
}

// Scan implements RecordedForm. The number of requests is the expected one.
func (r Rates) Scan(f table.File) (Summary, error) {
	list, err := r.read(f)
	if err != nil {
		return Summary{}, err
	}
	sum, span := 0.0, kernel.Time(0)
	for _, s := range list {
		sum, span = sum+s.rate*time.Duration(s.to-s.from).Seconds(), s.to
	}
	return Summary{Requests: int64(math.Round(sum)), Span: time.Duration(span)}, nil
}

// Prepare implements RecordedForm.
func (r Rates) Prepare(f table.File, _ *workload.Mix) (Replayer, error) {
	list, err := r.read(f)
	if err != nil {
		return nil, err
	}
	return func(l workload.Lane) (workload.Source, error) {
		marks, err := l.Marks(0)
		if err != nil {
			return nil, err
		}
		return workload.Arriving(&ratedInstants{stream: l.Stream("arrivals", 0), left: list}, marks), nil
	}, nil
}

// Unused implements RecordedForm.
func (r Rates) Unused(f table.File) (names []string, err error) {
	l, _, err := r.look(f)
	if err == nil && r.Series != "" && r.Series != AllSeries {
		names = slices.DeleteFunc(slices.Clone(l.series), func(s string) bool { return s == r.Series })
	}
	return names, err
}

// ratedInstants draws the instants of a Poisson process whose rate is constant in each step.
type ratedInstants struct {
	stream *kernel.Stream
	left   []step
	now    kernel.Time
	// expected number of requests until the next one, from now on; 0: it has not been drawn
	ahead float64
}

func (r *ratedInstants) Next() kernel.Time {
	r.ahead = r.stream.Exponential()
	for ; len(r.left) > 0; r.left = r.left[1:] {
		s := r.left[0]
		r.now = max(r.now, s.from)
		if room := s.rate * time.Duration(s.to-r.now).Seconds(); r.ahead > room {
			r.ahead -= room
			continue
		}
		r.now = min(r.now.Add(kernel.Seconds(r.ahead/s.rate)), s.to-1)
		return r.now
	}
	return kernel.Never
}
