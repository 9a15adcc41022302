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
	"strconv"
	"strings"
)

// SolvedSystem is a queueing system with its parameters, solved.
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
			err = fault // what was not read is the cause of what the constructor says
		}
		if err != nil {
			return SolvedSystem{}, fmt.Errorf("%s with %s: %w", family, params, err)
		}
		return SolvedSystem{family: family, quantities: quantities}, nil
	}
	return SolvedSystem{}, fmt.Errorf("family %q is not known", family)
}

// Value is one quantity of one system: Parse and Model.Value in one call.
func Value(family, params, quantity string) (float64, error) {
	m, err := Parse(family, params)
	if err != nil {
		return 0, err
	}
	return m.Value(quantity)
}

// Value is the quantity of that name. If Quantities shows a #, any number may stand.
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

// Quantities names what the model knows; a # stands for a number.
func (m SolvedSystem) Quantities() []string {
	names := make([]string, len(m.quantities))
	for i, q := range m.quantities {
		names[i] = q.name
	}
	return names
}
