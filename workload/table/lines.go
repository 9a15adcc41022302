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

// bom is the byte order mark that some programs write at the beginning of a text.
const bom = "\xef\xbb\xbf"

// errLong is the fault of a line that is too long.
var errLong = fmt.Errorf("the line is longer than %d bytes", longestLine)

// lines reads the lines of a text file, plain or compressed. It holds only one line at a time. A
// JSON object of several lines counts as one line, and so does a row of a Parquet file, as the text
// of a JSON object.
type lines struct {
	name    string // name of the file
	read    int    // lines read so far, including ignored lines
	held    []byte // line that next returns again, if again is true
	again   bool
	scanner *bufio.Scanner
	values  *values // splits the text into objects; nil: into lines
	// a fault in the first part of the text, which the scanner may not have reached
	early   error
	parquet *parquetRows // nil: the file is a text
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
	begin := bufio.NewReaderSize(text, 1<<16)
	start, err := begin.Peek(1 << 16)
	if err != io.EOF {
		l.early = err
	}
	if bytes.HasPrefix(start, []byte(parquetMagic)) {
		if l.parquet, err = newParquetRows(in, begin); err != nil {
			return nil, errors.Join(&FileError{File: name, Err: err}, l.Close())
		}
		return l, nil
	}
	l.scanner = bufio.NewScanner(begin)
	most := longestLine
	if isObjects(start) {
		first := bytes.TrimLeft(bytes.TrimPrefix(start, []byte(bom)), " \t\r\n")
		l.values = &values{line: 1, list: first[0] == '['}
		l.scanner.Split(l.values.split)
		most = Largest
	}
	l.scanner.Buffer(make([]byte, 1<<16), most)
	return l, nil
}

// next returns the next line that is not blank, without its end. It is valid until the next call.
func (l *lines) next() ([]byte, bool) {
	if l.again {
		l.again = false
		return l.held, true
	}
	if l.parquet != nil {
		l.read++
		return l.parquet.next()
	}
	for l.scanner.Scan() {
		line := l.scanner.Bytes()
		if l.values != nil {
			l.read = l.values.start
			return line, true
		}
		if l.read++; l.read == 1 {
			line = bytes.TrimPrefix(line, []byte(bom))
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
	err, at := l.err(), l.read+1
	switch {
	case err == nil:
		return nil
	case l.parquet != nil:
		return &FileError{File: l.name, Err: err}
	case errors.Is(err, bufio.ErrTooLong):
		err = errLong
	default:
		err = cutShort(err)
	}
	if l.values != nil {
		at = l.values.line
	}
	return &FileError{File: l.name, Line: at, Err: err}
}

// err returns the error of the reader below.
func (l *lines) err() error {
	if l.parquet != nil {
		return l.parquet.err
	}
	if err := l.scanner.Err(); err != nil {
		return err
	}
	return l.early
}

// Close closes the file; a second call does nothing.
func (l *lines) Close() error {
	var told error // by broken
	if l.parquet != nil || l.scanner != nil {
		told = l.err()
	}
	var faults []error
	for _, c := range l.closers {
		if err := c.Close(); told == nil || !errors.Is(err, told) {
			faults = append(faults, err)
		}
	}
	l.closers = nil
	return errors.Join(faults...)
}
