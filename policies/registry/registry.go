// Package registry is the one place where policies are registered. Its tables map a name and
// parameters to a lever. All code that lists, documents, decodes or tests policies uses these
// tables. To add a policy, write it in its package and add a line to its table: Routers, Batchers,
// Orders, Admissions, Gateways, Forecasters, Allocators or Placers. Its parameters are a struct
// with yaml and doc tags beside the table. The tests then run the conformance suite of
// policies/policytest on the policy.
//
// A tag try:"1 1.5 2" lists the values of a parameter that scenarios/tune tries. They are written
// as in a scenario file, and numbers ascend. x1.5 means 1.5 times the value of the parameter in the
// scenario.
package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/forecast"
	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Context is the input of a lever's constructor in addition to the parameters.
type Context struct {
	Spec        *fleet.Spec
	Seed        uint64
	Replication int
	Period      time.Duration // control period
	Order       sim.Order     // order of service; nil: first come, first served

	Scenario string        // name of the scenario
	Duration time.Duration // of the run

	// Running ends when the run is to end. AtEnd lets a function be called when the run has ended.
	// Both are nil if there is no run: then no policy may start a program.
	Running context.Context
	AtEnd   func(func() error)

	// Offered returns the true offered load per control window and model, in requests per second.
	// Only clairvoyant baselines call it, at their first decision. Nil: not known.
	Offered func() ([][]float64, error)

	Capacity allocation.Capacity // simulated with the levers of this policy; nil: not known

	ForecastError forecast.Error // injected into forecasts
	ProfileError  forecast.Error // injected into the capacities of deployments in plans

	Plans *optimize.Memory // the plans of all runs of the scenario; nil: those of this run

	// OfferedIn is Offered for equal parts of control windows. Nil: only Offered is known.
	OfferedIn func(parts int) ([][]float64, error)

	// Constant and Schedule are the results of a search over the whole experiment, for static-best
	// and for oracle. Nil: no search has been made.
	Constant *allocation.Targets
	Schedule *allocation.Allowance
}

// Entry is one named policy of lever L.
type Entry[L any] struct {
	Name   string
	About  string     // one sentence
	Source string     // source of the rule; "" if it is common knowledge
	Params func() any // a fresh pointer to its parameters, set to defaults; nil: none
	New    func(params any, ctx Context) (L, error)

	Clairvoyant bool // the policy knows the load of the run beforehand
	Blind       bool // the policy does not look at the load

	// Fixed are the names of parameters that define the policy. A search does not change them.
	Fixed []string

	Needs string // parameter that has no default and must be given; "": none
}

// plain returns an entry without parameters.
func plain[L any](name, about, source string, make func() L) Entry[L] {
	return Entry[L]{Name: name, About: about, Source: source, New: func(any, Context) (L, error) { return make(), nil }}
}

// tuned returns an entry with parameters of type P. Parameters of another type are an error.
func tuned[P, L any](name, about, source string, defaults func() *P, make func(*P, Context) (L, error)) Entry[L] {
	e := Entry[L]{Name: name, About: about, Source: source, Params: func() any { return defaults() }}
	e.New = func(params any, ctx Context) (L, error) {
		if params == nil {
			params = defaults()
		}
		p, ok := params.(*P)
		if !ok {
			var none L
			return none, fmt.Errorf("parameters of %s are a %T, not a %T", name, params, p)
		}
		return make(p, ctx)
	}
	return e
}

// Lookup returns the entry of a name. The error lists all names.
func Lookup[L any](table []Entry[L], name string) (Entry[L], error) {
	for _, e := range table {
		if e.Name == name {
			return e, nil
		}
	}
	return Entry[L]{}, fmt.Errorf("%q is none of %s", name, strings.Join(names(table), ", "))
}

func names[L any](table []Entry[L]) []string {
	list := make([]string, len(table))
	for i, e := range table {
		list[i] = e.Name
	}
	return list
}

// table gives the entries of a lever.
type table[L any] interface{ entries() []Entry[L] }

// choice is a chosen entry of a table with its parameters. At first nothing is chosen. Scenario
// files are read by its methods: a bare name, or a name with parameters.
type choice[T table[L], L fmt.Stringer] struct {
	name   string
	params any
}

// Names lists what can be chosen.
func (c *choice[T, L]) Names() []string {
	var t T
	return names(t.entries())
}

// Params returns a fresh pointer to the parameters of a name, set to their defaults. It is nil if
// the name has no parameters.
func (c *choice[T, L]) Params(name string) (params any, known bool) {
	var t T
	e, err := Lookup(t.entries(), name)
	if err != nil || e.Params == nil {
		return nil, err == nil
	}
	return e.Params(), true
}

// Describe returns the description of a name, and whether this policy knows the load of the run
// beforehand.
func (c *choice[T, L]) Describe(name string) (about string, clairvoyant bool) {
	var t T
	e, err := Lookup(t.entries(), name)
	return e.About, err == nil && e.Clairvoyant
}

// Fixed returns the names of the parameters that define the chosen policy.
func (c *choice[T, L]) Fixed() []string {
	var t T
	e, _ := Lookup(t.entries(), c.name)
	return e.Fixed
}

// Needs returns the parameter that must be given with a name, or "" if all have defaults.
func (c *choice[T, L]) Needs(name string) string {
	var t T
	e, _ := Lookup(t.entries(), name)
	return e.Needs
}

// Choose sets the name and the parameters. Nil parameters mean the defaults.
func (c *choice[T, L]) Choose(name string, params any) { c.name, c.params = name, params }

// Chosen returns the chosen name and the parameters. The name is "" if nothing was chosen.
func (c *choice[T, L]) Chosen() (name string, params any) { return c.name, c.params }

// New makes the lever. Errors begin with the name of the faulty parameter ("alpha: -1 is outside
// (0, 100]").
func (c *choice[T, L]) New(ctx Context) (L, error) {
	var t T
	var none L
	e, err := Lookup(t.entries(), c.name)
	if err != nil {
		return none, err
	}
	made, err := e.New(c.params, ctx)
	if err != nil {
		return none, err
	}
	return made, nil
}

// Clairvoyant reports whether the chosen policy knows the load of the run beforehand.
func (c *choice[T, L]) Clairvoyant() bool {
	_, clairvoyant := c.Describe(c.name)
	return clairvoyant
}

// Check returns the faults of the parameters. It makes the lever to find them.
func (c *choice[T, L]) Check(ctx Context) error {
	_, err := c.New(ctx)
	return err
}

// Validate checks the parameters in a context without a run.
func (c *choice[T, L]) Validate() error { return c.Check(Context{Offered: noRun}) }

func noRun() ([][]float64, error) { return nil, errors.New("there is no run") }

// Label returns the label of the lever, or its name if it cannot be made.
func (c *choice[T, L]) Label() string {
	lever, err := c.New(Context{Offered: noRun})
	if err != nil {
		return c.name
	}
	return lever.String()
}

// WithDefaults returns the choice of a name with its defaults.
func WithDefaults[C any, P interface {
	*C
	Choose(string, any)
	Params(string) (any, bool)
}](name string) (c C) {
	params, _ := P(&c).Params(name)
	P(&c).Choose(name, params)
	return c
}

// within puts the name of a parameter that holds a nested choice in front of an error of this
// choice.
func within(parameter string, err error) error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var faults []error
		for _, e := range joined.Unwrap() {
			faults = append(faults, within(parameter, e))
		}
		return errors.Join(faults...)
	}
	return fmt.Errorf("%s: %w", parameter, err)
}
