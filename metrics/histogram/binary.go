package histogram

import (
	"encoding/binary"
	"errors"
)

// AppendBinary implements encoding.BinaryAppender: the scope, the metric, the number of infinite
// values, and the buckets.
func (c Compact) AppendBinary(b []byte) ([]byte, error) {
	for _, text := range []string{c.scope, c.metric} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	b = binary.AppendUvarint(b, uint64(c.infinite))
	b = binary.AppendUvarint(b, uint64(len(c.buckets)))
	return append(b, c.buckets...), nil
}

// errDamaged is the error about bytes that AppendBinary has not written.
var errDamaged = errors.New("a stored distribution is damaged")

// ReadCompact reads a distribution that AppendBinary has written. It returns the bytes after it.
func ReadCompact(b []byte) (c Compact, rest []byte, err error) {
	r := reader{rest: b}
	c.scope, c.metric = string(r.bytes()), string(r.bytes())
	c.infinite = r.number()
	if buckets := r.bytes(); len(buckets) > 0 {
		c.buckets = append([]byte{}, buckets...)
	}
	inner := reader{rest: c.buckets, bad: r.bad}
	for bucket := int64(0); len(inner.rest) > 0 && !inner.bad; {
		bucket += inner.number()
		c.finite += inner.number()
		inner.bad = inner.bad || bucket >= int64(len(histogram{}.octaves)<<10)
	}
	if inner.bad {
		return Compact{}, nil, errDamaged
	}
	return c, r.rest, nil
}

// reader reads numbers and texts from bytes.
type reader struct {
	rest []byte
	bad  bool // the bytes end too early, or hold an impossible number
}

func (r *reader) number() int64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > 1<<62 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return int64(v)
}

func (r *reader) bytes() []byte {
	n := r.number()
	if n > int64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}
