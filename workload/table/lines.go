package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// longestLine is the upper limit on the bytes of a line. Lines of logs may hold whole prompts.
const longestLine = 16 << 20

// errLong is the fault of a line that is too long.
var errLong = fmt.Errorf("the line is longer than %d bytes", longestLine)

// lines reads the lines of a text file, plain or compressed. It holds only one line at a time.
type lines struct {
	name    string // name of the file
	read    int    // lines read so far, including ignored lines
	held    []byte // line that next returns again, if again is true
	again   bool
	scanner *bufio.Scanner
	closers []io.Closer
}

// newLines begins to read the lines of a file.
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

// peek returns the next line. The following call of next returns the same line.
func (l *lines) peek() (line []byte, ok bool) {
	l.held, l.again = l.next()
	return l.held, l.again
}

// broken returns the error that ended the reading before the end of the file, if any.
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
