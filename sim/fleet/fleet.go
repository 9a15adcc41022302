package fleet

import (
	"fmt"
	"slices"
)

// Fleet is the changing state of one run: machines, replicas and the requests in flight. Its
// methods keep its invariants. An impossible call returns an error if a policy can cause it.
// Otherwise it is a fault of the run, and panics.
type Fleet struct {
	spec     *Spec
	replicas []Replica
	varied   bool // some model has requests whose number of items is not 1
	machines []Machine
	live     []MachineID     // machines not released, in the order they were ordered
	active   []ReplicaID     // replicas not gone, in the order they were placed
	ready    [][]ReplicaID   // per model, in the order they became ready
	closes   bool            // ready replicas can be closed
	open     [][]ReplicaID   // per model, the ready replicas that are not closed; nil unless closes
	count    []ReplicaCounts // per deployment
	rented   []int           // per machine type, machines not released
	ordered  []int32         // per machine type, machines ordered so far
	limit    []int           // per machine type, most machines that can be rented now
	requests []slot          // the slab
	sides    []side          // second part of each place in the slab
	free     RequestID       // head of the free list of the slab
	byRank   bool            // queues are ordered by rank
	singly   bool            // a slot of a batch replica takes one request, not a batch
	heaps    [][]RequestID   // the lines of a ranked fleet
	weighs   bool            // a lever asks for the work left at replicas
	inFlight int             // requests in the slab
	pending  []queue         // requests that have no replica yet: lanes queues for each model
	lanes    int             // 1, or the number of classes
	backlogs []int64         // per queue of pending: the number of its last backlog; nil: one lane
	backlog  int64           // number of the last backlog of all queues
	inserted inserted        // the last request that insert added
	held     int             // number of requests in all queues of pending
	waiting  []int           // per model: requests not started, pending ones included
	changes  []uint32        // per model: how often its ready replicas changed
	placed   [][]ReplicaID   // per model: all its replicas ever, by their numbers
	rankings []*ranking      // the orders of ready replicas that levers asked for
	down     []bool          // per zone, from 1: it is down now; nil: none ever was
	sends    []sending       // per replica; replicas beyond its length send nothing
}

// ReplicaCounts is the number of replicas of one deployment in each state.
type ReplicaCounts struct{ Loading, Ready, Draining int }

// Current returns the number of loading and ready replicas.
func (c ReplicaCounts) Current() int { return c.Loading + c.Ready }

// New returns an empty fleet.
func New(c *Spec) *Fleet {
	f := &Fleet{
		spec:   c,
		ready:  make([][]ReplicaID, len(c.Models)),
		count:  make([]ReplicaCounts, len(c.Deployments)),
		rented: make([]int, len(c.Types)), ordered: make([]int32, len(c.Types)),
		limit:   make([]int, len(c.Types)),
		free:    none,
		pending: make([]queue, len(c.Models)),
		lanes:   1,
		waiting: make([]int, len(c.Models)),
		changes: make([]uint32, len(c.Models)),
		placed:  make([][]ReplicaID, len(c.Models)),
	}
	for m := range f.pending {
		f.varied = f.varied || c.Models[m].Varied
		f.pending[m] = emptyQueue
	}
	for t := range f.limit {
		f.limit[t] = c.Types[t].Max
	}
	return f
}

// Spec returns what is fixed in the run. It must not be changed.
func (f *Fleet) Spec() *Spec { return f.spec }

// Varied reports whether some model has requests whose number of items is not 1.
func (f *Fleet) Varied() bool { return f.varied }

// Rented returns the number of machines of a type that are not released.
func (f *Fleet) Rented(t TypeID) int { return f.rented[t] }

// Count returns the number of replicas of a deployment in each state.
func (f *Fleet) Count(d DeploymentID) ReplicaCounts { return f.count[d] }

// Live returns the machines that are not released, oldest first. The slice must not be changed or
// kept.
func (f *Fleet) Live() []MachineID { return f.live }

// Active returns the replicas that are not gone, oldest first. The slice must not be changed or
// kept.
func (f *Fleet) Active() []ReplicaID { return f.active }

// ReadyReplicas returns the ready replicas of a model, in the order they became ready. The slice
// must not be changed or kept.
func (f *Fleet) ReadyReplicas(m ModelID) []ReplicaID { return f.ready[m] }

// Machine returns the state of a machine, valid until the next change.
func (f *Fleet) Machine(id MachineID) *Machine { return &f.machines[id] }

// Replica returns the state of a replica, valid until the next change.
func (f *Fleet) Replica(id ReplicaID) *Replica { return &f.replicas[id] }

// Machines returns how many machines were ever ordered. Their identities count from 0.
func (f *Fleet) Machines() int { return len(f.machines) }

// Replicas returns how many replicas were ever placed. Their identities count from 0.
func (f *Fleet) Replicas() int { return len(f.replicas) }

// InFlight returns the number of requests that have arrived and have not ended.
func (f *Fleet) InFlight() int { return f.inFlight }

// Waiting returns the number of a model's requests that have not been started.
func (f *Fleet) Waiting(m ModelID) int { return f.waiting[m] }

// Holds reports whether some model has pending requests.
func (f *Fleet) Holds() bool { return f.held > 0 }

// remove removes id from an ascending list.
func remove[I ~int32](list []I, id I) []I {
	if i, ok := slices.BinarySearch(list, id); ok {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// known checks that an index given by a policy exists.
func known[I ~int32](what string, id I, n int) error {
	if id < 0 || int(id) >= n {
		return fmt.Errorf("%s %d does not exist (there are %d)", what, id, n)
	}
	return nil
}

// Measure orders the ready replicas of a model by a key: the lower the key, the better. A replica
// with the key +Inf is never chosen. A key may depend on the load of the replica, that is, on its
// queue and on what it executes. The fleet knows when the load changes. If a key depends on
// anything else, the caller must call Rerank when that changes.
type Measure struct {
	Key func(f *Fleet, at ReplicaID) float64
}

// ranking holds, for every model, the keys of its ready replicas by one measure. Keys are indexed
// by the number of the replica (Replica.Number).
type ranking struct {
	by     *Measure
	models []tournament
}
