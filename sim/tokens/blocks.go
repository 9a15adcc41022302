package tokens

// take takes free blocks into use.
func (r *Replica) take(n int) {
	r.free -= n
	if r.cache != nil {
		r.cache.evict(n)
	}
}

// grown returns the blocks that the decoding sequences take for one more step.
func (r *Replica) grown(steps int64) int {
	from := r.speed.clock(r.steps)
	return r.crossings(from, r.speed.clock(r.steps+steps)-from)
}

// crossings returns how many blocks the decoding sequences begin while the token clock advances by n from an instant.
func (r *Replica) crossings(from, n int64) int {
	size := int64(r.config.Block)
	total := n / size * int64(len(r.decoding.entries))
	at := r.phase(from)
	for range n % size {
		total += int64(r.phases[at])
		if at++; at == size {
			at = 0
		}
	}
	return int(total)
}

// settle takes the blocks of the run's steps up to the n-th.
func (r *Replica) settle(n int) {
	if n <= r.run.settled {
		return
	}
	from, to := r.speed.clock(r.steps+int64(r.run.settled)), r.speed.clock(r.steps+int64(n))
	r.take(r.crossings(from, to-from))
	r.run.settled = n
}

// affordable returns how many of n steps there are blocks for; those of the first are taken.
func (r *Replica) affordable(n int64) int {
	from := r.speed.clock(r.steps + 1)
	whole := r.speed.clock(r.steps+n) - from
	if r.crossings(from, whole) <= r.free {
		return int(n)
	}
	size := int64(r.config.Block)
	turns := int64(r.free / len(r.decoding.entries))
	ahead, left := turns*size, r.free-int(turns)*len(r.decoding.entries)
	for at := r.phase(from); ; {
		left -= int(r.phases[at])
		if left < 0 {
			break
		}
		ahead++
		if at++; at == size {
			at = 0
		}
	}
	// the last step whose clock is not beyond from + ahead
	return int(r.speed.reach(from+ahead+1) - 1 - r.steps)
}
