package programfile

import (
	"bytes"
	"errors"
	"fmt"

	"wavetank/policies/optimize/program"
	"wavetank/workload/table"
)

// Read returns the program of a file. The warnings say where other solvers may read another program
// from the file. An error is a table.FileError with all faults of the file, each with its line.
func Read(f table.File) (p *program.Program, warnings []string, err error) {
	text, err := f.Content(table.Largest)
	if err != nil {
		return nil, nil, err
	}
	return Parse(f.Name, text)
}

// Parse is Read for a text. The name is the name of the file in errors.
func Parse(name string, text []byte) (p *program.Program, warnings []string, err error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(text, '\n') < 0 { // lines may end in a carriage return alone
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	switch first := firstWord(text); {
	case first == "":
		return nil, nil, &table.FileError{File: name, Err: errors.New("the file has no content")}
	case bytes.IndexByte(text[:min(len(text), 4096)], 0) >= 0:
		return nil, nil, &table.FileError{File: name, Err: errors.New("the file is binary, not text")}
	case opensObjective(first):
		p, warnings, err = parseLP(name, string(text))
	case isSection(first):
		p, warnings, err = parseMPS(name, string(text))
	default:
		return nil, nil, &table.FileError{File: name, Line: 1, Bad: 1, Err: fmt.Errorf(
			"a problem begins with NAME or ROWS (MPS), or with Minimize or Maximize (LP), not with %s", quoted(first))}
	}
	if err == nil {
		if err = p.Validate(); err != nil { // for example if a sum of values overflows
			err = &table.FileError{File: name, Err: err}
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return p, warnings, nil
}

// firstWord returns the first word outside the comments of MPS and LP, or "" if there is none.
func firstWord(text []byte) string {
	for line := range bytes.Lines(text) {
		words := bytes.Fields(line)
		if len(words) > 0 && line[0] != '*' && words[0][0] != '\\' {
			return string(words[0])
		}
	}
	return ""
}

// quoted writes a name or a value for a message: in quotes, and shortened if it is long.
func quoted(text string) string { return fmt.Sprintf("%q", table.Clip([]byte(text))) }

// tally counts the columns of a warning, and holds the first one with its line.
type tally struct {
	count int
	name  string
	line  int
}

func (t *tally) add(name string, line int) {
	if t.count == 0 {
		t.name, t.line = name, line
	}
	t.count++
}

// again is the end of a warning about a bound that takes the place of another one.
const again = " has a bound that is given twice, with different values; the last one counts"

// of returns a text that names the counted columns.
func (t *tally) of(file string) string {
	if t.count == 1 {
		return fmt.Sprintf("%s:%d: column %s", file, t.line, quoted(t.name))
	}
	return fmt.Sprintf("%s:%d: column %s (and %d more)", file, t.line, quoted(t.name), t.count-1)
}
