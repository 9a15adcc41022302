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

// kind is one of the things to choose from.
type kind struct {
	name string
	make func() any // returns the parameters with their defaults; nil if there are no parameters
}

// names returns the names of kinds, in their order.
func names(kinds []kind) []string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = k.name
	}
	return list
}

// params returns the default parameters of the kind of a name, or nil if the kind has none. The
// second result tells whether there is such a kind.
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

// ReportFields reports the joined faults of a constructor below a key. A fault begins with its
// field, as in "rate: -5 is below 0". A nested field comes after the fields around it, as in
// "forecast: ewma: alpha is 7".
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

// apart returns the texts of joined errors. The words before a join that is wrapped stand before
// each of its errors.
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
