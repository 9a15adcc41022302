package command

import (
	"fmt"
	"slices"

	"wavetank/policies/outside"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Greeting returns the first line for a policy of a kind. The caller adds the run.
func Greeting(kind string, c *fleet.Spec) Hello {
	h := Hello{Version: Version, Kind: kind, Units: Units{Time: "s", Rate: "1/s", Money: "USD"}}
	for m := range c.Models {
		h.Models = append(h.Models, c.Models[m].Name)
	}
	for d := range c.Deployments {
		k := &c.Deployments[d]
		h.Deployments = append(h.Deployments, Deployed{k.Name, c.Models[k.Model].Name, c.Types[k.Type].Name, k.Capacity})
	}
	for t := range c.Types {
		h.Machines = append(h.Machines, Available{c.Types[t].Name, c.Types[t].Price, c.Types[t].Max})
	}
	return h
}

// Allocator returns the function that asks a program for the decisions of an allocator, and the
// function that ends the program.
func Allocator(o Launch) (ask outside.Ask, end func() error) {
	p := &program{options: o}
	return func(o *outside.Observation) (a outside.Action, err error) {
		err = p.ask(map[string]any{"decide": o}, &a)
		return a, err
	}, p.close
}

// Routing is a request that a router has to give to one of the replicas.
type Routing struct {
	Time     float64         `json:"time"` // since the start of the run, in seconds
	Request  RequestView     `json:"request"`
	Replicas []ReplicaChoice `json:"replicas"` // the open replicas of the model
}

// RequestView is a request as a server knows it.
type RequestView struct {
	Model   string  `json:"model"`
	Number  int64   `json:"number"` // in the order of arrival
	Age     float64 `json:"age"`    // seconds since its arrival
	Items   float64 `json:"items"`
	Input   int     `json:"input"` // tokens
	Class   string  `json:"class,omitempty"`
	Tenant  int     `json:"tenant"`
	Session int64   `json:"session"`
	Attempt int     `json:"attempt"`
}

// ReplicaChoice is a replica among which a router chooses.
type ReplicaChoice struct {
	ID           int     `json:"id"`
	Deployment   string  `json:"deployment"`
	Machine      int     `json:"machine"`
	Outstanding  int     `json:"outstanding"`
	Queued       int     `json:"queued"`
	Free         int     `json:"free"` // batches that could start
	PromptTokens int64   `json:"prompt_tokens"`
	KVShare      float64 `json:"kv_share"`
}

// router asks a program about each request.
type router struct {
	program
	label  string
	choice Routing
}

// NewRouter returns the router of a program, for one run.
func NewRouter(o Launch, label string) *router {
	return &router{program: program{options: o}, label: label}
}

// Route implements sim.Router.
func (r *router) Route(v *sim.View, q *fleet.Request) fleet.ReplicaID {
	n := v.Open(q.Model)
	if n == 0 {
		return fleet.NoReplica
	}
	c, spec := &r.choice, v.Spec()
	c.Time, c.Replicas = v.Now().Seconds(), c.Replicas[:0]
	c.Request = RequestView{
		Model: spec.Models[q.Model].Name, Number: q.Ordinal, Age: v.Now().Sub(q.Arrival).Seconds(), Items: float64(max(1, q.Items)),
		Input: int(q.Input), Tenant: int(q.Tenant), Session: q.Session, Attempt: int(q.Attempt),
	}
	if int(q.Class) < len(spec.Classes) {
		c.Request.Class = spec.Classes[q.Class].Name
	}
	for i := range n {
		at := v.OpenAt(q.Model, i)
		load := v.Tokens(at)
		c.Replicas = append(c.Replicas, ReplicaChoice{
			ID: int(at), Deployment: v.Deployment(at).Name, Machine: int(v.Replica(at).Machine), Outstanding: v.Outstanding(at), Queued: v.Queued(at),
			Free: v.Free(at), PromptTokens: load.Prompts, KVShare: float64(load.Held) / float64(max(1, load.Blocks)),
		})
	}
	var answer struct {
		Replica *int `json:"replica"`
	}
	err := r.ask(map[string]any{"route": c}, &answer)
	if err == nil && answer.Replica == nil {
		err = fmt.Errorf("decision %d: the answer names no replica", r.asked)
	}
	if err == nil && !slices.ContainsFunc(c.Replicas, func(one ReplicaChoice) bool { return one.ID == *answer.Replica }) {
		err = fmt.Errorf("decision %d: replica %d is none of those offered", r.asked, *answer.Replica)
	}
	if err != nil {
		r.err = err
		return sim.Failed
	}
	return fleet.ReplicaID(*answer.Replica)
}

// Err implements sim.Fallible.
func (r *router) Err() error { return outside.Failed(r.err) }

// Close ends the program.
func (r *router) Close() error { return r.close() }

// String returns the label.
func (r *router) String() string { return r.label }
