package strict

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"wavetank/sim/quantity"
)

// drawScenario draws a random scenario that passes its own checks.
func drawScenario(t *rapid.T) scenario {
	text := rapid.OneOf(rapid.StringMatching(`[ -~]*`), rapid.String().Filter(func(s string) bool { _, found := control(s); return !found }),
		rapid.SampledFrom([]string{"true", "no", "~", "null", "1", "0x1", "1e3", ".nan", "2026-01-01", "<<", "=", "- a", "a: b", "a #b", "*x", "&x", "!x", "%", "@", "\n", " a ", "\ufeff", "\u2028"}))
	span := rapid.Custom(func(t *rapid.T) quantity.Duration {
		return quantity.Duration(rapid.Int64Range(-int64(quantity.Longest), int64(quantity.Longest)).Draw(t, "span"))
	})
	stream := rapid.Custom(func(t *rapid.T) stream {
		rate := rapid.Float64Range(1e-9, 1e9).Draw(t, "rate")
		return stream{
			Model: text.Draw(t, "model"), Weight: rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(-most, -least), rapid.Float64Range(least, most)).Draw(t, "weight"),
			Arrivals: arrivals{Process: text.Draw(t, "process"), Rate: quantity.Rate(rate)},
			Batch:    rapid.Int8().Draw(t, "batch"), Drop: rapid.Bool().Draw(t, "drop"),
			Order: rapid.SampledFrom([]order{"", "arrival", "deadline"}).Draw(t, "order"),
		}
	})
	entry := rapid.Custom(func(t *rapid.T) Pair[quantity.Price] {
		return Pair[quantity.Price]{text.Draw(t, "key"), quantity.Price(rapid.Float64Range(1e-9, 1e6).Draw(t, "price"))}
	})
	return scenario{
		Name: text.Draw(t, "name"), Seed: rapid.Uint64().Draw(t, "seed"), Duration: span.Draw(t, "duration"),
		Workload: rapid.SliceOf(stream).Draw(t, "workload"),
		Policies: rapid.SliceOf(rapid.SampledFrom([]policy{{name: "static-peak"}, {"threshold", 0.25}})).Draw(t, "policies"),
		Prices:   rapid.SliceOfDistinct(entry, func(e Pair[quantity.Price]) string { return e.Key }).Draw(t, "prices"),
		Table:    rapid.MapOf(rapid.Int(), span).Draw(t, "table"),
		Labels:   rapid.MapOf(text, text).Draw(t, "labels"),
		Limit:    rapid.Ptr(rapid.Int(), true).Draw(t, "limit"),
		Extra:    rapid.SampledFrom([]any{nil, int64(3), 1.5, "x", true, []any{int64(1), nil}, Ordered[any]{{"k", "v"}}}).Draw(t, "extra"),
		common:   common{About: text.Draw(t, "about")},
	}
}

func TestDecodingTheEncodedTextGivesTheSameValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawScenario(t)
		data, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := Parse("f", data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		var got scenario
		if faults := doc.Decode(&got); faults != nil {
			t.Fatalf("%v\n%s", faults, data)
		}
		if diff := cmp.Diff(want, got, unexported, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n%s", diff, data)
		}
	})
}

func TestEncodedTextIsStable(t *testing.T) {
	const want = `name: day
seed: 18446744073709551615
duration: 2h
workload:
  - model: resnet50
    arrivals:
      process: poisson
      rate: 400/s
    weight: 1
    batch: 31
    drop: true
    order: deadline
  - model: bert
    arrivals:
      process: poisson
      rate: 400/s
    weight: 0
    batch: 0
    drop: false
policies:
  - static-peak
  - threshold:
      alpha: 0.3
prices:
  z: 1$/h
  a: 2$/h
table:
  1: 5ms
  16: 20ms
labels:
  team: blue
extra:
  - 1
  - two
  - three: 3.5
limit: 7
about: one day
`
	data, err := Encode(goodScenario())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
}

type broken struct{}

func (broken) MarshalText() ([]byte, error) { return nil, errors.New("broken") }

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	type one struct {
		Value any `yaml:"value"`
	}
	for _, value := range []any{math.NaN(), math.Inf(1), "\xff", make(chan int), broken{}, []any{broken{}}, map[string]any{"k": broken{}}, map[string]int{"\xff": 1}} {
		if _, err := Encode(one{value}); err == nil || !strings.HasPrefix(err.Error(), "value") {
			t.Errorf("%v: got %v", value, err)
		}
	}
}

// TestOnlyWhatDiffersIsWritten: keys with the same value in both are left out at any depth. Lists
// are written as a whole.
func TestOnlyWhatDiffersIsWritten(t *testing.T) {
	type inner struct {
		Rate  float64 `yaml:"rate"`
		Burst int     `yaml:"burst"`
	}
	type outer struct {
		Name  string `yaml:"name"`
		Inner inner  `yaml:"inner"`
		List  []int  `yaml:"list"`
		Same  inner  `yaml:"same"`
	}
	from := outer{"a", inner{1, 2}, []int{1, 2}, inner{3, 4}}
	for _, c := range []struct {
		value outer
		want  string
	}{
		{from, "{}\n"},
		{outer{"b", inner{1, 2}, []int{1, 2}, inner{3, 4}}, "name: b\n"},
		{outer{"a", inner{1, 7}, []int{1, 2}, inner{3, 4}}, "inner:\n  burst: 7\n"},
		{outer{"a", inner{1, 2}, []int{1, 3}, inner{3, 4}}, "list:\n  - 1\n  - 3\n"},
		{outer{"a", inner{1, 2}, []int{}, inner{4, 4}}, "list: []\nsame:\n  rate: 4\n"},
	} {
		text, err := EncodeChanged(c.value, from)
		if err != nil || string(text) != c.want {
			t.Errorf("%+v is written as\n%s, %v", c.value, text, err)
			continue
		}
		d, err := Parse("s", text)
		if err != nil {
			t.Fatal(err)
		}
		got := from
		if err := d.Decode(&got).Err(); err != nil || !cmp.Equal(got, c.value, cmpopts.EquateEmpty()) {
			t.Errorf("%s is read as %+v, %v", text, got, err)
		}
	}
}
