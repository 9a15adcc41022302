package command

import (
	"encoding/json"
	"fmt"
	"strconv"

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

// Allocator returns the functions that ask a program for the decisions of an allocator, that tell
// it the end of the run, and that end the program.
func Allocator(o Launch) (ask outside.Ask, tell outside.Tell, end func() error) {
	p := &program{options: o}
	ask = func(o *outside.Observation) (a outside.Action, err error) {
		question, err := json.Marshal(map[string]any{"decide": o})
		if err == nil {
			err = p.ask(question, &a)
		}
		return a, err
	}
	tell = func(o *outside.Observation) {
		if line, err := json.Marshal(map[string]any{"over": o}); err == nil {
			p.tell(line)
		}
	}
	return ask, tell, p.close
}

// router asks a program about each request.
type router struct {
	program
	label    string
	question []byte
}

// NewRouter returns the router of a program, for one run.
func NewRouter(o Launch, label string) *router {
	return &router{program: program{options: o}, label: label}
}

// Route implements sim.Router.
func (r *router) Route(v *sim.View, q *fleet.Request) fleet.ReplicaID {
	if v.Open(q.Model) == 0 {
		return fleet.NoReplica
	}
	r.question = appendRouting(r.question[:0], v, q)
	var answer struct {
		Replica *fleet.ReplicaID `json:"replica"`
	}
	err := r.ask(r.question, &answer)
	if err == nil && answer.Replica == nil {
		err = fmt.Errorf("decision %d: the answer names no replica", r.asked)
	}
	if err == nil && !offered(v, q.Model, *answer.Replica) {
		err = fmt.Errorf("decision %d: replica %d is none of those offered", r.asked, *answer.Replica)
	}
	if err != nil {
		r.err = err
		return sim.Failed
	}
	return *answer.Replica
}

// appendRouting appends the question which of the open replicas gets a request.
func appendRouting(line []byte, v *sim.View, q *fleet.Request) []byte {
	line = append(line, `{"route":{"time":`...)
	line = strconv.AppendFloat(line, v.Now().Seconds(), 'g', -1, 64)
	line = append(line, `,"request":`...)
	line = outside.AppendJSON(line, outside.RequestFields, &outside.AskedRequest{View: v, Request: q})
	line = append(line, `,"replicas":[`...)
	c := outside.AskedReplica{View: v}
	for i := range v.Open(q.Model) {
		if i > 0 {
			line = append(line, ',')
		}
		c.At = v.OpenAt(q.Model, i)
		line = outside.AppendJSON(line, outside.ReplicaFields, &c)
	}
	return append(line, "]}}"...)
}

// offered reports whether a replica of a model is open.
func offered(v *sim.View, m fleet.ModelID, at fleet.ReplicaID) bool {
	for i := range v.Open(m) {
		if v.OpenAt(m, i) == at {
			return true
		}
	}
	return false
}

// Err implements sim.Fallible.
func (r *router) Err() error { return outside.Failed(r.err) }

// Close ends the program.
func (r *router) Close() error { return r.close() }

// String returns the label.
func (r *router) String() string { return r.label }
