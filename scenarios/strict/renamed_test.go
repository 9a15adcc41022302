package strict

import (
	"slices"
	"strings"
	"testing"
)

// colour is a text with a fixed set of values, one of which was renamed.
type colour string

func (colour) Choices() []string          { return []string{"grey", "red"} }
func (colour) Renamed() map[string]string { return map[string]string{"gray": "grey"} }

// tool is a selector with a choice whose name was changed.
type tool struct {
	name   string
	params any
}

type toolParams struct {
	Size int `yaml:"size,required" was:"width,breadth"`
}

func (*tool) Names() []string              { return []string{"saw"} }
func (*tool) Renamed() map[string]string   { return map[string]string{"cutter": "saw"} }
func (t *tool) Choose(name string, at any) { t.name, t.params = name, at }
func (t *tool) Chosen() (string, any)      { return t.name, t.params }
func (*tool) Params(name string) (any, bool) {
	if name != "saw" {
		return nil, false
	}
	return &toolParams{}, true
}

type shelf struct {
	Colour colour              `yaml:"colour,omitempty" was:"color"`
	Tools  []tool              `yaml:"tools,omitempty"`
	Inner  []shelf             `yaml:"inner,omitempty" was:"within"`
	Width  *int                `yaml:"width,omitempty"`
	Spare  Ordered[toolParams] `yaml:"spare,omitempty"`
}

func decodeShelf(t *testing.T, text string, changes ...string) (shelf, *Document, Faults) {
	t.Helper()
	doc, err := Parse("f.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		doc.Rename(&shelf{})
		path, value, _ := strings.Cut(c, "=")
		if err := doc.Set(path, value); err != nil {
			t.Fatal(err)
		}
	}
	var s shelf
	return s, doc, doc.Decode(&s)
}

func TestOldWordsAreReadWithAWarning(t *testing.T) {
	for _, c := range []struct {
		name, old, now string
		changes        []string
		warnings       []string
	}{
		{"a key", "color: red\n", "colour: red\n", nil, []string{`f.yaml:1:1: "color" is now called "colour"`}},
		{"a value", "colour: gray\n", "colour: grey\n", nil, []string{`f.yaml:1:9: "gray" is now called "grey"`}},
		{"a selector and its parameter", "tools:\n  - {cutter: {breadth: 3}}\n", "tools:\n  - {saw: {size: 3}}\n", nil,
			[]string{`f.yaml:2:6: "cutter" is now called "saw"`, `f.yaml:2:15: "breadth" is now called "size"`}},
		{"several places", "color: red\nwithin:\n  - color: red\n  - inner:\n      - {color: red}\n", "colour: red\ninner:\n  - colour: red\n  - inner:\n      - {colour: red}\n", nil,
			[]string{`f.yaml:1:1: "color" is now called "colour" (also at 3:5 and 5:10)`, `f.yaml:2:1: "within" is now called "inner"`}},
		{"an anchor", "inner:\n  - &a {color: red}\n  - *a\n", "inner:\n  - &a {colour: red}\n  - *a\n", nil, []string{`f.yaml:2:9: "color" is now called "colour"`}},
		{"a path", "inner: [{colour: red}]\n", "inner: [{colour: grey}]\n", []string{"within[0].color=grey"},
			[]string{`--set within[0].color=grey: "within" is now called "inner"`, `--set within[0].color=grey: "color" is now called "colour"`}},
		{"a new path over an old key", "color: red\n", "colour: grey\n", []string{"colour=grey"}, []string{`f.yaml:1:1: "color" is now called "colour"`}},
		{"a value of a path", "width: 1\n", "width: 1\ninner: [{colour: red}]\n", []string{"inner=[{color: red}]"}, []string{`--set inner=[{color: red}]: "color" is now called "colour"`}},
		{"a path that makes its mapping", "width: 1\n", "width: 1\nspare: {a: {size: 3}}\n", []string{"spare.a.breadth=2", "spare.a.width=3"},
			[]string{`--set spare.a.breadth=2: "breadth" is now called "size"`, `--set spare.a.width=3: "width" is now called "size"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, doc, faults := decodeShelf(t, c.old, c.changes...)
			want, plain, _ := decodeShelf(t, c.now)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			if a, b := encoded(t, got), encoded(t, want); a != b {
				t.Errorf("read %s, want %s", a, b)
			}
			if !slices.Equal(doc.Warnings(), c.warnings) || plain.Warnings() != nil {
				t.Errorf("warnings:\n%s\nwant:\n%s", strings.Join(doc.Warnings(), "\n"), strings.Join(c.warnings, "\n"))
			}
		})
	}
}

func encoded(t *testing.T, s shelf) string {
	t.Helper()
	text, err := Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOldWordsAreNotProposed(t *testing.T) {
	for _, c := range []struct{ text, fault string }{
		{"color: red\ncolour: grey\n", `f.yaml:1:1: color: "color" is now called "colour", which is given, too`},
		{"withim: []\n", `f.yaml:1:1: withim: unknown key (known: colour, tools, inner, width, spare)`},
		{"within: [{color: blue}]\n", `f.yaml:1:18: inner[0].colour: "blue" is not one of grey, red`},
		{"tools: [{saw: {}}]\n", `f.yaml:1:15: tools[0].saw.size: this key is missing`},
		{"tools: [cuter]\n", `f.yaml:1:9: tools[0]: there is no cuter (known: saw)`},
	} {
		if _, _, faults := decodeShelf(t, c.text); faults.Error() != c.fault {
			t.Errorf("%q: %v, want %s", c.text, faults, c.fault)
		}
	}
}

func TestSchemaHasOldKeysAsDeprecated(t *testing.T) {
	s := compile(t, shelf{})
	for text, good := range map[string]bool{
		"colour: red\n": true, "colour: gray\n": true, "color: red\n": true, "within: [{color: red}]\n": true,
		"tools: [{saw: {width: 1}}]\n": true, "tools: [{saw: {size: 1}}]\n": true, "tools: [{saw: {}}]\n": false, "colr: red\n": false,
	} {
		doc, err := Parse("f.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc.Root().Plain()); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}
