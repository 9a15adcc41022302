package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The limits of a document. A larger document is an accident or an attack.
const (
	deepest      = 64      // depth of nested lists and mappings
	largestNodes = 200_000 // number of values, with every use of an anchor
)

// Parse reads one YAML document. Messages contain the name.
//
// The error is of type Faults. It says why the text cannot be read at all: it is not UTF-8 or not
// YAML, it is empty, it holds a second document, it is too large or too deep, or its anchors expand
// too far. Faults that do not stop Parse, such as a duplicate key, are kept for Decode.
func Parse(file string, data []byte) (*Document, error) {
	doc := &Document{file: file}
	if len(data) > LargestFile {
		return nil, Faults{doc.fault(1, 1, fmt.Sprintf("the file is larger than %d MiB", LargestFile>>20))}
	}
	if at := firstBadByte(data); at >= 0 {
		line, column := position(data, at)
		return nil, Faults{doc.fault(line, column, "the file is not UTF-8 text")}
	}
	doc.lines = lineLengths(data)
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithV4Defaults())
	if err != nil {
		return nil, fmt.Errorf("prepare to read %s: %w", file, err)
	}
	var first, second yaml.Node
	if err := loader.Load(&first); errors.Is(err, io.EOF) {
		return nil, Faults{doc.fault(1, 1, "the file is empty")}
	} else if err != nil {
		return nil, Faults{doc.syntax(string(data), err)}
	}
	if err := loader.Load(&second); err == nil {
		return nil, Faults{doc.fault(second.Line, second.Column, "a second document starts here; a file holds one")}
	} else if !errors.Is(err, io.EOF) {
		return nil, Faults{doc.syntax(string(data), err)}
	}
	c := converter{doc: doc}
	doc.root = c.convert(&first, "", 0)
	if c.fatal != nil {
		return nil, Faults{*c.fatal}
	}
	if doc.root.kind == Null {
		return nil, Faults{doc.fault(1, 1, "the file is empty")}
	}
	return doc, nil
}

// tags are the tags of YAML's core schema.
var tags = []string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!seq", "!!map", "!!merge"}

// converter converts nodes of the YAML library to our nodes. It replaces aliases by their values.
type converter struct {
	doc    *Document
	origin string // source of the nodes if it is not the file
	count  int
	fatal  *Fault // fault that ends the conversion
}

// convert returns the node at a path. After a fatal fault its content has no meaning.
func (c *converter) convert(y *yaml.Node, path string, depth int) *Node {
	n := &Node{path: path, origin: c.origin}
	if c.origin == "" {
		n.line, n.column = max(y.Line, 1), max(y.Column, 1)
	}
	c.count++
	switch {
	case c.fatal != nil:
		return n
	case depth > deepest:
		c.stop(n, fmt.Sprintf("nested deeper than %d levels", deepest))
		return n
	case c.count > largestNodes:
		c.stop(n, fmt.Sprintf("more than %d values, every use of an anchor counted", largestNodes))
		return n
	}
	if tag := y.ShortTag(); y.Style&yaml.TaggedStyle != 0 && !slices.Contains(tags, tag) {
		// The tag may give the value any meaning.
		c.stop(n, fmt.Sprintf("the tag %s is not supported; leave it out", tag))
		return n
	}
	switch y.Kind {
	case yaml.DocumentNode:
		if len(y.Content) > 0 {
			return c.convert(y.Content[0], path, depth)
		}
	case yaml.AliasNode:
		if y.Alias != nil {
			return c.convert(y.Alias, path, depth+1)
		}
	case yaml.SequenceNode:
		n.kind = Sequence
		for i, item := range y.Content {
			n.values = append(n.values, c.convert(item, element(path, i), depth+1))
		}
	case yaml.MappingNode:
		c.mapping(y, n, depth)
	case yaml.ScalarNode:
		n.text = y.Value
		n.kind, n.decimal = scalarKind(y)
	}
	return n
}

// mapping fills a mapping. It leaves out keys that cannot be used, and notes the fault. A merge key
// is a fault, but its keys are taken over as in YAML 1.1, so that no other fault follows from it.
func (c *converter) mapping(y *yaml.Node, n *Node, depth int) {
	n.kind = Mapping
	seen := map[string]int{}
	var lent []*Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := c.convert(y.Content[i], n.path, depth+1)
		if c.fatal != nil {
			return
		}
		switch {
		case y.Content[i].ShortTag() == "!!merge":
			c.doc.faults = append(c.doc.faults, c.doc.at(key, n.path, `the merge key "<<" is not supported; write the keys out`))
			lent = append(lent, c.convert(y.Content[i+1], n.path, depth+1))
			continue
		case !key.IsScalar():
			c.doc.faults = append(c.doc.faults, c.doc.at(key, n.path, "a key must be text, not "+key.Describe()))
			continue
		}
		key.path = join(n.path, key.text)
		if line, ok := seen[key.text]; ok {
			message := "duplicate key"
			if line > 0 {
				message = fmt.Sprintf("duplicate key, first on line %d", line)
			}
			c.doc.faults = append(c.doc.faults, c.doc.at(key, key.path, message))
			continue
		}
		seen[key.text] = key.line
		n.keys = append(n.keys, key)
		n.values = append(n.values, c.convert(y.Content[i+1], key.path, depth+1))
	}
	n.take(lent, seen)
}

// take adds the keys of merged mappings that a mapping has not seen yet.
func (n *Node) take(from []*Node, seen map[string]int) {
	for len(from) > 0 {
		m := from[0]
		from = append(from[1:], m.Items()...)
		for i, key := range m.keys {
			if _, is := seen[key.text]; !is {
				seen[key.text] = key.line
				n.keys, n.values = append(n.keys, key), append(n.values, m.values[i])
			}
		}
	}
}

// stop ends the conversion with a fault.
func (c *converter) stop(n *Node, message string) {
	f := c.doc.at(n, n.path, message)
	c.fatal = &f
}

// scalarKind returns the shape of a scalar, and whether a number is decimal.
func scalarKind(y *yaml.Node) (Shape, bool) {
	switch y.ShortTag() {
	case "!!null":
		return Null, false
	case "!!bool":
		return Bool, false
	case "!!int":
		return Number, false
	case "!!float":
		return Number, true
	default:
		return Text, false
	}
}

// firstBadByte returns the offset of the first byte that is not valid UTF-8, or -1.
func firstBadByte(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return at
		}
		at += size
	}
	return -1
}

// position returns the line and column of an offset, both from 1. Columns count characters.
func position(data []byte, offset int) (line, column int) {
	before := lineLengths(data[:offset])
	return len(before), before[len(before)-1] + 1
}

// lineLengths returns the number of characters of each line.
func lineLengths(data []byte) []int {
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	var lengths []int
	for line := range strings.SplitSeq(text, "\n") {
		lengths = append(lengths, utf8.RuneCountInString(line))
	}
	return lengths
}
