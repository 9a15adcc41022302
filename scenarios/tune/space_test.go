package tune

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
)

// defaults returns, for every allocator that does not know the future load, a policy with default
// values.
func defaults() (list []file.Policy) {
	var a registry.Allocator
	for _, name := range a.Names() {
		var p file.Policy
		params, _ := p.Allocator.Params(name)
		if p.Allocator.Choose(name, params); !p.Allocator.Clairvoyant() && a.Needs(name) == "" {
			p.Name = p.Allocator.Label()
			list = append(list, p)
		}
	}
	return list
}

// TestEveryValueThatIsTriedCanBe makes a policy with each value that the tags of parameters list,
// and checks that the value is set at its path. Some allocators do not accept all values of a
// parameter that they share with others, but each must accept at least two.
func TestEveryValueThatIsTriedCanBe(t *testing.T) {
	s := read(t, drawn)
	for _, p := range defaults() {
		for _, x := range Space(s, &p) {
			possible := 0
			for _, value := range x.Values {
				changed, err := change(&p, []file.Change{{Path: x.Path, Value: value}})
				if _, unreadable := errors.AsType[strict.Faults](err); unreadable {
					t.Errorf("%s: %s %s: %v", p.Name, x.Path, value, err)
				}
				if err != nil {
					continue
				}
				possible++
				text, err := strict.Encode(changed)
				text = bytes.ReplaceAll(text, []byte("'"), nil)
				key := x.Path[strings.LastIndexByte(x.Path, '.')+1:]
				if err != nil || !bytes.Contains(text, []byte(key+": "+value)) && !bytes.Contains(text, []byte(key+":\n")) {
					t.Errorf("%s: %s %s is not in\n%s", p.Name, x.Path, value, text)
				}
			}
			if possible < 2 {
				t.Errorf("%s: %s can be %d of %v", p.Name, x.Path, possible, x.Values)
			}
		}
	}
}

// TestSpacesHoldWhatUsersTune names parameters that a policy's space must have, and some that it
// must not.
func TestSpacesHoldWhatUsersTune(t *testing.T) {
	s := read(t, drawn)
	for name, want := range map[string]string{
		"greedy":          "headroom hold forecast capacity alpha reserve.factor batcher !plan !control",
		"auto-adjust":     "alpha alpha-down hold",
		"hpa":             "target behavior.scale-down.stabilization plan min-replicas",
		"keda":            "triggers[0].metric.concurrency.target cooldown-period",
		"kpa":             "concurrency target-utilization",
		"target-tracking": "metric.utilization.target",
		"queue-length":    "target hold",
		"fixed":           "!replicas",
	} {
		var p file.Policy
		params, _ := p.Allocator.Params(name)
		p.Allocator.Choose(name, params)
		var paths []string
		for _, x := range Space(s, &p) {
			paths = append(paths, strings.TrimPrefix(x.Path, "allocator."+name+"."))
		}
		for path := range strings.FieldsSeq(want) {
			if path, out := strings.CutPrefix(path, "!"); slices.Contains(paths, path) == out {
				t.Errorf("%s: %s in %v is %v", name, path, paths, !out)
			}
		}
	}
}

// TestANamedBatcherIsKept: if the policy or the scenario names a batcher, this is a decision of its
// author, and tuning keeps it.
func TestANamedBatcherIsKept(t *testing.T) {
	has := func(text string) bool {
		s := read(t, text)
		return slices.ContainsFunc(Space(s, &s.Policies[0]), func(x Coordinate) bool { return x.Path == "batcher" })
	}
	if !has(drawn) || has(drawn+"batcher: greedy\n") || has(strings.Replace(drawn, "[greedy]", "[{allocator: greedy, batcher: nexus}]", 1)) {
		t.Error("a batcher is tried although one is named, or is not tried although none is named")
	}
}

// TestMultiplesAreOfWhatIsWritten: the values tried for a target are multiples of the scenario's
// target.
func TestMultiplesAreOfWhatIsWritten(t *testing.T) {
	s := read(t, strings.Replace(drawn, "[greedy]", "[{queue-length: {target: 8}}]", 1))
	for _, x := range Space(s, &s.Policies[0]) {
		if x.Path == "allocator.queue-length.target" {
			if got := strings.Join(x.Values, " "); got != "1.6 4 8 16" {
				t.Errorf("target is tried at %s", got)
			}
			return
		}
	}
	t.Error("the target is not tried")
}

// TestWhatIsPrintedReadsAsTheSamePolicy changes each parameter of each policy alone, and then all
// that can be combined. It reads the printed YAML back.
func TestWhatIsPrintedReadsAsTheSamePolicy(t *testing.T) {
	s := read(t, drawn)
	var list []Tuned
	for _, p := range defaults() {
		list = append(list, Tuned{Written: p, Best: p})
		var all []file.Change
		for _, x := range Space(s, &p) {
			all = append(all, file.Change{Path: x.Path, Value: x.Values[len(x.Values)-1]})
			for _, changes := range [][]file.Change{all, all[len(all)-1:]} {
				if best, err := change(&p, changes); err == nil {
					list = append(list, Tuned{Written: p, Best: best, Changes: changes})
				}
			}
		}
	}
	text, err := YAML(list)
	if err != nil {
		t.Fatal(err)
	}
	again := read(t, strings.Replace(drawn, "policies: [greedy]\n", string(text), 1))
	if len(again.Policies) != len(list) {
		t.Fatalf("%d policies of %d", len(again.Policies), len(list))
	}
	for i := range list {
		one, err := s.EffectOf(&list[i].Best)
		other, wrong := again.EffectOf(&again.Policies[i])
		if err != nil || wrong != nil || one != other {
			t.Errorf("%s with %v is printed as\n%s\n%v %v", list[i].Written.Name, list[i].Changes, other, err, wrong)
		}
	}
}
