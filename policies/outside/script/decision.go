package script

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"wavetank/policies/outside"
)

// decision reads the answer of an allocator.
func decision(answer starlark.Value) (d outside.Action, err error) {
	dict, ok := answer.(*starlark.Dict)
	if !ok {
		return d, errors.New(`want a dictionary with the key "demand" or "replicas"`)
	}
	for _, item := range dict.Items() {
		switch key, _ := starlark.AsString(item[0]); key {
		case "demand":
			d.Demand, err = named(key, item[1], func(v starlark.Value) (float64, bool) { return starlark.AsFloat(v) })
		case "replicas":
			d.Replicas, err = named(key, item[1], func(v starlark.Value) (int, bool) {
				n, err := starlark.AsInt32(v)
				return n, err == nil
			})
		default:
			err = fmt.Errorf("unknown key %s; want demand or replicas", item[0])
		}
		if err != nil {
			return d, err
		}
	}
	return d, nil
}

// named reads a dictionary of numbers by names.
func named[N any](key string, v starlark.Value, number func(starlark.Value) (N, bool)) (map[string]N, error) {
	dict, ok := v.(*starlark.Dict)
	if !ok {
		return nil, fmt.Errorf("%s is %s, not a dictionary", key, short(v))
	}
	all := make(map[string]N, dict.Len())
	for _, item := range dict.Items() {
		name, text := starlark.AsString(item[0])
		n, is := number(item[1])
		if !text || !is {
			return nil, fmt.Errorf("%s: %s: %s: want a name and a number", key, item[0], short(item[1]))
		}
		all[name] = n
	}
	return all, nil
}
