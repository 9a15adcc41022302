package tokens

// take takes free blocks into use.
func (r *Engine) take(n int) {
	r.free -= n
	if r.cache != nil {
		r.cache.evict(n)
	}
}

// grown returns how many blocks the decoding sequences take in one more step.
func (r *Engine) grown() int {
	from := r.speed.clock(r.steps)
	return r.crossings(from, r.speed.clock(r.steps+1)-from)
}

// crossings returns how many new blocks the decoding sequences begin while the token clock advances
// by n, from the value from.
func (r *Engine) crossings(from, n int64) int {
	if n == 1 { // the most frequent case
		return int(r.phases[r.size.phase(from)])
	}
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

// settle takes the blocks that the steps of the run up to the n-th need.
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

// affordable returns for how many of n steps there are enough free blocks. The blocks of the first
// step must have been taken.
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
	// the last step after which the token clock is at most from + ahead
	return int(r.speed.reach(from+ahead+1) - 1 - r.steps)
}
