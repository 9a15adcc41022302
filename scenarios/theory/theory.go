// Package theory holds the exact values of queueing theory: what a simulator of the same system
// must come to. Every value is computed from a formula or by solving a chain, in general
// parameters, with its source named.
//
// Rates and times are pure numbers in one unit of time of the caller's choice. The typed
// constructors (NewMMc, NewMG1, ...) are for programs; Parse and Value read the names that tables
// use ("M/M/c", "c=2;lam=1.6;mu=1", "Wq_q0.95"). A parameter that makes no sense, or a queue that
// has no steady state, is an error, never NaN.
package theory

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Model is a queueing system with its parameters, solved.
type Model struct {
	family     string
	quantities []quantity
}

// Parse solves the system that a table names by family and parameters, such as "M/M/c" and
// "c=2;lam=1.6;mu=1".
func Parse(family, params string) (Model, error) {
	for _, f := range families {
		if f.name != family && (!f.prefix || !strings.HasPrefix(family, f.name)) {
			continue
		}
		r := newReader(strings.TrimPrefix(family, f.name), params)
		quantities, err := f.build(r)
		if fault := r.err(); fault != nil {
			err = fault // what was not read is the cause of what the constructor says
		}
		if err != nil {
			return Model{}, fmt.Errorf("%s with %s: %w", family, params, err)
		}
		return Model{family: family, quantities: quantities}, nil
	}
	return Model{}, fmt.Errorf("family %q is not known", family)
}

// Value is one quantity of one system: Parse and Model.Value in one call.
func Value(family, params, quantity string) (float64, error) {
	m, err := Parse(family, params)
	if err != nil {
		return 0, err
	}
	return m.Value(quantity)
}

// Value is the quantity of that name. Where Quantities shows a #, any number may stand.
func (m Model) Value(name string) (float64, error) {
	x, err := m.value(name)
	if err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
		err = errors.New("the value is too large or too small for these parameters")
	}
	if err != nil {
		return 0, fmt.Errorf("%s of %s: %w", name, m.family, err)
	}
	return x, nil
}

func (m Model) value(name string) (float64, error) {
	for _, q := range m.quantities {
		if q.name == name {
			return q.of(0)
		}
	}
	for _, q := range m.quantities {
		before, after, hole := strings.Cut(q.name, "#")
		if !hole || len(name) < len(before)+len(after) || !strings.HasPrefix(name, before) || !strings.HasSuffix(name, after) {
			continue
		}
		if x, err := strconv.ParseFloat(name[len(before):len(name)-len(after)], 64); err == nil {
			return q.of(x)
		}
	}
	return 0, fmt.Errorf("no such quantity (known: %s)", strings.Join(m.Quantities(), ", "))
}

// Quantities names what the model knows; a # stands for a number.
func (m Model) Quantities() []string {
	names := make([]string, len(m.quantities))
	for i, q := range m.quantities {
		names[i] = q.name
	}
	return names
}

// quantity is a named value, or a function of the number that stands at the # of its name.
type quantity struct {
	name string
	of   func(x float64) (float64, error)
}

// plain is a quantity without a number in its name.
func plain(name string, x float64) quantity {
	return quantity{name, func(float64) (float64, error) { return x, nil }}
}

// atLevel is a quantile function of a level in [0, 1).
func atLevel(name string, of func(level float64) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if err := levelFault(x); err != nil {
			return 0, err
		}
		return of(x)
	}}
}

// atPoint is a function of a span of time or an amount of work, finite and not negative.
func atPoint(name string, of func(x float64) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if !(x >= 0) || math.IsInf(x, 0) {
			return 0, fmt.Errorf("the point %v is not a finite number from 0 up", x)
		}
		return of(x)
	}}
}

// atCount is a function of a whole number from first up.
func atCount(name string, first int, of func(n int) (float64, error)) quantity {
	return quantity{name, func(x float64) (float64, error) {
		if x != math.Trunc(x) || !(x >= float64(first)) || x > mostStates {
			return 0, fmt.Errorf("%v is not a whole number from %d to %d", x, first, mostStates)
		}
		return of(int(x))
	}}
}

// sure makes a function that cannot fail into one that could.
func sure[X, Y any](of func(X) Y) func(X) (Y, error) {
	return func(x X) (Y, error) { return of(x), nil }
}

// solver is a typed model that can name its quantities.
type solver interface{ quantities() []quantity }

// solved passes on what a typed constructor made.
func solved[T solver](model T, err error) ([]quantity, error) {
	if err != nil {
		return nil, err
	}
	return model.quantities(), nil
}

// with adds the quantities of one list to those of another.
func with(list []quantity, more ...quantity) []quantity { return append(slices.Clip(list), more...) }

// Means are the four means that Little's law ties together: L = λW and Lq = λWq, with λ the rate of
// what enters.
type Means struct {
	L  float64 // in the system
	Lq float64 // waiting
	W  float64 // time in the system
	Wq float64 // time waiting
}

// meansOf are the means of a queue whose wait and service are known.
func meansOf(lambda, wait, service float64) Means {
	return Means{L: lambda * (wait + service), Lq: lambda * wait, W: wait + service, Wq: wait}
}

func (m Means) quantities() []quantity {
	return []quantity{plain("L", m.L), plain("Lq", m.Lq), plain("W", m.W), plain("Wq", m.Wq)}
}
