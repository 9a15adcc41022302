package sim

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Window holds the observations between two instants: the requests of each model with their
// outcomes, and how busy the replicas of each deployment were.
type Window struct {
	Start, End  kernel.Time
	Models      []ModelWindow
	Deployments []DeploymentWindow
	Waiting     []int // per model: requests that have not been started, at the end of the window

	// Classes holds the observations by model and class of request; nil without Setup.ByClass.
	Classes [][]ModelWindow
}

// ModelWindow holds the observations of one model. With disaggregated prefill and decode, answers
// and losses count at the model that the requests came for. The decode model counts the requests
// handed over to it, their prompts, and the requests at its own replicas.
type ModelWindow struct {
	Offered  int           // requests that arrived, or were handed over by prefill replicas
	Finished int           // requests that finished
	InTime   int           // finished requests: within every objective (fleet.Objectives.Met)
	Late     int           // finished requests: past an objective
	Lost     int           // requests rejected, timed out, dropped, failed, withdrawn or cancelled
	Rejected int           // lost requests: not admitted, beyond the queue limit, or too large
	Dropped  int           // lost requests: taken out of the queue by a batcher
	Latency  time.Duration // sum over the requests that finished

	// Tokens of LLM requests. An objective that a request does not have counts as met.
	Prompt         int64 // tokens in the prompts of the offered requests
	Answered       int64 // output tokens of the requests that finished
	FirstTokens    int   // requests that emitted their first token, once for each attempt
	FirstInTime    int   // first tokens within the objective of the first token
	PerTokenInTime int   // requests that finished within the objective of the time per token

	InSystem int           // requests that have arrived and not ended, at the end of the window
	Presence time.Duration // sum of the times for which requests were in the system
}

// DeploymentWindow holds the observations of one deployment.
type DeploymentWindow struct {
	// Busy is the time that replicas spent serving, at most Ready. A batch replica counts the share
	// of its slots that are busy. If it shares its GPU in time, the time of its batches is divided
	// by its share. A token replica counts each step that ended in the window: its time times
	// Deployment.Utilization for the requests that ran in it.
	Busy  time.Duration
	Ready time.Duration // time that replicas were ready or draining, summed over replicas

	// Blocks counts the KV blocks of the ready token replicas, Held those in use. Both are read at
	// the end of the window, as a monitoring system samples them. They are not means over time.
	Held, Blocks int
}

// Utilization returns the share of ready replica time spent in service, in [0, 1], or 0 when none
// was ready.
func (d DeploymentWindow) Utilization() float64 {
	if d.Ready == 0 {
		return 0
	}
	return float64(d.Busy) / float64(d.Ready)
}

// KVShare returns the share of the KV blocks that is in use at the end of the window, in [0, 1], or
// 0 if no token replica is ready.
func (d DeploymentWindow) KVShare() float64 {
	if d.Blocks == 0 {
		return 0
	}
	return float64(d.Held) / float64(d.Blocks)
}

// Length returns the span of the window.
func (w *Window) Length() time.Duration { return w.End.Sub(w.Start) }

// Rate returns the offered load of a model in requests per second: all arrivals, served or not.
func (w *Window) Rate(m fleet.ModelID) float64 {
	if w.End == w.Start {
		return 0
	}
	return float64(w.Models[m].Offered) / w.Length().Seconds()
}

// Concurrency returns the mean number of a model's requests in the system over the window, waiting
// or in service.
func (w *Window) Concurrency(m fleet.ModelID) float64 {
	if w.End == w.Start {
		return 0
	}
	return float64(w.Models[m].Presence) / float64(w.Length())
}

// NewWindow returns a window that starts and ends at an instant.
func NewWindow(c *fleet.Spec, at kernel.Time) *Window {
	return &Window{
		Start: at, End: at, Models: make([]ModelWindow, len(c.Models)),
		Deployments: make([]DeploymentWindow, len(c.Deployments)), Waiting: make([]int, len(c.Models)),
	}
}

// ByClass lets a window count every model by class.
func (w *Window) ByClass(c *fleet.Spec) {
	w.Classes = make([][]ModelWindow, len(c.Models))
	for m := range w.Classes {
		w.Classes[m] = make([]ModelWindow, len(c.Classes))
	}
}

// Expectation returns the window that an allocator sees at the start of a run. It shows the load of
// the first period as if it had just been observed for one period, with every request answered in
// time. Rates are in requests per second per model. Tokens and latencies are 0.
func Expectation(c *fleet.Spec, rates []float64, period time.Duration) *Window {
	w := NewWindow(c, 0)
	w.Start = kernel.Time(-period)
	for m := range w.Models {
		n := int(rates[m]*period.Seconds() + 0.5)
		w.Models[m] = ModelWindow{Offered: n, Finished: n, InTime: n}
	}
	return w
}
