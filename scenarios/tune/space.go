package tune

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
)

// Coordinate is a parameter of a policy, with the values to try.
type Coordinate struct {
	Path   string   // path below the policy, such as "allocator.greedy.headroom"
	Values []string // values as in a scenario file
}

// Space returns the parameters of a policy that can be tuned, with the values of their tag "try".
// These are parameters of its allocator, except those that define the allocator, and levers that
// neither the policy nor the scenario sets. Parameters with the most values come first, because a
// small budget may not be enough for all.
func Space(s *file.Scenario, p *file.Policy) []Coordinate {
	name, params := p.Allocator.Chosen()
	var list []Coordinate
	if params != nil {
		list = parameters(reflect.ValueOf(params).Elem(), "allocator."+name, p.Allocator.Fixed())
	}
	ofScenario, own := reflect.ValueOf(&s.Levers).Elem(), reflect.ValueOf(&p.Levers).Elem()
	for f, v := range own.Fields() {
		if values := f.Tag.Get("try"); values != "" && v.IsNil() && ofScenario.FieldByIndex(f.Index).IsNil() {
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			list = append(list, Coordinate{key, strings.Fields(values)})
		}
	}
	slices.SortStableFunc(list, func(a, b Coordinate) int { return len(b.Values) - len(a.Values) })
	return list
}

// parameters returns the parameters of a struct below a path, without the fixed ones.
func parameters(of reflect.Value, path string, fixed []string) (list []Coordinate) {
	for f, v := range of.Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			list = append(list, parameters(v, path, fixed)...)
		case key == "" || slices.Contains(fixed, key):
		default:
			at := strict.Join(path, key)
			if values := f.Tag.Get("try"); values != "" {
				list = append(list, Coordinate{at, written(strings.Fields(values), v)})
			}
			list = append(list, inside(v, at)...)
		}
	}
	return list
}

// inside returns the parameters within a value: a choice, a struct, or a list of these.
func inside(v reflect.Value, path string) (list []Coordinate) {
	if choice, ok := v.Addr().Interface().(strict.Selector); ok {
		name, params := choice.Chosen()
		if params == nil {
			return nil
		}
		return parameters(reflect.ValueOf(params).Elem(), strict.Join(path, name), nil)
	}
	switch v.Kind() {
	case reflect.Struct:
		return parameters(v, path, nil)
	case reflect.Slice:
		for i := range v.Len() {
			list = append(list, inside(v.Index(i), path+"["+strconv.Itoa(i)+"]")...)
		}
	}
	return list
}

// written returns the values as in a scenario file. A multiple, such as x2, is applied to the
// present value.
func written(values []string, now reflect.Value) []string {
	list := slices.Clone(values)
	for i, value := range list {
		if times, relative := strings.CutPrefix(value, "x"); relative {
			factor, _ := strconv.ParseFloat(times, 64) // never fails: a test reads all tags
			list[i] = strconv.FormatFloat(factor*now.Float(), 'g', 6, 64)
		}
	}
	return list
}
