package fleet

import (
	"wavetank/sim/kernel"
)

// ReplicaState is where a replica is in its life.
type ReplicaState uint8

// A replica loads, is ready, drains (finishes what it was given and takes nothing new) and is gone.
const (
	Loading ReplicaState = iota
	Ready
	Draining
	Gone
)

// Replica is one running copy of a variant. What every request touches of it fills one cache line:
// in a large fleet each look at a replica is a look into memory. Details holds the rest.
type Replica struct {
	Deployment DeploymentID
	Model      ModelID
	Machine    MachineID
	Number     int32  // number among the model's replicas, in the order they were placed, from 0
	Wake       uint32 // epoch of the batcher's alarm: an alarm of another epoch is late
	Executing  int32  // requests in service
	Busy       int32  // batches in service
	Slots      int32  // most batches in service at a time
	queue      queue
	State      ReplicaState
	sharing    bool        // its requests share it
	Touched    bool        // it may start something at the end of the present instant
	ends       kernel.Time // sum of the ends of services under way, unless they share the replica
	*Details
}

// Details is the part of a replica that is rarely looked at.
type Details struct {
	GPU     int         // index of its GPU on the machine, or of its first one; 0 for a CPU replica
	Start   int         // memory slot of the GPU at which its slice begins; 0 for none
	Since   kernel.Time // when it entered its state
	place   int         // index among the model's ready replicas
	further []int       // GPUs beside GPU
	running []RequestID // whose service was begun one by one
	owed    int64       // work owed to all requests in line, if the fleet weighs its lines
	shared  int64       // owed to the requests that share the replica
	tokens  int64       // prompt tokens of its unfinished requests, at a token replica
}

// Serves reports whether the replica may be given requests of a model.
func (r *Replica) Serves(m ModelID) bool { return r.State == Ready && r.Model == m }

// Queued returns the number of requests that wait at the replica.
func (r *Replica) Queued() int { return int(r.queue.length) }

// Held returns the number of requests that wait at the replica or are in service there. Those whose
// KV caches leave it are not among them: see Fleet.Outstanding.
func (r *Replica) Held() int { return int(r.queue.length + r.Executing) }

// Further returns the GPUs that the replica holds beside GPU, lowest first. The slice must not be
// changed.
func (r *Replica) Further() []int { return r.further }
