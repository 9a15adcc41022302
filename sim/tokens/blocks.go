package tokens

import "math/bits"

// size is that of a block.
type size struct {
	tokens int64
	mask   int64 // tokens − 1 where they are a power of two, else 0
	shift  int
}

func newSize(tokens int) size {
	z := size{tokens: int64(tokens), shift: -1}
	if tokens&(tokens-1) == 0 {
		z.mask, z.shift = z.tokens-1, bits.TrailingZeros(uint(tokens))
	}
	return z
}

// count returns how many blocks so many tokens fill entirely.
func (z *size) count(tokens int64) int64 {
	if z.shift >= 0 {
		return tokens >> z.shift
	}
	return tokens / z.tokens
}

// full is count for 32 bits.
func (z *size) full(tokens int32) int32 { return int32(z.count(int64(tokens))) }

// phase returns an instant of the token clock modulo the block size.
func (z *size) phase(clock int64) int64 {
	if z.shift >= 0 {
		return clock & z.mask
	}
	return ((clock % z.tokens) + z.tokens) % z.tokens
}

// take takes free blocks into use.
func (r *Engine) take(n int) {
	r.free -= n
	if r.cache != nil {
		r.cache.evict(n)
	}
}

// grown returns the blocks that the decoding sequences take for one more step.
func (r *Engine) grown() int {
	from := r.speed.clock(r.steps)
	return r.crossings(from, r.speed.clock(r.steps+1)-from)
}

// crossings returns how many blocks the decoding sequences begin while the token clock advances by n from an instant.
func (r *Engine) crossings(from, n int64) int {
	turns := r.size.count(n)
	total := turns * int64(len(r.decoding.dues))
	at, part := r.size.phase(from), n-turns*r.size.tokens
	for _, k := range r.phases[at:min(at+part, r.size.tokens)] {
		total += int64(k)
	}
	for _, k := range r.phases[:max(at+part-r.size.tokens, 0)] {
		total += int64(k)
	}
	return int(total)
}

// settle takes the blocks of the run's steps up to the n-th.
func (r *Engine) settle(n int) {
	if n <= r.run.settled {
		return
	}
	from, to := r.speed.clock(r.steps+int64(r.run.settled)), r.speed.clock(r.steps+int64(n))
	r.take(r.crossings(from, to-from))
	r.run.settled = n
}

// heldIn returns the blocks in use during the n-th step of the run.
func (r *Engine) heldIn(n int) int {
	if n == r.run.settled {
		return r.config.Blocks - r.free
	}
	from := r.speed.clock(r.steps + 1)
	return r.run.held + r.crossings(from, r.speed.clock(r.steps+int64(n))-from)
}

// affordable returns how many of n steps there are blocks for; those of the first are taken.
func (r *Engine) affordable(n int64) int {
	from := r.speed.clock(r.steps + 1)
	whole := r.speed.clock(r.steps+n) - from
	decoding := len(r.decoding.dues)
	if most := (r.size.count(whole) + 1) * int64(decoding); most <= int64(r.free) || r.crossings(from, whole) <= r.free {
		return int(n)
	}
	turns := int64(r.free / decoding)
	ahead, left := turns*r.size.tokens, r.free-int(turns)*decoding
	for at := r.size.phase(from); ; {
		left -= int(r.phases[at])
		if left < 0 {
			break
		}
		ahead++
		if at++; at == r.size.tokens {
			at = 0
		}
	}
	// the last step whose clock is not beyond from + ahead
	return int(r.speed.reach(from+ahead+1) - 1 - r.steps)
}
