package table

import (
	"bytes"
	"errors"
	"fmt"
)

// errObjects is the fault of a text in which something else than a JSON object stands between the
// objects.
var errObjects = errors.New("want JSON objects, one after another or in one list")

// values splits a text into JSON objects that may have several lines: those of one list, or objects
// one after another.
type values struct {
	line    int // number of the line that has been reached, from 1
	start   int // number of the line at which the present object begins
	list    bool
	opened  bool // the list has begun
	ended   bool // the list has ended
	between bool // a comma must come before the next object of the list

	at      int // bytes of the present object that have been looked at; 0: no object has begun
	depth   int // brackets that are open
	quoted  bool
	escaped bool
}

// isObjects reports whether a text holds JSON objects of several lines or a list of objects. The
// text is the beginning of a file.
func isObjects(text []byte) bool {
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte(bom)), " \t\r\n")
	if len(text) == 0 {
		return false
	}
	switch text[0] {
	case '[':
		rest := bytes.TrimLeft(text[1:], " \t\r\n")
		return len(rest) > 0 && (rest[0] == '{' || rest[0] == ']')
	case '{':
		line, _, more := bytes.Cut(text, []byte{'\n'})
		line = bytes.TrimRight(line, " \t\r")
		return !more && len(text) > 1<<15 && length(line) < 0 || more && bytes.IndexByte([]byte("{[,:"), line[len(line)-1]) >= 0
	}
	return false
}

// split is a bufio.SplitFunc that returns the objects.
func (v *values) split(data []byte, atEnd bool) (advance int, token []byte, err error) {
	if v.at == 0 {
		if advance, err = v.skip(data); err == nil && v.at == 0 && atEnd && v.opened && !v.ended {
			err = errCut
		}
		if err != nil || v.at == 0 {
			return advance, nil, err
		}
	}
	for object := data[advance:]; v.at < len(object); v.at++ {
		if v.pass(object[v.at]) {
			token, v.at = object[:v.at+1], 0
			v.between = v.list
			return advance + len(token), token, nil
		}
	}
	if atEnd {
		return 0, nil, errCut
	}
	return advance, nil, nil
}

// pass moves over a byte of the present object. It returns true at the end of the object.
func (v *values) pass(b byte) (end bool) {
	switch {
	case b == '\n':
		v.line++
	case v.escaped:
		v.escaped = false
	case v.quoted && b == '\\':
		v.escaped = true
	case b == '"':
		v.quoted = !v.quoted
	case v.quoted:
	case b == '{' || b == '[':
		v.depth++
	case b == '}' || b == ']':
		v.depth--
		return v.depth == 0
	}
	return false
}

// skip moves over what stands between objects, and returns its length. If an object begins behind
// it, at is 1.
func (v *values) skip(data []byte) (n int, err error) {
	for i, b := range data {
		switch {
		case b == '\n':
			v.line++
		case b == ' ' || b == '\t' || b == '\r':
		case b >= 0x80 && !v.opened && i < len(bom): // a byte order mark
		case b == '[' && v.list && !v.opened:
			v.opened = true
		case b == ',' && v.between:
			v.between = false
		case b == ']' && v.opened && !v.ended:
			v.ended = true
		case b == '{' && v.opened == v.list && !v.ended && !v.between:
			v.at, v.depth, v.start = 1, 1, v.line
			return i, nil
		default:
			return i, fmt.Errorf("%w; there is %q", errObjects, Clip(data[i:min(len(data), i+10)]))
		}
	}
	return len(data), nil
}
