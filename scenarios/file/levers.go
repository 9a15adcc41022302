package file

import (
	"errors"
	"reflect"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios/strict"
	"wavetank/sim"
)

// Levers holds the levers of a policy besides its allocator. A scenario has Levers, too, for
// policies that do not name their own. Each kind of lever is one field. These are its tags:
//
//   - yaml: the key;
//   - default: the lever if neither policy nor scenario names one;
//   - try: the levers that tuning tries if neither names one;
//   - doc: what the lever does.
type Levers struct {
	Admission *registry.Admission `yaml:"admission,omitempty" try:"always early-drop" doc:"turns requests away when they arrive; if neither policy nor scenario names one, it is early-drop if all requests have an objective for ttft and the allocator plans closely, otherwise always; allocators that follow the load plan closely, and so do static-best and oracle if their capacity is simulated"`
	Gateway   *registry.Gateway   `yaml:"gateway,omitempty" doc:"keeps requests in front of the router while no replica is below its limits; they wait in the sequence of the order; none when not given"`
	Health    *registry.Health    `yaml:"health,omitempty" doc:"takes replicas that fail or are overloaded out of rotation: routers give them no requests for a time; none when not given"`
	Router    *registry.Router    `yaml:"router,omitempty" default:"least-outstanding" doc:"gives requests to replicas"`
	Order     *registry.Order     `yaml:"order,omitempty" default:"fcfs" doc:"which request is served next, and whether a service can be interrupted"`
	Batcher   *registry.Batcher   `yaml:"batcher,omitempty" try:"greedy nexus clockwork sarathi" doc:"forms batches; if neither policy nor scenario names one, it is greedy; but if the allocator plans closely, it is sarathi for models with an objective for ttft and nexus for other models; allocators that follow the load plan closely, and so do static-best and oracle if their capacity is simulated"`

	// PerModel is not a lever of the whole run. It holds levers of single models.
	PerModel PerModel `yaml:"per-model,omitempty" doc:"router and batcher of some models; the keys are names of models; a missing lever is the lever of the policy"`
}

// Lever is a lever with its key.
type Lever struct {
	Key string
	registry.Lever
}

// keyOf returns the YAML key of a field of Levers.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return key
}

// leverKeys lists the keys of a policy that name levers.
func leverKeys() []string {
	keys := []string{"allocator"}
	for f := range reflect.TypeFor[Levers]().Fields() {
		keys = append(keys, keyOf(f))
	}
	return keys
}

// defaultLevers returns the levers of a scenario that does not name any.
func defaultLevers() (l Levers) {
	for f, v := range reflect.ValueOf(&l).Elem().Fields() {
		if f.Tag.Get("default") == "" {
			continue
		}
		v.Set(reflect.New(f.Type.Elem()))
		v.Interface().(strict.Selector).Choose(f.Tag.Get("default"), nil)
	}
	return l
}

// All lists the levers that are given, without those of single models.
func (l *Levers) All() (list []Lever) {
	for f, v := range reflect.ValueOf(l).Elem().Fields() {
		if lever, ok := v.Interface().(registry.Lever); ok && !v.IsNil() {
			list = append(list, Lever{keyOf(f), lever})
		}
	}
	return list
}

// Make makes the levers and adds them to the levers of a run.
func (l *Levers) Make(ctx registry.Context, into *sim.Levers) error {
	order, err := l.Order.New(ctx)
	ctx.Order = order // for levers that estimate when a request will be served
	faults := []error{err}
	for _, lever := range l.All() {
		faults = append(faults, lever.Set(ctx, into))
	}
	faults = append(faults, registry.SetRouters(ctx, l.PerModel.Routers(), into), registry.SetBatchers(ctx, l.PerModel.Batchers(), into))
	return errors.Join(faults...)
}
