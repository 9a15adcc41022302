package study

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValuesOfAxes(t *testing.T) {
	for text, want := range map[string][]string{
		"a=1,2":                    {"1", "2"},
		"a= x , y":                 {"x", "y"},
		"a={b: 1, c: [2, 3]},d":    {"{b: 1, c: [2, 3]}", "d"},
		`a="x,y",z`:                {`"x,y"`, "z"},
		"fleet[0].max=2..5":        {"2", "3", "4", "5"},
		"a=7..7":                   {"7"},
		"a=2..8/4":                 {"2", "4", "6", "8"},
		"a=0.5..0.9/5":             {"0.5", "0.6", "0.7", "0.8", "0.9"},
		"a=100/s..400/s/4":         {"100/s", "200/s", "300/s", "400/s"},
		"a=10ms..20ms/3":           {"10ms", "15ms", "20ms"},
		"a=-1..1/3":                {"-1", "0", "1"},
		"a=../traces/x.csv,b..csv": {"../traces/x.csv", "b..csv"},
		"a=1e3..3e3/3":             {"1000", "2000", "3000"},
	} {
		a, err := ParseAxis(text, false)
		if diff := cmp.Diff(want, a.Values); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
}

func TestFaultsOfAxes(t *testing.T) {
	for text, want := range map[string]string{
		"a":              "want PATH=v1,v2 or PATH=a..b/n",
		"=1":             "want PATH=v1,v2 or PATH=a..b/n",
		"a=":             "no value is given",
		"a=1,,2":         "value 2 is empty",
		"a=1,2,1":        "1 is given twice",
		"a=1,1.0":        "1.0 is given twice",
		"a=1..3,5":       "1..3: a range stands alone",
		"a=5,1..3":       "1..3: a range stands alone",
		"a=5..3":         "the range is empty, because 5 is above 3",
		"a=1..3/0":       "a range of 0 values",
		"a=1..3/1":       "a range of one value",
		"a=2..2/3":       "both ends are 2",
		"a=1s..9m/3":     `the same unit, not "s" and "m"`,
		"a=0.1..0.9":     "how many values? such as 0.1..0.9/5",
		"a=1..x/3":       `"x" is not a number`,
		"a=1..99999999":  "more than 10000 values",
		"a=1..2/9999999": "a range of 9999999 values",
	} {
		if _, err := ParseAxis(text, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}

func TestSettings(t *testing.T) {
	of := func(sample string, pair bool, vary ...string) [][]string {
		d, err := ParseDesign(vary, sample, pair)
		if err != nil {
			t.Fatal(err)
		}
		return d.Settings(7)
	}
	if diff := cmp.Diff([][]string{{"1", "x"}, {"1", "y"}, {"2", "x"}, {"2", "y"}}, of("", false, "a=1,2", "b=x,y")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"1", "x"}, {"2", "y"}}, of("", true, "a=1,2", "b=x,y")); diff != "" {
		t.Error(diff)
	}
	list := of("latin/8", false, "a=0..1/8", "b=0..80", "c=x,y")
	if !cmp.Equal(list, of("latin/8", false, "a=0..1/8", "b=0..80", "c=x,y")) {
		t.Error("the same seed gives another sample")
	}
	for axis, each := range []int{1, 1, 4} { // settings for each part
		count := map[string]int{}
		for _, setting := range list {
			count[setting[axis]]++
		}
		for v, n := range count {
			if n != each {
				t.Errorf("axis %d: %s is in %d settings of %d", axis, v, n, len(list))
			}
		}
	}
	b := []string{"5", "15", "25", "35", "45", "55", "65", "75"} // the whole numbers 0 to 80
	for _, setting := range list {
		if !slices.Contains(b, setting[1]) {
			t.Errorf("%s is not the middle of a part; want one of %v", setting[1], b)
		}
	}
	if short := of("latin/50", false, "a=1,2", "b=x,y"); len(short) != 4 {
		t.Errorf("%d settings of 4", len(short))
	}
}

func TestFaultsOfDesigns(t *testing.T) {
	for _, c := range []struct {
		vary   []string
		sample string
		pair   bool
		want   []string
	}{
		{nil, "", false, []string{"--vary PATH=v1,v2 is missing"}},
		{[]string{"a=1,2", "a=3"}, "", false, []string{"--vary a: the path is given twice"}},
		{[]string{"a=1,2", "b=1,2,3"}, "", true, []string{"--pair: b has 3 values, but a has 2"}},
		{[]string{"a=x..", "b="}, "latni/5", true, []string{`did you mean "latin"?`, "--sample and --pair", "--vary b=: no value"}},
		{[]string{"a=1..9000", "b=1..9000"}, "", false, []string{"more than 100000 settings"}},
		{[]string{"a=1,2"}, "latin/1", false, []string{"latin/N with 2 to 100000 settings"}},
		{[]string{"a=1,2"}, "latin", false, []string{"latin/N with 2 to 100000 settings"}},
	} {
		_, err := ParseDesign(c.vary, c.sample, c.pair)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v; want %q", c.vary, err, want)
			}
		}
	}
}
