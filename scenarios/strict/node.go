package strict

import (
	"fmt"
	"strings"
)

// Shape is the shape of a node.
type Shape uint8

// The shapes of a node.
const (
	Null     Shape = iota // no value was written
	Text                  // quoted, or not one of the other scalars
	Bool                  // true or false
	Number                // an integer or a decimal number
	Sequence              // a list
	Mapping               // keys with values
)

// Node is one value in a document, with its place.
type Node struct {
	kind         Shape
	text         string // text of a scalar
	decimal      bool   // a number written with a point or an exponent
	line, column int    // 0 if the node is not in the file
	origin       string // source of the node if it is not the file
	path         string
	keys         []*Node // keys of a mapping
	values       []*Node // values of a mapping or a sequence
	// old maps old keys to present keys, for the struct into which a mapping was read.
	old map[string]string
}

// Shape returns the shape of the node.
func (n *Node) Shape() Shape { return n.kind }

// Path returns the path of the node, such as "workload[0].arrivals". It is empty for the whole
// document.
func (n *Node) Path() string { return n.path }

// IsScalar reports whether the node is text, a number, true or false.
func (n *Node) IsScalar() bool { return n.kind == Text || n.kind == Bool || n.kind == Number }

// Text returns a scalar as it was written, without quotes, and "" for any other node.
func (n *Node) Text() string { return n.text }

// Items returns the values of a list, and nothing for any other node.
func (n *Node) Items() []*Node {
	if n.kind != Sequence {
		return nil
	}
	return n.values
}

// Keys returns the keys of a mapping in the order written, and nothing for any other node.
func (n *Node) Keys() []string {
	keys := make([]string, len(n.keys))
	for i, k := range n.keys {
		keys[i] = k.text
	}
	return keys
}

// Get returns the value of a key of a mapping, or nil.
func (n *Node) Get(key string) *Node {
	for i, k := range n.keys {
		if k.text == key {
			return n.values[i]
		}
	}
	return nil
}

// Key returns the node of a key itself, or nil. A fault about the key belongs there.
func (n *Node) Key(key string) *Node {
	for _, k := range n.keys {
		if k.text == key {
			return k
		}
	}
	return nil
}

// Added returns the key that Set added to a mapping of the file, or nil if it added none.
func (n *Node) Added() *Node {
	for _, key := range n.keys {
		if key.line == 0 {
			return key
		}
	}
	return nil
}

// Describe describes the node for a message, such as `text "abc"` or "a list".
func (n *Node) Describe() string {
	switch n.kind {
	case Null:
		return "nothing"
	case Text:
		if runes := []rune(n.text); len(runes) > 40 {
			return fmt.Sprintf("text %q…", string(runes[:40]))
		}
		return fmt.Sprintf("text %q", n.text)
	case Bool:
		return n.text
	case Number:
		return "the number " + n.text
	case Sequence:
		return "a list"
	default:
		return "a mapping"
	}
}

// renameKey gives a key of a mapping another name. It also changes the paths of all nodes in its
// value.
func (n *Node) renameKey(old, name string) {
	for i, key := range n.keys {
		if key.text == old {
			key.text = name
			path := join(n.path, name)
			n.values[i].move(key.path, path)
			key.path = path
		}
	}
}

// move replaces the beginning of the path of a node and of all nodes in it.
func (n *Node) move(from, to string) {
	if rest, ok := strings.CutPrefix(n.path, from); ok {
		n.path = to + rest
	}
	for _, key := range n.keys {
		if rest, ok := strings.CutPrefix(key.path, from); ok {
			key.path = to + rest
		}
	}
	for _, value := range n.values {
		value.move(from, to)
	}
}

// named returns the node that holds the name of a selector: the one key of a mapping, or the node
// itself.
func (n *Node) named() *Node {
	if len(n.keys) > 0 {
		return n.keys[0]
	}
	return n
}

// rename gives a selector another name.
func (n *Node) rename(old, name string) {
	if n.kind == Text {
		n.text = name
	}
	n.renameKey(old, name)
}
