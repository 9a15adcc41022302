package strict

import (
	"reflect"

	"github.com/invopop/jsonschema"
)

// Selector is a type that stands for one of several named things, each with parameters of its own. In the
// file it is a bare name, or a mapping of one key, the name, to the parameters.
type Selector interface {
	Names() []string
	// Params returns a pointer to a struct of parameters that holds the defaults, or nil for a thing without any.
	Params(name string) (params any, known bool)
	Choose(name string, params any)
	Chosen() (name string, params any)
}

// choose reads a selector.
func (d *Decoder) choose(n *Node, s Selector) {
	name, at, ok := d.Named(n)
	if !ok {
		return
	}
	if present := d.present(n.named(), s, name); present != name {
		n.rename(name, present)
		name = present
	}
	params, known := s.Params(name)
	switch {
	case !known && at != nil:
		d.Unknown(n, name, s.Names())
		return
	case !known:
		d.Fault(n, "there is no "+name+Suggest(name, s.Names()))
		return
	case params == nil:
		if at != nil && (at.kind != Mapping || len(at.keys) > 0) {
			d.Fault(at, name+" takes no parameters")
			return
		}
	case at == nil:
		d.Decode(&Node{kind: Mapping, line: n.line, column: n.column, origin: n.origin, path: join(n.path, name)}, params)
	default:
		d.Decode(at, params)
	}
	s.Choose(name, params)
}

// written returns what a selector is written as.
func written(s Selector) any {
	name, params := s.Chosen()
	if params == nil || reflect.ValueOf(params).Elem().NumField() == 0 {
		return name
	}
	return map[string]any{name: params}
}

// selection returns the schema of a selector: a bare name, or one key with its parameters.
func (s *schemer) selection(t reflect.Type, hook Selector) *jsonschema.Schema {
	name := s.name(t)
	reference := &jsonschema.Schema{Ref: "#/$defs/" + name}
	if s.definitions[name] != nil {
		return reference
	}
	definition, bare := &jsonschema.Schema{}, &jsonschema.Schema{Type: "string"}
	s.definitions[name] = definition
	definition.AnyOf = []*jsonschema.Schema{bare}
	for _, option := range hook.Names() {
		bare.Enum = append(bare.Enum, option)
		params, _ := hook.Params(option)
		inner := &jsonschema.Schema{Type: "object", AdditionalProperties: jsonschema.FalseSchema}
		if params != nil {
			inner = s.reflect(reflect.TypeOf(params).Elem())
		}
		properties := jsonschema.NewProperties()
		properties.Set(option, inner)
		definition.AnyOf = append(definition.AnyOf, &jsonschema.Schema{
			Type: "object", Properties: properties, Required: []string{option}, AdditionalProperties: jsonschema.FalseSchema,
		})
	}
	return reference
}
