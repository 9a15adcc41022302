package tune

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
)

// YAML returns policies as in a scenario file, in the same order. Each has its name, its allocator,
// and everything that differs from the defaults.
func YAML(tuned []Tuned) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("policies:\n")
	var names []string
	for i := range tuned {
		p := tuned[i].Best
		p.Name = nameOf(&tuned[i].Written, names)
		names = append(names, p.Name)
		text, err := short(p)
		if err != nil {
			return nil, err
		}
		for n, line := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
			fmt.Fprintf(&b, "  %s%s\n", [...]string{"- ", "  "}[min(n, 1)], line)
		}
	}
	return b.Bytes(), nil
}

// nameOf returns a name for the tuned setting of a policy. No other policy has this name.
func nameOf(p *file.Policy, taken []string) string {
	base := p.Name
	if strict.Name(base+"-tuned") != "" { // the label has parameters in it, so it is not a name
		base, _ = p.Allocator.Chosen()
	}
	name := base + "-tuned"
	for n := 2; slices.Contains(taken, name); n++ {
		name = fmt.Sprintf("%s-tuned-%d", base, n)
	}
	return name
}

// short writes a policy without the values that equal the defaults.
func short(p file.Policy) ([]byte, error) {
	p, err := change(&p, nil) // makes a copy
	if err != nil {
		return nil, err
	}
	bare(reflect.ValueOf(&p).Elem())
	name, params := p.Allocator.Chosen()
	if params == nil {
		return strict.EncodeChanged(p, file.Policy{})
	}
	var usual file.Policy
	standard, _ := usual.Allocator.Params(name)
	bare(reflect.ValueOf(standard).Elem())
	usual.Allocator.Choose(name, standard)
	return strict.EncodeChanged(p, usual)
}

// bare removes parameters that equal their defaults from all choices below a value.
func bare(v reflect.Value) {
	if choice, ok := v.Addr().Interface().(strict.Selector); ok {
		name, params := choice.Chosen()
		if params == nil {
			return
		}
		standard, _ := choice.Params(name)
		if differ, err := strict.EncodeChanged(params, standard); err == nil && strings.TrimSpace(string(differ)) == "{}" {
			choice.Choose(name, nil)
		} else {
			bare(reflect.ValueOf(params).Elem())
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			bare(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			bare(v.Index(i))
		}
	case reflect.Struct:
		for f, inner := range v.Fields() {
			if f.IsExported() {
				bare(inner)
			}
		}
	}
}
