package strict

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// mostPlaces is the largest number of places that a message about an unknown key names.
const mostPlaces = 2

// places returns the paths of the mappings that know a key, such as "planning" or
// "models[].variants[].devices[]". Those inside the mapping with the given path come first, and
// then those nearest to the top. Others are left out. It returns nil if there are too many.
func (d *Decoder) places(path, key string) []string {
	if d.root == nil {
		return nil
	}
	inside := regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, "[]")
	var best []string
	rank := func(place string) (depth int) {
		depth = strings.Count(place, ".")
		if inside == "" || !strings.HasPrefix(place, inside) {
			depth += 100
		}
		return depth
	}
	for _, place := range mappingsWith(d.root, key) {
		switch {
		case place == "" || place == inside:
		case len(best) == 0 || rank(place) < rank(best[0]):
			best = []string{place}
		case rank(place) == rank(best[0]):
			best = append(best, place)
		}
	}
	if len(best) > mostPlaces {
		return nil
	}
	return best
}

// mappingsWith returns the paths of all structs below a type that have a key, those near the top
// first. Parameters of choices (Selector) are left out.
func mappingsWith(root reflect.Type, key string) (list []string) {
	type step struct {
		of     reflect.Type
		path   string
		within []reflect.Type // the structs on the way, so that a type inside itself ends it
	}
	for queue := []step{{of: root}}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		for s.of.Kind() == reflect.Pointer || s.of.Kind() == reflect.Slice {
			if s.of.Kind() == reflect.Slice {
				s.path += "[]"
			}
			s.of = s.of.Elem()
		}
		if s.of.Kind() != reflect.Struct || slices.Contains(s.within, s.of) {
			continue
		}
		within := append(slices.Clone(s.within), s.of)
		for _, f := range fieldsOf(s.of) {
			if f.name == key {
				list = append(list, s.path)
			}
			queue = append(queue, step{s.of.FieldByIndex(f.index).Type, join(s.path, f.name), within})
		}
	}
	return list
}
