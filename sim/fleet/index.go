package fleet

// Measures that depend only on the load.
var (
	// LeastOutstanding counts the requests that a replica was given and has not finished. It
	// includes the requests whose KV caches are being sent from the replica.
	LeastOutstanding = &Measure{func(f *Fleet, at ReplicaID) float64 { return float64(f.Outstanding(at)) }}
	// LeastQueued counts the requests that wait at a replica. Ties go to the replica with fewer
	// unfinished requests.
	LeastQueued = &Measure{func(f *Fleet, at ReplicaID) float64 {
		queued := f.replicas[at].Queued()
		return float64(queued)*(1<<20) + float64(min(f.Outstanding(at)-queued, 1<<20-1))
	}}
	// LeastOutstandingWithRoom is LeastOutstanding among the replicas that could start one more
	// request of one item now.
	LeastOutstandingWithRoom = &Measure{func(f *Fleet, at ReplicaID) float64 {
		if !f.HasRoom(at, 1) {
			return Barred
		}
		return float64(f.Outstanding(at))
	}}
)

// Least returns the open replica of a model with the least key, and the key. Ties go to the lowest
// identity. It returns NoReplica and Barred if every replica is barred.
//
// If the model has only one open replica, every call computes its key. Otherwise the first call
// with a measure computes the keys of all open replicas. From then on the fleet updates them, for
// the rest of the run.
func (f *Fleet) Least(m ModelID, by *Measure) (ReplicaID, float64) {
	if open := f.OpenReplicas(m); len(open) == 1 {
		if key := by.Key(f, open[0]); key < Barred {
			return open[0], key
		}
		return NoReplica, Barred
	}
	i, key := f.ranked(by).models[m].Least()
	if i < 0 {
		return NoReplica, key
	}
	return f.placed[m][i], key
}

// Sum returns the sum of the keys of a model's open replicas that are not barred. It is exact if
// all keys are whole numbers.
func (f *Fleet) Sum(m ModelID, by *Measure) float64 { return f.ranked(by).models[m].Sum() }

// Key returns the key of a replica by a measure. The replica is the one that ByNumber returns for m
// and n. Key returns Barred if the replica is not open.
func (f *Fleet) Key(m ModelID, by *Measure, n int) float64 { return f.ranked(by).models[m].Key(n) }

// Rerank computes the key of a replica again. A caller needs it if the key changed for another
// reason than the load of the replica.
func (f *Fleet) Rerank(by *Measure, at ReplicaID) {
	if r := &f.replicas[at]; r.Open() {
		f.ranked(by).models[r.Model].Set(int(r.Number), by.Key(f, at))
	}
}

// Changes counts how often the set of the open replicas of a model has changed.
func (f *Fleet) Changes(m ModelID) uint32 { return f.changes[m] }

// ranked returns the ranking of a measure, and makes it on first use. A run has few measures, so a
// linear search is quick.
func (f *Fleet) ranked(by *Measure) *ranking {
	for _, k := range f.rankings {
		if k.by == by {
			return k
		}
	}
	k := &ranking{by, make([]tournament, len(f.ready))}
	for m := range f.ready {
		for _, at := range f.OpenReplicas(ModelID(m)) {
			k.models[m].Set(int(f.replicas[at].Number), by.Key(f, at))
		}
	}
	f.rankings = append(f.rankings, k)
	return k
}

// ByNumber returns replica n of a model, counted from 0 in the order in which they were placed.
func (f *Fleet) ByNumber(m ModelID, n int) ReplicaID { return f.placed[m][n] }

// number gives a replica that was just placed its number.
func (f *Fleet) number(id ReplicaID) {
	r := &f.replicas[id]
	r.Number = int32(len(f.placed[r.Model]))
	f.placed[r.Model] = append(f.placed[r.Model], id)
}

// loadChanged updates the rankings after the load of a replica changed.
func (f *Fleet) loadChanged(at ReplicaID) {
	if f.rankings != nil {
		f.rerankAll(at)
	}
}

func (f *Fleet) rerankAll(at ReplicaID) {
	r := &f.replicas[at]
	if !r.Open() {
		return
	}
	for _, k := range f.rankings {
		k.models[r.Model].Set(int(r.Number), k.by.Key(f, at))
	}
}

// becameReady updates the rankings after a replica became ready, or was opened.
func (f *Fleet) becameReady(at ReplicaID) {
	f.changes[f.replicas[at].Model]++
	f.rerankAll(at)
}

// leftReady updates the rankings after a replica ceased to be ready, or was closed.
func (f *Fleet) leftReady(at ReplicaID) {
	r := &f.replicas[at]
	f.changes[r.Model]++
	for _, k := range f.rankings {
		k.models[r.Model].Set(int(r.Number), Barred)
	}
}
