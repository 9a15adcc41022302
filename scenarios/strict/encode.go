package strict

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// ValueEncoder is a type that is written as another value, for example as a bare name if there are
// no parameters. It is the inverse of NodeDecoder.
type ValueEncoder interface {
	EncodeValue() any
}

// Encode writes a Go value as YAML. Fields come in the order in which they are declared, and maps
// in the order of their keys. Fields with the option "omitempty" are left out when zero. Decoding
// the text gives the same value.
func Encode(value any) ([]byte, error) {
	y, err := encode(reflect.ValueOf(value), "")
	if err != nil {
		return nil, err
	}
	return dump(y)
}

func dump(y *yaml.Node) ([]byte, error) {
	const wide = -1 // never break lines
	return yaml.Dump(y, yaml.WithV4Defaults(), yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(wide))
}

// EncodeChanged writes how a Go value differs from another of the same type: only fields that
// differ, and within mappings only keys that differ. Decoding the text into from gives the value.
func EncodeChanged(value, from any) ([]byte, error) {
	y, err := encode(reflect.ValueOf(value), "")
	if err != nil {
		return nil, err
	}
	old, err := encode(reflect.ValueOf(from), "")
	if err != nil {
		return nil, err
	}
	prune(y, old)
	return dump(y)
}

// prune removes the keys from a mapping that have the same values in another mapping.
func prune(y, from *yaml.Node) {
	var left []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value, same := y.Content[i], y.Content[i+1], false
		for j := 0; j+1 < len(from.Content); j += 2 {
			if other := from.Content[j+1]; from.Content[j].Value == key.Value {
				if same = equal(value, other); !same && value.Kind == yaml.MappingNode && other.Kind == yaml.MappingNode {
					prune(value, other)
				}
			}
		}
		if !same {
			left = append(left, key, value)
		}
	}
	y.Content = left
}

// equal reports whether two nodes are written alike.
func equal(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, equal)
}

// encode returns the node of a value.
func encode(v reflect.Value, path string) (*yaml.Node, error) {
	if !v.IsValid() {
		return plainNode("!!null", "null"), nil
	}
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return plainNode("!!null", "null"), nil
		}
		return encode(v.Elem(), path)
	}
	if !v.CanAddr() {
		copied := reflect.New(v.Type()).Elem()
		copied.Set(v)
		v = copied
	}
	switch hook := v.Addr().Interface().(type) {
	case ValueEncoder:
		return encode(reflect.ValueOf(hook.EncodeValue()), path)
	case Selector:
		return encode(reflect.ValueOf(written(hook)), path)
	case interface{ pairs() []Pair[any] }:
		return encodePairs(hook.pairs(), "!!str", path)
	case encoding.TextMarshaler:
		text, err := hook.MarshalText()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return textNode(string(text), path)
	}
	switch v.Kind() {
	case reflect.Struct:
		return encodeStruct(v, path)
	case reflect.Slice:
		return encodeSlice(v, path)
	case reflect.Map:
		entries := make([]Pair[any], 0, v.Len())
		for _, key := range sortedKeys(v) {
			entries = append(entries, Pair[any]{keyText(key), v.MapIndex(key).Interface()})
		}
		tag := "!!str"
		if v.Type().Key().Kind() != reflect.String {
			tag = "!!int"
		}
		return encodePairs(entries, tag, path)
	default:
		return encodeScalar(v, path)
	}
}

func encodeStruct(v reflect.Value, path string) (*yaml.Node, error) {
	y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, f := range fieldsOf(v.Type()) {
		value := v.FieldByIndex(f.index)
		if f.omitEmpty && (value.IsZero() || (value.Kind() == reflect.Slice || value.Kind() == reflect.Map) && value.Len() == 0) {
			continue
		}
		n, err := encode(value, join(path, f.name))
		if err != nil {
			return nil, err
		}
		y.Content = append(y.Content, plainNode("!!str", f.name), n)
	}
	return y, nil
}

func encodeSlice(v reflect.Value, path string) (*yaml.Node, error) {
	y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for i := range v.Len() {
		n, err := encode(v.Index(i), element(path, i))
		if err != nil {
			return nil, err
		}
		y.Content = append(y.Content, n)
	}
	return y, nil
}

func encodePairs(entries []Pair[any], keyTag, path string) (*yaml.Node, error) {
	y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, e := range entries {
		key, err := textNode(e.Key, path)
		if err != nil {
			return nil, err
		}
		key.Tag = keyTag
		n, err := encode(reflect.ValueOf(e.Value), join(path, e.Key))
		if err != nil {
			return nil, err
		}
		y.Content = append(y.Content, key, n)
	}
	return y, nil
}

func encodeScalar(v reflect.Value, path string) (*yaml.Node, error) {
	switch v.Kind() {
	case reflect.String:
		return textNode(v.String(), path)
	case reflect.Bool:
		return plainNode("!!bool", strconv.FormatBool(v.Bool())), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return plainNode("!!int", strconv.FormatInt(v.Int(), 10)), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return plainNode("!!int", strconv.FormatUint(v.Uint(), 10)), nil
	case reflect.Float32, reflect.Float64:
		number := v.Float()
		if math.IsInf(number, 0) || math.IsNaN(number) {
			return nil, fmt.Errorf("%s: %v is not a finite number", path, number)
		}
		text := strconv.FormatFloat(number, 'g', -1, v.Type().Bits())
		if number == math.Trunc(number) && math.Abs(number) < 1e15 {
			return plainNode("!!int", strconv.FormatFloat(number, 'f', -1, 64)), nil
		}
		return plainNode("!!float", text), nil
	default:
		return nil, fmt.Errorf("%s: a %s cannot be written", path, v.Type())
	}
}

// plainNode is a scalar as written.
func plainNode(tag, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

// textNode is a text. It is quoted if it would otherwise read as something else.
func textNode(text, path string) (*yaml.Node, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("%s: %w", path, errors.New("the text is not UTF-8"))
	}
	y := plainNode("!!str", text)
	for _, r := range text {
		if r < ' ' || r > '~' {
			y.Style = yaml.DoubleQuotedStyle
		}
	}
	return y, nil
}

// written returns the value that is written for a selector.
func written(s Selector) any {
	name, params := s.Chosen()
	if params == nil || reflect.ValueOf(params).Elem().NumField() == 0 {
		return name
	}
	return map[string]any{name: params}
}
