package build

import (
	"fmt"
	"slices"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/workload/table"
)

// tenants returns the names of the tenants in the trace of a stream, without those that the
// scenario does not name. A trace with faults has none: read reports these.
func (r *traceReader) tenants(stream int) (names []string) {
	sum, err := r.scan(stream)
	if err != nil || sum.Names == nil {
		return nil
	}
	for _, value := range sum.Names.Tenants {
		if name, given := r.workload[stream].Rows().TenantOf(value); given {
			names = append(names, name)
		}
	}
	return names
}

// named reports values in the columns of classes and tenants of a stream's trace for which there is
// no class or tenant. It returns false if there are any. Path is the path of the trace.
func (b *streams) named(i int, path string) bool {
	rows := b.file.Scenario.Workload[i].Rows()
	sum, err := b.traces.scan(i)
	if rows == nil || err != nil || sum.Names == nil {
		return true // faults of the trace are reported when it is read
	}
	from := b.file.Open(rows.File).Name
	report := func(key, column string, found, missing []string, advice string) bool {
		if len(missing) > 0 {
			b.found.report(path+"."+key, fmt.Sprintf("%s: the column %q has the values %s; %s", from, column, quoted(found), fmt.Sprintf(advice, quoted(missing))))
		}
		return len(missing) == 0
	}
	unknownTenant := func(value string) bool {
		name, given := rows.TenantOf(value)
		return !given || strict.Name(name) != ""
	}
	key, advice := "tenants", "no tenant is given for %s"
	if len(rows.Tenants) == 0 {
		key, advice = "tenant", "a tenant cannot be called %s: say under tenants, beside this key, which tenant each value means"
	}
	ok := report(key, rows.Tenant, sum.Names.Tenants, kept(sum.Names.Tenants, unknownTenant), advice)
	if rows.Class != "" && b.found.unnamed("classes") {
		return false // an unknown name may mean a class that could not be read
	}
	unknownClass := func(value string) bool {
		name, given := rows.ClassOf(value)
		return !given || !slices.ContainsFunc(b.spec.Classes, func(c fleet.Class) bool { return c.Name == name })
	}
	key, advice = "classes", "no class is given for %s"
	if len(rows.Classes) == 0 {
		key, advice = "class", "the scenario has no class called %s: say under classes, beside this key, which class each value means"
	}
	return report(key, rows.Class, sum.Names.Classes, kept(sum.Names.Classes, unknownClass), advice) && ok
}

// kept returns the values for which a condition holds.
func kept(values []string, is func(string) bool) (list []string) {
	for _, v := range values {
		if is(v) {
			list = append(list, v)
		}
	}
	return list
}

// quoted lists values in quotes.
func quoted(values []string) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprintf("%q", table.Clip([]byte(v)))
	}
	return table.Listed(list)
}

// classIDs returns the classes of a scenario by their names.
func classIDs(c *fleet.Spec) map[string]fleet.ClassID {
	ids := make(map[string]fleet.ClassID, len(c.Classes))
	for i := range c.Classes {
		ids[c.Classes[i].Name] = fleet.ClassID(i)
	}
	return ids
}

// tenantIDs returns the tenants of a scenario by their names.
func tenantIDs(c *fleet.Spec) map[string]fleet.TenantID {
	ids := make(map[string]fleet.TenantID, len(c.Tenants))
	for i, name := range c.Tenants {
		ids[name] = fleet.TenantID(i)
	}
	return ids
}
