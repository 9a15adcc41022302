package script

import (
	"fmt"
	"reflect"
	"strings"

	"go.starlark.net/starlark"

	"wavetank/policies/outside"
)

// live is a value of which a program reads the present fields. Such a value is valid only during
// the decision for which it was given.
type live[T any] struct {
	of    T
	kind  string
	known map[string]*outside.Field[T]
	names []string
}

func (l *live[T]) String() string        { return "<" + l.kind + ">" }
func (l *live[T]) Type() string          { return l.kind }
func (l *live[T]) Freeze()               {}
func (l *live[T]) Truth() starlark.Bool  { return true }
func (l *live[T]) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", l.kind) }
func (l *live[T]) AttrNames() []string   { return l.names }

// Attr implements starlark.HasAttrs.
func (l *live[T]) Attr(name string) (starlark.Value, error) {
	f, ok := l.known[name]
	switch {
	case !ok:
		return nil, nil
	case f.Whole != nil:
		return starlark.MakeInt64(f.Whole(&l.of)), nil
	case f.Real != nil:
		return starlark.Float(f.Real(&l.of)), nil
	}
	return starlark.String(f.Text(&l.of)), nil
}

func newLive[T any](kind string, fields []outside.Field[T]) *live[T] {
	l := &live[T]{kind: kind, known: map[string]*outside.Field[T]{}}
	for i := range fields {
		l.known[fields[i].Name] = &fields[i]
		l.names = append(l.names, fields[i].Name)
	}
	return l
}

// record is a struct of Go of which a program reads the fields, under their JSON keys.
type record struct {
	of reflect.Value
}

func (r record) String() string        { return "<" + r.Type() + ">" }
func (r record) Type() string          { return strings.ToLower(r.of.Type().Name()) }
func (r record) Freeze()               {}
func (r record) Truth() starlark.Bool  { return true }
func (r record) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", r.Type()) }

// AttrNames implements starlark.HasAttrs.
func (r record) AttrNames() (names []string) {
	for f := range r.of.Type().Fields() {
		names = append(names, f.Tag.Get("json"))
	}
	return names
}

// Attr implements starlark.HasAttrs. A list of structs becomes a dictionary by their names.
func (r record) Attr(name string) (starlark.Value, error) {
	for f, v := range r.of.Fields() {
		if f.Tag.Get("json") == name {
			return valueOf(v)
		}
	}
	return nil, nil
}

func valueOf(v reflect.Value) (starlark.Value, error) {
	switch v.Kind() {
	case reflect.String:
		return starlark.String(v.String()), nil
	case reflect.Int, reflect.Int64:
		return starlark.MakeInt64(v.Int()), nil
	case reflect.Float64:
		return starlark.Float(v.Float()), nil
	case reflect.Slice:
		d := starlark.NewDict(v.Len())
		for i := range v.Len() {
			if err := d.SetKey(starlark.String(v.Index(i).FieldByName("Name").String()), record{v.Index(i)}); err != nil {
				return nil, err
			}
		}
		return d, nil
	}
	return nil, fmt.Errorf("a %v has no value in Starlark", v.Type())
}
