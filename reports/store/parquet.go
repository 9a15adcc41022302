package store

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// rowGroup is the number of rows in a group of a Parquet file. A group compresses well, and is
// small enough to be read at once.
const rowGroup = 1 << 17

// compression is shared by all files, so that they use the memory of its encoders again.
var compression = &zstd.Codec{Level: zstd.SpeedDefault}

// writing returns the options with which a Parquet file with records of type T is written.
func writing[T any](o Origin) []parquet.WriterOption {
	options := []parquet.WriterOption{
		parquet.Compression(compression),
		parquet.CreatedBy("wavetank", "1", "none"), parquet.MaxRowsPerRowGroup(rowGroup),
	}
	for key, value := range o.pairs(units[T]()) {
		options = append(options, parquet.KeyValueMetadata(key, value))
	}
	return options
}

// EncodeParquet returns rows as a Parquet file, in the given order. The file says where they come
// from. Equal rows and origins give equal bytes.
func EncodeParquet[R, T any](o Origin, rows []R, convert func(R) T) ([]byte, error) {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, writing[T](o)...)
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

// decodeParquet reads rows from a Parquet file. It is an error if the columns do not have the names
// and types of T.
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
	if got, want := typesOf(file.Schema()), typesOf(parquet.SchemaOf(zero)); !slices.Equal(got, want) {
		return nil, fmt.Errorf("columns %v; want %v", got, want)
	}
	r := parquet.NewGenericReader[T](file)
	batch := make([]T, 1024)
	if n := file.NumRows(); n > 0 {
		rows = make([]R, 0, min(n, 1<<20)) // a damaged file may tell any number
	}
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

// typesOf returns the names of columns with their types.
func typesOf(schema *parquet.Schema) []string {
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
