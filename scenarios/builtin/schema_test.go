package builtin

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
)

func TestCatalogueFollowsItsSchema(t *testing.T) {
	for _, c := range []struct {
		file string
		data []byte
		list any
	}{{"machines.yaml", machinesYAML, MachineList{}}, {"models.yaml", modelsYAML, ModelList{}}, {"llms.yaml", llmsYAML, ModelList{}}} {
		text, err := strict.Schema(c.list, c.file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource("schema.json", parsed); err != nil {
			t.Fatal(err)
		}
		schema, err := compiler.Compile("schema.json")
		if err != nil {
			t.Fatal(err)
		}
		doc, err := strict.Parse(c.file, c.data)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc.Root().Plain()); err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
		if err := doc.Set("mistake", "1"); err != nil {
			t.Fatal(err)
		}
		if schema.Validate(doc.Root().Plain()) == nil {
			t.Errorf("%s: an unknown key was accepted", c.file)
		}
	}
}

// TestTermsOfStepTimesAreThoseOfProfile compares the keys of a step-time model and their
// descriptions with the table of terms.
func TestTermsOfStepTimesAreThoseOfProfile(t *testing.T) {
	var f Form
	kind := reflect.TypeFor[Form]()
	if kind.NumField() != len(profile.Terms) {
		t.Fatalf("a form has %d fields for %d terms", kind.NumField(), len(profile.Terms))
	}
	for i, term := range profile.Terms {
		field := kind.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name != term.Name || field.Tag.Get("doc") != term.Per {
			t.Errorf("the key %s, %q, stands at the place of the term %s, %q", name, field.Tag.Get("doc"), term.Name, term.Per)
		}
		if any(f.Spans()[i]) != reflect.ValueOf(&f).Elem().Field(i).Addr().Interface() {
			t.Errorf("field %d of Spans is not that of %s", i, name)
		}
	}
}
