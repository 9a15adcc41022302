package strict

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// field is one struct field that a key of a file sets.
type field struct {
	name      string
	index     []int // for reflect.Value.FieldByIndex
	required  bool
	omitEmpty bool
	distinct  bool // no entry of the list may be repeated
	doc       string
	was       []string // old names of the key
}

// fieldsOf lists the fields of a struct type in the order in which they are declared. The fields of
// an inline struct stand in its place.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("yaml")
		if !ok || tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			if f.Anonymous && options == "inline" && f.Type.Kind() == reflect.Struct {
				for _, inner := range fieldsOf(f.Type) {
					inner.index = append([]int{i}, inner.index...)
					fields = append(fields, inner)
				}
			}
			continue
		}
		one := field{name: name, index: []int{i}, doc: f.Tag.Get("doc")}
		if was := f.Tag.Get("was"); was != "" {
			one.was = strings.Split(was, ",")
		}
		for option := range strings.SplitSeq(options, ",") {
			switch option {
			case "required":
				one.required = true
			case "omitempty":
				one.omitEmpty = true
			case "distinct":
				one.distinct = true
			}
		}
		fields = append(fields, one)
	}
	return fields
}

// names lists the names of fields.
func names(fields []field) []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return all
}

// sortedKeys returns the sorted keys of a map. Numbers are sorted by value.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if a.CanInt() {
			return cmp.Compare(a.Int(), b.Int())
		}
		return cmp.Compare(a.String(), b.String())
	})
	return keys
}

// keyText returns a key of a map as text.
func keyText(key reflect.Value) string {
	if key.CanInt() {
		return strconv.FormatInt(key.Int(), 10)
	}
	return key.String()
}
