package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// object calls do with the name and the value of each member of a JSON object. Strings are passed
// without quotes, null as nil.
func object(line []byte, do func(name, value []byte)) error {
	rest := blanks(line)
	if len(rest) == 0 || rest[0] != '{' {
		return errors.New("the line is no JSON object")
	}
	rest = rest[1:]
	for first := true; ; first = false {
		if rest = blanks(rest); len(rest) > 0 && rest[0] == '}' {
			break
		}
		if !first {
			if len(rest) == 0 || rest[0] != ',' {
				return errors.New("the object does not end")
			}
			rest = blanks(rest[1:])
		}
		name, value, after, err := member(rest)
		if err != nil {
			return err
		}
		if rest = after; string(value) == "null" {
			value = nil
		}
		do(unquoted(name), unquoted(value))
	}
	if len(blanks(rest[1:])) > 0 {
		return errors.New("text follows the object")
	}
	return nil
}

// flat is like object, but also passes the members of inner objects, with names like outer.inner.
// These names are newly allocated.
func flat(line []byte, prefix string, do func(name string, value []byte)) error {
	return object(line, func(name, value []byte) {
		full := prefix + string(name)
		if len(value) == 0 || value[0] != '{' || flat(value, full+".", do) != nil {
			do(full, value)
		}
	})
}

// members returns the names of the members of an object, up to the first fault.
func members(line []byte) (list []string) {
	_ = flat(line, "", func(name string, _ []byte) { list = append(list, name) })
	return list
}

// blanks removes white space at the beginning of a text.
func blanks(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\r' || text[0] == '\n') {
		text = text[1:]
	}
	return text
}

// member splits the next member off an object. Name and value are as written in the text.
func member(text []byte) (name, value, rest []byte, err error) {
	if len(text) == 0 || text[0] != '"' {
		return nil, nil, nil, errors.New("the object has a member without a name")
	}
	n := quoted(text)
	if n < 0 {
		return nil, nil, nil, errors.New("a name in the object does not end")
	}
	name, rest = text[:n], blanks(text[n:])
	if len(rest) == 0 || rest[0] != ':' {
		return nil, nil, nil, fmt.Errorf("member %s has no value", Clip(name))
	}
	rest = blanks(rest[1:])
	if n = length(rest); n <= 0 {
		return nil, nil, nil, fmt.Errorf("the value of %s does not end", Clip(name))
	}
	return name, rest[:n], rest[n:], nil
}

// unquoted returns a value as text. A string loses its quotes and escapes.
func unquoted(value []byte) []byte {
	if len(value) == 0 || value[0] != '"' {
		return value
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1]
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		return value[1 : len(value)-1]
	}
	return []byte(text)
}

// quoted returns the length in bytes of the quoted string at the beginning of a text, with its
// quotes. It returns -1 if the string does not end.
func quoted(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// length returns the length in bytes of the value at the beginning of a text, or -1 if the value
// does not end.
func length(text []byte) int {
	if len(text) == 0 {
		return -1
	}
	switch text[0] {
	case '"':
		return quoted(text)
	case '[', '{':
		return bracketed(text)
	}
	for i, b := range text {
		switch b {
		case ',', '}', ']', ' ', '\t', '\r', '\n':
			return i
		}
	}
	return -1
}

func bracketed(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			n := quoted(text[i:])
			if n < 0 {
				return -1
			}
			i += n - 1
		}
	}
	return -1
}
