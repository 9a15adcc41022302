package measured

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// document is a JSON object. Faults name the file and the path of a field.
type document struct {
	name   string
	fields map[string]any
	faults []error
}

// documents reads the objects of a file: JSON objects one after another, or a YAML document.
func documents(name string, text []byte) (list []*document, err error) {
	if begin := bytes.TrimSpace(text); len(begin) > 0 && begin[0] != '{' && begin[0] != '[' {
		var fields map[string]any
		if err := yaml.Unmarshal(text, &fields); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return []*document{{name: name, fields: plain(fields).(map[string]any)}}, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var fields map[string]any
		err := d.Decode(&fields)
		switch {
		case errors.Is(err, io.EOF) && len(list) > 0:
			return list, nil
		case err != nil:
			at := d.InputOffset()
			if wrong := (*json.SyntaxError)(nil); errors.As(err, &wrong) {
				at = max(at, wrong.Offset)
			}
			line := 1 + bytes.Count(text[:min(at, int64(len(text)))], []byte("\n"))
			return nil, fmt.Errorf("%s:%d: no JSON object: %w", name, line, err)
		}
		list = append(list, &document{name: name, fields: fields})
		if len(list) > 1 {
			list[len(list)-1].name = fmt.Sprintf("%s: object %d", name, len(list))
		}
	}
}

// plain makes the numbers of YAML like those of JSON. Infinite ones become nil.
func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = plain(inner)
		}
		return v
	case []any:
		for i, inner := range v {
			v[i] = plain(inner)
		}
		return v
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil
		}
	}
	return value
}

// value returns the value at a path, such as load_summary.count, or nil if there is none.
func (d *document) value(path string) any {
	var at any = d.fields
	for key := range strings.SplitSeq(path, ".") {
		fields, _ := at.(map[string]any)
		at = fields[key]
	}
	return at
}

// has reports whether there is a value at a path.
func (d *document) has(path string) bool { return d.value(path) != nil }

func (d *document) fault(path, format string, args ...any) {
	d.faults = append(d.faults, fmt.Errorf("%s: %s: %s", d.name, path, fmt.Sprintf(format, args...)))
}

// number returns the number at the first of several paths that has a value. It must be at least
// low.
func (d *document) number(low float64, paths ...string) float64 {
	at := slices.IndexFunc(paths, d.has)
	if at < 0 {
		d.fault(strings.Join(paths, " or "), "is missing")
		return math.Max(low, 1)
	}
	v, ok := d.value(paths[at]).(float64)
	switch {
	case !ok:
		d.fault(paths[at], "%v is not a number", d.value(paths[at]))
		return math.Max(low, 1)
	case v < low:
		d.fault(paths[at], "%v is below %v", v, low)
		return math.Max(low, 1)
	}
	return v
}

// numbers returns the positive numbers of the list at a path, or nil if there is no list.
func (d *document) numbers(path string) (list []float64) {
	values, _ := d.value(path).([]any)
	for _, v := range values {
		if n, ok := v.(float64); ok && n > 0 {
			list = append(list, n)
		}
	}
	return list
}
