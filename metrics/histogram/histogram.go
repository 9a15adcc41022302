package histogram

import "math/bits"

// histogram counts values of 0 to 2⁵² − 1 in the buckets of an HdrHistogram with three significant
// digits. There is one bucket for every value below 2048. Above, there are 1024 buckets from one
// power of two to the next. An octave is a group of 1024 buckets. It is made when it is needed.
type histogram struct {
	octaves [43]*[1024]int64
	total   int64
}

// add counts a value n times. It returns false if it is out of range.
func (h *histogram) add(value, n int64) bool {
	shift := uint(bits.Len64(uint64(value)|2047)-11) & 63
	bucket := uint64(shift)<<10 + uint64(value)>>shift
	octave := bucket >> 10
	if octave >= uint64(len(h.octaves)) {
		return false
	}
	counts := h.octaves[octave]
	if counts == nil {
		counts = new([1024]int64)
		h.octaves[octave] = counts
	}
	counts[bucket&1023] += n
	h.total += n
	return true
}

// merge adds the counts of another.
func (h *histogram) merge(other *histogram) {
	for i, counts := range other.octaves {
		if counts == nil {
			continue
		}
		if h.octaves[i] == nil {
			h.octaves[i] = new([1024]int64)
		}
		for j, n := range counts {
			h.octaves[i][j] += n
		}
	}
	h.total += other.total
}

// each calls show for every bucket that is not empty, in order, with its count.
func (h *histogram) each(show func(bucket int, count int64)) {
	for i, counts := range h.octaves {
		if counts == nil {
			continue
		}
		for j, n := range counts {
			if n != 0 {
				show(i<<10+j, n)
			}
		}
	}
}

// Upper returns the largest value of a bucket, and −1 for bucket −1.
func Upper(bucket int) int64 {
	octave := bucket >> 10
	shift := max(0, octave-1)
	return (int64(octave-shift)<<10+int64(bucket&1023)+1)<<shift - 1
}

// value returns the largest value of the bucket that contains the value with a rank. Ranks go from
// 1 to the total.
func (h *histogram) value(rank int64) int64 {
	for i, counts := range h.octaves {
		if counts == nil {
			continue
		}
		for j, n := range counts {
			if rank -= n; rank <= 0 {
				return Upper(i<<10 + j)
			}
		}
	}
	return 0
}
