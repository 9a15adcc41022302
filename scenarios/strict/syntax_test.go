package strict

import "testing"

func TestASlipOfYAMLIsToldWhereItIs(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"name: x\nworkload:\n\t- model: a\n", "f:3:1: a tab is here; indent with spaces"},
		{"workload:\n  - model: a\n \tslo: 1\n", "f:3:2: a tab is here; indent with spaces"},
		{"\tname: x\n", "f:1:1: a tab is here; indent with spaces"},
		{"name: x\nseed: 1\nabout:    \"one day\nduration: 1h\nlimit: 3\n", `f:3:11: the quote that begins here is not closed: a " is missing`},
		{"name: x\nabout: 'one day\nduration: 1h\n", "f:2:8: the quote that begins here is not closed: a ' is missing"},
		{"name: \"x\nduration: \"1h\"\nlimit: 3\n", `f:1:7: the quote that begins here is closed only on line 2: a " is missing`},
		{"name: x\nworkload: [{model: \"a}]\r\nlimit: 3\n", `f:2:20: the quote that begins here is not closed: a " is missing`},
		{"about: 'it's one day'\n", "f:1:11: text follows the closing quote here; a quote within single quotes is written twice"},
		{"about: \"a \"b\" c\"\n", `f:1:11: text follows the closing quote here; a quote within double quotes is written \"`},
		{"about: a: b\n", "f:1:9: a colon is not expected here: check the indentation, or put the text into quotes"},
		{"name: x\n  limit: 3\n", "f:2:8: a colon is not expected here: check the indentation, or put the text into quotes"},
		{"name: x\nlimit\nseed: 1\n", "f:2:1: a colon is missing behind this key"},
		{"about: @day\n", "f:1:8: no value begins with @; put the text into quotes"},
		{"about: \"\\q\"\n", `f:1:9: a backslash in double quotes begins an escape, and there is none like this; write \\, or use single quotes`},
		{"workload: - model: a\n", "f:1:11: a list does not begin behind its key: write it on lines of its own, or in brackets"},
		{"labels:\n    a: b\n  c: d\n", "f:3:3: no key of the mapping that starts on line 1: check the indentation"},
		{"workload:\n  - model: a\n  limit: 3\n", "f:3:3: no entry of the list that starts on line 2: check the indentation"},
		{"labels: {a: b\nlimit: 3\n", "f:2:6: a comma, or the } that closes what opens on line 1, is missing before this"},
	} {
		if _, err := Parse("f", []byte(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%q:\ngot  %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestNamesAreHeldToTheirRule(t *testing.T) {
	// Whether it is valid as a name, and as one of several parts.
	for name, want := range map[string][2]bool{
		"a": {true, true}, "day 2": {true, true}, "Größe-2.b_c": {true, true}, "7": {true, true}, "aws/g5.xlarge": {false, true}, "a/b/c": {false, true},
		"": {}, " a": {}, "a ": {}, ".": {}, "..": {}, "../etc": {}, "a/../b": {}, "a//b": {}, "/a": {}, "a/": {}, "-a": {}, "=1+1": {}, "@a": {}, "+1": {}, "a\nb": {}, "a\x1b[31m": {}, "a,b": {}, "a\\b": {}, "a:b": {}, "\u202ea": {},
	} {
		if got := [2]bool{Name(name) == "", PartedName(name) == ""}; got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
