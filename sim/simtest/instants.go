package simtest

import (
	"math"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// close checks the laws that hold at the end of an instant.
func (l *Lines) close() {
	for at := range l.touched {
		if !l.ended {
			l.idle(at, l.replicas[at])
		}
		delete(l.touched, at)
	}
	for m := range l.models {
		line := &l.models[m]
		if line.touched && !l.ended {
			l.Checked.Instants++
			l.keptBack(fleet.ModelID(m), line)
			l.limited(fleet.ModelID(m), line)
		}
		line.latest, line.full, line.left, line.touched = -1, false, false, false
	}
}

// idle checks that no request waits at a replica that could serve it now.
func (l *Lines) idle(at fleet.ReplicaID, s *stand) {
	d := s.deployment
	if d.Tokens != nil {
		for _, p := range s.waits {
			if len(s.runs) == 0 && p.since <= l.now {
				l.fault("request %d waits at replica %d, which does nothing", p.ordinal, at)
			}
		}
		return
	}
	if d.TimeShare > 0 {
		l.turns(at, s)
		return
	}
	prompt := l.Prompt(d.Model)
	switch l.Discipline {
	case sim.Share, sim.LeastServed:
		if len(s.waits) > 0 {
			l.fault("%d requests wait at replica %d, which serves all requests at once", len(s.waits), at)
		}
		return
	case sim.PreemptByRank:
		for _, p := range s.waits {
			for _, q := range s.runs {
				if l.Ranks[p.ordinal] < l.Ranks[q.ordinal] {
					l.fault("request %d waits at replica %d, which serves the less urgent %d", p.ordinal, at, q.ordinal)
				}
			}
		}
		prompt = true
	case sim.PreemptByRemaining:
		prompt = true
	}
	if prompt && len(s.waits) > 0 && s.busy < d.Slots {
		l.fault("%d requests wait at replica %d, but only %d of %d slots are busy", len(s.waits), at, s.busy, d.Slots)
	}
}

// turns checks the replicas that take turns on the GPUs of a machine. Facts do not tell which GPU a
// replica has, so with several GPUs only the number of batches is checked.
func (l *Lines) turns(at fleet.ReplicaID, s *stand) {
	busy, prompt := 0, true
	for _, other := range l.replicas {
		if other.on == s.on && other.deployment.TimeShare > 0 {
			busy += other.busy
			prompt = prompt && l.Prompt(other.deployment.Model)
		}
	}
	gpus := l.Spec.Types[s.deployment.Type].GPUs
	if busy > gpus {
		l.fault("%d batches at a time have the %d GPUs of the machine of replica %d", busy, gpus, at)
	}
	if prompt && gpus == 1 && busy == 0 && len(s.waits) > 0 {
		l.fault("%d requests wait at replica %d, but its GPU is free", len(s.waits), at)
	}
}

// batched reports whether all replicas of a model are batch replicas.
func (l *Lines) batched(m fleet.ModelID) bool {
	for i := range l.Spec.Deployments {
		if d := &l.Spec.Deployments[i]; d.Model == m && d.Tokens != nil {
			return false
		}
	}
	return true
}

// passed checks that a gateway lets requests go on up to the concurrency of every replica.
func (l *Lines) passed(m fleet.ModelID, line *modelLine) {
	if l.Concurrency == 0 || l.Spec.Models[m].Decoder > 0 || l.Spec.Decodes(m) {
		return // KV caches that leave a replica count there
	}
	for at := range line.ready {
		s := l.replicas[at]
		held := len(s.waits) + len(s.runs)
		if held > l.Concurrency {
			l.fault("replica %d has %d unfinished requests, the gateway allows %d", at, held, l.Concurrency)
		}
		if len(line.kept) > 0 && held < l.Concurrency && !l.Central(m) {
			l.fault("%d requests of model %d wait at the gateway, but replica %d has only %d of %d", len(line.kept), m, at, held, l.Concurrency)
		}
	}
}

// keptBack checks the requests of a model that have no replica.
func (l *Lines) keptBack(m fleet.ModelID, line *modelLine) {
	l.passed(m, line)
	central := l.Central(m) && l.Concurrency == 0 && l.prompt(m)
	if central && l.Lossless && l.Discipline == sim.FirstCome && l.Greedy(m) && l.batched(m) {
		l.central(m, line)
	}
	if len(line.kept) == 0 {
		return
	}
	l.Checked.Kept++
	if !l.Retains(m) && len(line.ready) > 0 {
		l.fault("%d requests of model %d are kept back from %d ready replicas", len(line.kept), m, len(line.ready))
	}
	for at := range line.ready {
		s := l.replicas[at]
		switch c := s.deployment.Tokens; {
		case !central:
		case s.deployment.TimeShare > 0: // another replica may have the GPU
		case c == nil && s.busy < s.deployment.Slots:
			l.fault("%d requests of model %d are kept back, but replica %d has only %d of %d slots busy", len(line.kept), m, at, s.busy, s.deployment.Slots)
		case c != nil && len(s.waits)+len(s.runs) < c.Engines()*c.MaxSequences:
			l.fault("%d requests of model %d are kept back, but replica %d has only %d of %d sequences", len(line.kept), m, at, len(s.waits)+len(s.runs), c.Engines()*c.MaxSequences)
		}
	}
}

// prompt reports whether requests at the replicas of a model never wait for others to fill a batch.
func (l *Lines) prompt(m fleet.ModelID) bool {
	return l.Prompt(m) || l.Discipline > sim.Line || !l.batched(m)
}

// central checks that no waiting request of a model came before a request that has started.
func (l *Lines) central(m fleet.ModelID, line *modelLine) {
	first := int64(math.MaxInt64)
	for id := range line.kept {
		first = min(first, id)
	}
	for _, s := range l.replicas {
		if s.deployment.Model == m {
			for id := range s.waits {
				first = min(first, id)
			}
		}
	}
	if first < line.latest {
		l.fault("request %d of model %d has started, but request %d came before it and waits", line.latest, m, first)
	}
}

// limited checks how many requests wait for a model with a queue limit.
func (l *Lines) limited(m fleet.ModelID, line *modelLine) {
	limit := l.Spec.Models[m].QueueLimit
	// If the batcher may leave room in a batch, requests may wait that the batch could hold.
	whole := l.Greedy(m) || l.Discipline > sim.Line
	if limit < 0 || !l.Lossless || !whole || !l.batched(m) {
		return
	}
	if line.waiting > limit {
		l.fault("%d requests wait for model %d, more than its queue limit of %d", line.waiting, m, limit)
	}
	if line.full {
		l.Checked.Full++
		if !line.left && line.waiting < limit {
			l.fault("a request of model %d was turned away, but only %d wait with a queue limit of %d", m, line.waiting, limit)
		}
	}
}
