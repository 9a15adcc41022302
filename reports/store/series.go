package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"wavetank/metrics/rows"

	"github.com/parquet-go/parquet-go"
)

// timed is a row of series.parquet: a value of a time series.
type timed struct {
	record
	Time float64 `parquet:"time_s" unit:"s"`
}

// seriesTexts returns the columns of series.parquet that hold texts, each with its value.
func seriesTexts(s *rows.TimeSeries) []struct {
	column string
	value  *string
} {
	return []struct {
		column string
		value  *string
	}{{"scenario", &s.Scenario}, {"policy", &s.Policy}, {"scope", &s.Scope}, {"metric", &s.Metric}, {"unit", &s.Unit}}
}

// encodeSeries returns time series as a Parquet file with a row for each value, one series after
// another. It writes column by column, because all texts of a series are the same.
func encodeSeries(o Origin, list []rows.TimeSeries) ([]byte, error) {
	options := writing[timed](o)
	for _, text := range seriesTexts(&rows.TimeSeries{}) {
		options = append(options, parquet.SkipPageBounds(text.column), parquet.SkipPageStatistics(text.column))
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[timed](&b, options...)
	for len(list) > 0 {
		group, n := 0, 0
		for group < len(list) && (group == 0 || n+len(list[group].Values) <= rowGroup) {
			n += len(list[group].Values)
			group++
		}
		if err := writeSeries(w, list[:group]); err != nil {
			return nil, err
		}
		if err := w.Flush(); err != nil {
			return nil, err
		}
		list = list[group:]
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// writeSeries writes the columns of a row group.
func writeSeries(w *parquet.GenericWriter[timed], list []rows.TimeSeries) error {
	columns := map[string]*parquet.ColumnWriter{}
	for i, path := range w.Schema().Columns() {
		columns[path[0]] = w.ColumnWriters()[i]
	}
	var values []parquet.Value
	write := func(column string, n int, value func(i int) parquet.Value) error {
		values = slices.Grow(values[:0], n)
		for i := range n {
			values = append(values, value(i))
		}
		_, err := columns[column].WriteRowValues(values)
		return err
	}
	for k := range list {
		s := &list[k]
		n := len(s.Values)
		for _, text := range seriesTexts(s) {
			v := parquet.ByteArrayValue([]byte(*text.value))
			if err := write(text.column, n, func(int) parquet.Value { return v }); err != nil {
				return err
			}
		}
		replication := parquet.Int64Value(int64(s.Replication))
		err := errors.Join(
			write("replication", n, func(int) parquet.Value { return replication }),
			write("value", n, func(i int) parquet.Value { return parquet.DoubleValue(s.Values[i]) }),
			write("time_s", n, func(i int) parquet.Value { return parquet.DoubleValue(s.Ends[i]) }))
		if err != nil {
			return err
		}
	}
	return nil
}

// decodeSeries reads time series from a Parquet file with a row for each value, in any order of the
// series.
func decodeSeries(data []byte) (list []rows.TimeSeries, err error) {
	defer repair(&err)
	file, err := openParquet[timed](data)
	if err != nil {
		return nil, err
	}
	at := map[seriesPlace]int{}
	for _, g := range file.RowGroups() {
		var group seriesGroup
		if err := group.read(g); err != nil {
			return nil, fmt.Errorf("damaged: %w", err)
		}
		list = group.join(list, at)
	}
	for i := 1; i < len(list); i++ {
		if slices.Equal(list[i].Ends, list[i-1].Ends) {
			list[i].Ends = list[i-1].Ends
		}
	}
	return list, nil
}

// seriesPlace tells a series from all others of a file.
type seriesPlace struct {
	scenario, policy, scope, metric, unit string
	replication                           int64
}

// seriesGroup holds the columns of a row group.
type seriesGroup struct {
	texts       map[string]textColumn
	replication []int64
	value, time []float64
}

// textColumn holds a column of texts: the place of each row in a list of texts.
type textColumn struct {
	texts []string
	rows  []int32
}

func (g *seriesGroup) read(from parquet.RowGroup) error {
	g.texts = map[string]textColumn{}
	for i, path := range from.Schema().Columns() {
		chunk := from.ColumnChunks()[i]
		err := eachPage(chunk, func(p parquet.Page) error {
			values := p.Data()
			switch name := path[0]; name {
			case "replication":
				g.replication = append(g.replication, values.Int64()...)
			case "value":
				g.value = append(g.value, values.Double()...)
			case "time_s":
				g.time = append(g.time, values.Double()...)
			default:
				column := g.texts[name]
				err := column.add(p)
				g.texts[name] = column
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	n := int(from.NumRows())
	lengths := []int{len(g.replication), len(g.value), len(g.time)}
	for _, column := range g.texts {
		lengths = append(lengths, len(column.rows))
	}
	for _, length := range lengths {
		if length != n {
			return fmt.Errorf("%d values in a column of %d rows", length, n)
		}
	}
	return nil
}

// add adds a page. All pages of a column have one dictionary.
func (c *textColumn) add(p parquet.Page) error {
	dictionary := p.Dictionary()
	if dictionary == nil {
		return errors.New("a column of texts without a dictionary")
	}
	if c.texts == nil {
		for i := range dictionary.Len() {
			c.texts = append(c.texts, string(dictionary.Index(int32(i)).ByteArray()))
		}
	}
	values := p.Data()
	for _, place := range values.Int32() {
		if place < 0 || int(place) >= len(c.texts) {
			return fmt.Errorf("text %d of %d", place, len(c.texts))
		}
		c.rows = append(c.rows, place)
	}
	return nil
}

// join adds the rows of a group to the series that they belong to. at has the place of each series
// in the list.
func (g *seriesGroup) join(list []rows.TimeSeries, at map[seriesPlace]int) []rows.TimeSeries {
	scenario, policy, scope, metric, unit := g.texts["scenario"], g.texts["policy"], g.texts["scope"], g.texts["metric"], g.texts["unit"]
	same := func(a, b int) bool {
		return metric.rows[a] == metric.rows[b] && scope.rows[a] == scope.rows[b] && unit.rows[a] == unit.rows[b] &&
			g.replication[a] == g.replication[b] && policy.rows[a] == policy.rows[b] && scenario.rows[a] == scenario.rows[b]
	}
	for from := 0; from < len(g.value); {
		until := from + 1
		for until < len(g.value) && same(from, until) {
			until++
		}
		text := func(c textColumn) string { return c.texts[c.rows[from]] }
		place := seriesPlace{text(scenario), text(policy), text(scope), text(metric), text(unit), g.replication[from]}
		if i, known := at[place]; known {
			list[i].Ends, list[i].Values = append(list[i].Ends, g.time[from:until]...), append(list[i].Values, g.value[from:until]...)
		} else {
			at[place] = len(list)
			list = append(list, rows.TimeSeries{
				Scenario: place.scenario, Policy: place.policy, Replication: int(place.replication), Scope: place.scope, Metric: place.metric, Unit: place.unit,
				Ends: slices.Clip(g.time[from:until]), Values: slices.Clip(g.value[from:until]),
			})
		}
		from = until
	}
	return list
}
