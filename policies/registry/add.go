package registry

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"wavetank/policies/allocation"
	"wavetank/policies/forecast"
	"wavetank/sim"
)

// Added holds the policies that a program has added to those of wavetank, by kind and in the order
// in which they were added.
type Added struct {
	Admissions  []Entry[sim.Admission]
	Gateways    []Entry[sim.Gateway]
	Healths     []Entry[sim.Health]
	Routers     []Entry[sim.Router]
	Orders      []Entry[sim.Order]
	Batchers    []Entry[sim.Batcher]
	Allocators  []Entry[sim.Allocator]
	Placers     []Entry[allocation.Placer]
	Forecasters []Entry[forecast.Forecaster]
}

// added is what this program has added. It does not change after the first scenario was read.
var added Added

// Additions returns the policies that this program has added.
func Additions() Added { return added }

// AddAdmission adds an admission rule. This and the functions below panic if the entry cannot be
// used: its name is taken or not made of lower-case words, it is not described by a sentence, or a
// parameter has no yaml or doc tag. They must be called before the first scenario is read.
func AddAdmission(e Entry[sim.Admission]) { add(&added.Admissions, Admissions(), e) }

// AddGateway adds a gateway.
func AddGateway(e Entry[sim.Gateway]) { add(&added.Gateways, Gateways(), e) }

// AddHealth adds a rule of health.
func AddHealth(e Entry[sim.Health]) { add(&added.Healths, Healths(), e) }

// AddRouter adds a router.
func AddRouter(e Entry[sim.Router]) { add(&added.Routers, Routers(), e) }

// AddOrder adds an order of service.
func AddOrder(e Entry[sim.Order]) { add(&added.Orders, Orders(), e) }

// AddBatcher adds a batcher.
func AddBatcher(e Entry[sim.Batcher]) { add(&added.Batchers, Batchers(), e) }

// AddAllocator adds an allocator.
func AddAllocator(e Entry[sim.Allocator]) { add(&added.Allocators, Allocators(), e) }

// AddPlacer adds a placer.
func AddPlacer(e Entry[allocation.Placer]) { add(&added.Placers, Placers(), e) }

// AddForecaster adds a forecaster.
func AddForecaster(e Entry[forecast.Forecaster]) { add(&added.Forecasters, Forecasters(), e) }

// word is the form of the names of policies.
var word = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func add[L any](to *[]Entry[L], own []Entry[L], e Entry[L]) {
	if fault := unusable(slices.Concat(own, *to), e); fault != "" {
		panic(fmt.Sprintf("wavetank: the policy %q cannot be added: %s", e.Name, fault))
	}
	*to = append(*to, e)
}

// unusable says why an entry cannot be added to a table, or "".
func unusable[L any](known []Entry[L], e Entry[L]) string {
	switch {
	case !word.MatchString(e.Name):
		return "a name is made of lower-case letters, digits and single hyphens, and begins with a letter"
	case slices.Contains(names(known), e.Name):
		return "the name is taken"
	case !strings.HasSuffix(e.About, "."):
		return "describe it by one sentence, with a full stop"
	case e.New == nil:
		return "it has no constructor"
	case e.Params == nil:
		return ""
	}
	params := reflect.TypeOf(e.Params())
	if params == nil || params.Kind() != reflect.Pointer || params.Elem().Kind() != reflect.Struct {
		return fmt.Sprintf("its parameters are a %v, not a pointer to a struct", params)
	}
	return untagged(params.Elem())
}

// untagged names a field of parameters that lacks a tag, or returns "".
func untagged(params reflect.Type) string {
	for f := range params.Fields() {
		switch yaml := f.Tag.Get("yaml"); {
		case f.Anonymous && yaml == ",inline":
			if fault := untagged(f.Type); fault != "" {
				return fault
			}
		case yaml == "" || f.Tag.Get("doc") == "":
			return fmt.Sprintf("the parameter %s has no yaml tag, or no doc tag", f.Name)
		}
	}
	return ""
}

// Plain returns an entry without parameters.
func Plain[L any](name, about string, make func(Context) (L, error)) Entry[L] {
	return Entry[L]{Name: name, About: about, New: func(_ any, ctx Context) (L, error) { return make(ctx) }}
}

// Tuned returns an entry with parameters: the fields of a P, which defaults returns with their
// default values. The yaml tag of a field is its name in scenario files, and its doc tag describes
// it.
func Tuned[P, L any](name, about string, defaults func() *P, make func(*P, Context) (L, error)) Entry[L] {
	return tuned(name, about, "", defaults, make)
}
