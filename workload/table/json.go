package table

import (
	"bytes"
	"errors"
	"fmt"
)

// members returns the names of an object's members, as far as it can be read.
func Members(line []byte) (list []string) {
	rest, err := OpenObject(line)
	for more := err == nil; more; {
		var key []byte
		if key, _, rest, err = Member(Blanks(rest)); err != nil {
			break
		}
		list = append(list, string(key))
		rest, more = bytes.CutPrefix(Blanks(rest), []byte{','})
	}
	return list
}

// OpenObject passes over the brace that a JSON object begins with.
func OpenObject(line []byte) ([]byte, error) {
	line = Blanks(line)
	if len(line) == 0 || line[0] != '{' {
		return nil, errors.New("the line is no JSON object")
	}
	return line[1:], nil
}

// blanks passes over white space.
func Blanks(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\r') {
		text = text[1:]
	}
	return text
}

// member takes the next member of an object: its name without quotes, and its value, a text without quotes.
func Member(text []byte) (key, value, rest []byte, err error) {
	if len(text) == 0 || text[0] != '"' {
		return nil, nil, nil, errors.New("the object has a member without a name")
	}
	n := quoted(text)
	if n < 0 {
		return nil, nil, nil, errors.New("a name in the object does not end")
	}
	key, rest = text[1:n-1], Blanks(text[n:])
	if len(rest) == 0 || rest[0] != ':' {
		return nil, nil, nil, fmt.Errorf("member %q has no value", Clip(key))
	}
	rest = Blanks(rest[1:])
	if n = length(rest); n <= 0 {
		return nil, nil, nil, fmt.Errorf("the value of %q does not end", Clip(key))
	}
	value, rest = rest[:n], rest[n:]
	if value[0] == '"' {
		value = value[1 : n-1]
	}
	return key, value, rest, nil
}

// quoted returns the bytes of a text in quotes, both included; -1 when it does not end.
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

// length returns the bytes of the value that a text begins with; -1 when it does not end.
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
		case ',', '}', ']', ' ', '\t', '\r':
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
