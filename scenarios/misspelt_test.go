package scenarios

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
	"wavetank/scenarios/strict"
)

// free matches the paths, without indices, of names that a scenario may choose, and of prose.
var free = regexp.MustCompile(`(^|\.)(about|name|source|date|notes|assumptions|task|measure|gpu|tenants\..*)$`)

// indices matches the indices in a path.
var indices = regexp.MustCompile(`\[\d+\]`)

// word matches what can be misspelt: names, but not numbers.
var word = regexp.MustCompile(`^[@a-zA-Z]+[a-zA-Z]`)

var letter = regexp.MustCompile(`[a-zA-Z]`)

// spelled is a name in a scenario, with its place.
type spelled struct {
	text         string
	line, column int
}

// everyKey reports a fault for every key of a document. This shows where the keys are.
type everyKey struct{}

func (k *everyKey) DecodeNode(n *strict.Node, d *strict.Decoder) {
	for _, item := range n.Items() {
		k.DecodeNode(item, d)
	}
	for _, key := range n.Keys() {
		// Each fault has a different message, since equal faults are reported only once.
		d.Fault(n.Key(key), n.Key(key).Path())
		k.DecodeNode(n.Get(key), d)
	}
}

// spelledIn returns the names in a document that cannot be chosen freely: keys, and values that
// name something.
func spelledIn(d *strict.Document) (list []spelled) {
	add := func(path, text string) {
		at := d.Fault(path, "")
		if word.MatchString(text) && text != "true" && text != "false" && at.Line > 0 {
			list = append(list, spelled{text, at.Line, at.Column})
		}
	}
	places := map[string]strict.Fault{} // the places of keys, by path
	for _, f := range d.Decode(&everyKey{}) {
		places[f.Path] = f
	}
	var walk func(n *strict.Node)
	walk = func(n *strict.Node) {
		path := indices.ReplaceAllString(n.Path(), "")
		if n.Shape() == strict.Text && !free.MatchString(path) {
			add(n.Path(), n.Text())
		}
		for _, item := range n.Items() {
			walk(item)
		}
		for _, key := range n.Keys() {
			value := n.Get(key)
			if k := n.Key(key); !free.MatchString(indices.ReplaceAllString(k.Path(), "")) || !strings.Contains(k.Path(), "tenants.") {
				at := places[k.Path()]
				list = append(list, spelled{key, at.Line, at.Column})
			}
			walk(value)
		}
	}
	walk(d.Root())
	return list
}

// slips returns three misspellings of a word: the letter at a place is left out, doubled, or
// swapped with the next one.
func slips(text string, at int) []string {
	list := []string{text[:at] + text[at+1:], text[:at+1] + text[at:]}
	if at+1 < len(text) && text[at] != text[at+1] {
		list = append(list, text[:at]+text[at+1:at+2]+text[at:at+1]+text[at+2:])
	}
	return list
}

// TestEveryMisspeltNameIsAFault misspells every name of every shipped scenario, one at a time. The
// environment variable MISSPELL adds one in eighteen of all misspellings of all names.
func TestEveryMisspeltNameIsAFault(t *testing.T) {
	many, seen := os.Getenv("MISSPELL") != "", map[string]bool{}
	for _, name := range library.Names() {
		text := string(shippedText(t, name))
		f, err := file.Read(name+".yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		lines, list := strings.SplitAfter(text, "\n"), spelledIn(f.Document)
		fresh := make([]bool, len(list)) // the name is not in an earlier scenario, or above
		for i, s := range list {
			fresh[i], seen[s.text] = !seen[s.text], true
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tried := 0
			for i, s := range list {
				line := lines[s.line-1]
				if strings.IndexByte(`"'`, line[s.column-1]) >= 0 {
					s.column++ // after the quotation mark
				}
				if !strings.HasPrefix(line[s.column-1:], s.text) {
					t.Fatalf("%s.yaml:%d:%d: there is no %q", name, s.line, s.column, s.text)
				}
				for at := range len(s.text) {
					if !letter.MatchString(s.text[at : at+1]) {
						continue
					}
					for j, slip := range slips(s.text, at) {
						tried++
						if slip == "" || !(many && tried%18 == 0) && !(fresh[i] && at == i%len(s.text) && j == i%2) {
							continue
						}
						changed := strings.Join(lines[:s.line-1], "") + line[:s.column-1] + slip + line[s.column-1+len(s.text):] + strings.Join(lines[s.line:], "")
						if !faulty(name, changed, s.line) {
							t.Errorf("%s.yaml:%d:%d: %s is written %s, and no fault is reported there", name, s.line, s.column, s.text, slip)
						}
					}
				}
			}
		})
	}
}

// faulty reports whether a fault is found on a line of a shipped scenario with the given text.
func faulty(name, text string, line int) bool {
	f, err := file.Read(name+".yaml", []byte(text))
	if err == nil {
		f.Shipped = true
		if onLine(f.Faults, line) {
			return true
		}
		_, err = Prepare(f)
	}
	faults, _ := err.(strict.Faults)
	return onLine(faults, line)
}

// onLine reports whether one of the faults is on a line.
func onLine(faults strict.Faults, line int) bool {
	for _, f := range faults {
		if f.Line == line && f.Column > 0 {
			return true
		}
	}
	return false
}
