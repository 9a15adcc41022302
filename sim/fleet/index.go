package fleet

// Measures that depend only on the load.
var (
	// LeastOutstanding counts the requests that a replica was given and has not finished, and those
	// whose KV caches leave it.
	LeastOutstanding = &Measure{func(f *Fleet, at ReplicaID) float64 { return float64(f.Outstanding(at)) }}
	// LeastQueued counts the requests that wait at a replica. Among equals it counts the others
	// that are outstanding.
	LeastQueued = &Measure{func(f *Fleet, at ReplicaID) float64 {
		queued := f.replicas[at].Queued()
		return float64(queued)*(1<<20) + float64(min(f.Outstanding(at)-queued, 1<<20-1))
	}}
	// LeastOutstandingWithRoom is LeastOutstanding among the replicas that have room for one more
	// request of one item in what they start next.
	LeastOutstandingWithRoom = &Measure{func(f *Fleet, at ReplicaID) float64 {
		if !f.HasRoom(at, 1) {
			return Barred
		}
		return float64(f.Outstanding(at))
	}}
)

// Least returns the ready replica of a model with the least key, and the key. Ties go to the lowest
// identity. It returns NoReplica and Barred where every replica is barred. The first call with a
// measure goes through all ready replicas. From then on the fleet keeps the order, for the rest of
// the run.
func (f *Fleet) Least(m ModelID, by *Measure) (ReplicaID, float64) {
	i, key := f.ranked(by).models[m].Least()
	if i < 0 {
		return NoReplica, key
	}
	return f.placed[m][i], key
}

// Sum returns the sum of the keys of a model's ready replicas that are not barred. It is exact
// while keys are whole numbers.
func (f *Fleet) Sum(m ModelID, by *Measure) float64 { return f.ranked(by).models[m].Sum() }

// Key returns the key by a measure of the replica of a model that was placed as number n; Barred
// if it is not ready.
func (f *Fleet) Key(m ModelID, by *Measure, n int) float64 { return f.ranked(by).models[m].Key(n) }

// Rerank tells that the key of a replica changed for another reason than its load.
func (f *Fleet) Rerank(by *Measure, at ReplicaID) {
	if r := &f.replicas[at]; r.State == Ready {
		f.ranked(by).models[r.Model].Set(int(r.Number), by.Key(f, at))
	}
}

// Changes counts how often the set of the ready replicas of a model has changed.
func (f *Fleet) Changes(m ModelID) uint32 { return f.changes[m] }

// ranked returns the ranking of a measure, which is made on first use. A run has few, so that a
// search is quick.
func (f *Fleet) ranked(by *Measure) *ranking {
	for _, k := range f.rankings {
		if k.by == by {
			return k
		}
	}
	k := &ranking{by, make([]tournament, len(f.ready))}
	for m, ready := range f.ready {
		for _, at := range ready {
			k.models[m].Set(int(f.replicas[at].Number), by.Key(f, at))
		}
	}
	f.rankings = append(f.rankings, k)
	return k
}

// ByNumber returns the replica of a model that was placed as number n, from 0.
func (f *Fleet) ByNumber(m ModelID, n int) ReplicaID { return f.placed[m][n] }

// number numbers a replica that was just placed.
func (f *Fleet) number(id ReplicaID) {
	r := &f.replicas[id]
	r.Number = int32(len(f.placed[r.Model]))
	f.placed[r.Model] = append(f.placed[r.Model], id)
}

// loadChanged keeps the rankings true after a change of what a replica has to do.
func (f *Fleet) loadChanged(at ReplicaID) {
	if f.rankings != nil {
		f.rerankAll(at)
	}
}

func (f *Fleet) rerankAll(at ReplicaID) {
	r := &f.replicas[at]
	if r.State != Ready {
		return
	}
	for _, k := range f.rankings {
		k.models[r.Model].Set(int(r.Number), k.by.Key(f, at))
	}
}

// becameReady keeps the rankings true after a replica joined the ready ones.
func (f *Fleet) becameReady(at ReplicaID) {
	f.changes[f.replicas[at].Model]++
	f.rerankAll(at)
}

// leftReady keeps the rankings true after a replica left the ready ones.
func (f *Fleet) leftReady(at ReplicaID) {
	r := &f.replicas[at]
	f.changes[r.Model]++
	for _, k := range f.rankings {
		k.models[r.Model].Set(int(r.Number), Barred)
	}
}
