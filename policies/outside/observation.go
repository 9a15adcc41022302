// Package outside is the contract with policies that are no part of the program: what an allocator
// sees in a control period (Observation), and what it may answer (Action). Its subpackages ask
// such policies: script runs Starlark, wasm runs WebAssembly, command asks another program.
package outside

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Observation is what an allocator outside of the program sees in a control period. Times are in
// seconds, rates in requests per second, money is in US dollars. The keys are the same in every
// language.
type Observation struct {
	Time        float64           `json:"time"`   // since the start of the run
	Period      float64           `json:"period"` // until the next decision
	Window      float64           `json:"window"` // length of the window that was observed
	Spent       float64           `json:"spent"`  // for machines, since the start of the run
	Models      []ModelView       `json:"models"`
	Deployments []DeploymentView  `json:"deployments"`
	Machines    []MachineTypeView `json:"machines"`
}

// ModelView is a model in an Observation. Counts are those of the window.
type ModelView struct {
	Name         string  `json:"name"`
	Rate         float64 `json:"rate"` // arrivals
	Offered      int     `json:"offered"`
	Finished     int     `json:"finished"`
	InTime       int     `json:"in_time"` // finished within every objective
	Late         int     `json:"late"`
	Lost         int     `json:"lost"`    // rejected, dropped, failed or timed out
	Latency      float64 `json:"latency"` // mean of the requests that finished; 0 if none did
	PromptTokens int64   `json:"prompt_tokens"`
	OutputTokens int64   `json:"output_tokens"`
	Waiting      int     `json:"waiting"` // not started, now
	Ready        int     `json:"ready"`   // replicas, now
	Lead         float64 `json:"lead"`    // longest mean time from an order until a replica serves
}

// DeploymentView is a deployment in an Observation: a variant of a model on a machine type.
type DeploymentView struct {
	Name        string  `json:"name"`
	Model       string  `json:"model"`
	Machine     string  `json:"machine"`
	Capacity    float64 `json:"capacity"` // of one replica, as planned
	Lead        float64 `json:"lead"`     // mean time from an order until a replica serves
	Loading     int     `json:"loading"`
	Ready       int     `json:"ready"`
	Draining    int     `json:"draining"`
	Utilization float64 `json:"utilization"` // share of ready time spent in service, in the window
}

// MachineTypeView is a machine type in an Observation.
type MachineTypeView struct {
	Name   string  `json:"name"`
	Price  float64 `json:"price"`  // per hour, now
	Limit  int     `json:"limit"`  // how many may be rented now
	Rented int     `json:"rented"` // not released yet
	Boot   float64 `json:"boot"`   // mean time from an order until it is ready
}

// Observe returns what a view shows.
func Observe(v *sim.View) *Observation {
	c, w := v.Spec(), v.Window()
	o := &Observation{
		Time: v.Now().Seconds(), Period: v.Period().Seconds(), Window: w.Length().Seconds(), Spent: v.Spent(),
		Models: make([]ModelView, len(c.Models)), Deployments: make([]DeploymentView, len(c.Deployments)), Machines: make([]MachineTypeView, len(c.Types)),
	}
	for m := range c.Models {
		seen := &w.Models[m]
		one := ModelView{
			Name: c.Models[m].Name, Rate: w.Rate(fleet.ModelID(m)), Offered: seen.Offered, Finished: seen.Finished, InTime: seen.InTime,
			Late: seen.Late, Lost: seen.Lost, PromptTokens: seen.Prompt, OutputTokens: seen.Answered,
			Waiting: v.Waiting(fleet.ModelID(m)), Ready: v.Ready(fleet.ModelID(m)),
		}
		if seen.Finished > 0 {
			one.Latency = seen.Latency.Seconds() / float64(seen.Finished)
		}
		o.Models[m] = one
	}
	for d := range c.Deployments {
		k, n, lead := &c.Deployments[d], v.Count(fleet.DeploymentID(d)), c.Lead(fleet.DeploymentID(d)).Seconds()
		longest := &o.Models[k.Model].Lead
		*longest = max(*longest, lead)
		o.Deployments[d] = DeploymentView{
			Name: k.Name, Model: c.Models[k.Model].Name, Machine: c.Types[k.Type].Name, Capacity: k.Capacity,
			Lead: lead, Loading: n.Loading, Ready: n.Ready, Draining: n.Draining,
			Utilization: w.Deployments[d].Utilization(),
		}
	}
	for t := range c.Types {
		k := &c.Types[t]
		o.Machines[t] = MachineTypeView{
			Name: k.Name, Price: k.PriceAt(v.Now()), Limit: v.Limit(fleet.TypeID(t)), Rented: v.Rented(fleet.TypeID(t)), Boot: k.Boot.Seconds(),
		}
	}
	return o
}
