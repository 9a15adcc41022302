package fleet

import (
	"fmt"
	"slices"
)

// Fleet is the changing state of one run: machines, replicas and the requests in flight. Its
// methods keep it sound. What a policy may ask for and cannot be returns an error; what only a run
// does and cannot be panics.
type Fleet struct {
	spec     *Spec
	replicas []Replica
	varied   bool // requests of some model carry more or less than one item
	machines []Machine
	live     []MachineID     // not released, in the order they were ordered
	active   []ReplicaID     // not gone, in the order they were placed
	ready    [][]ReplicaID   // per model, in the order they became ready
	count    []ReplicaCounts // per deployment
	rented   []int           // per machine type, machines not released
	limit    []int           // per machine type, most machines that can be rented now
	requests []slot          // the slab
	sides    []side          // beside it
	free     RequestID       // head of the free list of the slab
	byRank   bool            // queues are ordered by rank
	singly   bool            // a slot takes one request, not a batch
	heaps    [][]RequestID   // the lines of a ranked fleet
	weighs   bool            // a lever asks for the work left of replicas
	inFlight int             // requests in the slab
	pending  []queue         // per model: requests that no replica has been given yet
	held     int             // the requests of all of pending
	waiting  []int           // per model: requests not started, pending ones included
	changes  []uint32        // per model: how often its ready replicas changed
	placed   [][]ReplicaID   // per model: all its replicas ever, by their numbers
	rankings []*ranking      // the orders of ready replicas that routers asked for
	sends    []sending       // per replica; shorter if none of the others sends
}

// ReplicaCounts is the number of replicas of one deployment in each state.
type ReplicaCounts struct{ Loading, Ready, Draining int }

// Current returns the replicas that serve or will: loading and ready ones.
func (c ReplicaCounts) Current() int { return c.Loading + c.Ready }

// New returns an empty fleet.
func New(c *Spec) *Fleet {
	f := &Fleet{
		spec:    c,
		ready:   make([][]ReplicaID, len(c.Models)),
		count:   make([]ReplicaCounts, len(c.Deployments)),
		rented:  make([]int, len(c.Types)),
		limit:   make([]int, len(c.Types)),
		free:    none,
		pending: make([]queue, len(c.Models)),
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

// Varied reports whether requests of some model carry more or less than one item.
func (f *Fleet) Varied() bool { return f.varied }

// Rented returns the number of machines of a type that are not released.
func (f *Fleet) Rented(t TypeID) int { return f.rented[t] }

// Count returns the replicas of a deployment.
func (f *Fleet) Count(d DeploymentID) ReplicaCounts { return f.count[d] }

// Live returns the machines that are not released, oldest first. The slice must not be changed or
// kept.
func (f *Fleet) Live() []MachineID { return f.live }

// Active returns the replicas that are not gone, oldest first. The slice must not be changed or
// kept.
func (f *Fleet) Active() []ReplicaID { return f.active }

// ReadyReplicas returns the replicas that may be given a model's requests, in the order they became
// ready. The slice must not be changed or kept.
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

// Pending returns the number of a model's requests that no replica has been given yet.
func (f *Fleet) Pending(m ModelID) int { return int(f.pending[m].length) }

// Holds reports whether a request of some model waits that no replica has been given yet.
func (f *Fleet) Holds() bool { return f.held > 0 }

// remove takes id out of an ascending list.
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

// Measure puts the ready replicas of a model in an order: the lower the key, the better. A replica
// with the key +Inf is never chosen. A key may depend on the load of the replica, which is its
// queue and what it executes: the fleet knows when that changes. If a key depends on anything
// else, Rerank must tell that it changed.
type Measure struct {
	Key func(f *Fleet, at ReplicaID) float64
}

// ranking keeps the ready replicas of every model in the order of one measure, with a key for each
// number of a replica.
type ranking struct {
	by     *Measure
	models []tournament
}
