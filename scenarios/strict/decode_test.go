package strict

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wavetank/sim/quantity"
)

const good = `name: day
seed: 18446744073709551615
duration: 2h
workload:
  - model: resnet50
    arrivals: &base {rate: 400/s}
    weight: 1e0
    batch: 0x1F
    drop: true
    order: deadline
  - model: bert
    arrivals: *base
policies:
  - static-peak
  - threshold: {alpha: 0.3}
prices: {z: 1$/h, a: 2$/h}
table: {1: 5ms, 16: 20ms}
labels: {team: blue}
extra: [1, two, {three: 3.5}]
limit: 7
about: one day
`

// decode parses and decodes a text. It fails the test if the text is not YAML.
func decode(t *testing.T, text string, into any) Faults {
	t.Helper()
	doc, err := Parse("scenario.yaml", []byte(text))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return doc.Decode(into)
}

func goodScenario() scenario {
	limit := 7
	return scenario{
		Name: "day", Seed: 1<<64 - 1, Duration: quantity.Duration(2 * 3600e9),
		Workload: []stream{
			{Model: "resnet50", Arrivals: arrivals{Process: "poisson", Rate: 400}, Weight: 1, Batch: 31, Drop: true, Order: "deadline"},
			{Model: "bert", Arrivals: arrivals{Process: "poisson", Rate: 400}},
		},
		Policies: []policy{{name: "static-peak"}, {"threshold", 0.3}},
		Prices:   Ordered[quantity.Price]{{"z", 1}, {"a", 2}},
		Table:    map[int]quantity.Duration{1: 5e6, 16: 20e6},
		Labels:   map[string]string{"team": "blue"},
		Extra:    []any{int64(1), "two", Ordered[any]{{"three", 3.5}}},
		Limit:    &limit,
		common:   common{About: "one day"},
	}
}

var unexported = cmp.AllowUnexported(scenario{}, policy{})

func TestEveryShapeIsRead(t *testing.T) {
	var got scenario
	if faults := decode(t, good, &got); faults != nil {
		t.Fatal(faults)
	}
	if diff := cmp.Diff(goodScenario(), got, unexported); diff != "" {
		t.Error(diff)
	}
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	const text = `nmae: day
seed: -1
duration: 90
workload:
  - model: 7
    arrivals: {rte: 400/s, rate: 5/fortnight}
    weight: .nan
    batch: 1.5
    batch: 300
  - arrivals: {rate: -3/s}
    batch: 300
    drop: "yes"
    order: deadlin
  - model: a
    arrivals: {rate: 3/s, peak: 2/s}
policies:
  - treshold
  - threshold: {beta: 1}
  - {threshold: {alpha: 1}, other: 2}
  - [x]
table: {one: 5ms, 2: }
<<: {seed: 1}
extra: {x: 1, x: 2}
`
	want := strings.TrimPrefix(`
scenario.yaml:1:1: nmae: unknown key (did you mean "name"?)
scenario.yaml:2:7: seed: -1 is out of range
scenario.yaml:3:11: duration: "90" has no unit; write it as 90ms, 90s or 90h
scenario.yaml:5:12: workload[0].model: want text, not the number 7; write "7"
scenario.yaml:6:16: workload[0].arrivals.rte: unknown key (did you mean "rate"?)
scenario.yaml:6:34: workload[0].arrivals.rate: "5/fortnight" has the unknown unit "/fortnight"; write it as 5/s or 5/min
scenario.yaml:7:13: workload[0].weight: .nan is not a finite decimal number
scenario.yaml:8:12: workload[0].batch: want a whole number, not 1.5
scenario.yaml:9:5: workload[0].batch: duplicate key, first on line 8
scenario.yaml:10:5: workload[1].model: this key is missing
scenario.yaml:10:22: workload[1].arrivals.rate: must be positive
scenario.yaml:11:12: workload[1].batch: 300 is out of range
scenario.yaml:12:11: workload[1].drop: want true or false, not text "yes"
scenario.yaml:13:12: workload[1].order: "deadlin" is not one of arrival, deadline (did you mean "deadline"?)
scenario.yaml:15:15: workload[2].arrivals: the peak is below the rate
scenario.yaml:17:5: policies[0]: unknown policy treshold (did you mean "threshold"?)
scenario.yaml:18:16: policies[1].threshold.alpha: this key is missing
scenario.yaml:18:17: policies[1].threshold.beta: unknown key (known: alpha)
scenario.yaml:19:5: policies[2]: want one name with its parameters, not the keys threshold, other
scenario.yaml:20:5: policies[3]: want a name, or a name with parameters as {name: {…}}, not a list
scenario.yaml:21:9: table.one: the key "one" is not a whole number
scenario.yaml:21:22: table.2: nothing is written here
scenario.yaml:22:1: the merge key "<<" is not supported; write the keys out
scenario.yaml:23:15: extra.x: duplicate key, first on line 23
`, "\n")
	var got scenario
	if diff := cmp.Diff(strings.TrimSpace(want), decode(t, text, &got).Error()); diff != "" {
		t.Error(diff)
	}
}

// TestAMergeKeyIsOneFault: what only follows from the merge key is not told, but what is wrong with
// the keys that it merges is.
func TestAMergeKeyIsOneFault(t *testing.T) {
	const head = "name: day\nseed: 1\nduration: 90s\nworkload:\n  - &a {model: x, arrivals: {rate: 1/s}}\n"
	const fault = `the merge key "<<" is not supported; write the keys out`
	for merged, want := range map[string]string{
		"  - <<: *a\n":                                "scenario.yaml:6:5: workload[1]: " + fault,
		"  - <<: *a\n    model: y\n":                  "scenario.yaml:6:5: workload[1]: " + fault,
		"  - <<: [{batch: 2}, *a]\n":                  "scenario.yaml:6:5: workload[1]: " + fault,
		"  - {<<: {model: y, <<: *a}}\n":              "scenario.yaml:6:6: workload[1]: " + fault + "\nscenario.yaml:6:21: workload[1]: " + fault,
		"  - {<<: {arrivals: {rate: 1}}, model: y}\n": "scenario.yaml:6:6: workload[1]: " + fault + "\nscenario.yaml:6:28: workload[1].arrivals.rate: \"1\" has no unit; write it as 1/s or 1/min",
	} {
		var got scenario
		if diff := cmp.Diff(want, decode(t, head+merged, &got).Error()); diff != "" {
			t.Errorf("%s%s", merged, diff)
		}
	}
}

func TestTextThatCannotBeUnderstoodIsOneFault(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += strings.NewReplacer("N", string(c), "P", string(c-1)).Replace("N: &N [*P, *P, *P, *P, *P, *P, *P, *P, *P]\n")
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "f:1:1: the file is empty"},
		{"comment only", "# nothing\n", "f:1:1: the file is empty"},
		{"null", "~\n", "f:1:1: the file is empty"},
		{"second document", "a: 1\n---\nb: 2\n", "f:2:1: a second document starts here; a file holds one"},
		{"binary", "a: 1\nb: \x00\x01\n", "f:2:4: the file is not UTF-8 text"},
		{"Latin-1", "a: caf\xe9\n", "f:1:7: the file is not UTF-8 text"},
		{"syntax", "a: [1, 2\nb: 3\n", "f:2:2: a comma, or the ] that closes what opens on line 1, is missing before this"},
		{"unknown anchor", "a: *x\n", "f:1:4: there is no anchor x"},
		{"anchor in itself", "a: &a [*a]\n", "nested deeper than 64 levels"},
		{"deep", strings.Repeat("[", 100) + strings.Repeat("]", 100), "f:1:66: "},
		{"deeper than the parser goes", strings.Repeat("[", 200_000), "f:1:"},
		{"anchor bomb", bomb, "more than 200000 values, every use of an anchor counted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := Parse("f", []byte(c.text))
			var faults Faults
			if !errors.As(err, &faults) || len(faults) != 1 {
				t.Fatalf("got %v, %v", doc, err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want %q", err, c.want)
			}
		})
	}
}

func TestPresetValuesStayWhereTheFileIsSilent(t *testing.T) {
	got := scenario{Name: "preset", Seed: 3}
	if faults := decode(t, "name: x\nworkload: []\n", &got); faults != nil {
		t.Fatal(faults)
	}
	if got.Name != "x" || got.Seed != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestFaultsOfLaterStepsFindTheirPlace(t *testing.T) {
	doc, err := Parse("f", []byte("a:\n  - b: 1\n    c.d: {e: 2}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{"a[0].b", "f:2:8: a[0].b: no"},
		{`a[0]["c.d"].e`, `f:3:14: a[0]["c.d"].e: no`},
		{"a[0].b.missing.deeply", "f:2:8: a[0].b.missing.deeply: no"},
		{"a[7]", "f:2:3: a[7]: no"},
		{"", "f:1:1: no"},
	} {
		if got := doc.Fault(c.path, "no").Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestValidateGivesPathsToValuesFromNoFile(t *testing.T) {
	s := goodScenario()
	s.Workload[1].Arrivals.Rate = -1
	want := Faults{{Path: "workload[1].arrivals.rate", Message: "must be positive"}}
	if diff := cmp.Diff(want, Validate(s)); diff != "" {
		t.Error(diff)
	}
}

func TestWholeNumbersAreExactOrRefused(t *testing.T) {
	type numbers struct {
		A int `yaml:"a"`
	}
	for text, want := range map[string]int{
		"5": 5, "-5": -5, "+5": 5, "1_000": 1000, "0x10": 16, "0o17": 15, "0b11": 3, "1e6": 1000000, "2.0": 2, "0": 0,
		"9223372036854775807": 1<<63 - 1,
	} {
		var got numbers
		if faults := decode(t, "a: "+text+"\n", &got); faults != nil || got.A != want {
			t.Errorf("%s: got %d, %v", text, got.A, faults)
		}
	}
	for _, text := range []string{"1.5", "017", "9223372036854775808", "1e300", ".inf", ".nan", "'5'", "true", "[1]", "x", ""} {
		var got numbers
		if faults := decode(t, "a: "+text+"\n", &got); len(faults) != 1 || faults[0].Line != 1 || faults[0].Path != "a" {
			t.Errorf("%s: got %d, %v", text, got.A, faults)
		}
	}
}
