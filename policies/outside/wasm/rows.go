package wasm

import (
	"encoding/binary"
	"math"

	"wavetank/policies/outside"
)

// A row holds the fields of something in the order of a list of package outside, 8 bytes for each,
// with the least byte first: whole numbers as i64, others as f64, and for a name its place in the
// scenario's list, from 0 (-1: none). Lists only grow at their ends. If one grows, the version
// grows as well, and modules of version 1 go on to get the fields of version 1.
const word = 8

// The sizes of rows of version 1, in bytes.
const (
	requestRow  = 9 * word
	replicaRow  = 10 * word
	waitingRow  = 11 * word
	decisionRow = 2 * word // drop (i64) and wait (f64), which the module writes
)

// column reads a field of a row: one of whole and real is set.
type column[T any] struct {
	at    int // its offset in the row
	whole func(*T) int64
	real  func(*T) float64
}

// chosen returns the fields of a row whose bits are set.
func chosen[T any](fields []outside.Field[T], row int, bits uint64, which func(*outside.Field[T]) bool) (some []column[T]) {
	for i := range fields[:row/word] {
		f := &fields[i]
		if bits>>i&1 == 0 || !which(f) {
			continue
		}
		c := column[T]{at: word * i, whole: f.Whole, real: f.Real}
		if f.Text != nil {
			c.whole = f.Place
		}
		some = append(some, c)
	}
	return some
}

// put writes the fields of a value into a row.
func put[T any](row []byte, fields []column[T], of *T) {
	for i := range fields {
		c := &fields[i]
		var bits uint64
		if c.whole != nil {
			bits = uint64(c.whole(of))
		} else {
			bits = math.Float64bits(c.real(of))
		}
		binary.LittleEndian.PutUint64(row[c.at:], bits)
	}
}

func every[T any](*outside.Field[T]) bool { return true }

func fixed[T any](f *outside.Field[T]) bool { return f.Fixed }

func variable[T any](f *outside.Field[T]) bool { return !f.Fixed }
