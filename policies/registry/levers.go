package registry

import "wavetank/sim"

// Lever is the choice of a lever of a run, of any kind.
type Lever interface {
	// Chosen returns the chosen name and the parameters. The name is "" if nothing was chosen.
	Chosen() (name string, params any)
	// Check returns the faults of the parameters. Each error begins with the name of its parameter.
	Check(ctx Context) error
	// Set makes the lever and adds it to those of a run.
	Set(ctx Context, into *sim.Levers) error
}

// Set implements Lever.
func (c *Admission) Set(ctx Context, into *sim.Levers) (err error) {
	into.Admission, err = c.New(ctx)
	return err
}

// Set implements Lever.
func (c *Gateway) Set(ctx Context, into *sim.Levers) (err error) {
	into.Gateway, err = c.New(ctx)
	return err
}

// Set implements Lever.
func (c *Health) Set(ctx Context, into *sim.Levers) (err error) {
	into.Health, err = c.New(ctx)
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

// PolicyChoice is a choice of a policy of one kind. It is the interface by which scenario files are
// read, and policies are listed and tested.
type PolicyChoice interface {
	Names() []string
	Params(name string) (params any, known bool)
	Choose(name string, params any)
	Chosen() (name string, params any)
	Label() string
	Validate() error
	Describe(name string) (about string, clairvoyant bool)
	Needs(name string) string
}

// PolicyKind is a kind of policies.
type PolicyKind struct {
	Name  string
	Fresh func() PolicyChoice // returns a choice of this kind in which nothing is chosen yet
}

// Kinds lists what can be chosen: the levers of a run, and the parts of allocators.
func Kinds() []PolicyKind {
	return []PolicyKind{
		{"allocator", func() PolicyChoice { return &Allocator{} }},
		{"admission", func() PolicyChoice { return &Admission{} }},
		{"gateway", func() PolicyChoice { return &Gateway{} }},
		{"health", func() PolicyChoice { return &Health{} }},
		{"router", func() PolicyChoice { return &Router{} }},
		{"order", func() PolicyChoice { return &Order{} }},
		{"batcher", func() PolicyChoice { return &Batcher{} }},
		{"placer", func() PolicyChoice { return &Placer{} }},
		{"forecaster", func() PolicyChoice { return &Forecaster{} }},
		{"scaling metric", func() PolicyChoice { return &ScalingMetric{} }},
	}
}
