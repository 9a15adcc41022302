package sim

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// FactKind says what happened, in the past tense.
type FactKind uint8

// Facts of requests, batches, replicas, machines and the run. Every request that arrived ends in
// exactly one of RequestFinished, RequestRejected, RequestTimedOut, RequestDropped, RequestFailed,
// RequestUnfinished, RequestCancelled and, for branches of pipelines only, RequestWithdrawn. An
// attempt of a client is a request, too.
const (
	RequestArrived    FactKind = iota
	RequestRouted              // given to Replica
	RequestRejected            // not admitted, or the model's queue was full
	RequestTimedOut            // gave up waiting, or its client gave up while it waited
	RequestDropped             // taken out of the queue unserved by the batcher
	RequestStarted             // in a batch that started at Replica
	RequestPreempted           // lost its slot at Replica to a more urgent request
	RequestResumed             // has a slot again
	RequestFinished            // Span is the latency from arrival
	RequestUnfinished          // still in flight when the run ended
	BatchStarted               // Count members, Span of service
	BatchFinished              // Count members, Span of service
	ReplicaLoading             // placed on Machine
	ReplicaReady
	ReplicaCancelled // removed while it loaded
	ReplicaDraining  // gets no new requests
	ReplicaRemoved   // removed after it had drained
	MachineOrdered   // billed from here
	MachineUp
	MachineReleased // billed until here
	Decided         // an allocator returned Plan
	WarmedUp        // the warm-up is over; metrics count from here
	HorizonReached  // no request arrives any more; time-weighted metrics count until here
	Ended           // the last fact of a run

	MachineFailed     // its replicas are lost; it is still billed
	MachineRepaired   // up again, without replicas
	MachineReclaiming // the provider wants it back: it drains until the notice ends
	BatchesLost       // Count batches that were in service at Replica, which was lost
	// removed with its requests, because its machine was lost or its grace period ended
	ReplicaLost
	RequestInterrupted // was in service at Replica, which was lost
	RequestRetried     // was at Replica, which was lost; waits for another replica
	RequestFailed      // was at Replica, which was lost; ends unserved

	RequestFirstToken // emitted its first token, which reaches the client Span after the arrival
	// emitted Count tokens that other requests delayed, Span after the token before
	RequestCaughtUp
	StepsTaken       // a token replica ended a run of steps: Steps
	RequestPrefilled // has its first token from Replica; a replica of Model is to decode the rest
	// the KV cache of a request arrived at Replica, Span after the request was routed there
	CacheMoved

	PipelineArrived  // a request of a pipeline, ahead of its branches
	PipelineEnded    // Outcome says how; Span is the latency if Outcome is RequestFinished
	RequestWithdrawn // a branch left the queue unserved, because its pipeline request had ended

	// RequestHeldBack comes right before the arrival of a request that its sender wanted to send
	// Span ago. If the request never arrives, the fact comes at the horizon.
	RequestHeldBack

	// A call is a request as its client sees it: one attempt or several. CallBegan comes right
	// before its first attempt arrives. Every call ends in exactly one CallEnded.
	CallBegan
	// Outcome says how; Span is the time from the first arrival to the answer if Outcome is
	// RequestFinished; Count attempts were made; Replica had the attempt that ended the call
	CallEnded
	// An attempt was in service at Replica, and ended because its client had gone. For an LLM,
	// Count is the number of tokens that it has emitted, also with RequestTimedOut.
	RequestCancelled

	// A request was served at Replica, and its answer is on its way to the client: for Network.
	// Span is the latency that the request will have when it finishes. In facts of token replicas
	// the replica decoded the answer.
	RequestAnswered

	// FactKinds is the number of kinds.
	FactKinds
)

// factNames are part of fingerprints: a kind keeps its name.
var factNames = [FactKinds]string{
	RequestArrived:     "request-arrived",
	RequestRouted:      "request-routed",
	RequestRejected:    "request-rejected",
	RequestTimedOut:    "request-timed-out",
	RequestDropped:     "request-dropped",
	RequestStarted:     "request-started",
	RequestPreempted:   "request-preempted",
	RequestResumed:     "request-resumed",
	RequestFinished:    "request-finished",
	RequestUnfinished:  "request-unfinished",
	BatchStarted:       "batch-started",
	BatchFinished:      "batch-finished",
	ReplicaLoading:     "replica-loading",
	ReplicaReady:       "replica-ready",
	ReplicaCancelled:   "replica-cancelled",
	ReplicaDraining:    "replica-draining",
	ReplicaRemoved:     "replica-removed",
	MachineOrdered:     "machine-ordered",
	MachineUp:          "machine-up",
	MachineReleased:    "machine-released",
	Decided:            "decided",
	WarmedUp:           "warmed-up",
	HorizonReached:     "horizon-reached",
	Ended:              "ended",
	MachineFailed:      "machine-failed",
	MachineRepaired:    "machine-repaired",
	MachineReclaiming:  "machine-reclaiming",
	BatchesLost:        "batches-lost",
	ReplicaLost:        "replica-lost",
	RequestInterrupted: "request-interrupted",
	RequestRetried:     "request-retried",
	RequestFailed:      "request-failed",
	RequestFirstToken:  "request-first-token",
	RequestCaughtUp:    "request-caught-up",
	StepsTaken:         "steps-taken",
	RequestPrefilled:   "request-prefilled",
	CacheMoved:         "cache-moved",
	PipelineArrived:    "pipeline-arrived",
	PipelineEnded:      "pipeline-ended",
	RequestWithdrawn:   "request-withdrawn",
	RequestHeldBack:    "request-held-back",
	CallBegan:          "call-began",
	CallEnded:          "call-ended",
	RequestCancelled:   "request-cancelled",
	RequestAnswered:    "request-answered",
}

// String returns the name of the kind, for example "request-arrived".
func (k FactKind) String() string { return factNames[k] }

// Fact is one thing that happened in a run. Fields without a meaning for the kind are -1 (indices)
// or zero.
type Fact struct {
	Kind       FactKind
	Outcome    FactKind // PipelineEnded, CallEnded: how the request ended
	At         kernel.Time
	Model      fleet.ModelID
	Deployment fleet.DeploymentID
	Replica    fleet.ReplicaID
	Machine    fleet.MachineID
	Type       fleet.TypeID
	// facts of pipeline requests and branches: index of the pipeline request in flight; of calls
	// and attempts: index of the call in flight
	Parent int32
	Gone   bool          // an attempt whose client no longer waits for it
	Count  int           // members of a batch, number of batches, tokens, or attempts of a call
	Span   time.Duration // service time of a batch, latency of a request, or as the kind says
	// RequestFinished, CallEnded, RequestAnswered: the part of Span in which the request and its
	// answer are on the network between zones. If it is above 0, RequestAnswered came before
	// RequestFinished.
	Network time.Duration
	Request *fleet.Request // valid during Observe only
	Plan    *Plan          // valid during Observe only
	Steps   *tokens.Steps  // valid during Observe only
	Timings *TokenTimings  // timings of a finished LLM request; valid during Observe only
	Reason  string         // why a request was rejected
}

// TokenTimings says how an LLM request was served, in the attempt that finished.
type TokenTimings struct {
	Queued     time.Duration // from arrival until it was scheduled
	FirstToken time.Duration // from arrival until its first token reached the client
	Cached     int32         // prompt tokens found in the prefix cache
	Preempted  int32         // how often it was preempted
}

// PerToken returns the mean time between the output tokens of a request: (latency − first
// token)/(output − 1). It returns 0 for an output of one token.
func (a *TokenTimings) PerToken(latency time.Duration, output int32) time.Duration {
	if output < 2 {
		return 0
	}
	return (latency - a.FirstToken) / time.Duration(output-1)
}
