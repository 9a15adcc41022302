// Package fleet says what exists and what may be done with it: the machine types, models
// and deployments of a run, which are fixed, and its machines, replicas and requests with their
// states. It knows no policy and no clock but the instants it is given.
package fleet

import (
	"slices"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Typed indices: into the Spec for what is fixed, into the Fleet for what comes and goes. An index
// of a machine or replica is never used again within a run; that of a request is.
type (
	KindID       int32 // device kind, Spec.Kinds; CPU is always 0
	TypeID       int32 // machine type, Spec.Types
	ModelID      int32 // Spec.Models
	VariantID    int32 // Spec.Variants
	DeploymentID int32 // Spec.Deployments
	ClassID      int16 // Spec.Classes
	TenantID     int32 // Spec.Tenants
	PipelineID   int16 // Spec.Pipelines, from 1; 0: none
	MachineID    int32
	ReplicaID    int32
	RequestID    int32
)

// AtLeast returns a list with an element for a typed index, adding zeros where there is none.
func AtLeast[E any, I ~int32](list []E, i I) []E {
	if int(i) < len(list) {
		return list
	}
	return append(list, make([]E, int(i)+1-len(list))...)
}

// CPU is the device kind that every machine has.
const CPU KindID = 0

// NoReplica is the answer of a router that lets a request wait.
const NoReplica ReplicaID = -1

// Spec is everything fixed in a run: what can be rented, what can be served, and which replica can
// run where.
type Spec struct {
	Kinds       []string // device kinds; Kinds[CPU] is "cpu"
	Types       []MachineType
	Models      []Model
	Variants    []Variant
	Deployments []Deployment
	Classes     []Class  // service level classes; empty: every request has its model's objective
	Tenants     []string // who sends requests; empty: nobody tells them apart
	Pipelines   []Pipeline

	// StorageBandwidth is that of the storage from which all machines load weights, in bytes per
	// second; 0: no limit.
	StorageBandwidth float64

	// Carbon is the carbon intensity of the energy over time, in grams of CO2 per kilowatt-hour; 0
	// before the first point. Empty: it is not known.
	Carbon Timeline

	// Budget is the most that plans spend on machines, in US dollars per hour; 0: no limit.
	Budget float64

	// AccuracyWeight is what a point of accuracy is worth to plans, in US dollars per hour for each
	// request per second.
	AccuracyWeight float64

	// Grace is how long a replica may drain. What it has not finished then is lost with it. 0: as
	// long as it needs.
	Grace time.Duration
}

// Distribution varies a time around its mean: the factors that it draws have mean 1, and equal
// streams give equal ones.
type Distribution interface {
	Work(*kernel.Stream) float64
}

// Class is a service level class of requests.
type Class struct {
	Name       string
	Target     time.Duration // latency objective from arrival to finish; 0: the model's
	FirstToken time.Duration // objective from arrival to the first token; 0: the model's
	PerToken   time.Duration // objective of the mean time per further token; 0: the model's
	Percentile float64       // requests that must meet all, in percent; 0: the model's
	Priority   int           // the lower, the more urgent
	Weight     float64       // worth of a request relative to others; 1 where nothing is said
}

// MachineType is a kind of machine that can be rented.
type MachineType struct {
	Name             string
	Cores            int           // virtual CPU cores
	Memory           int64         // host memory, bytes
	GPU              KindID        // kind of its GPUs; CPU when it has none
	GPUs             int           // number of GPUs
	GPUMemory        int64         // memory of each GPU, bytes
	Sliced           bool          // into MIG slices; a replica takes a slice, or whole GPUs
	Price            float64       // US dollars per hour (Bill)
	Boot             time.Duration // mean time from order to ready
	BootDistribution Distribution  // by which it varies; nil: it does not
	Max              int           // most machines of this type at a time
	Min              int           // fewest that placers keep rented
	IdleWatts        float64       // whole machine, nothing running
	PeakWatts        float64       // whole machine, all devices busy

	// LoadBandwidth is that of the link by which the machine loads weights, in bytes per second.
	LoadBandwidth float64

	// Network is the bandwidth of the network link, each way, by which KV caches move between
	// machines, in bytes per second; 0: no limit.
	Network float64

	// Interference is the factor on a batch's latency for one other busy replica of its GPU. For k
	// of them it is 1 + k·(Interference − 1); 0 or 1: none.
	Interference float64

	// Reserved is how many machines are paid always, whether they are rented or not.
	Reserved int

	// Billing is the unit of time that is paid whole once it has started, from the order of the
	// machine on; 0: every nanosecond is paid by itself.
	Billing time.Duration

	// Prices follow each other in place of Price, which holds before the first of them.
	Prices Timeline

	Failures Failures
	Spot     Spot
	Outages  [][]Outage // of the n-th machine that is ordered, ascending; in place of Failures

	// Supply is ascending. Before its first entry Max machines are to be had. A reduction gives
	// Spot.Notice.
	Supply []Supply
}

// Failures says how machines of a type break down: up for a time, then under repair for a time, and
// so on.
type Failures struct {
	MTBF     time.Duration // mean time that a machine is up until it fails; 0: never
	Repair   time.Duration // mean time until it is up again
	Constant bool          // both times are exactly their means, else exponential around them
}

// Spot says how machines of a type are taken back by their owner.
type Spot struct {
	Life   time.Duration // mean time from up to the notice, exponential; 0: never
	Notice time.Duration // from the notice to the end
}

// Outage is one time that a machine is down in a trace.
type Outage struct {
	Down, Up kernel.Time
}

// Supply says how many machines of a type there are to rent from an instant on.
type Supply struct {
	From     kernel.Time
	Machines int
}

// Model is a class of requests that is answered by any of its variants.
type Model struct {
	Name       string
	Variants   []VariantID
	Target     time.Duration // objective from arrival to finish; 0, for token replicas: none
	FirstToken time.Duration // objective from arrival to the first token of the answer; 0: none
	PerToken   time.Duration // objective of the mean time per further token; 0: none
	Percentile float64       // share of requests that must meet all that are given, in percent
	Accuracy   float64       // least mean accuracy that plans aim at, in percent
	QueueLimit int           // most requests that wait, others are rejected; negative: any
	Timeout    time.Duration // a request that has waited so long for its start gives up; 0: never

	// Combine says what factor on the latency a batch takes from the works of its members.
	Combine Combine

	// Spread is the squared coefficient of variation of the works of its requests.
	Spread float64

	// Varied says that some of its requests carry more or less than one item.
	Varied bool

	// Capped says that some of its requests may be kept back by their sender, who has so many in
	// flight at most.
	Capped bool

	// Decoder is the model whose replicas go on with a request after this one's have computed its
	// prompt and emitted its first token; 0: none, which no decoder is.
	Decoder ModelID
}

// Lead returns how long it takes from an order until a replica of a deployment serves, in the mean.
func (c *Spec) Lead(d DeploymentID) time.Duration {
	k := &c.Deployments[d]
	return c.Types[k.Type].Boot + k.Load
}

// Decodes reports whether a model decodes what another's replicas have prefilled.
func (c *Spec) Decodes(m ModelID) bool {
	return m > 0 && slices.ContainsFunc(c.Models, func(other Model) bool { return other.Decoder == m })
}

// Asked returns the model that requests ask for which come to the replicas of a model: itself, or
// the one that it decodes for.
func (c *Spec) Asked(m ModelID) ModelID {
	from := slices.IndexFunc(c.Models, func(other Model) bool { return other.Decoder == m })
	if m == 0 || from < 0 {
		return m
	}
	return ModelID(from)
}

// Variant is one network that can answer a model's requests.
type Variant struct {
	Name     string
	Model    ModelID
	Accuracy float64 // in percent, of the measure that the model's catalogue entry names
	Weights  int64   // bytes to load
}

// Deployment is one way to run a variant: a replica of this shape on a machine of this type. It is
// the configuration c = (v, k, b) of the allocation problem.
type Deployment struct {
	Name              string // "resnet50/resnet50-fp16@g5.xlarge/a10g"
	Variant           VariantID
	Model             ModelID
	Type              TypeID
	Kind              KindID // the device that does the work
	Need              Resources
	Latency           profile.Batch
	MaxBatch          int            // places of the largest batch that meets the model's objective
	Slots             int            // batches in service at a time
	Load              time.Duration  // mean start-up, and loading the weights alone
	Transfer          time.Duration  // the last part of Load: its weights over the machine's link
	StartDistribution Distribution   // by which the start-up varies; nil: it does not
	Capacity          float64        // requests/s: utilization × Slots × throughput at MaxBatch
	Planned           PlannedBatch   // what plans count on; zero: MaxBatch requests of one item
	Lengths           PlannedLengths // of the requests that plans count on, at a token replica

	// Tokens is the engine of a token replica, which batches LLM requests continuously; nil: a
	// replica that works on batches by Latency, MaxBatch and Slots.
	Tokens *tokens.Config
}

// PlannedLengths are the mean tokens of the prompts and of the answers of requests.
type PlannedLengths struct{ Input, Output float64 }

// PlannedBatch is a full batch of requests as plans count on them.
type PlannedBatch struct {
	Requests float64       // in the mean
	Takes    time.Duration // in the mean
}

// FullBatch returns a batch of MaxBatch places that is full.
func (d *Deployment) FullBatch() PlannedBatch {
	if d.Planned.Requests == 0 {
		return PlannedBatch{float64(d.MaxBatch), d.Latency.Latency(d.MaxBatch)}
	}
	return d.Planned
}

// Utilization returns how much of its planned rate a token replica serves while n requests run, at
// most 1. The rate of n at a time is n/Latency(n). The planned rate is that of MaxBatch at a time.
func (d *Deployment) Utilization(n int) float64 {
	if n >= d.MaxBatch {
		return 1
	}
	part := float64(n) / float64(d.MaxBatch)
	if n > 0 && d.Latency.Max() >= d.MaxBatch {
		part *= float64(d.Latency.Latency(d.MaxBatch)) / float64(d.Latency.Latency(n))
	}
	return min(part, 1)
}

// Pipeline is a way through several models. A stage begins when all branches of the one before have
// finished, and each of its branches is a request of one model. Behind a stage a request may go
// back, and pass stages once more.
type Pipeline struct {
	Name       string
	Stages     [][]ModelID   // the branches of each
	Back       []int         // per stage, one up to it to go back to; -1: none; nil: all none
	Target     time.Duration // latency objective from the arrival to the end of the last stage
	Percentile float64       // share of requests that must meet Target, in percent
}

// Request is one request as the workload makes it. All random draws that it needs travel with it,
// so that every policy meets the same requests.
type Request struct {
	Model   ModelID
	Items   float32     // that it carries; 0: one. Size returns them
	Ordinal int64       // number in the order of arrival, from 0
	Arrival kernel.Time // instants never go back along the stream
	Work    float64     // factor on the latency, mean 1; a batch combines it (Model.Combine)
	Input   int32       // input tokens, 0 where the workload has none
	Output  int32       // output tokens, 0 where the workload has none

	Class    ClassID       // service level class
	Pipeline PipelineID    // that it is a branch of
	Tenant   TenantID      // who sent it
	Session  int64         // requests of one session have the same number, from 1; 0: none
	Patience time.Duration // longest wait for its start; 0: its model's Timeout
	Entered  kernel.Time   // when the request that it is a branch of arrived

	Content  *tokens.Content // of tokens, as requests share it, until it ends; nil: nothing
	Branches int32           // right behind it in the stream, of the same request
	Stage    int16           // of its pipeline, from 0, that it is a branch of
}
