package file

import "strings"

// selection is one of several named things with its parameters; with Names and Params beside it, it is a
// strict.Selector.
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
	make func() any // parameters with their defaults; nil for a thing without any
}

func names(kinds []kind) []string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = k.name
	}
	return list
}

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

// ReportFields reports the joined faults of a constructor below a key. A fault begins with the field that it
// concerns ("rate: -5 is below 0"), after those that the field is in ("forecast: ewma: alpha is 7").
func ReportFields(err error, key string, report func(path, message string)) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			ReportFields(e, key, report)
		}
		return
	}
	path, text := key, strings.TrimPrefix(err.Error(), key+": ")
	for {
		field, message, found := strings.Cut(text, ": ")
		if !found || strings.ContainsAny(field, " /\"") {
			break
		}
		path, text = path+"."+field, message
	}
	report(path, text)
}
