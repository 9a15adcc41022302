package strict

import (
	"strings"
	"testing"
)

func TestSetReplacesAndCreates(t *testing.T) {
	doc, err := Parse("f", []byte("name: a\nworkload:\n  - {model: m, arrivals: {rate: 1/s}}\nlabels:\n"))
	if err != nil {
		t.Fatal(err)
	}
	for path, value := range map[string]string{
		"workload[0].arrivals.rate": "500/s",
		"workload[0].batch":         "5",
		"labels.team":               "blue",
		`prices["a.b"]`:             "3$/h",
		"extra.x.y":                 "{a: [1, b]}",
		"policies":                  "[threshold: {alpha: 0.5}]",
		"about":                     "",
	} {
		if err := doc.Set(path, value); err != nil {
			t.Error(err)
		}
	}
	var got scenario
	if faults := doc.Decode(&got); faults != nil {
		t.Fatal(faults)
	}
	price, _ := got.Prices.Get("a.b")
	if got.Workload[0].Arrivals.Rate != 500 || got.Workload[0].Batch != 5 || got.Labels["team"] != "blue" ||
		price != 3 || got.Policies[0].alpha != 0.5 || got.About != "" {
		t.Errorf("got %+v", got)
	}
}

func TestSetDoesNotReachThroughAnAnchor(t *testing.T) {
	doc, err := Parse("f", []byte("name: n\nworkload: [{model: a, arrivals: &x {rate: 1/s}}, {model: b, arrivals: *x}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Set("workload[1].arrivals.rate", "9/s"); err != nil {
		t.Fatal(err)
	}
	var got scenario
	if faults := doc.Decode(&got); faults != nil {
		t.Fatal(faults)
	}
	if got.Workload[0].Arrivals.Rate != 1 || got.Workload[1].Arrivals.Rate != 9 {
		t.Errorf("got %+v", got.Workload)
	}
}

func TestSetRefusesWhatIsNotThere(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"a[2]", "1", "a has 2 entries, so there is no [2]"},
		{"a.b", "1", "a is a list, not a mapping"},
		{"s.b", "1", `s is text "t", not a mapping`},
		{"s[0]", "1", "not a list"},
		{"new[0].x", "1", "new does not exist, so it has no entry [0]"},
		{"new.er[0]", "1", "new does not exist, so it has no entry [0]"},
		{"", "1", "the path is empty"},
		{".a", "1", "empty key"},
		{"a..b", "1", "empty key"},
		{"a[", "1", "not closed"},
		{"a[-1]", "1", "not an index"},
		{"a[x]", "1", "not an index"},
		{`a["x]`, "1", "not an index"},
		{"a[0]b", "1", "want a dot"},
		{"s", "[1", "the ] that closes the bracket"},
		{"s", "\xff", "not UTF-8"},
		{"s", "a: 1\n---\nb: 1", "not YAML"},
	} {
		doc, err := Parse("f", []byte("a: [1, 2]\ns: t\n"))
		if err != nil {
			t.Fatal(err)
		}
		err = doc.Set(c.path, c.value)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.path, err, c.want)
		}
		if keys := strings.Join(doc.Root().Keys(), " "); keys != "a s" {
			t.Errorf("%q left the keys %s", c.path, keys)
		}
	}
}

func TestFaultsOfSetValuesNameTheSetting(t *testing.T) {
	doc, err := Parse("f", []byte("name: a\nworkload: [{model: m, arrivals: {rate: 1/s}}]\nx: 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Set("workload[0].arrivals.rate", "-5/s"); err != nil {
		t.Fatal(err)
	}
	if err := doc.Set("workload[0].batsh", "1"); err != nil {
		t.Fatal(err)
	}
	want := `f:3:1: x: unknown key
--set workload[0].arrivals.rate=-5/s: workload[0].arrivals.rate: must be positive
--set workload[0].batsh=1: workload[0].batsh: unknown key (did you mean "batch"?)`
	var got scenario
	if text := strings.Replace(doc.Decode(&got).Error(), " (known: name, seed, duration, workload, policies, prices, table, labels, extra, limit, about)", "", 1); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestPathsOfNodesLeadBackToThem(t *testing.T) {
	doc, err := Parse("f", []byte("a: [{b.c: 1, '': {x y: [2]}}, [3, {'q\"': 4}]]\n"))
	if err != nil {
		t.Fatal(err)
	}
	var visit func(n *Node)
	visit = func(n *Node) {
		if found, exact := doc.find(n.Path()); !exact || found != n {
			t.Errorf("%s leads elsewhere", n.Path())
		}
		for _, inner := range n.values {
			visit(inner)
		}
	}
	visit(doc.Root())
}
