package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"

	"wavetank/sim/spelling"
)

// Decode fills a Go value, given by pointer, from the document. It returns all faults: faults of
// values, faults that Check reports, and faults that Parse has kept. A key that is not in the file
// leaves the value as it was.
func (d *Document) Decode(into any) Faults {
	dec := &Decoder{doc: d, root: reflect.TypeOf(into), faults: append(Faults(nil), d.faults...)}
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
	meant := map[string]bool{} // known keys that unknown keys probably mean
	for _, key := range n.keys {
		if !known[key.text] {
			meant[spelling.Nearest(key.text, names(fields))] = true
		}
	}
	for _, f := range fields {
		if value := n.Get(f.name); value != nil {
			d.value(value, v.FieldByIndex(f.index))
			if f.distinct {
				d.distinct(value)
			}
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

// distinct reports entries of a list that repeat an earlier entry.
func (d *Decoder) distinct(n *Node) {
	seen := map[string]bool{}
	for _, item := range n.values {
		if item.kind == Mapping || item.kind == Sequence {
			continue
		}
		if seen[item.text] {
			d.Fault(item, item.text+" is listed twice")
		}
		seen[item.text] = true
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
			d.Fault(k, fmt.Sprintf("the key %q is the same number as an earlier one", k.text))
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(n.values[i], value)
		filled.SetMapIndex(key, value)
	}
	v.Set(filled)
}

// Rename replaces the old keys of the document by the present ones, as Decode does. The value,
// given by pointer, defines the keys. Its content has no meaning afterwards. After Rename, paths
// for Set may contain old keys.
func (d *Document) Rename(into any) {
	(&Decoder{doc: d}).Decode(d.root, into)
}

// choose reads a Selector.
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
		d.Fault(n, "there is no "+name+spelling.Suggest(name, s.Names()))
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

// DecodeNode reads a mapping.
func (o *Ordered[V]) DecodeNode(n *Node, d *Decoder) {
	if n.kind != Mapping {
		d.Fault(n, "want a mapping, not "+n.Describe())
		return
	}
	filled := make(Ordered[V], len(n.keys))
	for i, key := range n.keys {
		filled[i].Key = key.text
		d.Decode(n.values[i], &filled[i].Value)
	}
	*o = filled
}
