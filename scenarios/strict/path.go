package strict

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// step is one part of a path: a key of a mapping or an index into a list.
type step struct {
	key   string
	index int // -1 for a key
}

// parsePath splits a path such as `workload[0].arrivals.rate` or `machines["a.b"].price`.
func parsePath(path string) ([]step, error) {
	var steps []step
	rest := path
	for rest != "" {
		if rest[0] == '[' {
			s, after, err := bracket(rest)
			if err != nil {
				return nil, fmt.Errorf("path %q: %w", path, err)
			}
			steps, rest = append(steps, s), after
			continue
		}
		if len(steps) > 0 {
			if rest[0] != '.' {
				return nil, fmt.Errorf("path %q: want a dot or a bracket before %q", path, rest)
			}
			rest = rest[1:]
		}
		end := strings.IndexAny(rest, ".[]")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return nil, fmt.Errorf("path %q has an empty key", path)
		}
		steps, rest = append(steps, step{rest[:end], -1}), rest[end:]
	}
	if len(steps) == 0 {
		return nil, errors.New("the path is empty")
	}
	return steps, nil
}

// bracket reads the index or the quoted key at the start of a text. It returns the rest of the
// text, too.
func bracket(text string) (step, string, error) {
	if quoted, err := strconv.QuotedPrefix(text[1:]); err == nil {
		rest := text[1+len(quoted):]
		key, err := strconv.Unquote(quoted)
		if err != nil || !strings.HasPrefix(rest, "]") {
			return step{}, "", fmt.Errorf("%q is not closed", text)
		}
		return step{key, -1}, rest[1:], nil
	}
	inside, rest, closed := strings.Cut(text[1:], "]")
	if !closed {
		return step{}, "", fmt.Errorf("%q is not closed", text)
	}
	index, err := strconv.Atoi(inside)
	if err != nil || index < 0 {
		return step{}, "", fmt.Errorf("%q is not an index, such as [0]", "["+inside+"]")
	}
	return step{"", index}, rest, nil
}

// find returns the node at a path or, if there is none, the deepest node on the way to it.
func (d *Document) find(path string) (n *Node, exact bool) {
	n = d.root
	if path == "" {
		return n, true
	}
	steps, err := parsePath(path)
	if err != nil {
		return n, false
	}
	for _, s := range steps {
		var next *Node
		if s.index < 0 {
			next = n.Get(s.key)
		} else if items := n.Items(); s.index < len(items) {
			next = items[s.index]
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// Fault makes a fault about the value at a path. If there is no such value, the fault has the
// position of the closest value around it.
func (d *Document) Fault(path, message string) Fault {
	n, _ := d.find(path)
	return d.at(n, path, message)
}

// Set puts a value at a path such as "workload[0].arrivals.rate". The value is a YAML scalar, or in
// flow style. It creates missing keys, but no missing entries of lists. Faults name the value as
// "--set path=value". The path may contain old keys after Rename.
func (d *Document) Set(path, value string) error { return d.SetBy("--set", path, value) }

// SetBy does the same as Set, but faults name the value by another flag than --set.
func (d *Document) SetBy(flag, path, value string) error {
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	if firstBadByte([]byte(value)) >= 0 {
		return errors.New("the value is not UTF-8 text")
	}
	var y yaml.Node
	if err := yaml.Load([]byte(value), &y); value != "" && err != nil {
		return errors.New(d.syntax(value, err).Message)
	}
	if value == "" {
		y = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str"}
	}
	side := &Document{file: d.file}
	c := converter{doc: side, origin: flag + " " + path + "=" + value}
	steps = d.presentSteps(steps, c.origin)
	canonical := canonicalPath(steps)
	set := c.convert(&y, canonical, len(steps))
	if c.fatal != nil {
		return errors.New(c.fatal.Message)
	}
	slot, err := d.slot(steps, c.origin)
	if err != nil {
		return err
	}
	d.faults = append(d.faults, side.faults...)
	*slot = set
	return nil
}

// canonicalPath writes steps as nodes write their paths.
func canonicalPath(steps []step) string {
	path := ""
	for _, s := range steps {
		if s.index >= 0 {
			path = element(path, s.index)
		} else {
			path = join(path, s.key)
		}
	}
	return path
}

// slot returns a pointer to the value at a path. It creates missing keys, but only if all of them
// can be created.
func (d *Document) slot(steps []step, origin string) (**Node, error) {
	at := &d.root
	for i, s := range steps {
		n := *at
		if s.index >= 0 {
			if n.kind != Sequence {
				return nil, fmt.Errorf("%s is %s, not a list", place(n), n.Describe())
			}
			if s.index >= len(n.values) {
				return nil, fmt.Errorf("%s has %d entries, so there is no [%d]", place(n), len(n.values), s.index)
			}
			at = &n.values[s.index]
			continue
		}
		if n.kind != Mapping {
			return nil, fmt.Errorf("%s is %s, not a mapping", place(n), n.Describe())
		}
		if n.Get(s.key) == nil || i+1 < len(steps) && n.Get(s.key).kind == Null {
			for _, later := range steps[i+1:] {
				if later.index >= 0 {
					return nil, fmt.Errorf("%s does not exist, so it has no entry [%d]", join(n.path, s.key), later.index)
				}
			}
			n.create(s.key, origin)
		}
		for j := range n.keys {
			if n.keys[j].text == s.key {
				at = &n.values[j]
			}
		}
	}
	return at, nil
}

// create adds an empty mapping under a key, or replaces an empty value there.
func (n *Node) create(key, origin string) {
	path := join(n.path, key)
	empty := &Node{kind: Mapping, origin: origin, path: path}
	for j := range n.keys {
		if n.keys[j].text == key {
			n.values[j] = empty
			return
		}
	}
	n.keys = append(n.keys, &Node{kind: Text, text: key, origin: origin, path: path})
	n.values = append(n.values, empty)
}

// place returns the name of a node for a message.
func place(n *Node) string {
	if n.path == "" {
		return "the document"
	}
	return n.path
}

// presentSteps replaces old keys of a path by present ones, as far as the document has values on
// the path.
func (d *Document) presentSteps(steps []step, origin string) []step {
	list := slices.Clone(steps)
	n := d.root
	for i, s := range list {
		if n == nil {
			break
		}
		if s.index >= 0 {
			if items := n.Items(); s.index < len(items) {
				n = items[s.index]
			} else {
				n = nil
			}
			continue
		}
		if name, ok := n.old[s.key]; ok {
			d.note(&Node{origin: origin}, s.key, name)
			list[i].key = name
		}
		n = n.Get(list[i].key)
	}
	return list
}
