package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// Fault is what is wrong with a trace file: its first bad lines, and how many there are.
type Fault struct {
	File string
	Line int // of the first bad line, from 1; 0 for the file as a whole
	Bad  int // bad lines in the whole file
	Err  error
	More []BadLine // bad lines after the first, as far as they are told
}

// BadLine is a line that cannot be used.
type BadLine struct {
	Line int
	Err  error
}

// mostTold is the most bad lines of a file that a Fault tells.
const MostTold = 10

func (f *Fault) Error() string {
	switch {
	case f.Line == 0:
		return fmt.Sprintf("%s: %v", f.File, f.Err)
	case f.Bad < 2:
		return fmt.Sprintf("%s:%d: %v", f.File, f.Line, f.Err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %v (%d bad lines in all)", f.File, f.Line, f.Err, f.Bad)
	for _, l := range f.More {
		fmt.Fprintf(&b, "\n  %s:%d: %v", f.File, l.Line, l.Err)
	}
	return b.String()
}

// Unwrap returns what is wrong.
func (f *Fault) Unwrap() error { return f.Err }

const longestLine = 1 << 20 // bytes

// lines hands out the lines of a text file, plain or gzip, without holding more than one.
type Lines struct {
	Name    string
	Comma   byte // between the fields of a table
	Number  int  // of the line handed out last, from 1
	fault   *Fault
	scanner *bufio.Scanner
	closers []io.Closer
}

// openLines opens a file.
func OpenLines(file File) (*Lines, error) {
	f, err := file.Open()
	if err != nil {
		return nil, err
	}
	l, err := NewLines(file.Name, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	l.closers = append(l.closers, f)
	return l, nil
}

// newLines reads from r, which is gzip when its first two bytes say so.
func NewLines(name string, r io.Reader) (*Lines, error) {
	l := &Lines{Name: name, Comma: ','}
	text, done, err := Inflated(r)
	if err == nil && text == nil {
		err = errors.New("the file is empty")
	}
	if err != nil {
		return nil, l.Whole(err)
	}
	l.closers = append(l.closers, closer(done))
	l.scanner = bufio.NewScanner(text)
	l.scanner.Buffer(make([]byte, 1<<16), longestLine)
	return l, nil
}

// Inflated returns the text of r, which is gzip when its first two bytes say so, and what ends it. Text is nil for
// an empty one.
func Inflated(r io.Reader) (text io.Reader, done func() error, err error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	magic, err := buffered.Peek(2)
	nothing := func() error { return nil }
	switch {
	case len(magic) == 0 && err == io.EOF:
		return nil, nothing, nil
	case err != nil && err != io.EOF:
		return nil, nothing, err
	case !bytes.Equal(magic, []byte{0x1f, 0x8b}):
		return buffered, nothing, nil
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, nothing, fmt.Errorf("gzip: %w", err)
	}
	return z, z.Close, nil
}

type closer func() error

func (c closer) Close() error { return c() }

// Whole returns the fault of the file as a whole.
func (l *Lines) Whole(err error) error { return &Fault{File: l.Name, Err: err} }

// next returns the next line that is not blank, without its end; it is valid until the next call.
func (l *Lines) Next() ([]byte, bool) {
	for l.scanner.Scan() {
		l.Number++
		line := l.scanner.Bytes()
		if l.Number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(line) > 0 {
			return line, true
		}
	}
	return nil, false
}

// header returns the names in the first line.
func (l *Lines) Header() ([]string, error) {
	line, ok := l.Next()
	if !ok {
		if err := l.End(); err != nil {
			return nil, err
		}
		return nil, l.Whole(errors.New("the file has no header"))
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, l.Whole(errors.New("the file is binary, not text"))
	}
	l.Comma = Separator(line)
	return Fields(line, l.Comma), nil
}

// Separator returns what stands between the names of a header. It is a comma, or a semicolon or a
// tab where there are more of these.
func Separator(header []byte) byte {
	best := byte(',')
	for _, c := range []byte{';', '\t'} {
		if bytes.Count(header, []byte{c}) > bytes.Count(header, []byte{best}) {
			best = c
		}
	}
	return best
}

// fields returns the fields of a line.
func Fields(line []byte, comma byte) (list []string) {
	for rest, more := line, true; more; {
		var field []byte
		field, rest, more = Cut(rest, comma)
		list = append(list, string(bytes.TrimSpace(field)))
	}
	return list
}

// bad notes that the line handed out last cannot be used.
func (l *Lines) Bad(err error) {
	switch {
	case l.fault == nil:
		l.fault = &Fault{File: l.Name, Line: l.Number, Err: err}
	case l.fault.Bad < MostTold:
		l.fault.More = append(l.fault.More, BadLine{l.Number, err})
	}
	l.fault.Bad++
}

// end returns what went wrong, once next has returned false.
func (l *Lines) End() error {
	err := l.scanner.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		err = &Fault{File: l.Name, Line: l.Number + 1, Err: fmt.Errorf("the line is longer than %d bytes", longestLine)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = &Fault{File: l.Name, Line: l.Number + 1, Err: fmt.Errorf("the file is cut short: %w", err)}
	case err != nil:
		err = &Fault{File: l.Name, Line: l.Number + 1, Err: err}
	}
	if err != nil && !errors.Is(l.scanner.Err(), bufio.ErrTooLong) {
		l.forgive()
	}
	if l.fault == nil {
		return err
	}
	return errors.Join(l.fault, err)
}

// forgive takes back that the line handed out last is bad: the file could not be read to its end.
func (l *Lines) forgive() {
	f := l.fault
	switch {
	case f == nil:
	case f.Bad == 1 && f.Line == l.Number:
		l.fault = nil
	case len(f.More) > 0 && f.More[len(f.More)-1].Line == l.Number:
		f.More, f.Bad = f.More[:len(f.More)-1], f.Bad-1
	}
}

// Close closes the file; a second call does nothing.
func (l *Lines) Close() error {
	var told error // by end
	if l.scanner != nil {
		told = l.scanner.Err()
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

// cutField takes the first field of a line of values with commas, or another character, between.
// More says that others follow. A field may be quoted; quotes within quotes are doubled and stay
// so.
func Cut(line []byte, comma byte) (field, rest []byte, more bool) {
	if len(line) > 0 && line[0] == '"' {
		return cutQuoted(line, comma)
	}
	if i := bytes.IndexByte(line, comma); i >= 0 {
		return line[:i], line[i+1:], true
	}
	return line, nil, false
}

func cutQuoted(line []byte, comma byte) (field, rest []byte, more bool) {
	for i := 1; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if i+1 < len(line) && line[i+1] == '"' {
			i++
			continue
		}
		field, rest = line[1:i], line[i+1:]
		if len(rest) > 0 && rest[0] == comma {
			return field, rest[1:], true
		}
		if len(rest) == 0 {
			return field, nil, false
		}
		break
	}
	if i := bytes.IndexByte(line, comma); i >= 0 { // not a quoted field after all
		return line[:i], line[i+1:], true
	}
	return line, nil, false
}

// MissingColumn is the error of a column, or of a member of the objects, that a file does not have.
type MissingColumn struct {
	Name   string
	Found  []string // those that it has
	Member bool
}

func (m *MissingColumn) Error() string {
	what := "column"
	if m.Member {
		what = "member"
	}
	return fmt.Sprintf("%s %q is missing; there are %s", what, m.Name, Listed(m.Found))
}

// listed writes names one after another, as many as can be looked through.
func Listed(names []string) string {
	const most = 20
	var b strings.Builder
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d others", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strings.ToValidUTF8(string(Clip([]byte(name))), "?"))
	}
	return b.String()
}

// columns returns the places of names in a header; empty names have place -1. It names all that are missing.
func Places(header []string, names ...string) ([]int, error) {
	places := make([]int, len(names))
	var faults []error
	for i, name := range names {
		places[i] = -1
		if name == "" {
			continue
		}
		var fault error
		if places[i], fault = Place(header, name); fault != nil {
			faults = append(faults, fault)
		}
	}
	return places, errors.Join(faults...)
}

// column returns the place of a name in a header, where it must be once; -1 where it is not.
func Place(header []string, name string) (int, error) {
	at := slices.Index(header, name)
	switch {
	case at < 0:
		return at, &MissingColumn{Name: name, Found: header}
	case slices.Contains(header[at+1:], name):
		return at, fmt.Errorf("column %q is there more than once", name)
	}
	return at, nil
}
