package wasm

import (
	"encoding/binary"
	"math"

	"wavetank/policies/outside"
)

// A row holds the fields of something in the order of a list of package outside, 8 bytes for each,
// with the least byte first: whole numbers as i64, others as f64, and for a name its place in the
// scenario's list, from 0 (-1: none). Lists only grow at their ends. If one grows, the version grows
// as well, and modules of version 1 go on to get the fields of version 1.
const word = 8

// The sizes of rows of version 1, in bytes.
const (
	requestRow  = 9 * word
	replicaRow  = 10 * word
	waitingRow  = 11 * word
	decisionRow = 2 * word // drop (i64) and wait (f64), which the module writes
)

// chosen returns the fields of a row whose bits are set.
func chosen[T any](fields []outside.Field[T], row int, bits uint64, which func(*outside.Field[T]) bool) (some []column[T]) {
	for i := range fields[:row/word] {
		if bits>>i&1 == 1 && which(&fields[i]) {
			some = append(some, column[T]{&fields[i], word * i})
		}
	}
	return some
}

// column is a field with its offset in a row.
type column[T any] struct {
	*outside.Field[T]
	at int
}

// put writes the fields of a value into a row.
func put[T any](row []byte, fields []column[T], of *T) {
	for i := range fields {
		fields[i].write(row, of)
	}
}

// write writes the field of a value into a row.
func (c *column[T]) write(row []byte, of *T) {
	var bits uint64
	switch {
	case c.Whole != nil:
		bits = uint64(c.Whole(of))
	case c.Real != nil:
		bits = math.Float64bits(c.Real(of))
	default:
		bits = uint64(c.Place(of))
	}
	binary.LittleEndian.PutUint64(row[c.at:], bits)
}

func every[T any](*outside.Field[T]) bool { return true }

func fixed[T any](f *outside.Field[T]) bool { return f.Fixed }

func variable[T any](f *outside.Field[T]) bool { return !f.Fixed }
