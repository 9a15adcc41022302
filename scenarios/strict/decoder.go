package strict

import (
	"fmt"
	"reflect"
	"strings"
)

// NodeDecoder is a type that reads itself, so that it may accept several shapes. It reports what
// is wrong to the decoder. An inline struct that implements this, or another of these interfaces,
// lends it to the struct around it, as Go does with all methods.
type NodeDecoder interface {
	DecodeNode(n *Node, d *Decoder)
}

// Defaulter is a type that fills in its defaults, over whatever the value held, before the file is
// read over them.
type Defaulter interface {
	SetDefaults()
}

// Hinter is a struct that knows what is meant by keys that it does not have. Hint returns what to
// say of one, or "" for nothing.
type Hinter interface {
	Hint(key string) string
}

// Chooser is a text type with a fixed set of values.
type Chooser interface {
	Choices() []string
}

// Checker is a type with rules that its fields' types cannot express. Check reports each breach
// with the path of the field concerned, relative to the value ("" is the value itself). The node is
// where the value was read from, nil when it was not read from a file.
type Checker interface {
	Check(at *Node, report func(path, message string))
}

// Selector is a type that stands for one of several named things, each with parameters of its own.
// In the file it is a bare name, or a mapping of one key, the name, to the parameters.
type Selector interface {
	Names() []string
	// Params returns a pointer to a struct of parameters that holds the defaults, or nil for a
	// thing without any.
	Params(name string) (params any, known bool)
	Choose(name string, params any)
	Chosen() (name string, params any)
}

// Renamer is a Chooser or a Selector some of whose words have other names now.
type Renamer interface {
	// Renamed returns the present word for each old one.
	Renamed() map[string]string
}

// Decoder fills Go values from nodes and collects what is wrong.
type Decoder struct {
	doc    *Document
	faults Faults
	checks []check
}

// check is a value to be checked once all of the document is read.
type check struct {
	at    *Node
	value Checker
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

// Named reads the shape "name with parameters": a bare name, for which params is nil, or a mapping
// of one key, the name, to its parameters. It reports any other shape.
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

// present returns the present word for an old one of a type, and notes it. Other words stay.
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

// rename replaces the old keys of a struct in a mapping, and notes them. It is a fault to give a
// key by both of its names.
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

// Resting names the value at a path, and the others of the same Checker from which a fault of it
// may only follow. The fault is not told where something is wrong with one of them.
func Resting(path string, on ...string) string {
	return strings.Join(append([]string{path}, on...), apart)
}

// apart separates the paths of Resting. No text of a document contains it.
const apart = "\x00"
