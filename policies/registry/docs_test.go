package registry

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// page returns the text of docs/policies.md.
func page(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// parameters returns the default of each parameter by its key, in the notation of the page.
func parameters(params any) map[string]string {
	all := map[string]string{}
	for f, v := range reflect.ValueOf(params).Elem().Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch value := v.Addr().Interface().(type) {
		case PolicyChoice:
			all[key] = value.Label()
		case *Reserve:
			all[key] = fmt.Sprintf("{factor: %v, within: %v}", value.Factor, value.Within)
		default:
			if options == "inline" {
				for key, text := range parameters(value) {
					all[key] = text
				}
				continue
			}
			if all[key] = fmt.Sprint(v.Interface()); all[key] == "" {
				all[key] = "all"
			}
		}
	}
	return all
}

// toldDefault is one parameter in the table of the page.
type toldDefault struct {
	usual  string
	others map[string]string // defaults that differ, by allocator
}

// toldDefaults returns the rows of the table of parameters.
func toldDefaults(t *testing.T, text string) map[string]toldDefault {
	t.Helper()
	_, text, found := strings.Cut(text, "\n| parameter | meaning | default | others |\n")
	if !found {
		t.Fatal("docs/policies.md has no table of parameters")
	}
	text, _, _ = strings.Cut(text, "\n\n")
	quoted := regexp.MustCompile("`([^`]*)`")
	rows := map[string]toldDefault{}
	for _, line := range strings.Split(text, "\n")[1:] {
		cells := strings.Split(line, " | ")
		r := toldDefault{strings.Trim(cells[2], "` "), map[string]string{}}
		for _, part := range strings.Split(cells[len(cells)-1], ";") {
			if names := quoted.FindAllStringSubmatch(part, -1); len(cells) == 4 && len(names) > 1 {
				for _, n := range names[1:] {
					r.others[n[1]] = names[0][1]
				}
			}
		}
		rows[strings.Trim(cells[0], "|` ")] = r
	}
	return rows
}

// TestDefaultsOfThePageAreThoseOfTheRegistry compares every default of every allocator with the
// table of parameters.
func TestDefaultsOfThePageAreThoseOfTheRegistry(t *testing.T) {
	text := page(t)
	rows := toldDefaults(t, text)
	usual, shared := parameters(stagedDefaults("best")), parameters(bestDefaults())
	for key := range rows {
		if _, known := usual[key]; !known {
			t.Errorf("docs/policies.md tells of a parameter %s, which there is not", key)
		}
	}
	stages, _, _ := strings.Cut(text, "\n\nSo two policies")
	for key := range usual {
		if _, told := rows[key]; !told {
			t.Errorf("%s is not in the table of parameters of docs/policies.md", key)
		}
		if key != "placer" && !strings.Contains(stages, "`"+key+"`") {
			t.Errorf("%s is not in the table of stages of docs/policies.md", key)
		}
	}
	compared := 0
	for _, e := range ready(Allocators()) {
		params := e.Params()
		_, staged := params.(*Staged)
		for key, value := range parameters(params) {
			if _, planned := shared[key]; !staged && !planned {
				continue
			}
			want, own := rows[key].others[e.Name]
			if !own {
				want = rows[key].usual
			}
			if compared++; value != want {
				t.Errorf("%s has %s: %s; docs/policies.md says %q", e.Name, key, value, want)
			}
		}
		for key, r := range rows {
			if _, has := parameters(params)[key]; !has && r.others[e.Name] != "" {
				t.Errorf("docs/policies.md tells of %s of %s, which has none", key, e.Name)
			}
		}
	}
	if compared < 200 {
		t.Errorf("%d defaults were compared", compared)
	}
}

// TestEveryPolicyIsOnThePage looks for every name. Of the routers, the page only names the most
// important ones.
func TestEveryPolicyIsOnThePage(t *testing.T) {
	text := page(t)
	_, forecasters, _ := strings.Cut(text, "\n## Forecasters\n")
	forecasters, _, _ = strings.Cut(forecasters, "\n## ")
	for _, kind := range Kinds() {
		of := text
		if kind.Name == "forecaster" {
			of = forecasters
		}
		for _, name := range kind.Fresh().Names() {
			if kind.Name != "router" && !strings.Contains(of, "`"+name+"`") {
				t.Errorf("%s %s is not on docs/policies.md", kind.Name, name)
			}
		}
	}
}

// TestChoicesOfParametersAreOnThePage looks for every value of the parameters that choose a rule.
func TestChoicesOfParametersAreOnThePage(t *testing.T) {
	text := page(t)
	all := slices.Concat(ControlRule("").Choices(), PlanRule("").Choices(), CapacityRule("").Choices(), Feedback("").Choices(), ReserveBase("").Choices())
	for _, name := range all {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("%s is not on docs/policies.md", name)
		}
	}
}
