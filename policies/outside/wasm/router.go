package wasm

import (
	"fmt"

	"wavetank/policies/outside"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// router asks a module which of the open replicas gets a request.
type router struct {
	*instance
	label    string
	asked    []column[outside.AskedRequest]
	fixed    []column[outside.AskedReplica] // written when the set of replicas changes
	variable []column[outside.AskedReplica] // written for each decision
	written  set
	request  outside.AskedRequest
	replica  outside.AskedReplica
}

// set is a set of open replicas, and where it was written.
type set struct {
	model   fleet.ModelID
	changes uint32 // of the open replicas of the model
	at      uint32
}

// NewRouter returns the router of a module, for one run.
func NewRouter(m *Module, label string) *router {
	r := &router{label: label, asked: chosen(outside.RequestFields, requestRow, ^uint64(0), every)}
	var err error
	if r.instance, err = m.start(Route); err != nil {
		r.instance = &instance{err: err}
	}
	r.fixed = chosen(outside.ReplicaFields, replicaRow, r.fields, fixed)
	r.variable = chosen(outside.ReplicaFields, replicaRow, r.fields, variable)
	return r
}

// Route implements sim.Router.
func (r *router) Route(v *sim.View, q *fleet.Request) fleet.ReplicaID {
	if r.err != nil {
		return sim.Failed
	}
	n := v.Open(q.Model)
	if n == 0 {
		return fleet.NoReplica
	}
	i, err := r.choose(v, q, n)
	switch {
	case err == nil && i == -1:
		return fleet.NoReplica
	case err == nil && (i < 0 || int(i) >= n):
		err = fmt.Errorf("%s: %s returned %d; there are %d replicas, counted from 0, and -1 lets the request wait", r.name, Route, i, n)
	}
	if err != nil {
		r.err = err
		return sim.Failed
	}
	return v.OpenAt(q.Model, int(i))
}

// choose writes the row of the request and then those of n replicas, and calls the module.
func (r *router) choose(v *sim.View, q *fleet.Request, n int) (int32, error) {
	view, err := r.reserve(requestRow + n*replicaRow)
	if err != nil {
		return 0, err
	}
	r.request = outside.AskedRequest{View: v, Request: q}
	put(view, r.asked, &r.request)
	rows := view[requestRow:]
	if now := (set{q.Model, v.Changes(q.Model), r.at}); now != r.written {
		r.fill(rows, r.fixed, v, q.Model, n)
		r.written = now
	}
	r.fill(rows, r.variable, v, q.Model, n)
	r.stack[0], r.stack[1], r.stack[2] = uint64(r.at), uint64(r.at+requestRow), uint64(n)
	chosen, err := r.call(r.ask)
	return int32(chosen), err
}

// fill writes fields of the n open replicas of a model.
func (r *router) fill(rows []byte, fields []column[outside.AskedReplica], v *sim.View, m fleet.ModelID, n int) {
	r.replica.View = v
	for i := range n {
		r.replica.At = v.OpenAt(m, i)
		put(rows[i*replicaRow:(i+1)*replicaRow], fields, &r.replica)
	}
}

// String returns the label.
func (r *router) String() string { return r.label }
