// Package registry is the one place where policies are registered: tables from a name and
// parameters to a lever. Whatever lists, documents, decodes or tests policies goes through them. To
// add a policy, write it in its package and add a line to the table here: Routers, Batchers,
// Orders, Admissions, Forecasters, Allocators or Placers. Parameters are a struct with yaml and doc
// tags beside that table. The tests then run the conformance suite of policies/policytest on it.
//
// A tag try:"1 1.5 2" lists the values of a parameter that scenarios/tune tries. They are written
// as in a scenario file, in their order; x1.5 is one and a half times what the parameter was.
package registry

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Context is what a lever is made from besides its parameters.
type Context struct {
	Spec        *fleet.Spec
	Seed        uint64
	Replication int
	Period      time.Duration // control period
	Order       sim.Order     // by which requests are served; nil: first come, first served

	// Offered returns the true offered load per control window and model, in requests per second.
	// It is for clairvoyant baselines alone, which ask at their first decision; nil: not known.
	Offered func() ([][]float64, error)

	Capacity allocation.Capacity // with the levers of this policy; nil: not known

	// OfferedIn is Offered for control windows that are cut into equal parts; nil: as Offered.
	OfferedIn func(parts int) ([][]float64, error)

	// What a search over the whole experiment has found; nil: none has been made. They are for
	// static-best and oracle alone.
	Constant *allocation.Targets
	Schedule *allocation.Allowance
}

// Entry is one named policy of lever L.
type Entry[L any] struct {
	Name   string
	About  string     // one sentence
	Source string     // where the rule is from; "" where it is common knowledge
	Params func() any // a fresh pointer to its parameters, set to defaults; nil: none
	New    func(params any, ctx Context) (L, error)

	Clairvoyant bool // it knows the load of the run beforehand
	Blind       bool // it does not look at the load

	// Fixed are parameters that make the policy what it is. A search leaves them as they are.
	Fixed []string
}

// plain returns an entry without parameters.
func plain[L any](name, about, source string, make func() L) Entry[L] {
	return Entry[L]{Name: name, About: about, Source: source, New: func(any, Context) (L, error) { return make(), nil }}
}

// tuned returns an entry with parameters of type P. Its maker never sees parameters of another
// type.
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

// choice is one entry of a table with its parameters, or nothing yet. Its methods are those by
// which a scenario file is read: a bare name, or a name with parameters.
type choice[T table[L], L fmt.Stringer] struct {
	name   string
	params any
}

// Names lists what can be chosen.
func (c *choice[T, L]) Names() []string {
	var t T
	return names(t.entries())
}

// Params returns a fresh pointer to the parameters of a name, set to their defaults, or nil when it
// has none.
func (c *choice[T, L]) Params(name string) (params any, known bool) {
	var t T
	e, err := Lookup(t.entries(), name)
	if err != nil || e.Params == nil {
		return nil, err == nil
	}
	return e.Params(), true
}

// Describe returns the description of a name, and whether it is given the load of the run
// beforehand.
func (c *choice[T, L]) Describe(name string) (about string, clairvoyant bool) {
	var t T
	e, err := Lookup(t.entries(), name)
	return e.About, err == nil && e.Clairvoyant
}

// Fixed returns the parameters that make the chosen policy what it is.
func (c *choice[T, L]) Fixed() []string {
	var t T
	e, _ := Lookup(t.entries(), c.name)
	return e.Fixed
}

// Choose takes a name and its parameters; nil for the defaults.
func (c *choice[T, L]) Choose(name string, params any) { c.name, c.params = name, params }

// Chosen returns the name, "" when nothing was chosen, and the parameters.
func (c *choice[T, L]) Chosen() (name string, params any) { return c.name, c.params }

// New makes the lever. Errors begin with the parameter that they concern ("alpha: -1 is outside
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

// Clairvoyant reports whether what was chosen is given the load of the run beforehand.
func (c *choice[T, L]) Clairvoyant() bool {
	_, clairvoyant := c.Describe(c.name)
	return clairvoyant
}

// Check returns what is wrong with the parameters, by making the lever.
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

// within puts the parameter that holds a nested choice in front of every fault of it.
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
