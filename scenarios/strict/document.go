package strict

import (
	"fmt"
	"strings"
)

// Document is a parsed file.
type Document struct {
	file    string
	root    *Node
	lines   []int             // characters per line
	faults  Faults            // faults that did not stop Parse, such as a duplicate key
	renamed []renaming        // old words that were found
	noted   map[renaming]bool // the same as a set
}

// renaming is an old word in a document, with its place.
type renaming struct {
	old, new string
	at       Fault // without a message
}

// Root returns the whole document as a node.
func (d *Document) Root() *Node { return d.root }

// File returns the name of the file as given to Parse.
func (d *Document) File() string { return d.file }

// fault makes a fault at a position. A position behind the end of the file is moved to its end.
func (d *Document) fault(line, column int, message string) Fault {
	line = max(line, 1)
	if n := len(d.lines); n > 0 && line > n {
		line, column = n, d.lines[n-1]+1
	}
	column = max(column, 1)
	if line <= len(d.lines) {
		column = min(column, d.lines[line-1]+1)
	}
	return Fault{File: d.file, Line: line, Column: column, Message: message}
}

// at makes a fault at a node.
func (d *Document) at(n *Node, path, message string) Fault {
	if n.line == 0 {
		return Fault{File: n.origin, Path: path, Message: message}
	}
	f := d.fault(n.line, n.column, message)
	f.Path = path
	return f
}

// note notes an old word at a node. It notes each place only once.
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

// Warnings returns a sentence for each old word that Decode found in the document. It names the
// present word, and the places of the old one.
func (d *Document) Warnings() []string {
	var list []string
	told := map[renaming]bool{}
	for _, r := range d.renamed {
		// One warning names all places in the file. Each value of the command line has its own
		// warning.
		word := renaming{r.old, r.new, Fault{File: r.at.File}}
		if told[word] {
			continue
		}
		told[word] = true
		list = append(list, d.warning(r))
	}
	return list
}

// warning writes the warning about an old word. first is its first place.
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

// LargestFile is the largest size of a document in bytes.
const LargestFile = 16 << 20
