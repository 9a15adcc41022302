package sim

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Window is what was observed between two instants: for each model what was asked and what came of
// it, for each deployment how busy its replicas were.
type Window struct {
	Start, End  kernel.Time
	Models      []ModelWindow
	Deployments []DeploymentWindow
}

// ModelWindow is what was observed of one model.
type ModelWindow struct {
	Offered  int           // requests that arrived
	Finished int           // requests that finished
	Lost     int           // requests rejected, timed out, dropped, failed or withdrawn
	Latency  time.Duration // sum over the requests that finished
	Prompt   int64         // prompt tokens of the requests that arrived
	Answered int64         // output tokens of the requests that finished
}

// DeploymentWindow is what was observed of one deployment.
type DeploymentWindow struct {
	// Busy is the time that replicas spent serving, at most Ready. A batch replica counts by its
	// busy slots. A token replica counts the time of each step that ended in the window, times
	// Deployment.Utilization for the requests that ran in it.
	Busy  time.Duration
	Ready time.Duration // time that replicas were ready or draining, of all together
}

// Utilization returns the share of ready replica time spent in service, in [0, 1], or 0 when none
// was ready.
func (d DeploymentWindow) Utilization() float64 {
	if d.Ready == 0 {
		return 0
	}
	return float64(d.Busy) / float64(d.Ready)
}

// Length returns the span of the window.
func (w *Window) Length() time.Duration { return w.End.Sub(w.Start) }

// Rate returns the offered load of a model in requests per second: what arrived, served or not.
func (w *Window) Rate(m fleet.ModelID) float64 {
	if w.End == w.Start {
		return 0
	}
	return float64(w.Models[m].Offered) / w.Length().Seconds()
}

// NewWindow returns a window that starts and ends at an instant.
func NewWindow(c *fleet.Spec, at kernel.Time) *Window {
	return &Window{Start: at, End: at, Models: make([]ModelWindow, len(c.Models)), Deployments: make([]DeploymentWindow, len(c.Deployments))}
}

// Expectation returns the window that a fleet is started with: the load that the first period will
// bring, in requests per second per model, as if it had just been observed for a period.
func Expectation(c *fleet.Spec, rates []float64, period time.Duration) *Window {
	w := NewWindow(c, 0)
	w.Start = kernel.Time(-period)
	for m := range w.Models {
		w.Models[m].Offered = int(rates[m]*period.Seconds() + 0.5)
		w.Models[m].Finished = w.Models[m].Offered
	}
	return w
}
