package script

import (
	"fmt"
	"reflect"
	"strings"

	"go.starlark.net/starlark"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// fields are the attributes of a value, by name.
type fields[T any] map[string]func(T) starlark.Value

// live is a value of which a program reads the present attributes. Such a value is valid only
// during the decision for which it was given.
type live[T any] struct {
	of    T
	kind  string
	known fields[T]
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
	if read, ok := l.known[name]; ok {
		return read(l.of), nil
	}
	return nil, nil
}

func newLive[T any](kind string, known fields[T]) *live[T] {
	l := &live[T]{kind: kind, known: known}
	for name := range known {
		l.names = append(l.names, name)
	}
	return l
}

// asked is a request about which a policy is asked.
type asked struct {
	view    *sim.View
	request *fleet.Request
}

// seen is a replica or a model in a view.
type seen struct {
	view *sim.View
	at   fleet.ReplicaID
	of   fleet.ModelID
}

func integer(n int) starlark.Value { return starlark.MakeInt(n) }

// requestFields are what a server knows about a request. Its output tokens and its work are not
// known before it is served.
var requestFields = fields[*asked]{
	"model": func(a *asked) starlark.Value {
		return starlark.String(a.view.Spec().Models[a.request.Model].Name)
	},
	"number":  func(a *asked) starlark.Value { return starlark.MakeInt64(a.request.Ordinal) },
	"age":     func(a *asked) starlark.Value { return starlark.Float(a.view.Now().Sub(a.request.Arrival).Seconds()) },
	"items":   func(a *asked) starlark.Value { return starlark.Float(max(1, a.request.Items)) },
	"input":   func(a *asked) starlark.Value { return integer(int(a.request.Input)) },
	"session": func(a *asked) starlark.Value { return starlark.MakeInt64(a.request.Session) },
	"tenant":  func(a *asked) starlark.Value { return integer(int(a.request.Tenant)) },
	"attempt": func(a *asked) starlark.Value { return integer(int(a.request.Attempt)) },
	"class": func(a *asked) starlark.Value {
		if classes := a.view.Spec().Classes; int(a.request.Class) < len(classes) {
			return starlark.String(classes[a.request.Class].Name)
		}
		return starlark.String("")
	},
}

var replicaFields = fields[*seen]{
	"id":            func(s *seen) starlark.Value { return integer(int(s.at)) },
	"outstanding":   func(s *seen) starlark.Value { return integer(s.view.Outstanding(s.at)) },
	"queued":        func(s *seen) starlark.Value { return integer(s.view.Queued(s.at)) },
	"free":          func(s *seen) starlark.Value { return integer(s.view.Free(s.at)) },
	"deployment":    func(s *seen) starlark.Value { return starlark.String(s.view.Deployment(s.at).Name) },
	"machine":       func(s *seen) starlark.Value { return integer(int(s.view.Replica(s.at).Machine)) },
	"capacity":      func(s *seen) starlark.Value { return starlark.Float(s.view.Deployment(s.at).Capacity) },
	"max_batch":     func(s *seen) starlark.Value { return integer(s.view.Deployment(s.at).MaxBatch) },
	"prompt_tokens": func(s *seen) starlark.Value { return starlark.MakeInt64(s.view.PromptTokens(s.at)) },
	"kv_share": func(s *seen) starlark.Value {
		load := s.view.Tokens(s.at)
		return starlark.Float(float64(load.Held) / float64(max(1, load.Blocks)))
	},
}

var modelFields = fields[*seen]{
	"name":    func(s *seen) starlark.Value { return starlark.String(s.view.Spec().Models[s.of].Name) },
	"ready":   func(s *seen) starlark.Value { return integer(s.view.Ready(s.of)) },
	"open":    func(s *seen) starlark.Value { return integer(s.view.Open(s.of)) },
	"waiting": func(s *seen) starlark.Value { return integer(s.view.Waiting(s.of)) },
	"pending": func(s *seen) starlark.Value { return integer(s.view.Pending(s.of)) },
	"time":    func(s *seen) starlark.Value { return starlark.Float(s.view.Now().Seconds()) },
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
