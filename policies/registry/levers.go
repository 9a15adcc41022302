package registry

import "wavetank/sim"

// Lever is the choice of a lever of a run, of whatever kind.
type Lever interface {
	// Chosen returns the name, "" when nothing was chosen, and the parameters.
	Chosen() (name string, params any)
	// Check returns what is wrong with the parameters. Errors begin with the one that they concern.
	Check(ctx Context) error
	// Set makes the lever and puts it among those of a run.
	Set(ctx Context, into *sim.Levers) error
}

// Set implements Lever.
func (c *Admission) Set(ctx Context, into *sim.Levers) (err error) {
	into.Admission, err = c.New(ctx)
	return err
}

// Set implements Lever.
func (c *Router) Set(ctx Context, into *sim.Levers) (err error) {
	into.Router, err = c.New(ctx)
	return err
}

// Set implements Lever.
func (c *Order) Set(ctx Context, into *sim.Levers) (err error) {
	into.Order, err = c.New(ctx)
	return err
}

// Set implements Lever.
func (c *Batcher) Set(ctx Context, into *sim.Levers) (err error) {
	into.Batcher, err = c.New(ctx)
	return err
}

// Set implements Lever.
func (c *Allocator) Set(ctx Context, into *sim.Levers) (err error) {
	into.Allocator, err = c.New(ctx)
	return err
}

// Choice is the choice of a policy of one kind, by which scenario files are read and policies are
// listed and tested.
type Choice interface {
	Names() []string
	Params(name string) (params any, known bool)
	Choose(name string, params any)
	Chosen() (name string, params any)
	Label() string
	Validate() error
	Describe(name string) (about string, clairvoyant bool)
}

// Kind is a kind of policies.
type Kind struct {
	Name  string
	Fresh func() Choice // a choice of this kind, of nothing yet
}

// Kinds lists what can be chosen: the levers of a run, and the parts of allocators.
func Kinds() []Kind {
	return []Kind{
		{"allocator", func() Choice { return &Allocator{} }},
		{"admission", func() Choice { return &Admission{} }},
		{"router", func() Choice { return &Router{} }},
		{"order", func() Choice { return &Order{} }},
		{"batcher", func() Choice { return &Batcher{} }},
		{"placer", func() Choice { return &Placer{} }},
		{"forecaster", func() Choice { return &Forecaster{} }},
	}
}
