package store

import "wavetank/metrics/rows"

// dataFile is one kind of data file in a folder of results.
type dataFile struct {
	name   string
	encode func(r *Archive) ([]byte, error)
	decode func(data []byte, into *Archive) error // nil: the file is never read back
}

// dataFiles lists the files of measured data, in the order in which they are written. A further
// file takes one line here.
var dataFiles = []dataFile{
	{csvFile, func(r *Archive) ([]byte, error) { return encodeCSV(r.Rows) }, nil},
	columnar(rowsFile, func(r *Archive) *[]rows.Row { return &r.Rows }, recordOf, record.row),
	{seriesFile, func(r *Archive) ([]byte, error) { return encodeSeries(r.Manifest.Origin(), r.Series) },
		func(data []byte, into *Archive) (err error) { into.Series, err = decodeSeries(data); return err }},
	columnar(quantilesFile, func(r *Archive) *[]rows.Quantile { return &r.Quantiles }, sharedOf, shared.quantile),
	columnar(pooledFile, func(r *Archive) *[]rows.Pooled { return &r.Pooled }, togetherOf, together.pooled),
}

// columnar returns a Parquet file of one part of the results. The part is a list of R. The file has
// one record of type T for each R.
func columnar[R any, T columned[T]](name string, part func(r *Archive) *[]R, record func(R) T, back func(T) R) dataFile {
	return dataFile{
		name:   name,
		encode: func(r *Archive) ([]byte, error) { return EncodeParquet(r.Manifest.Origin(), *part(r), record) },
		decode: func(data []byte, into *Archive) (err error) {
			*part(into), err = decodeParquet(data, back)
			return err
		},
	}
}
