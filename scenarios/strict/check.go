package strict

import (
	"reflect"
	"strings"
)

// Checker is a type with rules that its fields' types cannot express. Check reports each breach with the path
// of the field concerned, relative to the value ("" is the value itself). The node is where the value was read
// from, nil when it was not read from a file.
type Checker interface {
	Check(at *Node, report func(path, message string))
}

// check is a value to be checked once all of the document is read.
type check struct {
	at    *Node
	value Checker
}

// check asks all values that were read for their faults. What a value says about a part that could not be
// read is dropped, because it would speak about a value that nobody wrote.
func (d *Decoder) check() {
	unread := d.faults[len(d.doc.faults):]
	for _, c := range d.checks {
		c.value.Check(c.at, func(path, message string) {
			if full := below(c.at.path, path); !unread.Touch(full) {
				d.faults = append(d.faults, d.doc.Fault(full, message))
			}
		})
	}
}

// within tells whether a path is that of a value or of something inside it.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (outer == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Validate checks a Go value and everything in it that was not read from a file. The faults have paths and no
// positions.
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
			*faults = append(*faults, Fault{Path: below(path, relative), Message: message})
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
