// Package theory computes exact values of queueing theory. A simulator of the same system must give
// these values. Every value comes from a formula, whose source is named, or from the solution of a
// Markov chain, for any parameters.
//
// Rates and times are numbers in one unit of time, which the caller chooses. The typed constructors
// (NewMMc, NewMG1, ...) are for programs; Parse and Value read the names that tables use ("M/M/c",
// "c=2;lam=1.6;mu=1", "Wq_q0.95"). A parameter that makes no sense, or a queue that has no steady
// state, is an error, never NaN.
package theory

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// SolvedSystem is a solved queueing system with its parameters.
type SolvedSystem struct {
	family     string
	quantities []quantity
}

// Parse solves the system that a table names by family and parameters, such as "M/M/c" and
// "c=2;lam=1.6;mu=1".
func Parse(family, params string) (SolvedSystem, error) {
	for _, f := range families {
		if f.name != family && (!f.prefix || !strings.HasPrefix(family, f.name)) {
			continue
		}
		r := newReader(strings.TrimPrefix(family, f.name), params)
		quantities, err := f.build(r)
		if fault := r.err(); fault != nil {
			err = fault // faults of the text are the cause of the constructor's error
		}
		if err != nil {
			return SolvedSystem{}, fmt.Errorf("%s with %s: %w", family, params, err)
		}
		return SolvedSystem{family: family, quantities: quantities}, nil
	}
	return SolvedSystem{}, fmt.Errorf("family %q is not known", family)
}

// Value returns one quantity of one system: Parse and SolvedSystem.Value in one call.
func Value(family, params, quantity string) (float64, error) {
	m, err := Parse(family, params)
	if err != nil {
		return 0, err
	}
	return m.Value(quantity)
}

// Value returns the quantity with this name. Where Quantities has a #, the name has a number.
func (m SolvedSystem) Value(name string) (float64, error) {
	x, err := m.value(name)
	if err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
		err = errors.New("the value is too large or too small for these parameters")
	}
	if err != nil {
		return 0, fmt.Errorf("%s of %s: %w", name, m.family, err)
	}
	return x, nil
}

func (m SolvedSystem) value(name string) (float64, error) {
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

// Quantities lists the names of the quantities of the system. A # stands for a number.
func (m SolvedSystem) Quantities() []string {
	names := make([]string, len(m.quantities))
	for i, q := range m.quantities {
		names[i] = q.name
	}
	return names
}
