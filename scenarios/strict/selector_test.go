package strict

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// engine is a selector between one choice without parameters and one with parameters.
type engine struct {
	name   string
	params any
}

type steam struct {
	Boilers int `yaml:"boilers"`
}

func (*engine) Names() []string { return []string{"sail", "steam"} }

func (*engine) Params(name string) (any, bool) {
	if name == "steam" {
		return &steam{Boilers: 2}, true
	}
	return nil, name == "sail"
}

func (e *engine) Choose(name string, params any) { e.name, e.params = name, params }

func (e *engine) Chosen() (string, any) { return e.name, e.params }

type ship struct {
	Engine engine `yaml:"engine"`
}

func TestSelectorReadsNamesWithAndWithoutParameters(t *testing.T) {
	schema := compile(t, ship{})
	for _, c := range []struct {
		text, faults string
		want         engine
	}{
		{"engine: sail\n", "", engine{"sail", nil}},
		{"engine: {sail: }\n", "", engine{"sail", nil}},
		{"engine: {sail: {}}\n", "", engine{"sail", nil}},
		{"engine: steam\n", "", engine{"steam", &steam{2}}},
		{"engine: {steam: {boilers: 3}}\n", "", engine{"steam", &steam{3}}},
		{"engine: {steam: {}}\n", "", engine{"steam", &steam{2}}},
		{"engine: seam\n", `f:1:9: engine: there is no seam (did you mean "steam"?)`, engine{}},
		{"engine: {seam: {boilers: 1}}\n", `f:1:10: engine.seam: unknown key (did you mean "steam"?)`, engine{}},
		{"engine: {sail: {boilers: 1}}\n", "f:1:16: engine.sail: sail takes no parameters", engine{}},
		{"engine: [sail]\n", "f:1:9: engine: want a name, or a name with parameters as {name: {…}}, not a list", engine{}},
	} {
		doc, err := Parse("f", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		var got ship
		if faults := doc.Decode(&got); faults.Error() != c.faults {
			t.Errorf("%q: got %v, want %s", c.text, faults, c.faults)
			continue
		}
		accepted := schema.Validate(doc.Root().Plain()) == nil
		if bare := c.text == "engine: {sail: }\n"; accepted != (c.faults == "") && !bare {
			t.Errorf("%q: the schema says %v", c.text, accepted)
		}
		if c.faults != "" {
			continue
		}
		if diff := cmp.Diff(c.want, got.Engine, cmp.AllowUnexported(engine{})); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
		text, err := Encode(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("f", text)
		if err != nil {
			t.Fatal(err)
		}
		var second ship
		if faults := again.Decode(&second); faults != nil || !cmp.Equal(got, second, cmp.AllowUnexported(ship{}, engine{})) {
			t.Errorf("%q became %q: %v", c.text, text, faults)
		}
	}
}
