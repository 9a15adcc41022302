package strict

import (
	"errors"
	"strings"
	"testing"
)

func TestEveryWrongShapeIsNamed(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[1]", "f:1:1: want a mapping with name, seed, duration, workload, policies, prices, table, labels, extra, limit, about, not a list"},
		{"workload: x", `f:1:11: workload: want a list, not text "x"`},
		{"workload: {a: 1}", "f:1:11: workload: want a list, not a mapping"},
		{"workload:", "f:1:10: workload: nothing is written here; want a list"},
		{"workload: [5]", "f:1:12: workload[0]: want a mapping with model, arrivals, weight, batch, drop, order, not the number 5"},
		{"workload: [{weight: true}]", "f:1:21: workload[0].weight: want a number, not true"},
		{"workload: [{weight: -.inf}]", "f:1:21: workload[0].weight: -.inf is not a finite decimal number"},
		{"workload: [{drop: 1}]", "f:1:19: workload[0].drop: want true or false, not the number 1"},
		{"labels: [a]", "f:1:9: labels: want a mapping, not a list"},
		{"labels: {a: {}}", "f:1:13: labels.a: want text, not a mapping"},
		{"prices: 5", "f:1:9: prices: want a mapping, not the number 5"},
		{"duration: [1s]", "f:1:11: duration: want one value, not a list"},
		{"duration: ", "f:1:10: duration: nothing is written here"},
		{"seed: 017", "f:1:7: seed: 017 is not a whole number that can be kept"},
		{"limit: 1.5", "f:1:8: limit: want a whole number, not 1.5"},
		{"table: {1: 1s, 0x1: 1s}", `f:1:16: table.0x1: the key "0x1" is not a whole number`},
		{"table: {1: 1s, +1: 1s}", `f:1:16: table.+1: the key "+1" is the same number as an earlier one`},
		{"? [a]\n: 1", "f:1:3: a key must be text, not a list"},
		{"name: " + strings.Repeat("x", 50) + "\nseed: " + strings.Repeat("y", 50), `want a whole number, not text "` + strings.Repeat("y", 40) + `"…`},
	} {
		doc, err := Parse("f", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Decode(new(scenario)).Error(); !strings.Contains(got+"\n", c.want) {
			t.Errorf("%q: got\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestFaultsAreErrors(t *testing.T) {
	if err := (Faults{}).Err(); err != nil {
		t.Errorf("no faults are the error %v", err)
	}
	doc, err := Parse("f", []byte("x: 1\nname: a\nworkload: []\ny: 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	var one Fault
	if err := doc.Decode(new(scenario)).Err(); !errors.As(err, &one) || one.Line != 1 || one.Path != "x" || one.File != doc.File() {
		t.Errorf("got %+v", one)
	}
}
