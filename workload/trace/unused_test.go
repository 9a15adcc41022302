package trace

import (
	"slices"
	"testing"

	"wavetank/workload/table"
)

// TestColumnsThatAreNotReadAreNamed: a warning names every column of a trace that is not read.
func TestColumnsThatAreNotReadAreNamed(t *testing.T) {
	mapped := Columns{Time: "at", Input: "in", Where: []table.Condition{{Column: "kind", Value: "chat"}}}
	for _, c := range []struct {
		text    string
		columns Columns
		want    []string
	}{
		{"TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n2026-01-05 10:00:00,3,20,5\n", AzureLLM(), []string{"NumImages"}},
		{"TIMESTAMP,ContextTokens,GeneratedTokens\n", AzureLLM(), nil},
		{"Timestamp,Session ID,Model,Request tokens,Response tokens\n", BurstGPT("GPT-4", ""), nil},
		{"at,\"in\",kind, user ,\n", mapped, []string{"user"}},
		{`{"timestamp": 0, "images": [1, {"a": 2}], "input_length": 4, "hash_ids": [1], "output_length": 2, "kind": "x"}`, Mooncake(), []string{"images", "kind"}},
		{`{}`, Mooncake(), nil},
		{`{"timestamp": 0, "broken`, Mooncake(), nil},
	} {
		if got, err := c.columns.Unused(table.OnDisk(write(t, "trace", c.text, false))); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, %v; want %q", c.text, got, err, c.want)
		}
	}
	if _, err := AzureLLM().Unused(table.OnDisk("absent.csv")); err == nil {
		t.Error("columns of an absent file are returned without an error")
	}
}
