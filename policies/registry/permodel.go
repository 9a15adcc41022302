package registry

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// SetRouters adds routers for single models to the levers of a run. The map holds them by the names
// of the models. The router of the run routes the requests of all other models.
func SetRouters(ctx Context, of map[string]*Router, into *sim.Levers) error {
	if len(of) == 0 || into.Router == nil {
		return nil
	}
	all, owner, label, err := perModel(ctx, of, into.Router, (*Router).New)
	if err == nil {
		into.Router = routing.NewModelRouters(all, owner, label)
	}
	return err
}

// SetBatchers adds batchers for single models to the levers of a run. The map holds them by the
// names of the models. The batcher of the run forms the batches of all other models.
func SetBatchers(ctx Context, of map[string]*Batcher, into *sim.Levers) error {
	if len(of) == 0 || into.Batcher == nil {
		return nil
	}
	all, owner, label, err := perModel(ctx, of, into.Batcher, (*Batcher).New)
	if err == nil {
		into.Batcher = batching.NewModelBatchers(all, owner, label)
	}
	return err
}

// perModel makes the levers for single models. In the result, all[0] is the lever rest, and the
// levers for single models follow. owner[m] is the index of the lever for model m. A model that
// decodes for another one has the same lever as that model.
func perModel[C any, L fmt.Stringer](ctx Context, of map[string]C, rest L, make func(C, Context) (L, error)) (all []L, owner []int, label string, err error) {
	all, owner = []L{rest}, slices.Repeat([]int{0}, len(ctx.Spec.Models))
	var parts []string
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(of)) {
		m := slices.IndexFunc(ctx.Spec.Models, func(m fleet.Model) bool { return m.Name == name })
		lever, err := make(of[name], ctx)
		if m < 0 {
			err = errors.New("there is no such model")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
			continue
		}
		owner[m] = len(all)
		if d := ctx.Spec.Models[m].Decoder; d > 0 {
			owner[d] = len(all)
		}
		all, parts = append(all, lever), append(parts, name+": "+lever.String())
	}
	return all, owner, fmt.Sprintf("%s(%s)", rest, strings.Join(parts, ", ")), errors.Join(faults...)
}
