package strict

import (
	"strconv"
	"strings"
)

// Join appends a key to a path. A key with a dot or another special character is put in brackets
// and quotes.
func Join(path, key string) string { return join(path, key) }

// join appends a key to a path.
func join(path, key string) string {
	if key == "" || strings.ContainsAny(key, ".[]\"= \t\n") {
		return path + "[" + strconv.Quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// element appends an index to a path.
func element(path string, index int) string { return path + "[" + strconv.Itoa(index) + "]" }

// below appends a relative path, which may start with a bracket, to a path.
func below(path, relative string) string {
	if path == "" || relative == "" || relative[0] == '[' {
		return path + relative
	}
	return path + "." + relative
}

// within reports whether a path is the path outer, or leads to something inside its value.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (outer == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// last returns the last key of a path.
func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
