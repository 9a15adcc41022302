package reports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"wavetank/metrics/rows"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// record is a row of results.parquet.
type record struct {
	Scenario    string  `parquet:"scenario,dict"`
	Policy      string  `parquet:"policy,dict"`
	Replication int64   `parquet:"replication"`
	Scope       string  `parquet:"scope,dict"`
	Metric      string  `parquet:"metric,dict"`
	Unit        string  `parquet:"unit,dict"`
	Value       float64 `parquet:"value"`
}

// timed is a row of series.parquet.
type timed struct {
	record
	Time float64 `parquet:"time_s"`
}

// shared is a row of quantiles.parquet.
type shared struct {
	record
	Share float64 `parquet:"share"`
}

// together is a row of pooled.parquet.
type together struct {
	record
	Low  float64 `parquet:"low"`
	High float64 `parquet:"high"`
}

func recordOf(r rows.Row) record {
	return record{r.Scenario, r.Policy, int64(r.Replication), r.Scope, r.Metric, r.Unit, r.Value}
}

func (r record) row() rows.Row {
	return rows.Row{Scenario: r.Scenario, Policy: r.Policy, Replication: int(r.Replication),
		Measurement: rows.Measurement{Scope: r.Scope, Metric: r.Metric, Unit: r.Unit, Value: r.Value}}
}

func timedOf(s rows.Sample) timed { return timed{recordOf(s.Row), s.Seconds} }

func (t timed) sample() rows.Sample { return rows.Sample{Row: t.row(), Seconds: t.Time} }

func sharedOf(q rows.Quantile) shared { return shared{recordOf(q.Row), q.Share} }

func (s shared) quantile() rows.Quantile { return rows.Quantile{Row: s.row(), Share: s.Share} }

func togetherOf(p rows.Pooled) together { return together{recordOf(p.Row), p.Low, p.High} }

func (t together) pooled() rows.Pooled {
	return rows.Pooled{Row: t.row(), Low: t.Low, High: t.High}
}

// rowGroup is large enough for good compression and small enough to be read in pieces.
const rowGroup = 1 << 17

// encodeParquet writes rows as they come; equal rows give equal bytes.
func encodeParquet[R, T any](rows []R, convert func(R) T) ([]byte, error) {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, parquet.Compression(&zstd.Codec{Level: zstd.SpeedDefault}),
		parquet.CreatedBy("wavetank", "1", "none"), parquet.MaxRowsPerRowGroup(rowGroup))
	batch := make([]T, 0, 1024)
	for part := range slices.Chunk(rows, cap(batch)) {
		batch = batch[:0]
		for _, r := range part {
			batch = append(batch, convert(r))
		}
		if _, err := w.Write(batch); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// decodeParquet checks that the columns are those of T, in name and type.
func decodeParquet[T, R any](data []byte, convert func(T) R) (rows []R, err error) {
	defer func() { // parquet-go panics on some damaged files
		if fault := recover(); fault != nil {
			rows, err = nil, fmt.Errorf("damaged: %v", fault)
		}
	}()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("not a Parquet file, or damaged: %w", err)
	}
	var zero T
	if got, want := columnsOf(file.Schema()), columnsOf(parquet.SchemaOf(zero)); !slices.Equal(got, want) {
		return nil, fmt.Errorf("columns %v; want %v", got, want)
	}
	r := parquet.NewGenericReader[T](file)
	batch := make([]T, 1024)
	for {
		n, err := r.Read(batch)
		for _, v := range batch[:n] {
			rows = append(rows, convert(v))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("damaged: %w", err)
		}
	}
	if int64(len(rows)) != file.NumRows() {
		return nil, fmt.Errorf("damaged: %d of %d rows", len(rows), file.NumRows())
	}
	return rows, r.Close()
}

func columnsOf(schema *parquet.Schema) []string {
	var names []string
	for _, f := range schema.Fields() {
		name := f.Name()
		if f.Leaf() {
			name += " " + f.Type().Kind().String()
		}
		names = append(names, name)
	}
	return names
}

// encodeCSV writes the rows with a header. Values have the fewest digits that read back exactly; infinity
// is "+Inf", what is not defined "NaN".
func encodeCSV(rows []rows.Row) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := []string{"scenario", "policy", "replication", "scope", "metric", "unit", "value"}
	if err := w.Write(line); err != nil {
		return nil, err
	}
	for _, r := range rows {
		line[0], line[1], line[2] = r.Scenario, r.Policy, strconv.Itoa(r.Replication)
		line[3], line[4], line[5] = r.Scope, r.Metric, r.Unit
		line[6] = strconv.FormatFloat(r.Value, 'g', -1, 64)
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
