package file

import (
	"errors"
	"strings"
)

// selection is the choice of one of several named things, with its parameters. A type that embeds
// it and adds Names and Params is a strict.Selector.
type selection struct {
	name   string
	params any
}

// Choose implements strict.Selector.
func (s *selection) Choose(name string, params any) { s.name, s.params = name, params }

// Chosen implements strict.Selector.
func (s *selection) Chosen() (name string, params any) { return s.name, s.params }

// kind is one of the named things to choose from.
type kind struct {
	name string
	make func() any // returns the default parameters; nil: there are no parameters
}

// names returns the names of kinds, in their order.
func names(kinds []kind) []string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = k.name
	}
	return list
}

// params returns the default parameters of the kind with the given name, or nil if it has none. The
// second result reports whether there is such a kind.
func params(kinds []kind, name string) (any, bool) {
	for _, k := range kinds {
		if k.name == name {
			if k.make == nil {
				return nil, true
			}
			return k.make(), true
		}
	}
	return nil, false
}

// ReportFields reports the joined errors of a constructor at paths below a key. The text of an
// error begins with the path of its field. For example, "forecast: ewma: alpha is 7" is reported as
// "alpha is 7" at forecast.ewma below the key.
func ReportFields(err error, key string, report func(path, message string)) {
	for _, text := range apart(err) {
		path := key
		text = strings.TrimPrefix(text, key+": ")
		for {
			field, message, found := strings.Cut(text, ": ")
			if !found || strings.ContainsAny(field, " /\"") {
				break
			}
			path, text = path+"."+field, message
		}
		report(path, text)
	}
}

// apart returns the texts of joined errors. If a join is wrapped with words before it, these words
// stand before the text of each of its errors.
func apart(err error) (texts []string) {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			texts = append(texts, apart(e)...)
		}
		return texts
	}
	inner := errors.Unwrap(err)
	if inner == nil {
		return []string{err.Error()}
	}
	before, wraps := strings.CutSuffix(err.Error(), inner.Error())
	if !wraps {
		return []string{err.Error()}
	}
	for _, text := range apart(inner) {
		texts = append(texts, before+text)
	}
	return texts
}
