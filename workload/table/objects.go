package table

import "errors"

// Objects calls do with the JSON objects of a file one after another, and with the line at which
// each begins, until do returns false. It calls do for no row of a file of another kind.
func Objects(f File, do func(line int, text []byte) (more bool, err error)) error {
	next, done, err := EachObject(f)
	if err != nil {
		return err
	}
	for more := true; more; {
		line, text, err := next()
		if text == nil || err != nil || text[0] != '{' {
			return errors.Join(err, done())
		}
		if more, err = do(line, text); err != nil {
			return errors.Join(err, done())
		}
	}
	return done()
}

// EachObject begins to read the JSON objects of a file. Next returns the next one with the line at
// which it begins, or nil at the end. The text is valid until the next call.
func EachObject(f File) (next func() (line int, text []byte, err error), done func() error, err error) {
	in, err := f.Open()
	if err != nil {
		return nil, nil, err
	}
	l, err := newLines(f.Name, in)
	if err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	l.closers = append(l.closers, in)
	return func() (int, []byte, error) {
		text, ok := l.next()
		if !ok {
			return 0, nil, l.broken()
		}
		return l.read, text, nil
	}, l.Close, nil
}

// Members returns the names of the members of a JSON object.
func Members(text []byte) (list []string) {
	// up to the first fault
	_ = object(text, func(name, _ []byte) { list = append(list, string(name)) })
	return list
}
