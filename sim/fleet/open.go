package fleet

import (
	"slices"
	"sort"
)

// A ready replica is open: routers may give it requests. A run in which ready replicas can be
// closed (Closes) also knows which of them are closed. A closed replica goes on with the requests
// that it has.

// Closes tells the fleet that ready replicas can be closed. It is called before any replica is
// placed.
func (f *Fleet) Closes() {
	if f.closes {
		return
	}
	f.closes, f.open = true, make([][]ReplicaID, len(f.ready))
}

// Open reports whether routers may give the replica requests: it is ready and not closed.
func (r *Replica) Open() bool { return r.State == Ready && !r.closed }

// OpenReplicas returns the open replicas of a model, in the order they became ready. The slice must
// not be changed or kept.
func (f *Fleet) OpenReplicas(m ModelID) []ReplicaID {
	if f.closes {
		return f.open[m]
	}
	return f.ready[m]
}

// SetOpen opens or closes a ready replica. A replica that becomes ready is open.
func (f *Fleet) SetOpen(at ReplicaID, open bool) {
	r := &f.replicas[at]
	if r.closed == !open {
		return
	}
	if r.closed = !open; open {
		f.joinOpen(at)
		f.becameReady(at)
	} else {
		f.quitOpen(at)
		f.leftReady(at)
	}
}

// joinOpen adds a replica to the open replicas of its model.
func (f *Fleet) joinOpen(at ReplicaID) {
	list := &f.open[f.replicas[at].Model]
	*list = slices.Insert(*list, f.placeAmongOpen(at), at)
}

// quitOpen removes a replica from the open replicas of its model.
func (f *Fleet) quitOpen(at ReplicaID) {
	list, i := &f.open[f.replicas[at].Model], f.placeAmongOpen(at)
	*list = slices.Delete(*list, i, i+1)
}

// placeAmongOpen returns the place of a ready replica among the open replicas of its model.
func (f *Fleet) placeAmongOpen(at ReplicaID) int {
	r := &f.replicas[at]
	list := f.open[r.Model]
	return sort.Search(len(list), func(i int) bool { return f.replicas[list[i]].place >= r.place })
}
