package reports

import "wavetank/metrics/rows"

// dataFile is a file of data in a folder of results.
type dataFile struct {
	name   string
	encode func(r *Results, s *study) ([]byte, error)
	decode func(data []byte, into *Results) error // nil: nothing is read back from it
}

// dataFiles lists every file of data, in the order in which they are written. A file more is one
// line here.
var dataFiles = []dataFile{
	{csvFile, func(r *Results, _ *study) ([]byte, error) { return encodeCSV(r.Rows) }, nil},
	columnar(rowsFile, func(r *Results) *[]rows.Row { return &r.Rows }, recordOf, record.row),
	columnar(seriesFile, func(r *Results) *[]rows.Sample { return &r.Series }, timedOf, timed.sample),
	columnar(quantilesFile, func(r *Results) *[]rows.Quantile { return &r.Quantiles }, sharedOf, shared.quantile),
	columnar(pooledFile, func(r *Results) *[]rows.Pooled { return &r.Pooled }, togetherOf, together.pooled),
	{comparisonsCSV, encodeComparisonsCSV, nil},
	{comparisonsParquet, encodeComparisonsParquet, nil},
	{verdictsCSV, encodeVerdicts, nil},
}

// The names of data files.
const (
	csvFile       = "results.csv"
	rowsFile      = "results.parquet"
	seriesFile    = "series.parquet"
	quantilesFile = "quantiles.parquet"
	pooledFile    = "pooled.parquet"
)

// columnar is a Parquet file with one record of type T for each R of a part of the results.
func columnar[R, T any](name string, part func(r *Results) *[]R, record func(R) T, back func(T) R) dataFile {
	return dataFile{
		name:   name,
		encode: func(r *Results, _ *study) ([]byte, error) { return encodeParquet(*part(r), record) },
		decode: func(data []byte, into *Results) (err error) {
			*part(into), err = decodeParquet(data, back)
			return err
		},
	}
}
