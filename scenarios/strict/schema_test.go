package strict

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compile(t *testing.T, value any) *jsonschema.Schema {
	t.Helper()
	data, err := Schema(value, "scenario")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", parsed); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return s
}

func TestSchemaAgreesWithTheDecoder(t *testing.T) {
	schema := compile(t, scenario{})
	base := "name: a\nworkload: []\n"
	for _, c := range []struct {
		text string
		good bool
	}{
		{strings.Replace(good, "18446744073709551615", "7", 1), true},
		{base, true},
		{base + "duration: 1h30m\n", true},
		{base + "duration: 2d\n", true},
		{base + "about: x\n", true},
		{base + "policies: [threshold: {alpha: 1}]\n", true},
		{base + "prices: {a: 3.06$/h}\n", true},
		{"name: a\n", false},
		{base + "nmae: a\n", false},
		{base + "duration: 5\n", false},
		{base + "duration: 5 years\n", false},
		{base + "about: 5\n", false},
		{base + "seed: x\n", false},
		{base + "policies: [tresh]\n", false},
		{base + "policies: [threshold: {beta: 1}]\n", false},
		{base + "policies: [threshold: {}]\n", false},
		{base + "prices: {a: 3}\n", false},
		{base + "table: {a: 3ms}\n", false},
		{base + "common: {}\n", false},
		{"name: a\nworkload: [{model: m, arrivals: {rate: 1/s}, order: deadlin}]\n", false},
		{"name: a\nworkload: [{model: m, arrivals: {rat: 1/s}}]\n", false},
		{"name: a\nworkload: [{arrivals: {rate: 1/s}}]\n", false},
	} {
		doc, err := Parse("f", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		faults := doc.Decode(new(scenario))
		if (faults == nil) != c.good {
			t.Errorf("decoder on %q: %v", c.text, faults)
		}
		if err := schema.Validate(doc.Root().Plain()); (err == nil) != c.good {
			t.Errorf("schema on %q: %v", c.text, err)
		}
	}
}

func TestSchemaDescribesAndIsStable(t *testing.T) {
	first, err := Schema(scenario{}, "scenario")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"title": "scenario"`, `"description": "what the run is called"`, `"description": "a sentence about the run"`, `"100ms"`, `"additionalProperties": false`} {
		if !strings.Contains(string(first), want) {
			t.Errorf("no %s in\n%s", want, first)
		}
	}
	for range 5 {
		again, err := Schema(&scenario{}, "scenario")
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("a second schema differs: %v", err)
		}
	}
}
