package file

import (
	"fmt"
	"maps"
	"slices"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/spelling"
)

// Rows returns the columns of a trace that has one request per row.
func (t *RowTrace) Rows() *RowTrace { return t }

// Rows returns the columns of the trace that the stream replays, or nil if it has none.
func (s *Stream) Rows() *RowTrace {
	if t, ok := s.Arrivals.params.(interface{ Rows() *RowTrace }); ok {
		return t.Rows()
	}
	return nil
}

// HasClasses reports whether the stream, or the trace that it replays, says which classes its
// requests have.
func (s *Stream) HasClasses() bool {
	t := s.Rows()
	return len(s.Classes) > 0 || t != nil && t.Class != ""
}

// HasTenants reports whether the stream, or the trace that it replays, says who sends its requests.
func (s *Stream) HasTenants() bool {
	t := s.Rows()
	return s.Tenants != nil || t != nil && t.Tenant != ""
}

// ClassesOf lists the classes that requests of a stream may have.
func (s *Scenario) ClassesOf(w *Stream) (names []string) {
	if t := w.Rows(); t != nil && t.Class != "" {
		for _, c := range s.Classes {
			if len(t.Classes) == 0 || slices.Contains(slices.Collect(maps.Values(t.Classes)), c.Name) {
				names = append(names, c.Name)
			}
		}
		return names
	}
	for _, share := range w.Classes {
		if share.Value > 0 {
			names = append(names, share.Key)
		}
	}
	return names
}

// TenantOf returns the name of a tenant for a value in the column of tenants. It returns false if
// the scenario gives none.
func (t *RowTrace) TenantOf(value string) (name string, given bool) {
	return translation(t.Tenants, value)
}

// ClassOf returns the name of a class for a value in the column of classes. It returns false if the
// scenario gives none.
func (t *RowTrace) ClassOf(value string) (name string, given bool) {
	return translation(t.Classes, value)
}

// translation returns the name for a value: the value itself if there is no list of names.
func translation(names map[string]string, value string) (name string, given bool) {
	if len(names) == 0 {
		return value, true
	}
	name, given = names[value]
	return name, given
}

// translated returns the identities by the values in a trace. The result is nil if they are not
// known.
func translated[ID fleet.ClassID | fleet.TenantID](names map[string]string, known map[string]ID) map[string]ID {
	if len(names) == 0 || known == nil {
		return known
	}
	ids := make(map[string]ID, len(names))
	for value, name := range names {
		if id, ok := known[name]; ok {
			ids[value] = id
		}
	}
	return ids
}

// checkTraceLabels reports faults of the columns of classes and tenants in the trace of a stream,
// which has the given path. classes lists the classes of the scenario.
func (s *Stream) checkTraceLabels(path string, classes []string, report func(path, message string)) {
	t := s.Rows()
	if t == nil {
		return
	}
	at := path + ".arrivals." + s.Arrivals.name
	if t.Class != "" && len(s.Classes) > 0 {
		report(path+".classes", "the trace has a column of the class; leave out this key or the column")
	}
	if t.Tenant != "" && s.Tenants != nil {
		report(path+".tenants", "the trace has a column of the tenant; leave out this key or the column")
	}
	if s.Sessions != nil && (t.Class != "" || t.Tenant != "") {
		report(path+".sessions", "a random session has one class and one tenant, but the trace says which class or tenant each request has; leave out this key, or name the trace's column of the session")
	}
	if t.Class == "" && len(t.Classes) > 0 {
		report(at+".classes", "no column of the class is named (class)")
	}
	if t.Tenant == "" && len(t.Tenants) > 0 {
		report(at+".tenants", "no column of the tenant is named (tenant)")
	}
	if t.Class != "" && len(classes) == 0 {
		report(strict.Resting(at+".class", "classes"), "the scenario has no classes; list them under classes")
		return
	}
	for _, value := range slices.Sorted(maps.Keys(t.Classes)) {
		if name := t.Classes[value]; !slices.Contains(classes, name) {
			of := JoinPath(at+".classes", value)
			if spelling.Meant(name, classes) == "" { // it may name a class that could not be read
				of = strict.Resting(of, namesIn("classes", len(classes))...)
			}
			report(of, fmt.Sprintf("there is no class %q under the scenario's classes%s", name, spelling.Suggest(name, classes)))
		}
	}
	for _, value := range slices.Sorted(maps.Keys(t.Tenants)) {
		checkName(report, JoinPath(at+".tenants", value), t.Tenants[value])
	}
}
