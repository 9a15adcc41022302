package study

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/scenarios"

	"github.com/klauspost/compress/s2"
)

// most is the largest number of bytes of a part of a run, uncompressed.
const most = 1 << 30

// unpack undoes s2.Encode.
func unpack(data []byte) ([]byte, error) {
	if n, err := s2.DecodedLen(data); err != nil || n > most {
		return nil, errDamaged
	}
	b, err := s2.Decode(nil, data)
	if err != nil {
		return nil, errDamaged
	}
	return b, nil
}

// packDistributions writes distributions one after another.
func packDistributions(list []histogram.Compact) (b []byte, err error) {
	for _, c := range list {
		if b, err = c.AppendBinary(b); err != nil {
			return nil, err
		}
	}
	return s2.Encode(nil, b), nil
}

func unpackDistributions(data []byte) (list []histogram.Compact, err error) {
	b, err := unpack(data)
	if err != nil {
		return nil, err
	}
	for len(b) > 0 {
		var c histogram.Compact
		if c, b, err = histogram.ReadCompact(b); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// packCourse writes a course. The names of its series and quantiles come first, each once. A series
// is the number of its name, its values, and the ends of their steps if these are not those of the
// series before. A quantile is the number of its name, its value and its share.
func packCourse(c *scenarios.FullResults) []byte {
	body := writer{bytes: make([]byte, 0, packedSize(c))}
	body.count(len(c.Series))
	var ends []float64
	for i := range c.Series {
		s := &c.Series[i]
		body.count(int(body.number(name{s.Scope, s.Metric, s.Unit})))
		body.floats(s.Values)
		if slices.Equal(s.Ends, ends) {
			body.count(0)
			continue
		}
		ends = s.Ends
		body.count(1)
		body.floats(ends)
	}
	body.count(len(c.Quantiles))
	for _, q := range c.Quantiles {
		body.count(int(body.number(name{q.Scope, q.Metric, q.Unit})))
		body.float(q.Value)
		body.float(q.Share)
	}
	body.count(len(c.Wanted))
	for _, sum := range c.Wanted {
		body.word(sum)
	}
	body.count(c.Decisions)
	body.count(int(c.Deciding))
	return s2.Encode(nil, body.named())
}

// packedSize is about the size of a packed course, and rarely less.
func packedSize(c *scenarios.FullResults) int {
	size := 32*(len(c.Quantiles)+1) + 8*len(c.Wanted)
	for i := range c.Series {
		size += 8 * (len(c.Series[i].Values) + 2)
		if i == 0 || len(c.Series[i].Ends) != len(c.Series[i-1].Ends) {
			size += 8 * len(c.Series[i].Ends)
		}
	}
	return size
}

// name holds the scope, the metric and the unit of a series.
type name [3]string

type writer struct {
	bytes   []byte
	names   []name
	numbers map[name]uint64
}

func (w *writer) number(n name) uint64 {
	i, known := w.numbers[n]
	if !known {
		if w.numbers == nil {
			w.numbers = map[name]uint64{}
		}
		i = uint64(len(w.names))
		w.names, w.numbers[n] = append(w.names, n), i
	}
	return i
}

// named returns the names, each once, and then everything that was written.
func (w *writer) named() []byte {
	var head writer
	head.count(len(w.names))
	for _, n := range w.names {
		for _, text := range n {
			head.blob([]byte(text))
		}
	}
	return append(head.bytes, w.bytes...)
}

// blob writes the length of some bytes and the bytes.
func (w *writer) blob(b []byte) {
	w.count(len(b))
	w.bytes = append(w.bytes, b...)
}

func (w *writer) count(n int) { w.bytes = binary.AppendUvarint(w.bytes, uint64(n)) }

func (w *writer) word(v uint64) { w.bytes = binary.LittleEndian.AppendUint64(w.bytes, v) }

func (w *writer) float(v float64) {
	w.word(math.Float64bits(v))
}

// floats writes the length of a list and its numbers.
func (w *writer) floats(list []float64) {
	w.count(len(list))
	w.bytes = slices.Grow(w.bytes, 8*len(list))
	for _, v := range list {
		w.float(v)
	}
}

var errDamaged = errors.New("a stored run is damaged")

// unpackCourse reads what packCourse has written.
func unpackCourse(data []byte) (c scenarios.FullResults, err error) {
	b, err := unpack(data)
	if err != nil {
		return c, err
	}
	r := readNamed(b)
	var ends []float64
	n := r.length(3)
	c.Series = make([]rows.TimeSeries, 0, n)
	for range n {
		of := r.name()
		s := rows.TimeSeries{Scope: of[0], Metric: of[1], Unit: of[2], Values: r.floats()}
		if r.count() > 0 {
			ends = r.floats()
		}
		if s.Ends = ends; len(s.Ends) != len(s.Values) {
			r.bad = true
		}
		c.Series = append(c.Series, s)
	}
	n = r.length(17)
	c.Quantiles = make([]rows.Quantile, 0, n)
	for range n {
		of := r.name()
		m := rows.Measurement{Scope: of[0], Metric: of[1], Unit: of[2], Value: r.float()}
		c.Quantiles = append(c.Quantiles, rows.Quantile{Row: rows.Row{Measurement: m}, Share: r.float()})
	}
	for range r.length(8) {
		c.Wanted = append(c.Wanted, r.word())
	}
	c.Decisions, c.Deciding = int(r.count()), time.Duration(r.count())
	if err := r.ended(true); err != nil {
		return scenarios.FullResults{}, err
	}
	return c, nil
}

// reader reads what a writer has written.
type reader struct {
	rest  []byte
	names []name
	bad   bool
}

// readNamed begins to read what named of a writer has returned: it reads the names.
func readNamed(b []byte) *reader {
	r := &reader{rest: b}
	names := make([]name, r.length(3))
	for i := range names {
		for j := range names[i] {
			names[i][j] = string(r.blob())
		}
	}
	r.names = names
	return r
}

// ended returns an error if something is damaged, or, at the end, if something is left.
func (r *reader) ended(end bool) error {
	if r.bad || (end && len(r.rest) > 0) {
		return errDamaged
	}
	return nil
}

// blob reads what blob of a writer has written. The bytes are those of the reader.
func (r *reader) blob() []byte { return r.take(r.length(1)) }

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.bad, r.rest = true, nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) count() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// length reads how many things follow that take at least so many bytes each.
func (r *reader) length(each int) int {
	n := r.count()
	if n > uint64(len(r.rest)/each) {
		r.bad, r.rest = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) word() uint64 {
	b := r.take(8)
	if r.bad {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

func (r *reader) float() float64 { return math.Float64frombits(r.word()) }

// floats reads what floats of a writer has written.
func (r *reader) floats() []float64 {
	n := r.length(8)
	if n == 0 {
		return nil
	}
	list := make([]float64, n)
	for i := range list {
		list[i] = r.float()
	}
	return list
}

func (r *reader) name() name {
	i := r.count()
	if i >= uint64(len(r.names)) {
		r.bad, r.rest = true, nil
		return name{}
	}
	return r.names[i]
}
