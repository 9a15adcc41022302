package across

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// Difference is one setting in which sets of results of one scenario differ.
type Difference struct {
	Scenario string   // empty if every side has one scenario
	Path     string   // as in --set, but entries by name: fleet[aws/g6.xlarge]
	Policy   string   // the policy that has the setting; empty: all have it
	Values   []string // one for each side; "–" if the side does not have the setting
	// Sampling says that the setting only changes chance or the last digits: the seed, the number
	// of replications, the compiler.
	Sampling bool
}

// absent is the value of a setting that a side does not have.
const absent = "–"

// unequal are the keys of a scenario that are not compared as they are: labels, and policies, which
// are compared entry by entry.
var unequal = []string{"name", "about", "baseline", "policies", "replications", "seed"}

// without lists the keys of a scenario that do not change its requests.
var without = []string{
	"name", "about", "drain", "replications", "control", "planning", "fleet", "carbon", "machines", "models",
	"gateway", "health", "router", "order", "batcher", "admission", "lost-requests", "baseline", "policies",
}

// sameRequests reports whether replications with the same number have the same requests in two sets
// of results: the seeds, the streams and the tables that they read are equal. Objectives and
// variants of a stream do not change its requests.
func sameRequests(a, b *finished) bool {
	return a.Seed == b.Seed && slices.Equal(a.Inputs, b.Inputs) && requests(a.resolved) == requests(b.resolved)
}

// requests returns the part of a scenario that its requests depend on, as text.
func requests(scenario *yaml.Node) string {
	var b strings.Builder
	for i := 0; i+1 < len(scenario.Content); i += 2 {
		key, value := scenario.Content[i].Value, scenario.Content[i+1]
		if slices.Contains(without, key) {
			continue
		}
		if key == "workload" {
			for _, stream := range value.Content {
				b.WriteString(written(stream, "slo", "variants") + "\n")
			}
			continue
		}
		b.WriteString(key + ": " + written(value) + "\n")
	}
	return b.String()
}

// differ lists the settings in which sets of results differ. An element of all is nil if the side
// does not have the scenario.
func differ(all []*finished) (list []Difference) {
	sets := slices.DeleteFunc(slices.Clone(all), func(f *finished) bool { return f == nil })
	defer func() { spread(list, all) }()
	collect := func(path string, values []string, sampling bool) {
		for _, v := range values {
			if v != values[0] {
				list = append(list, Difference{Path: path, Values: values, Sampling: sampling})
				return
			}
		}
	}
	of := func(text func(*finished) string) []string {
		values := make([]string, len(sets))
		for i, f := range sets {
			values[i] = text(f)
		}
		return values
	}
	collect("wavetank", of(func(f *finished) string { return f.Version }), false)
	collect("commit", of(func(f *finished) string { return shorter(f.Build.Commit, 12) }), false)
	collect("compiler", of(func(f *finished) string { return f.Build.Go + " " + f.Build.Architecture }), true)
	collect("seed", of(func(f *finished) string { return strconv.FormatUint(f.Seed, 10) }), true)
	collect("replications", of(func(f *finished) string { return strconv.Itoa(f.Completed) }), true)
	for _, name := range inputs(sets) {
		collect("input "+name, of(func(f *finished) string {
			if at := slices.IndexFunc(f.Inputs, func(s store.FileSum) bool { return s.File == name }); at >= 0 {
				return shorter(f.Inputs[at].SHA256, 12)
			}
			return absent
		}), false)
	}
	nodes := make([]*yaml.Node, len(sets))
	for i, f := range sets {
		nodes[i] = f.resolved
	}
	w := walk{skip: unequal}
	w.compare("", nodes)
	list = append(list, w.found...)
	return list
}

// spread gives each difference a value for every side. Sides without results have no value.
func spread[T any](list []Difference, sides []*T) {
	for i := range list {
		values, next := make([]string, len(sides)), 0
		for side, s := range sides {
			if values[side] = absent; s != nil {
				values[side], next = list[i].Values[next], next+1
			}
		}
		list[i].Values = values
	}
}

// differPolicies lists the settings in which the entries of a scenario's policies differ. An
// element of all is nil if the side does not have the policy.
func differPolicies(all []*place, policy string) []Difference {
	places := slices.DeleteFunc(slices.Clone(all), func(p *place) bool { return p == nil })
	nodes := make([]*yaml.Node, len(places))
	for i, p := range places {
		for _, entry := range items(get(p.resolved, "policies")) {
			if n := get(entry, "name"); n != nil && n.Value == p.policy {
				nodes[i] = entry
			}
		}
	}
	w := walk{skip: []string{"name"}}
	w.compare("policies["+policy+"]", nodes)
	for i := range w.found {
		w.found[i].Policy = policy
	}
	spread(w.found, all)
	return w.found
}

func inputs(sets []*finished) (names []string) {
	for _, f := range sets {
		for _, in := range f.Inputs {
			if !slices.Contains(names, in.File) {
				names = append(names, in.File)
			}
		}
	}
	return names
}

// walk compares trees of settings.
type walk struct {
	skip  []string // keys of the outermost mapping that are not compared
	found []Difference
}

// compare compares the values at a path. A node is nil where a tree has no value. Trees without a
// value only differ if others have one.
func (w *walk) compare(path string, nodes []*yaml.Node) {
	var there []*yaml.Node
	for _, n := range nodes {
		if n != nil {
			there = append(there, n)
		}
	}
	if len(there) == 0 {
		return
	}
	skip := w.skip
	w.skip = nil
	whole := len(there) == len(nodes)
	switch {
	case !whole && skip == nil || !alike(there):
		w.note(path, nodes)
	case there[0].Kind == yaml.MappingNode:
		w.mappings(path, nodes, skip)
	case there[0].Kind == yaml.SequenceNode && identified(there):
		for _, name := range keys(there, identity) {
			w.compare(path+"["+name+"]", each(nodes, func(n *yaml.Node) *yaml.Node { return entry(n, name) }))
		}
	case there[0].Kind == yaml.SequenceNode && equalLengths(there) && there[0].Content != nil && there[0].Content[0].Kind != yaml.ScalarNode:
		for i := range there[0].Content {
			w.compare(path+"["+strconv.Itoa(i)+"]", each(nodes, func(n *yaml.Node) *yaml.Node { return n.Content[i] }))
		}
	default:
		w.note(path, nodes)
	}
}

// mappings compares the values of mappings, key by key. Choices with different names, such as
// poisson and gamma, are one difference.
func (w *walk) mappings(path string, nodes []*yaml.Node, skip []string) {
	var there []*yaml.Node
	for _, n := range nodes {
		if n != nil {
			there = append(there, n)
		}
	}
	names := keys(there, func(n *yaml.Node) (list []string) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			list = append(list, n.Content[i].Value)
		}
		return list
	})
	if chosen(there) && len(names) > 1 {
		w.note(path, each(nodes, func(n *yaml.Node) *yaml.Node { return n.Content[0] }))
		return
	}
	for _, name := range names {
		if !slices.Contains(skip, name) {
			below := path + "." + name
			if path == "" {
				below = name
			}
			w.compare(below, each(nodes, func(n *yaml.Node) *yaml.Node { return get(n, name) }))
		}
	}
}

// note keeps a difference if the values are not all the same.
func (w *walk) note(path string, nodes []*yaml.Node) {
	d := Difference{Path: path}
	same := true
	for _, n := range nodes {
		same = same && (n == nil) == (nodes[0] == nil) && written(n) == written(nodes[0])
		text := absent
		if n != nil {
			text = shorter(written(n), 60)
		}
		d.Values = append(d.Values, text)
	}
	if !same {
		w.found = append(w.found, d)
	}
}

// alike reports whether nodes are of the same kind.
func alike(nodes []*yaml.Node) bool {
	return !slices.ContainsFunc(nodes, func(n *yaml.Node) bool { return n.Kind != nodes[0].Kind })
}

// chosen reports whether every node is a mapping with one key, such as a choice with parameters.
func chosen(nodes []*yaml.Node) bool {
	return !slices.ContainsFunc(nodes, func(n *yaml.Node) bool { return len(n.Content) != 2 })
}

func equalLengths(nodes []*yaml.Node) bool {
	return !slices.ContainsFunc(nodes, func(n *yaml.Node) bool { return len(n.Content) != len(nodes[0].Content) })
}

// identity returns the names by which the entries of a list are matched. It returns nil if an entry
// has no name, or if two have the same.
func identity(list *yaml.Node) (names []string) {
	for _, e := range list.Content {
		name := ""
		for _, key := range []string{"name", "machine", "model", "pipeline"} {
			if n := get(e, key); name == "" && n != nil {
				name = n.Value
			}
		}
		if name == "" || slices.Contains(names, name) {
			return nil
		}
		names = append(names, name)
	}
	return names
}

// identified reports whether the entries of all lists can be matched by name.
func identified(lists []*yaml.Node) bool {
	return !slices.ContainsFunc(lists, func(n *yaml.Node) bool { return len(n.Content) > 0 && identity(n) == nil }) &&
		slices.ContainsFunc(lists, func(n *yaml.Node) bool { return len(n.Content) > 0 })
}

// entry returns the entry of a list with a name, or nil.
func entry(list *yaml.Node, name string) *yaml.Node {
	if at := slices.Index(identity(list), name); at >= 0 {
		return list.Content[at]
	}
	return nil
}

// keys returns the keys of all nodes, each once, in the order in which they first appear.
func keys(nodes []*yaml.Node, of func(*yaml.Node) []string) (list []string) {
	for _, n := range nodes {
		for _, key := range of(n) {
			if !slices.Contains(list, key) {
				list = append(list, key)
			}
		}
	}
	return list
}

// each returns a part of every node. The part of nil is nil.
func each(nodes []*yaml.Node, part func(*yaml.Node) *yaml.Node) []*yaml.Node {
	list := make([]*yaml.Node, len(nodes))
	for i, n := range nodes {
		if n != nil {
			list[i] = part(n)
		}
	}
	return list
}

// get returns the value of a key, or nil if the node is no mapping with this key.
func get(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func items(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	return n.Content
}

// written returns a node on one line, as in YAML's flow style without quotes. It leaves out keys of
// the outermost mapping.
func written(n *yaml.Node, leave ...string) string {
	if n == nil {
		return ""
	}
	var parts []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := n.Content[i].Value; !slices.Contains(leave, key) {
				parts = append(parts, key+": "+written(n.Content[i+1]))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		for _, e := range n.Content {
			parts = append(parts, written(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return n.Value
}

// shorter cuts a text to a number of characters.
func shorter(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}

// conditions says how a set of results was made.
func (f *finished) conditions() string {
	text := wording.Count(f.Completed, "replication")
	if f.Replications > f.Completed {
		text = fmt.Sprintf("%d of %s", f.Completed, wording.Count(f.Replications, "replication"))
	}
	return fmt.Sprintf("%s, %s of %s, warm-up %s, seed %d", f.Scenario, text, wording.Span(f.DurationSeconds), wording.Span(f.WarmupSeconds), f.Seed)
}
