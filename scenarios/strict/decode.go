package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// NodeDecoder is a type that reads itself, so that it may accept several shapes. It reports what is wrong to
// the decoder. An inline struct that implements this or another of the hooks lends it to the struct around it, as
// Go does with all methods.
type NodeDecoder interface {
	DecodeNode(n *Node, d *Decoder)
}

// Defaulter is a type that fills in its defaults, over whatever the value held, before the file is read over them.
type Defaulter interface {
	SetDefaults()
}

// Hinter is a struct that knows what is meant by keys which it does not have. Hint returns what to
// say of one; "" for nothing.
type Hinter interface {
	Hint(key string) string
}

// Chooser is a text type with a fixed set of values.
type Chooser interface {
	Choices() []string
}

// Decoder fills Go values from nodes and collects what is wrong.
type Decoder struct {
	doc    *Document
	faults Faults
	checks []check
}

// Decode fills a Go value, given by pointer, from the document and returns every fault: those of the values
// read, those that the types themselves report by Check, and those that Parse had read past. Keys that are not
// in the file leave what the value held before.
func (d *Document) Decode(into any) Faults {
	dec := &Decoder{doc: d, faults: append(Faults(nil), d.faults...)}
	dec.Decode(d.root, into)
	dec.check()
	return dec.faults.Sorted()
}

// Decode fills a Go value, given by pointer, from a node. It reports whether there was no fault.
func (d *Decoder) Decode(n *Node, into any) bool {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("strict: decode into %T, which is not a pointer", into))
	}
	before := len(d.faults)
	d.value(n, v.Elem())
	return len(d.faults) == before
}

// Fault reports what is wrong with a node.
func (d *Decoder) Fault(n *Node, message string) {
	d.faults = append(d.faults, d.doc.at(n, n.path, message))
}

// Unknown reports a key of a mapping that is none of the known ones.
func (d *Decoder) Unknown(n *Node, key string, known []string) {
	if k := n.Key(key); k != nil {
		d.unknown(n, k, known)
	}
}

func (d *Decoder) unknown(n, key *Node, known []string) {
	f := d.doc.at(key, key.path, "unknown key"+Suggest(key.text, known))
	if meant := nearest(key.text, known); meant != "" {
		f.Meant = join(n.path, meant)
	}
	d.faults = append(d.faults, f)
}

// Named reads the shape "name with parameters": a bare name, for which params is nil, or a mapping of one key,
// the name, to its parameters. It reports any other shape.
func (d *Decoder) Named(n *Node) (name string, params *Node, ok bool) {
	switch {
	case n.kind == Text && n.text != "":
		return n.text, nil, true
	case n.kind == Mapping && len(n.keys) == 1:
		if n.values[0].kind == Null {
			return n.keys[0].text, nil, true
		}
		return n.keys[0].text, n.values[0], true
	case n.kind == Mapping && len(n.keys) > 1:
		at := n
		if key := n.Added(); key != nil {
			at = &Node{origin: key.origin, path: n.path}
		}
		d.Fault(at, "want one name with its parameters, not the keys "+strings.Join(n.Keys(), ", "))
	default:
		d.Fault(n, "want a name, or a name with parameters as {name: {…}}, not "+n.Describe())
	}
	return "", nil, false
}

// value fills one addressable Go value.
func (d *Decoder) value(n *Node, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(n, v.Elem())
		return
	}
	address := v.Addr().Interface()
	if defaulter, ok := address.(Defaulter); ok {
		defaulter.SetDefaults()
	}
	if checker, ok := address.(Checker); ok {
		d.checks = append(d.checks, check{n, checker})
	}
	switch hook := address.(type) {
	case NodeDecoder:
		hook.DecodeNode(n, d)
	case Selector:
		d.choose(n, hook)
	case encoding.TextUnmarshaler:
		d.text(n, hook)
	default:
		d.plain(n, v)
	}
}

// plain fills a value of a type without hooks.
func (d *Decoder) plain(n *Node, v reflect.Value) {
	if n.kind == Null && v.Kind() != reflect.Interface {
		d.Fault(n, "nothing is written here; want "+want(v.Type()))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v)
	case reflect.Slice:
		d.slice(n, v)
	case reflect.Map:
		d.mapping(n, v)
	case reflect.Interface:
		if v.NumMethod() > 0 {
			panic("strict: decode into the interface " + v.Type().String())
		}
		if value := free(n); value != nil {
			v.Set(reflect.ValueOf(value))
		} else {
			v.SetZero()
		}
	default:
		d.scalar(n, v)
	}
}

// structure fills a struct from a mapping.
func (d *Decoder) structure(n *Node, v reflect.Value) {
	if n.kind != Mapping {
		d.mismatch(n, v.Type())
		return
	}
	fields := fieldsOf(v.Type())
	d.rename(n, fields)
	known := make(map[string]bool, len(fields))
	for _, f := range fields {
		known[f.name] = true
		for _, old := range f.was {
			known[old] = true
		}
	}
	meant := map[string]bool{} // by keys that are not known
	for _, key := range n.keys {
		if !known[key.text] {
			meant[nearest(key.text, names(fields))] = true
		}
	}
	for _, f := range fields {
		if value := n.Get(f.name); value != nil {
			d.value(value, v.FieldByIndex(f.index))
		} else if f.required && !meant[f.name] {
			d.faults = append(d.faults, d.doc.at(n, join(n.path, f.name), "this key is missing"))
		}
	}
	for _, key := range n.keys {
		if !known[key.text] {
			if hinter, ok := v.Addr().Interface().(Hinter); ok && hinter.Hint(key.text) != "" {
				d.Fault(key, "unknown key; "+hinter.Hint(key.text))
				continue
			}
			d.unknown(n, key, names(fields))
		}
	}
}

// slice fills a slice from a list.
func (d *Decoder) slice(n *Node, v reflect.Value) {
	if n.kind != Sequence {
		d.mismatch(n, v.Type())
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.values), len(n.values)))
	for i, item := range n.values {
		d.value(item, v.Index(i))
	}
}

// mapping fills a map, whose keys are text or integers, from a mapping.
func (d *Decoder) mapping(n *Node, v reflect.Value) {
	if n.kind != Mapping {
		d.mismatch(n, v.Type())
		return
	}
	filled := reflect.MakeMapWithSize(v.Type(), len(n.keys))
	for i, k := range n.keys {
		key := reflect.New(v.Type().Key()).Elem()
		if key.Kind() == reflect.String {
			key.SetString(k.text)
		} else if number, err := strconv.ParseInt(k.text, 10, 64); err == nil && key.CanInt() && !key.OverflowInt(number) {
			key.SetInt(number)
		} else {
			d.Fault(k, fmt.Sprintf("the key %q is not a whole number", k.text))
			continue
		}
		if filled.MapIndex(key).IsValid() {
			d.Fault(k, fmt.Sprintf("the key %q says the same number as an earlier one", k.text))
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(n.values[i], value)
		filled.SetMapIndex(key, value)
	}
	v.Set(filled)
}

// mismatch reports a node of the wrong shape.
func (d *Decoder) mismatch(n *Node, t reflect.Type) {
	d.Fault(n, "want "+want(t)+", not "+n.Describe())
}

// want says what a type is read from.
func want(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct:
		return "a mapping with " + strings.Join(names(fieldsOf(t)), ", ")
	case reflect.Map:
		return "a mapping"
	case reflect.Slice:
		return "a list"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "a whole number"
	}
}
