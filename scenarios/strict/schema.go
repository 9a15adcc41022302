package strict

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"

	"github.com/invopop/jsonschema"

	"wavetank/sim/quantity"
)

// Shaper is a type with several shapes in the file. Each element of Shapes is a Go value whose type
// has one of these shapes, or a RawSchema.
type Shaper interface {
	Shapes() []any
}

// RawSchema is a JSON schema as decoded JSON.
type RawSchema map[string]any

// Schema returns the JSON schema (draft 2020-12) of the files from which a Go value is decoded:
//
//   - unknown keys are refused, and old keys are deprecated;
//   - fields with the option "required" must be there, under their present key or an old one;
//   - quantities are texts.
func Schema(value any, title string) ([]byte, error) {
	s := schemer{named: map[string]reflect.Type{}, definitions: jsonschema.Definitions{}}
	root := s.reflect(reflect.TypeOf(value))
	root.Version = jsonschema.Version
	root.Title = title
	s.tidy()
	root.Definitions = s.definitions
	return json.MarshalIndent(root, "", "  ")
}

// schemer collects the definitions of a schema.
type schemer struct {
	named       map[string]reflect.Type // the type behind each definition
	definitions jsonschema.Definitions
}

// reflect returns the schema of a type and adds the definitions that it needs.
func (s *schemer) reflect(t reflect.Type) *jsonschema.Schema {
	r := jsonschema.Reflector{
		Anonymous:                  true,
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		Namer:                      s.name,
		Mapper:                     s.special,
		LookupComment: func(t reflect.Type, name string) string {
			if t.Kind() != reflect.Struct {
				return ""
			}
			f, _ := t.FieldByName(name)
			return f.Tag.Get("doc")
		},
	}
	one := r.ReflectFromType(t)
	for name, definition := range one.Definitions {
		s.definitions[name] = definition
	}
	one.Definitions, one.Version = nil, ""
	return one
}

// name returns the name of a type's definition. Each type has one name, and no two types share one.
func (s *schemer) name(t reflect.Type) string {
	if t.Name() == "" {
		return ""
	}
	base := path.Base(t.PkgPath()) + "." + t.Name()
	name := base
	for i := 2; s.named[name] != nil && s.named[name] != t; i++ {
		name = fmt.Sprintf("%s.%d", base, i)
	}
	s.named[name] = t
	return name
}

// special returns the schema of a type that is not read as its Go type says. It returns nil for all
// other types.
func (s *schemer) special(t reflect.Type) *jsonschema.Schema {
	if t.Kind() == reflect.Interface {
		return nil
	}
	if q, ok := quantities[t]; ok {
		return &jsonschema.Schema{Type: "string", Pattern: q.pattern, Examples: []any{q.example}}
	}
	switch hook := reflect.New(t).Interface().(type) {
	case Shaper:
		return s.alternatives(t, hook)
	case Selector:
		return s.selection(t, hook)
	case Chooser:
		choices := &jsonschema.Schema{Type: "string"}
		for _, c := range hook.Choices() {
			choices.Enum = append(choices.Enum, c)
		}
		if renamer, ok := hook.(Renamer); ok {
			old := &jsonschema.Schema{Deprecated: true}
			for _, word := range slices.Sorted(maps.Keys(renamer.Renamed())) {
				old.Enum = append(old.Enum, word)
			}
			return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{choices, old}}
		}
		return choices
	case interface{ valueType() any }:
		return &jsonschema.Schema{Type: "object", AdditionalProperties: s.reflect(reflect.TypeOf(hook.valueType()).Elem())}
	case NodeDecoder:
		return &jsonschema.Schema{}
	case encoding.TextUnmarshaler:
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

// alternatives returns a reference to the definition of a type with several shapes. It adds the
// definition on the first call.
func (s *schemer) alternatives(t reflect.Type, hook Shaper) *jsonschema.Schema {
	name := s.name(t)
	reference := &jsonschema.Schema{Ref: "#/$defs/" + name}
	if s.definitions[name] != nil {
		return reference
	}
	definition := &jsonschema.Schema{}
	s.definitions[name] = definition
	for _, shape := range hook.Shapes() {
		if raw, ok := shape.(RawSchema); ok {
			definition.AnyOf = append(definition.AnyOf, &jsonschema.Schema{Extras: raw})
			continue
		}
		definition.AnyOf = append(definition.AnyOf, s.reflect(reflect.TypeOf(shape)))
	}
	return reference
}

// tidy makes the definitions of structs agree with the decoder: their keys, the required keys and
// the old keys.
func (s *schemer) tidy() {
	for name, definition := range s.definitions {
		t := s.named[name]
		if t == nil || t.Kind() != reflect.Struct || definition.Properties == nil {
			continue
		}
		fields := fieldsOf(t)
		known := names(fields)
		for _, key := range slices.Collect(definition.Properties.KeysFromOldest()) {
			if !slices.Contains(known, key) {
				definition.Properties.Delete(key)
			}
		}
		definition.Required = nil
		for _, f := range fields {
			switch {
			case f.required && len(f.was) > 0:
				definition.AllOf = append(definition.AllOf, oneOfKeys(append([]string{f.name}, f.was...)))
			case f.required:
				definition.Required = append(definition.Required, f.name)
			}
			if property, _ := definition.Properties.Get(f.name); f.distinct {
				property.UniqueItems = true
			}
			for _, old := range f.was {
				property, _ := definition.Properties.Get(f.name)
				shape := *property
				shape.Deprecated, shape.Description = true, "now called "+f.name
				definition.Properties.Set(old, &shape)
			}
		}
	}
}

// oneOfKeys returns the schema of objects that have at least one of the keys.
func oneOfKeys(keys []string) *jsonschema.Schema {
	s := &jsonschema.Schema{}
	for _, key := range keys {
		s.AnyOf = append(s.AnyOf, &jsonschema.Schema{Required: []string{key}})
	}
	return s
}

// quantities are the types that are written as texts with units.
var quantities = map[reflect.Type]struct{ pattern, example string }{
	reflect.TypeFor[quantity.Duration]():     {`^ *([-+]?([0-9.]+(ns|us|µs|μs|ms|s|m|h))+|[-+]?[0-9.]+d|0) *$`, "100ms"},
	reflect.TypeFor[quantity.AutoDuration](): {`^ *(auto|([0-9.]+(ns|us|µs|μs|ms|s|m|h))+|[0-9.]+d|0) *$`, "auto"},
	reflect.TypeFor[quantity.Rate]():         {number + `(k/s|M/s|/s|/min|/m|/h|/d) *$`, "400/s"},
	reflect.TypeFor[quantity.Bytes]():        {number + `([kKMGT]?B|[KMGT]iB) *$`, "24GiB"},
	reflect.TypeFor[quantity.Price]():        {number + `([$]|USD)/h *$`, "3.06$/h"},
	reflect.TypeFor[quantity.Power]():        {number + `k?W *$`, "300W"},
	reflect.TypeFor[quantity.Factor]():       {number + `x? *$`, "3x"},
	reflect.TypeFor[quantity.Percent]():      {number + `% *$`, "30 %"},
	reflect.TypeFor[quantity.Span]():         {`^ *0 *$|` + number + `([mun]?s|µs|μs|[pf]s) *$`, "31.5µs"},
	reflect.TypeFor[quantity.Speed]():        {number + `[GTP]FLOP/s *$`, "989TFLOP/s"},
	reflect.TypeFor[quantity.Bandwidth]():    {number + `([kMGT]?B|[KMG]iB|[kMG]b)/s *$`, "2GB/s"},
	reflect.TypeFor[quantity.Intensity]():    {number + `k?g/kWh *$`, "350g/kWh"},
}

// number is the pattern of the number before a unit.
const number = `^ *[-+]?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)? *`

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
