// Package fleet holds what exists in a run, and the operations that are allowed on it. Spec holds
// the fixed part: machine types, models and deployments. Fleet holds the changing part: machines,
// replicas and requests with their states. The package knows no policies. It has no clock: callers
// pass the instants.
package fleet

import (
	"slices"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Typed indices into the lists of Spec and Fleet. The index of a machine or replica is never used
// again within a run. The index of a request is.
type (
	KindID       int32 // device kind, Spec.Kinds; CPU is always 0
	TypeID       int32 // machine type, Spec.Types
	ModelID      int32 // Spec.Models
	VariantID    int32 // Spec.Variants
	DeploymentID int32 // Spec.Deployments
	ClassID      int16 // Spec.Classes
	TenantID     int32 // Spec.Tenants
	PipelineID   int8  // Spec.Pipelines, from 1, at most MostPipelines; 0: none
	MachineID    int32
	ReplicaID    int32
	RequestID    int32
)

// AtLeast returns a list that has an element at index i. It adds zero elements if needed.
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

// Spec holds everything that is fixed in a run: what can be rented, what can be served, and which
// replicas can run where.
type Spec struct {
	Kinds       []string // device kinds; Kinds[CPU] is "cpu"
	Types       []MachineType
	Models      []Model
	Variants    []Variant
	Deployments []Deployment
	Classes     []Class  // service level classes; empty: models alone have objectives
	Tenants     []string // names of the senders of requests; empty: requests name no sender
	Pipelines   []Pipeline
	Clients     []Client // senders that have a timeout or make several attempts

	Zones []Zone // places whose machines can all be lost at once

	// RoundTrips are the times that a request and its answer together are on the network, by the
	// zone of the client and the zone of the replica, both from 0. The table is symmetric. Nil:
	// they take no time.
	RoundTrips [][]time.Duration

	// StorageBandwidth is the bandwidth of the storage from which all machines load weights, in
	// bytes per second; 0: no limit.
	StorageBandwidth float64

	// StorageOutages are spans in which loads of weights make no progress.
	StorageOutages []Outage

	// Carbon is the carbon intensity of the energy over time, in grams of CO2 per kilowatt-hour. It
	// is 0 before the first point. Empty: unknown.
	Carbon Timeline

	// Budget is the most that plans spend on machines, in US dollars per hour; 0: no limit.
	Budget float64

	// AccuracyWeight is what a point of accuracy is worth to plans, in US dollars per hour for each
	// request per second.
	AccuracyWeight float64

	// KeepsShares says that a replica on a GPU that is shared in time rests for Deployment.Others
	// after each batch, even if the GPU is free. Otherwise it uses what others leave.
	KeepsShares bool

	// Grace is how long a replica may drain. After that, the replica is lost with its unfinished
	// requests. 0: as long as it needs.
	Grace time.Duration
}

// Distribution draws factors with mean 1, which vary a time around its mean. Equal streams give
// equal factors.
type Distribution interface {
	Work(*kernel.Stream) float64
}

// Class is a service level class of requests.
type Class struct {
	Name       string
	Target     time.Duration // latency objective from arrival to finish; 0: that of the model
	FirstToken time.Duration // objective from arrival to the first token; 0: that of the model
	PerToken   time.Duration // objective of the mean time per further token; 0: that of the model
	// share of requests that must meet all objectives, in percent; 0: that of the model
	Percentile float64
	Priority   int     // a lower number is more urgent
	Weight     float64 // value of a request relative to others, default 1
}

// MachineType is a kind of machine that can be rented.
type MachineType struct {
	Name      string
	Cores     int    // virtual CPU cores
	Memory    int64  // host memory, bytes
	GPU       KindID // kind of its GPUs; CPU when it has none
	GPUs      int    // number of GPUs
	GPUMemory int64  // memory of each GPU, bytes
	// GPUs are cut into MIG slices; a replica takes a slice, or whole GPUs
	Sliced           bool
	Price            float64       // US dollars per hour; Bill says how it is paid
	Boot             time.Duration // mean time from order to ready
	BootDistribution Distribution  // how boot times vary; nil: they do not
	Max              int           // most machines of this type at a time
	Min              int           // fewest machines that placers keep rented
	IdleWatts        float64       // power of the whole machine when idle, watts
	PeakWatts        float64       // power of the whole machine with all devices busy, watts

	// LoadBandwidth is the bandwidth of the link by which the machine loads weights, in bytes per
	// second.
	LoadBandwidth float64

	// Network is the bandwidth of the network link, each way, by which KV caches move between
	// machines, in bytes per second; 0: no limit.
	Network float64

	// Interference is the factor on the latency of a batch if one other replica on the GPU is busy.
	// With k busy replicas it is 1 + k·(Interference − 1). 0 or 1: no interference.
	Interference float64

	// Slowdowns are spans of time in which machines are slow.
	Slowdowns []Slowdown

	// Sleep says how replicas sleep that leave a machine; nil: they end.
	Sleep *Sleep

	// Zones are the zones in which machines of the type stand. A machine that is ordered stands in
	// the zone that NextZone returns, unless a plan says otherwise. Empty: they stand in no zone.
	Zones []ZoneID

	// Maintenance is the times at which machines are drained and closed, ascending. They do not
	// overlap.
	Maintenance []Maintenance

	// Reserved is the number of machines that are always paid, rented or not.
	Reserved int

	// Billing is the unit of time of the bill, counted from the order of a machine. A started unit
	// is paid in full. 0: machines are paid by the nanosecond.
	Billing time.Duration

	// Prices replaces Price from its first point on.
	Prices Timeline

	Failures Failures
	Spot     Spot
	Outages  [][]Outage // per machine in the order of orders, ascending; replaces Failures

	// Supply is how many machines can be rented over time, ascending. Before its first entry it is
	// Max. Machines lost to a reduction get Spot.Notice.
	Supply []Supply
}

// Failures says how machines of a type fail: a machine is up for a time, then under repair for a
// time, and so on.
type Failures struct {
	MTBF     time.Duration // mean time that a machine is up before it fails; 0: it never fails
	Repair   time.Duration // mean time from a failure until the machine is up again
	Constant bool          // both times are always their means; else both are exponential
}

// Spot says how the provider takes back machines of a type.
type Spot struct {
	Life   time.Duration // mean time from up to the notice, exponential; 0: never
	Notice time.Duration // from the notice until the machine is taken back
}

// Outage is one span in which a machine is down, in a trace of a machine type.
type Outage struct {
	Down, Up kernel.Time
}

// Supply says how many machines of a type there are to rent from an instant on.
type Supply struct {
	From     kernel.Time
	Machines int
}

// Model is a service that clients send requests to. Each of its variants can answer them.
type Model struct {
	Name     string
	Variants []VariantID
	// latency objective from arrival to finish; 0, only for token replicas: none
	Target     time.Duration
	FirstToken time.Duration // objective from arrival to the first token of the answer; 0: none
	PerToken   time.Duration // objective of the mean time per further token; 0: none
	Percentile float64       // share of requests that must meet all objectives, in percent
	Accuracy   float64       // lowest mean accuracy that plans may have, in percent
	QueueLimit int           // most requests that may wait; others are rejected; negative: no limit
	Timeout    time.Duration // a request that has waited this long for its start gives up; 0: never

	// Combine says how the latency of a batch depends on the works of its members.
	Combine Combine

	// Spread is the squared coefficient of variation of the works of its requests.
	Spread float64

	// Varied says that some of its requests have a number of items other than 1.
	Varied bool

	// Capped says that some senders of its requests have a limit on requests in flight, and keep
	// further requests back.
	Capped bool

	// Decoder is the model whose replicas decode the requests of this model, after a replica of
	// this model has computed the prompt and emitted the first token. 0: none. Model 0 cannot be a
	// decoder.
	Decoder ModelID
}

// Lead returns the mean time from the order of a machine until a replica of a deployment on it is
// ready.
func (c *Spec) Lead(d DeploymentID) time.Duration {
	k := &c.Deployments[d]
	return c.Types[k.Type].Boot + k.Load
}

// Decodes reports whether a model is the Decoder of another model.
func (c *Spec) Decodes(m ModelID) bool {
	return c.Asked(m) != m
}

// Asked returns the model that clients ask for when their requests come to the replicas of model m.
// It is m, or the model that m decodes for.
func (c *Spec) Asked(m ModelID) ModelID {
	if m > 0 {
		for i := range c.Models {
			if c.Models[i].Decoder == m {
				return ModelID(i)
			}
		}
	}
	return m
}

// AllAsked returns Asked of every model.
func (c *Spec) AllAsked() []ModelID {
	list := make([]ModelID, len(c.Models))
	for m := range list {
		list[m] = ModelID(m)
	}
	for m := range slices.Backward(c.Models) {
		if d := c.Models[m].Decoder; d > 0 {
			list[d] = ModelID(m)
		}
	}
	return list
}

// Variant is one neural network that can answer the requests of a model.
type Variant struct {
	Name     string
	Model    ModelID
	Accuracy float64 // in percent; the catalogue entry of the model names the measure
	Weights  int64   // bytes to load
}

// Deployment is one way to run a variant: a replica of this shape on a machine of this type. It is
// the configuration c = (v, k, b) of the allocation problem.
type Deployment struct {
	Name     string // "resnet50/resnet50-fp16@g5.xlarge/a10g"
	Variant  VariantID
	Model    ModelID
	Type     TypeID
	Kind     KindID // the device kind that does the work
	Need     Resources
	Latency  profile.Batch
	MaxBatch int // places of the largest batch that meets the model's objective
	Slots    int // batches in service at a time
	// planned share of the time of its GPU, in thousandths, if the replicas on it take turns;
	// 0: they do not
	TimeShare int
	// with a TimeShare: the time of the others' batches in its planned cycle
	Others time.Duration
	// mean start-up time plus the time to load the weights with the link to itself
	Load    time.Duration
	Weights int64 // bytes of the weights
	// the last part of Load: the transfer of the weights over the machine's link
	Transfer          time.Duration
	StartDistribution Distribution // how start-up times vary; nil: they do not
	Capacity          float64      // requests/s: utilization × Slots × throughput at MaxBatch
	// the full batch that plans assume; zero: MaxBatch requests of one item
	Planned PlannedBatch
	// mean tokens of requests that plans assume; only a token replica
	Lengths PlannedLengths

	// Tokens configures the engine of a token replica, which batches LLM requests continuously.
	// Nil: replicas are batch replicas, described by Latency, MaxBatch and Slots.
	Tokens *tokens.Config
}

// PlannedLengths are the mean numbers of prompt tokens and output tokens of requests.
type PlannedLengths struct{ Input, Output float64 }

// PlannedBatch is a full batch as plans assume it.
type PlannedBatch struct {
	Requests float64       // mean number of requests
	Takes    time.Duration // mean service time
}

// FullBatch returns the mean full batch of MaxBatch places: Planned, or MaxBatch requests of one
// item.
func (d *Deployment) FullBatch() PlannedBatch {
	if d.Planned.Requests == 0 {
		return PlannedBatch{float64(d.MaxBatch), d.Latency.Latency(d.MaxBatch)}
	}
	return d.Planned
}

// Utilization returns the share of its planned rate that a token replica serves while n requests
// run, at most 1. The rate with n running requests is n/Latency(n). The planned rate is the rate
// with MaxBatch running requests.
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

// Pipeline is a sequence of stages over several models. Each branch of a stage is a request of one
// model. A stage begins when all branches of the stage before have finished. After a stage, a
// request may go back to an earlier stage and pass the stages from there again.
type Pipeline struct {
	Name   string
	Stages [][]ModelID // the models of the branches of each stage
	// per stage: the stage to go back to, at most itself; -1: none; nil: none at all
	Back       []int
	Target     time.Duration  // latency objective from the arrival to the end of the last stage
	Percentile float64        // share of requests that must meet Target, in percent
	Retries    *BranchRetries // nil: a branch that is not answered ends its request
}

// Request is one request as the workload makes it. It carries all the random draws that it needs,
// so that every policy meets the same requests.
type Request struct {
	Model    ModelID
	Class    ClassID     // service level class
	Pipeline PipelineID  // pipeline of which it is a branch
	Zone     ZoneID      // zone of its client; 0: none
	Arrival  kernel.Time // never decreases along the stream
	Work     float64     // factor on the latency, mean 1; Model.Combine says how a batch uses it
	Input    int32       // input tokens, 0 if the workload has none
	Output   int32       // output tokens, 0 if the workload has none

	Items    float32       // number of items; 0 counts as 1 (Size)
	Tenant   TenantID      // its sender
	Ordinal  int64         // number in the order of arrival, from 0
	Session  int64         // requests of one session have the same number, from 1; 0: none
	Patience time.Duration // longest wait for its start; 0: Timeout of its model
	Entered  kernel.Time   // branch or attempt: when the whole request arrived

	// its tokens, as far as requests share them; valid until it ends; nil: none shared
	Content *tokens.Content
	// how many further branches of the same pipeline request follow it in the stream
	Branches int32
	Stage    int16 // stage of its pipeline, from 0

	Client  ClientID // its client; 0: none
	Attempt uint8    // attempt of a client: its number, from 1; 0: no attempt
}
