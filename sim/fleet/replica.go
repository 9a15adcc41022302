package fleet

import (
	"wavetank/sim/kernel"
)

// ReplicaState is the stage in the life of a replica.
type ReplicaState uint8

// A replica loads, is ready, drains (finishes its requests and gets no new ones), and is gone.
const (
	Loading ReplicaState = iota
	Ready
	Draining
	Gone
)

// Replica is one running copy of a variant. The fields that every request reads or writes fill one
// cache line, since in a large fleet every access to a replica is a cache miss. Details holds the
// other fields.
type Replica struct {
	Deployment DeploymentID
	Model      ModelID
	Machine    MachineID
	Number     int32  // number among the model's replicas, in the order they were placed, from 0
	Wake       uint32 // epoch of the batcher's alarm; an alarm of another epoch is outdated
	Executing  int32  // requests in service
	Busy       int32  // batches in service
	Slots      int32  // most batches in service at a time
	queue      queue
	State      ReplicaState
	sharing    bool        // its requests share it (Fleet.Share)
	Touched    bool        // it may start something at the end of the present instant
	closed     bool        // it is ready, and routers must not give it requests
	ends       kernel.Time // sum of the ends of services under way, unless they share the replica
	*Details
}

// Details holds the fields of a replica that are rarely used.
type Details struct {
	GPU     int         // index of its (first) GPU on the machine; 0 for a CPU replica
	Start   int         // memory slot of the GPU at which its slice begins; 0 for none
	Since   kernel.Time // when it entered its state
	place   int         // index among the model's ready replicas
	further []int       // its GPUs other than GPU
	running []RequestID // requests in service that were started by Begin
	owed    int64       // work owed to all requests in line, if a lever asks for it
	shared  int64       // work owed to the requests that share the replica
	tokens  int64       // prompt tokens of its unfinished requests; only a token replica
}

// Serves reports whether the replica may be given requests of a model.
func (r *Replica) Serves(m ModelID) bool { return r.Open() && r.Model == m }

// Queued returns the number of requests that wait at the replica.
func (r *Replica) Queued() int { return int(r.queue.length) }

// Held returns the number of requests that wait at the replica or are in service there. Those whose
// KV caches leave it are not among them: see Fleet.Outstanding.
func (r *Replica) Held() int { return int(r.queue.length + r.Executing) }

// Further returns the GPUs of the replica other than GPU, lowest first. The slice must not be
// changed.
func (r *Replica) Further() []int { return r.further }
