package outside

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wavetank/policies/policytest"
	"wavetank/sim/fleet"
)

func names[T any](fields []Field[T]) (list []string) {
	for _, f := range fields {
		list = append(list, f.Name)
	}
	return list
}

func keys[T any]() (list []string) {
	for f := range reflect.TypeFor[T]().Fields() {
		list = append(list, f.Tag.Get("json"))
	}
	return list
}

// TestTheDocumentNamesEveryField: docs/policies.md names the fields that policies see, and no
// others.
func TestTheDocumentNamesEveryField(t *testing.T) {
	text, err := os.ReadFile("../../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range map[string][]string{
		"`request`":          names(RequestFields),
		"`replica`":          names(ReplicaFields),
		"`model` of `admit`": names(ModelFields),
		"`fleet`":            keys[Observation](),
		"a model of `fleet`": keys[ModelView](),
		"a deployment":       keys[DeploymentView](),
		"a machine type":     keys[MachineTypeView](),
	} {
		_, rest, found := strings.Cut(string(text), "\n| "+row+" | ")
		line, _, _ := strings.Cut(rest, "\n")
		var got []string
		for _, word := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(line, -1) {
			got = append(got, word[1])
		}
		slices.Sort(got)
		if want = slices.Sorted(slices.Values(want)); !found || !slices.Equal(got, want) {
			t.Errorf("the row of %s names %q, want %q", row, got, want)
		}
	}
}

// TestEveryNameHasAPlace: policies that only read numbers see the place of a name instead.
func TestEveryNameHasAPlace(t *testing.T) {
	places(t, RequestFields)
	places(t, ReplicaFields)
	places(t, ModelFields)
}

func places[T any](t *testing.T, fields []Field[T]) {
	t.Helper()
	for _, f := range fields {
		if (f.Text == nil) != (f.Place == nil) {
			t.Errorf("%s has only one of Text and Place", f.Name)
		}
	}
}

// TestFieldsAsJSON: a line of JSON holds every field, with the values of the view.
func TestFieldsAsJSON(t *testing.T) {
	v := policytest.Ready(t, 2)
	c := v.Spec()
	c.Deployments[1].Name = "a \"b\"\n<c>"
	line := AppendJSON([]byte("["), RequestFields, &AskedRequest{v, &fleet.Request{Ordinal: 1 << 40, Input: 7}})
	line = AppendJSON(append(line, ','), ReplicaFields, &AskedReplica{v, 1})
	line = append(AppendJSON(append(line, ','), ModelFields, &AskedModel{v, 0}), ']')
	var got []map[string]any
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	for i, want := range []map[string]any{
		{"model": c.Models[0].Name, "number": float64(1 << 40), "input": 7., "items": 1., "age": 0.},
		{"id": 1., "deployment": c.Deployments[1].Name, "capacity": c.Deployments[1].Capacity, "max_batch": float64(c.Deployments[1].MaxBatch), "kv_share": 0.},
		{"name": c.Models[0].Name, "ready": 2., "open": 2., "waiting": 0.},
	} {
		for key, value := range want {
			if got[i][key] != value {
				t.Errorf("%s is %v, want %v", key, got[i][key], value)
			}
		}
		if n := []int{len(RequestFields), len(ReplicaFields), len(ModelFields)}[i]; len(got[i]) != n {
			t.Errorf("%d keys, want %d", len(got[i]), n)
		}
	}
}
