package sim

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Window is the observations between two instants: for each model its requests and their outcomes,
// for each deployment how busy its replicas were.
type Window struct {
	Start, End  kernel.Time
	Models      []ModelWindow
	Deployments []DeploymentWindow
	Waiting     []int // per model: requests that have not been started, at the end

	// Classes is the observations by model and class of request; nil without Setup.ByClass.
	Classes [][]ModelWindow
}

// ModelWindow is what was observed of one model. If others decode for a model, the answers and
// losses count at the model that the requests came for. The model that decodes has its arrivals,
// its prompts, and the requests that are at its own replicas.
type ModelWindow struct {
	Offered  int           // requests that arrived, or were handed over by prefill replicas
	Finished int           // requests that finished
	InTime   int           // of these: within every objective (fleet.Objectives.Met)
	Late     int           // of these: past an objective
	Lost     int           // requests rejected, timed out, dropped, failed or withdrawn
	Rejected int           // of these: not admitted, found the queue full, or were too large
	Dropped  int           // of these: taken out of the queue by a batcher
	Latency  time.Duration // sum over the requests that finished

	// Tokens of LLM requests. Objectives are those of the request; an objective that it lacks is
	// met.
	Prompt         int64 // tokens in the prompts of the requests offered
	Answered       int64 // output tokens of the requests that finished
	FirstTokens    int   // requests that emitted their first token, once for each attempt
	FirstInTime    int   // of these: seen within the objective of the first token
	PerTokenInTime int   // requests that finished within the objective of the time per token

	InSystem int           // requests that have arrived and not ended, at the end
	Presence time.Duration // sum of the times for which requests were in the system
}

// DeploymentWindow is what was observed of one deployment.
type DeploymentWindow struct {
	// Busy is the time that replicas spent serving, at most Ready. A batch replica counts by its
	// busy slots. A token replica counts the time of each step that ended in the window, times
	// Deployment.Utilization for the requests that ran in it.
	Busy  time.Duration
	Ready time.Duration // time that replicas were ready or draining, of all together

	// KV blocks of the ready token replicas at the end of the window, and how many are in use. They
	// are a reading at an instant, as a monitor that scrapes takes it, and not a mean over time.
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

// Expectation returns the window that a fleet is started with: the load that the first period will
// bring, in requests per second per model, as if it had just been observed for a period, and every
// request had been answered in time. It knows no tokens and no times.
func Expectation(c *fleet.Spec, rates []float64, period time.Duration) *Window {
	w := NewWindow(c, 0)
	w.Start = kernel.Time(-period)
	for m := range w.Models {
		n := int(rates[m]*period.Seconds() + 0.5)
		w.Models[m] = ModelWindow{Offered: n, Finished: n, InTime: n}
	}
	return w
}
