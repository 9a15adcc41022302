package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetMagic is how a Parquet file begins.
const parquetMagic = "PAR1"

// parquetRows reads the rows of a Parquet file, each as the text of a JSON object. Its members are
// the leaves of the schema, with names like outer.inner. A repeated leaf is a list.
type parquetRows struct {
	groups []parquet.RowGroup
	rows   parquet.Rows // of the present group; nil: the next group has to be opened
	read   [64]parquet.Row
	n, at  int // rows read so far, and the next one of them
	leaves []parquetLeaf
	text   []byte
	err    error
}

// parquetLeaf is a column of a Parquet file.
type parquetLeaf struct {
	name     []byte // with quotes and colon
	repeated bool
	write    func(to []byte, v parquet.Value) []byte
}

// newParquetRows begins to read a Parquet file. The file is text, unless in gives access to all
// of its bytes.
func newParquetRows(in, text io.Reader) (p *parquetRows, err error) {
	defer func() {
		if fault := recover(); fault != nil { // a damaged file may make the library panic
			p, err = nil, fmt.Errorf("parquet: the file is damaged: %v", fault)
		}
	}()
	var all io.ReaderAt
	size := int64(0)
	if file, ok := in.(*os.File); ok && beginsWith(file, parquetMagic) {
		info, err := file.Stat()
		if err != nil {
			return nil, err
		}
		all, size = file, info.Size()
	} else {
		data, err := ReadAll("the file", text, Largest)
		if err != nil {
			return nil, err
		}
		all, size = bytes.NewReader(data), int64(len(data))
	}
	f, err := parquet.OpenFile(all, size)
	if err != nil {
		return nil, fmt.Errorf("parquet: %w", err)
	}
	p = &parquetRows{groups: f.RowGroups()}
	for _, path := range f.Schema().Columns() {
		leaf, _ := f.Schema().Lookup(path...)
		name, err := json.Marshal(strings.Join(plainPath(path), "."))
		if err != nil {
			return nil, err
		}
		p.leaves = append(p.leaves, parquetLeaf{append(name, ':'), leaf.MaxRepetitionLevel > 0, writer(leaf.Node.Type())})
	}
	return p, nil
}

// beginsWith reports whether a file begins with a text.
func beginsWith(file *os.File, text string) bool {
	begin := make([]byte, len(text))
	_, err := file.ReadAt(begin, 0)
	return err == nil && string(begin) == text
}

// plainPath leaves out the parts of a path that only say that a column is a list.
func plainPath(path []string) []string {
	if n := len(path); n > 2 && (path[n-2] == "list" || path[n-2] == "bag" || path[n-2] == "array") {
		return path[:n-2]
	}
	return path
}

// next returns the next row.
func (p *parquetRows) next() (line []byte, ok bool) {
	defer func() {
		if fault := recover(); fault != nil {
			line, ok, p.err = nil, false, fmt.Errorf("parquet: the file is damaged: %v", fault)
		}
	}()
	for p.at == p.n && p.err == nil {
		if p.rows == nil {
			if len(p.groups) == 0 {
				return nil, false
			}
			p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
		}
		n, err := p.rows.ReadRows(p.read[:])
		p.at, p.n = 0, n
		if errors.Is(err, io.EOF) || n == 0 && err == nil {
			err = p.rows.Close()
			p.rows = nil
		}
		if err != nil {
			p.err = fmt.Errorf("parquet: %w", err)
		}
	}
	if p.at == p.n {
		return nil, false
	}
	p.at++
	return p.object(p.read[p.at-1]), true
}

// object writes a row.
func (p *parquetRows) object(row parquet.Row) []byte {
	p.text = append(p.text[:0], '{')
	row.Range(func(column int, values []parquet.Value) bool {
		leaf := &p.leaves[column]
		if column > 0 {
			p.text = append(p.text, ',')
		}
		p.text = append(p.text, leaf.name...)
		if leaf.repeated {
			p.text = append(p.text, '[')
		}
		for i, v := range values {
			if i > 0 {
				p.text = append(p.text, ',')
			}
			switch {
			case !v.IsNull():
				p.text = leaf.write(p.text, v)
			case !leaf.repeated || len(values) > 1:
				p.text = append(p.text, "null"...)
			}
		}
		if leaf.repeated {
			p.text = append(p.text, ']')
		}
		return true
	})
	p.text = append(p.text, '}')
	return p.text
}

// writer returns the function that writes the values of a type as JSON. Instants are written as
// date and time, with all their digits.
func writer(t parquet.Type) func(to []byte, v parquet.Value) []byte {
	if logical := t.LogicalType(); logical != nil {
		switch l := logical.Value.(type) {
		case *format.TimestampType:
			unit := l.Unit.Value.Duration()
			return func(to []byte, v parquet.Value) []byte {
				n, one := v.Int64(), int64(time.Second/unit)
				return quotedTime(to, time.Unix(n/one, n%one*int64(unit)))
			}
		case *format.DateType:
			return func(to []byte, v parquet.Value) []byte { return quotedTime(to, time.Unix(int64(v.Int32())*86400, 0)) }
		case *format.DecimalType:
			if t.Kind() == parquet.Int32 || t.Kind() == parquet.Int64 {
				return func(to []byte, v parquet.Value) []byte {
					n := v.Int64()
					if t.Kind() == parquet.Int32 {
						n = int64(v.Int32())
					}
					return strconv.AppendFloat(to, float64(n)/math.Pow10(int(l.Scale)), 'g', -1, 64)
				}
			}
		}
	}
	return plainWriter(t.Kind())
}

// plainWriter is writer for types that only say how values are stored.
func plainWriter(kind parquet.Kind) func(to []byte, v parquet.Value) []byte {
	switch kind {
	case parquet.Boolean:
		return func(to []byte, v parquet.Value) []byte { return strconv.AppendBool(to, v.Boolean()) }
	case parquet.Int32:
		return func(to []byte, v parquet.Value) []byte { return strconv.AppendInt(to, int64(v.Int32()), 10) }
	case parquet.Int64:
		return func(to []byte, v parquet.Value) []byte { return strconv.AppendInt(to, v.Int64(), 10) }
	case parquet.Int96: // nanoseconds of the day, and the Julian day, as Spark writes instants
		return func(to []byte, v parquet.Value) []byte {
			const epoch = 2440588 // Julian day of 1 January 1970
			n := v.Int96()
			return quotedTime(to, time.Unix((int64(n[2])-epoch)*86400, int64(n[1])<<32|int64(n[0])))
		}
	case parquet.Float:
		return func(to []byte, v parquet.Value) []byte { return finite(to, float64(v.Float()), 32) }
	case parquet.Double:
		return func(to []byte, v parquet.Value) []byte { return finite(to, v.Double(), 64) }
	}
	return func(to []byte, v parquet.Value) []byte {
		text, err := json.Marshal(string(v.ByteArray()))
		if err != nil {
			return append(to, "null"...)
		}
		return append(to, text...)
	}
}

// finite writes a number. JSON has none that is infinite.
func finite(to []byte, v float64, bits int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(to, "null"...)
	}
	return strconv.AppendFloat(to, v, 'g', -1, bits)
}

// quotedTime writes an instant.
func quotedTime(to []byte, at time.Time) []byte {
	to = append(to, '"')
	to = at.UTC().AppendFormat(to, time.RFC3339Nano)
	return append(to, '"')
}
