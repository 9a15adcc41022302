package builtin

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"wavetank/scenarios/strict"
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
