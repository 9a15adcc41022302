package kernel

import (
	"hash/fnv"
	"math/bits"
)

// Stream is a named stream of random numbers. Streams with the same seed, replication, purpose and
// entity are equal. Other streams are independent: draws from one stream never change the numbers
// of another. So the requests of a run are the same under every policy (common random numbers).
//
// The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (SC 2011). It maps a 128-bit counter to 128 random bits by a bijection that a
// 64-bit key selects. The tests check it against the published known answers. A Stream implements
// math/rand/v2.Source.
type Stream struct {
	key     [2]uint32
	counter uint64    // block number, the low half of the Philox counter
	entity  uint64    // the high half of the Philox counter
	drawn   [3]uint64 // numbers that are drawn and not returned yet
	left    int       // how many of drawn are valid; they are returned from index left-1 down
}

// NewStream returns the stream of a purpose ("arrivals/resnet50") and an entity within it.
func NewStream(seed uint64, replication int, purpose string, entity uint64) *Stream {
	h := fnv.New64a()
	h.Write([]byte(purpose)) // a hash.Hash never fails
	key := Mix(Mix(seed)^uint64(replication)) ^ h.Sum64()
	key = Mix(key)
	return &Stream{key: [2]uint32{uint32(key), uint32(key >> 32)}, entity: entity}
}

// Rewind turns the stream into that of another entity with the same purpose, at its beginning.
func (s *Stream) Rewind(entity uint64) { s.entity, s.counter, s.left = entity, 0, 0 }

// Mix spreads 64 bits evenly over 64 bits: the finaliser of SplitMix64 (Steele, Lea and Flood,
// OOPSLA 2014), a bijection.
func Mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uint64 returns 64 uniform random bits.
func (s *Stream) Uint64() uint64 {
	if s.left > 0 {
		s.left--
		return s.drawn[s.left]
	}
	return s.refill()
}

// refill draws the first block alone, and later blocks in pairs. Many streams end within their
// first block. A pair takes little longer than one block, because a processor computes both at the
// same time.
func (s *Stream) refill() uint64 {
	if s.counter == 0 {
		first, second := s.block()
		s.drawn[0], s.left = second, 1
		return first
	}
	return s.pair()
}

// block draws a block of 128 bits and returns its halves.
func (s *Stream) block() (first, second uint64) {
	c0, c1, c2, c3 := uint32(s.counter), uint32(s.counter>>32), uint32(s.entity), uint32(s.entity>>32)
	k0, k1 := s.key[0], s.key[1]
	for range rounds {
		c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
		k0, k1 = k0+step0, k1+step1
	}
	s.counter++
	return uint64(c1)<<32 | uint64(c0), uint64(c3)<<32 | uint64(c2)
}

// pair draws two blocks. It returns the first half of the first block, and keeps the other halves.
func (s *Stream) pair() uint64 {
	c0, c1, c2, c3 := uint32(s.counter), uint32(s.counter>>32), uint32(s.entity), uint32(s.entity>>32)
	d0, d1, d2, d3 := uint32(s.counter+1), uint32((s.counter+1)>>32), c2, c3
	k0, k1 := s.key[0], s.key[1]
	for range rounds / 2 { // two rounds at a time, so that fewer numbers change places
		c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
		d0, d1, d2, d3 = round(d0, d1, d2, d3, k0, k1)
		k0, k1 = k0+step0, k1+step1
		c0, c1, c2, c3 = round(c0, c1, c2, c3, k0, k1)
		d0, d1, d2, d3 = round(d0, d1, d2, d3, k0, k1)
		k0, k1 = k0+step0, k1+step1
	}
	s.counter += 2
	s.drawn = [3]uint64{uint64(d3)<<32 | uint64(d2), uint64(d1)<<32 | uint64(d0), uint64(c3)<<32 | uint64(c2)}
	s.left = 3
	return uint64(c1)<<32 | uint64(c0)
}

// The number of rounds of Philox4x32, and the steps by which its key changes from round to round.
const rounds, step0, step1 = 10, 0x9e3779b9, 0xbb67ae85

// round returns a counter after one more round of Philox4x32.
func round(c0, c1, c2, c3, k0, k1 uint32) (_, _, _, _ uint32) {
	hi0, lo0 := bits.Mul32(0xd2511f53, c0)
	hi1, lo1 := bits.Mul32(0xcd9e8d57, c2)
	return hi1 ^ c1 ^ k0, lo1, hi0 ^ c3 ^ k1, lo0
}

// Float64 returns a uniform number in [0, 1).
func (s *Stream) Float64() float64 { return uniform(s.Uint64()) }

// Exponential returns an exponential draw of mean 1. Inversion makes it monotone in the uniform
// draw, as common random numbers need.
func (s *Stream) Exponential() float64 { return -logarithm(1 - uniform(s.Uint64())) }

// uniform makes a number in [0, 1) of 64 random bits.
func uniform(bits uint64) float64 { return float64(bits>>11) / (1 << 53) }

// IntN returns a uniform integer in [0, n); n must be positive. It is unbiased (Lemire, "Fast
// random integer generation in an interval", ACM TOMACS 2019).
func (s *Stream) IntN(n int) int {
	bound := uint64(n)
	hi, lo := bits.Mul64(s.Uint64(), bound)
	if lo < bound {
		for limit := -bound % bound; lo < limit; {
			hi, lo = bits.Mul64(s.Uint64(), bound)
		}
	}
	return int(hi)
}
