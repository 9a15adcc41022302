package linear

import "math"

// tiny is the absolute value below which an entry of a vector is dropped.
const tiny = 1e-14

// vector is a vector whose nonzero entries may be listed. If count is at least 0, value[i] is 0 for
// every i that is not in index[:count]. If count is −1, entries are not listed. Density is the
// usual share of nonzero entries of vectors with this use.
type vector struct {
	value   []float64
	index   []int32
	count   int
	density float64
}

// resize makes the vector a zero vector of length n.
func (v *vector) resize(n int) {
	v.value = zeros(v.value, n)
	v.index = grown(v.index, n)
	v.count, v.density = 0, 0
}

// clear sets all entries to 0.
func (v *vector) clear() {
	if v.count < 0 || 3*v.count > len(v.value) {
		clear(v.value)
	} else {
		for _, i := range v.entries() {
			v.value[i] = 0
		}
	}
	v.count = 0
}

// set sets an entry that is 0 now, and lists it.
func (v *vector) set(i int32, x float64) {
	v.value[i] = x
	v.index[v.count] = i
	v.count++
}

// list lists the entries, and drops tiny ones.
func (v *vector) list() {
	count := 0
	if v.count < 0 {
		for i, x := range v.value {
			if x == 0 {
				continue
			}
			if math.Abs(x) > tiny {
				v.index[count] = int32(i)
				count++
			} else {
				v.value[i] = 0
			}
		}
	} else {
		for _, i := range v.entries() {
			if math.Abs(v.value[i]) > tiny {
				v.index[count] = i
				count++
			} else {
				v.value[i] = 0
			}
		}
	}
	v.count = count
	if n := len(v.value); n > 0 {
		v.density = float64(0.95*v.density) + 0.05*float64(count)/float64(n)
	}
}

// entries returns the listed indices.
func (v *vector) entries() []int32 { return v.index[:v.count] }

// norm2 returns the sum of squares of a listed vector.
func (v *vector) norm2() float64 {
	sum := 0.
	for _, i := range v.entries() {
		sum += float64(v.value[i] * v.value[i])
	}
	return sum
}

// copyFrom copies a listed vector.
func (v *vector) copyFrom(other *vector) {
	v.clear()
	for _, i := range other.entries() {
		v.value[i] = other.value[i]
	}
	copy(v.index, other.entries())
	v.count = other.count
}

// grown returns a slice of length n that uses the memory of s. Its entries are arbitrary.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// roomy returns an empty slice with a capacity of at least n that uses the memory of s.
func roomy[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, 0, n)
	}
	return s[:0]
}

// zeros returns a slice of n zeros that uses the memory of s.
func zeros[T any](s []T, n int) []T {
	s = grown(s, n)
	clear(s)
	return s
}

// filled returns a slice of n equal entries that uses the memory of s.
func filled[T any](s []T, n int, entry T) []T {
	s = grown(s, n)
	for i := range s {
		s[i] = entry
	}
	return s
}

// moved appends a copy of s[from:to] to s, and then zeros as room for this part to double.
func moved[T any](s []T, from, to int32) []T {
	s = append(s, s[from:to]...)
	return extended(s, len(s)+int(to-from)+4)
}

// extended returns s with length n. New entries are 0.
func extended[T any](s []T, n int) []T {
	old := len(s)
	if cap(s) < n {
		s = append(make([]T, 0, n+n/4), s...)
	}
	s = s[:n]
	if n > old {
		clear(s[old:])
	}
	return s
}
