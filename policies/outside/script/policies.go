package script

import (
	"fmt"
	"reflect"

	"go.starlark.net/starlark"

	"wavetank/policies/outside"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// The functions of programs, with the numbers of their parameters.
const (
	Score, ScoreParameters       = "score", 2
	Admit, AdmitParameters       = "admit", 2
	Predict, PredictParameters   = "forecast", 2
	Allocate, AllocateParameters = "allocate", 1
)

// router gives each request to the open replica with the highest score; ties go to the lowest
// identity.
type router struct {
	*instance
	label   string
	score   *starlark.Function
	args    starlark.Tuple
	request *live[outside.AskedRequest]
	replica *live[outside.AskedReplica]
}

// NewRouter returns the router of a program, for one run.
func NewRouter(p *Script, label string) *router {
	r := &router{label: label, request: newLive("request", outside.RequestFields), replica: newLive("replica", outside.ReplicaFields)}
	r.args = starlark.Tuple{r.request, r.replica}
	var err error
	if r.instance, r.score, err = p.run(Score, ScoreParameters); err != nil {
		r.instance = &instance{err: err}
	}
	return r
}

// Route implements sim.Router.
func (r *router) Route(v *sim.View, q *fleet.Request) fleet.ReplicaID {
	if r.err != nil {
		return sim.Failed
	}
	r.request.of = outside.AskedRequest{View: v, Request: q}
	best, highest := fleet.NoReplica, 0.
	for i := range v.Open(q.Model) {
		at := v.OpenAt(q.Model, i)
		r.replica.of = outside.AskedReplica{View: v, At: at}
		score, err := r.scored()
		if err != nil {
			r.err = err
			return sim.Failed
		}
		if best == fleet.NoReplica || score > highest || score == highest && at < best {
			best, highest = at, score
		}
	}
	return best
}

func (r *router) scored() (float64, error) {
	v, err := r.call(r.score, r.args)
	if err != nil {
		return 0, err
	}
	return r.number(r.score, v)
}

// Err implements sim.Fallible.
func (r *instance) Err() error { return outside.Failed(r.err) }

// String returns the label.
func (r *router) String() string { return r.label }

// admission asks a program about each request.
type admission struct {
	*instance
	label   string
	admit   *starlark.Function
	args    starlark.Tuple
	request *live[outside.AskedRequest]
	model   *live[outside.AskedModel]
}

// NewAdmission returns the admission rule of a program, for one run.
func NewAdmission(p *Script, label string) *admission {
	a := &admission{label: label, request: newLive("request", outside.RequestFields), model: newLive("model", outside.ModelFields)}
	a.args = starlark.Tuple{a.request, a.model}
	var err error
	if a.instance, a.admit, err = p.run(Admit, AdmitParameters); err != nil {
		a.instance = &instance{err: err}
	}
	return a
}

// Admit implements sim.Admission.
func (a *admission) Admit(v *sim.View, q *fleet.Request) bool {
	if a.err != nil {
		return false
	}
	a.request.of, a.model.of = outside.AskedRequest{View: v, Request: q}, outside.AskedModel{View: v, Model: q.Model}
	answer, err := a.call(a.admit, a.args)
	admitted, is := answer.(starlark.Bool)
	if err == nil && !is {
		err = fmt.Errorf("%s: admit returned %s, not True or False", place(a.admit.Position()), short(answer))
	}
	a.err = err
	return err == nil && bool(admitted)
}

// String returns the label.
func (a *admission) String() string { return a.label }

// forecaster asks a program for each forecast. It keeps the last observations.
type forecaster struct {
	*instance
	label   string
	predict *starlark.Function
	kept    int // most observations
	history []float64
}

// NewForecaster returns the forecaster of a program, which sees so many of the last observations.
func NewForecaster(p *Script, label string, kept int) *forecaster {
	f := &forecaster{label: label, kept: kept}
	var err error
	if f.instance, f.predict, err = p.run(Predict, PredictParameters); err != nil {
		f.instance = &instance{err: err}
	}
	return f
}

// Observe implements forecast.Forecaster.
func (f *forecaster) Observe(value float64) {
	if value-value != 0 { // not a finite number
		value = 0
		if n := len(f.history); n > 0 {
			value = f.history[n-1]
		}
	}
	if len(f.history) == f.kept {
		copy(f.history, f.history[1:])
		f.history = f.history[:f.kept-1]
	}
	f.history = append(f.history, max(value, 0))
}

// Forecast implements forecast.Forecaster. A negative forecast counts as 0.
func (f *forecaster) Forecast(steps int) float64 {
	if len(f.history) == 0 || f.err != nil {
		return 0
	}
	list := make([]starlark.Value, len(f.history))
	for i, v := range f.history {
		list[i] = starlark.Float(v)
	}
	v, err := f.call(f.predict, starlark.Tuple{starlark.NewList(list), starlark.MakeInt(max(1, steps))})
	load := 0.
	if err == nil {
		load, err = f.number(f.predict, v)
	}
	f.err = err
	return max(0, load)
}

// String returns the label.
func (f *forecaster) String() string { return f.label }

// Allocator returns the function that asks a program for the decisions of one run.
func Allocator(p *Script) outside.Ask {
	r, allocate, err := p.run(Allocate, AllocateParameters)
	return func(o *outside.Observation) (outside.Action, error) {
		if err != nil {
			return outside.Action{}, err
		}
		answer, err := r.call(allocate, starlark.Tuple{record{reflect.ValueOf(o).Elem()}})
		if err != nil {
			return outside.Action{}, err
		}
		d, err := decision(answer)
		if err != nil {
			err = fmt.Errorf("%s: allocate returned %s: %w", place(allocate.Position()), short(answer), err)
		}
		return d, err
	}
}
