package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// longestLine bounds a line, bytes. Lines of logs may hold whole prompts.
const longestLine = 16 << 20

// errLong is the fault of a line that is too long.
var errLong = fmt.Errorf("the line is longer than %d bytes", longestLine)

// lines returns the lines of a text file, plain or compressed, and holds only one at a time.
type lines struct {
	name    string // of the file
	read    int    // lines, with those that were passed over
	held    []byte // handed out again
	again   bool
	scanner *bufio.Scanner
	closers []io.Closer
}

// newLines reads the lines of a file.
func newLines(name string, in io.Reader) (*lines, error) {
	l := &lines{name: name}
	text, err := Decompress(in)
	if err == nil && text == nil {
		err = errEmpty
	}
	if err != nil {
		return nil, &FileError{File: name, Err: err}
	}
	l.closers = append(l.closers, text)
	l.scanner = bufio.NewScanner(text)
	l.scanner.Buffer(make([]byte, 1<<16), longestLine)
	return l, nil
}

// next returns the next line that is not blank, without its end. It is valid until the next call.
func (l *lines) next() ([]byte, bool) {
	if l.again {
		l.again = false
		return l.held, true
	}
	for l.scanner.Scan() {
		l.read++
		line := l.scanner.Bytes()
		if l.read == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(line) > 0 && (line[0] != ' ' || len(bytes.TrimSpace(line)) > 0) {
			return line, true
		}
	}
	return nil, false
}

// peek returns the next line, which next returns once more.
func (l *lines) peek() (line []byte, ok bool) {
	l.held, l.again = l.next()
	return l.held, l.again
}

// broken returns what kept the file from being read to its end.
func (l *lines) broken() error {
	err := l.scanner.Err()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bufio.ErrTooLong):
		err = errLong
	default:
		err = cutShort(err)
	}
	return &FileError{File: l.name, Line: l.read + 1, Err: err}
}

// Close closes the file; a second call does nothing.
func (l *lines) Close() error {
	told := l.scanner.Err() // by broken
	var faults []error
	for _, c := range l.closers {
		if err := c.Close(); told == nil || !errors.Is(err, told) {
			faults = append(faults, err)
		}
	}
	l.closers = nil
	return errors.Join(faults...)
}
