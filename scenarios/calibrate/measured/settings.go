package measured

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Settings holds the settings of an engine in a file: values under vLLM's names, anywhere in the
// file.
type Settings struct {
	Name  string
	found map[string]setting
}

// setting is a value and its place.
type setting struct {
	path string
	text string
}

// ReadSettings reads a JSON or YAML file, such as the meta data of a benchmark or the configuration
// of a server. If a name has several values, a value that the engine resolved wins over a value
// that was asked for. Otherwise a value nearer to the top of the file wins.
func ReadSettings(name string, data []byte) (*Settings, error) {
	var root any
	var err error
	if begin := bytes.TrimSpace(data); len(begin) > 0 && begin[0] == '{' {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		err = decoder.Decode(&root)
	} else {
		err = yaml.Unmarshal(data, &root)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a := &Settings{Name: name, found: map[string]setting{}}
	a.collect("", root)
	return a, nil
}

// collect collects all values at or below a path.
func (a *Settings) collect(path string, at any) {
	switch v := at.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			a.collect(strings.TrimPrefix(path+"."+name, "."), v[name])
		}
	case nil, []any:
	default:
		key := path[strings.LastIndexByte(path, '.')+1:]
		key = strings.ReplaceAll(strings.TrimLeft(key, "-"), "-", "_")
		if old, ok := a.found[key]; !ok || rank(path) < rank(old.path) {
			a.found[key] = setting{path, fmt.Sprint(v)}
		}
	}
}

// rank returns the rank of a place of a value. The place with the lowest rank wins.
func rank(path string) int {
	depth := strings.Count(path, ".")
	switch {
	case strings.Contains(path, "resolved"):
		return depth
	case strings.Contains(path, "cache"):
		return 10 + depth
	}
	return 20 + depth
}

// Text returns the value of the first name that has one, and the place of the value.
func (a *Settings) Text(names ...string) (value, place string, ok bool) {
	for _, name := range names {
		if v, found := a.found[name]; found && v.text != "" && v.text != "auto" && v.text != "None" {
			return v.text, a.Name + ": " + v.path, true
		}
	}
	return "", "", false
}

// Number returns the value of the first name that has one. It must be a number of at least low.
// Number returns nil if none of the names has a value.
func (a *Settings) Number(low float64, names ...string) (*float64, error) {
	text, place, ok := a.Text(names...)
	if !ok {
		return nil, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || v < low || v > 1e18 {
		return nil, fmt.Errorf("%s: %q is not a number of at least %v", place, text, low)
	}
	return &v, nil
}

// Switch returns the truth value of the first name that has one, or nil if none has one. The prefix
// no_ of a name inverts its value.
func (a *Settings) Switch(names ...string) (*bool, error) {
	for _, name := range names {
		for _, prefix := range []string{"", "no_"} {
			text, place, ok := a.Text(prefix + name)
			if !ok {
				continue
			}
			v, err := strconv.ParseBool(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %q is neither true nor false", place, text)
			}
			v = v != (prefix != "")
			return &v, nil
		}
	}
	return nil, nil
}
