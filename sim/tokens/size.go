package tokens

import "math/bits"

// size is the number of tokens in a block, prepared for quick division.
type size struct {
	tokens int64
	mask   int64 // tokens − 1 if tokens is a power of two, else 0
	shift  int
}

func newSize(tokens int) size {
	z := size{tokens: int64(tokens), shift: -1}
	if tokens&(tokens-1) == 0 {
		z.mask, z.shift = z.tokens-1, bits.TrailingZeros(uint(tokens))
	}
	return z
}

// count returns how many blocks a number of tokens fill completely.
func (z *size) count(tokens int64) int64 {
	if z.shift >= 0 {
		return tokens >> z.shift
	}
	return tokens / z.tokens
}

// full is count for 32-bit numbers.
func (z *size) full(tokens int32) int32 { return int32(z.count(int64(tokens))) }

// phase returns a value of the token clock modulo the block size.
func (z *size) phase(clock int64) int64 {
	if z.shift >= 0 {
		return clock & z.mask
	}
	return ((clock % z.tokens) + z.tokens) % z.tokens
}
