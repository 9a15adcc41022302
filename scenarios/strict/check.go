package strict

import (
	"reflect"
	"slices"
	"strings"
)

// check calls Check on all values that were read. A fault is dropped if its part of the value could
// not be read, because it would be about a value that the user did not write.
func (d *Decoder) check() {
	unread := d.faults[len(d.doc.faults):]
	var resting []func()
	for _, c := range d.checks {
		c.value.Check(c.at, func(path, message string) {
			path, rest, rests := strings.Cut(path, apart)
			full := below(c.at.path, path)
			switch {
			case unread.Touch(full):
			case !rests:
				d.faults = append(d.faults, d.doc.Fault(full, message))
			default: // decided after all other faults are known
				resting = append(resting, func() {
					if !slices.ContainsFunc(strings.Split(rest, apart), func(one string) bool { return d.faults.Touch(below(c.at.path, one)) }) {
						d.faults = append(d.faults, d.doc.Fault(full, message))
					}
				})
			}
		})
	}
	for _, tell := range resting {
		tell()
	}
}

// Validate checks a Go value that was not read from a file, and all values in it. The faults have
// paths, but no positions.
func Validate(value any) Faults {
	var faults Faults
	walk(reflect.ValueOf(value), "", &faults)
	return faults
}

// walk checks a value and what is inside it.
func walk(v reflect.Value, path string, faults *Faults) {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if !v.IsNil() {
			walk(v.Elem(), path, faults)
		}
		return
	}
	if !v.IsValid() {
		return
	}
	if !v.CanAddr() {
		copied := reflect.New(v.Type()).Elem()
		copied.Set(v)
		v = copied
	}
	if checker, ok := v.Addr().Interface().(Checker); ok {
		checker.Check(nil, func(relative, message string) {
			told, _, _ := strings.Cut(relative, apart)
			*faults = append(*faults, Fault{Path: below(path, told), Message: message})
		})
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			walk(v.FieldByIndex(f.index), join(path, f.name), faults)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), element(path, i), faults)
		}
	case reflect.Map:
		for _, key := range sortedKeys(v) {
			walk(v.MapIndex(key), join(path, keyText(key)), faults)
		}
	}
}
