package store

import (
	"bytes"
	"errors"
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

// columned is a record that knows its columns, in the order of the file.
type columned[T any] interface{ columns() []column[T] }

// column is a field of a record: one of the three returns its place.
type column[T any] struct {
	text   func(*T) *string
	whole  func(*T) *int64
	number func(*T) *float64
}

// decodeParquet reads rows from a Parquet file. It is an error if the columns do not have the names
// and types of T.
func decodeParquet[T columned[T], R any](data []byte, convert func(T) R) (rows []R, err error) {
	defer repair(&err)
	file, err := openParquet[T](data)
	if err != nil {
		return nil, err
	}
	var zero T
	if n := file.NumRows(); n > 0 {
		rows = make([]R, 0, min(n, 1<<20)) // a damaged file may tell any number
	}
	var group []T
	for _, g := range file.RowGroups() {
		clear(group)
		group = group[:0]
		for i, chunk := range g.ColumnChunks() {
			if group, err = readColumn(chunk, zero.columns()[i], group, i == 0); err != nil {
				return nil, fmt.Errorf("damaged: %w", err)
			}
		}
		for _, v := range group {
			rows = append(rows, convert(v))
		}
	}
	if int64(len(rows)) != file.NumRows() {
		return nil, fmt.Errorf("damaged: %d of %d rows", len(rows), file.NumRows())
	}
	return rows, nil
}

// repair makes an error of a panic, because parquet-go panics on some damaged files.
func repair(err *error) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("damaged: %v", fault)
	}
}

// openParquet opens a Parquet file. It is an error if the columns do not have the names and types
// of T.
func openParquet[T any](data []byte) (*parquet.File, error) {
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("not a Parquet file, or damaged: %w", err)
	}
	var zero T
	if got, want := typesOf(file.Schema()), typesOf(parquet.SchemaOf(zero)); !slices.Equal(got, want) {
		return nil, fmt.Errorf("columns %v; want %v", got, want)
	}
	return file, nil
}

// eachPage calls a function with every page of a column of a row group.
func eachPage(chunk parquet.ColumnChunk, do func(parquet.Page) error) (err error) {
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		err = do(page)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

// readColumn reads a column of a row group into records, which takes less time than reading record
// by record. The first column adds the records.
func readColumn[T any](chunk parquet.ColumnChunk, c column[T], into []T, first bool) (records []T, err error) {
	at := 0
	var zero T
	values := make([]parquet.Value, 1024)
	texts := texts{known: map[string]string{}}
	err = eachPage(chunk, func(page parquet.Page) error {
		reader := page.Values()
		for {
			n, err := reader.ReadValues(values)
			for _, v := range values[:n] {
				if first {
					into = append(into, zero)
				}
				if at >= len(into) {
					return fmt.Errorf("more than %d values in a column", len(into))
				}
				c.set(&into[at], v, &texts)
				at++
			}
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	if err == nil && at != len(into) {
		err = fmt.Errorf("%d values in a column of %d rows", at, len(into))
	}
	return into, err
}

// set sets the field of a record.
func (c *column[T]) set(record *T, v parquet.Value, texts *texts) {
	switch {
	case c.number != nil:
		*c.number(record) = v.Double()
	case c.whole != nil:
		*c.whole(record) = v.Int64()
	default:
		*c.text(record) = texts.of(v.ByteArray())
	}
}

// texts keeps each text of a column once. Equal texts mostly follow each other.
type texts struct {
	last  string
	known map[string]string
}

func (t *texts) of(b []byte) string {
	if string(b) == t.last {
		return t.last
	}
	text, met := t.known[string(b)]
	if !met {
		text = string(b)
		t.known[text] = text
	}
	t.last = text
	return text
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
