package strict

import (
	"fmt"
	"reflect"
	"strings"

	"wavetank/sim/spelling"
)

// NodeDecoder is a type that reads itself from a node, so that it can accept several shapes. It
// reports faults to the decoder. As with all Go methods, a struct gets this and the other
// interfaces below from an embedded (inline) struct.
type NodeDecoder interface {
	DecodeNode(n *Node, d *Decoder)
}

// Defaulter is a type with defaults. SetDefaults replaces the content of a value by them, before
// the file is read.
type Defaulter interface {
	SetDefaults()
}

// Hinter is a struct that can explain unknown keys. Hint returns a text about such a key, or "".
type Hinter interface {
	Hint(key string) string
}

// Chooser is a text type with a fixed set of values.
type Chooser interface {
	Choices() []string
}

// Checker is a type with rules that the types of its fields cannot express. Check reports each
// breach with the path of the faulty field, relative to the value. The path "" is the value itself.
// at is the node from which the value was read, or nil if it was not read from a file.
type Checker interface {
	Check(at *Node, report func(path, message string))
}

// Selector is a type that selects one of several named things, each with its own parameters. In the
// file it is a bare name, or a mapping with one key: the name. The value of the key is the
// parameters.
type Selector interface {
	Names() []string
	// Params returns a pointer to a struct with the default parameters, or nil for a thing without
	// parameters.
	Params(name string) (params any, known bool)
	Choose(name string, params any)
	Chosen() (name string, params any)
}

// Renamer is a Chooser or a Selector with words that have been renamed.
type Renamer interface {
	// Renamed maps each old word to the present one.
	Renamed() map[string]string
}

// Decoder fills Go values from nodes and collects faults.
type Decoder struct {
	doc    *Document
	root   reflect.Type // of the whole document
	faults Faults
	checks []check
}

// check is a value that is to be checked after the whole document has been read.
type check struct {
	at    *Node
	value Checker
}

// Fault reports a fault at a node.
func (d *Decoder) Fault(n *Node, message string) {
	d.faults = append(d.faults, d.doc.at(n, n.path, message))
}

// Unknown reports a key of a mapping that is not one of the known keys.
func (d *Decoder) Unknown(n *Node, key string, known []string) {
	if k := n.Key(key); k != nil {
		d.unknown(n, k, known)
	}
}

func (d *Decoder) unknown(n, key *Node, known []string) {
	meant := spelling.Suggest(key.text, known)
	if places := d.places(n.path, key.text); spelling.Nearest(key.text, known) == "" && len(places) > 0 {
		meant = fmt.Sprintf(" here (it is a key of %s)", strings.Join(places, " and of "))
	}
	f := d.doc.at(key, key.path, "unknown key"+meant)
	if meant := spelling.Nearest(key.text, known); meant != "" {
		f.Meant = join(n.path, meant)
	}
	d.faults = append(d.faults, f)
}

// Named reads a name with parameters: a bare name, for which params is nil, or a mapping with the
// name as its one key. It reports a fault for any other shape.
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

// mismatch reports a node of the wrong shape.
func (d *Decoder) mismatch(n *Node, t reflect.Type) {
	d.Fault(n, "want "+want(t)+", not "+n.Describe())
}

// want says in words from which values a type is read.
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

// present returns the present word for an old word of a type, and notes the old word. It returns
// any other word unchanged.
func (d *Decoder) present(n *Node, value any, word string) string {
	renamer, ok := value.(Renamer)
	if !ok {
		return word
	}
	present, ok := renamer.Renamed()[word]
	if !ok {
		return word
	}
	d.doc.note(n, word, present)
	return present
}

// rename replaces the old keys of a struct in a mapping by the present ones, and notes the old
// keys. It is a fault to give a key under both names.
func (d *Decoder) rename(n *Node, fields []field) {
	for _, f := range fields {
		for _, old := range f.was {
			if n.old == nil {
				n.old = map[string]string{}
			}
			n.old[old] = f.name
			key := n.Key(old)
			if key == nil {
				continue
			}
			if n.Key(f.name) != nil {
				d.Fault(key, fmt.Sprintf("%q is now called %q, which is given, too", old, f.name))
				continue
			}
			d.doc.note(key, old, f.name)
			n.renameKey(old, f.name)
		}
	}
}

// Resting returns a path for a report of Check. The paths on name other values of the same Checker.
// The fault at path may be a mere consequence of their faults, so it is left out if one of them has
// a fault.
func Resting(path string, on ...string) string {
	return strings.Join(append([]string{path}, on...), apart)
}

// apart separates the paths of Resting. No text of a document contains it.
const apart = "\x00"
