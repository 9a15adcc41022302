package trace

import (
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/workload/table"
)

// NamesFound holds the texts that a trace has in its columns of classes and of tenants, in the
// order in which requests have them first. Requests that are left out do not count.
type NamesFound struct {
	Classes, Tenants []string
}

// mostNames is the largest number of different texts in a column of classes or of tenants.
const mostNames = 100_000

// label is a column of names, such as that of tenants.
type label[ID fleet.ClassID | fleet.TenantID] struct {
	kind  string // class or tenant
	known map[string]ID
	// found lists the names so far; nil: known has all names, and another name is a fault
	found *[]string
}

// newLabel returns a column whose names are known, or are collected in found if known is nil.
func newLabel[ID fleet.ClassID | fleet.TenantID](kind string, known map[string]ID, found *[]string) label[ID] {
	if known != nil {
		return label[ID]{kind: kind, known: known}
	}
	return label[ID]{kind: kind, known: map[string]ID{}, found: found}
}

// of returns the identity of a name. It is 0 for a name that is collected.
func (l *label[ID]) of(name []byte) (ID, error) {
	id, known := l.known[string(name)]
	switch {
	case known:
		return id, nil
	case l.found == nil:
		return 0, fmt.Errorf("no %s is given for %q", l.kind, table.Clip(name))
	case len(l.known) == mostNames:
		return 0, fmt.Errorf("%q is one name more than the %d that a trace may have", table.Clip(name), mostNames)
	}
	l.known[string(name)] = 0
	*l.found = append(*l.found, string(name))
	return 0, nil
}

// read reads the name of the present row in a place. It returns 0 if there is no such column.
func (l *label[ID]) read(t *requests, place int) (id ID, ok bool) {
	if place < 0 {
		return 0, true
	}
	text, ok := t.given(place)
	if !ok {
		return 0, false
	}
	id, err := l.of(text)
	if err != nil {
		t.Fail(place, err)
	}
	return id, err == nil
}

// labelled reads the class and the tenant of a request.
func (t *requests) labelled(r *fleet.Request) bool {
	var class, tenant bool
	r.Class, class = t.classes.read(t, t.place.class)
	r.Tenant, tenant = t.tenants.read(t, t.place.tenant)
	return class && tenant
}
