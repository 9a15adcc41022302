package strict

import (
	"fmt"
	"slices"
	"strings"
)

// Renamer is a text type, or a selector, some of whose words were called otherwise before.
type Renamer interface {
	// Renamed returns the present word for each old one.
	Renamed() map[string]string
}

// renaming is a place where a document has an old word.
type renaming struct {
	old, new string
	at       Fault // without a message
}

// Warnings returns one sentence for each old word that the document was found to have, when it was
// decoded. The sentence names the present word, and all places of the old one.
func (d *Document) Warnings() []string {
	var list []string
	told := map[renaming]bool{}
	for _, r := range d.renamed {
		word := renaming{r.old, r.new, Fault{File: r.at.File}} // what is set on the command line is no place of the file
		if told[word] {
			continue
		}
		told[word] = true
		list = append(list, d.warning(r))
	}
	return list
}

// warning writes the warning of an old word, whose first place is given.
func (d *Document) warning(first renaming) string {
	const most = 10 // places that are named
	var places []string
	for _, r := range d.renamed {
		place := fmt.Sprintf("%d:%d", r.at.Line, r.at.Column)
		if r.old == first.old && r.new == first.new && r.at != first.at && r.at.Line > 0 {
			places = append(places, place)
		}
	}
	if beyond := len(places) - most; beyond > 0 {
		places = append(places[:most], fmt.Sprintf("%d more", beyond))
	}
	f := first.at
	f.Path, f.Message = "", fmt.Sprintf("%q is now called %q", first.old, first.new)
	if n := len(places); n > 1 {
		f.Message += " (also at " + strings.Join(places[:n-1], ", ") + " and " + places[n-1] + ")"
	} else if n == 1 {
		f.Message += " (also at " + places[0] + ")"
	}
	return f.Error()
}

// note notes an old word at a node, once for each place.
func (d *Document) note(n *Node, old, present string) {
	r := renaming{old, present, d.at(n, "", "")}
	if !d.noted[r] {
		if d.noted == nil {
			d.noted = map[renaming]bool{}
		}
		d.noted[r] = true
		d.renamed = append(d.renamed, r)
	}
}

// Rename gives the document the present keys in place of the old ones, as Decode does. The value,
// given by pointer, says which keys there are; what is read into it is of no use. A document to which
// Rename was applied knows old keys in the paths of Set, too.
func (d *Document) Rename(into any) {
	(&Decoder{doc: d}).Decode(d.root, into)
}

// rename gives a mapping the present keys of a struct. It is a fault to give a key by both of its
// names.
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

// present returns the present word for one that a type knows; the word itself where it is no old one.
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

// renameKey gives a key of a mapping another name, and all in its value the path of that.
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

// move gives a node, and all in it, a path that begins otherwise.
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

// presentSteps replaces the old keys of a path, as far as the document has what it leads to.
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

// named returns where the name of a selector stands: the one key of a mapping, or the node itself.
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
