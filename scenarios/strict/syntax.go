package strict

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// syntax turns an error of the YAML library into a fault. The library names the position at which
// it could not continue. If the text shows the cause, such as a quote that is not closed, the fault
// names the cause and its position instead.
func (d *Document) syntax(text string, err error) Fault {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return d.fault(1, 1, "not YAML: "+strings.TrimPrefix(err.Error(), "yaml: "))
	}
	s := breach{lines: strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n"), load: load}
	for _, told := range []func() (line, column int, message string){s.tab, s.open, s.behind, s.words} {
		if line, column, message := told(); message != "" {
			return d.fault(line, column, message)
		}
	}
	message := "not YAML: " + strings.TrimPrefix(load.Message, "yaml: ")
	if load.ContextMsg != "" {
		message += " " + load.ContextMsg
		if load.ContextMark.Line > 0 {
			message += fmt.Sprintf(" that starts on line %d", load.ContextMark.Line)
		}
	}
	return d.fault(load.Mark.Line, load.Mark.Column, message)
}

// breach is a text that is not YAML, with the error of the library. Each of its methods looks for
// one cause. It returns an empty message if it does not find this cause.
type breach struct {
	lines []string
	load  *yaml.LoadError
}

// line returns a line of the text by its number, from 1.
func (s *breach) line(number int) []rune {
	if number < 1 || number > len(s.lines) {
		return nil
	}
	return []rune(s.lines[number-1])
}

// at returns the character at a mark, or '\n' after the end of a line.
func (s *breach) at(m yaml.Mark) rune {
	if text := s.line(m.Line); m.Column >= 1 && m.Column <= len(text) {
		return text[m.Column-1]
	}
	return '\n'
}

// tab finds a tab at the position where the library cannot continue, or in the indentation of this
// line.
func (s *breach) tab() (line, column int, message string) {
	const say = "a tab is here; indent with spaces"
	at := s.load.Mark
	text := s.line(at.Line)
	for i, r := range text {
		if r == '\t' {
			return at.Line, i + 1, say
		}
		if r != ' ' {
			break
		}
	}
	if s.at(at) == '\t' {
		return at.Line, at.Column, say
	}
	return 0, 0, ""
}

// open finds a quote that is never closed, or that is closed only by the opening quote of another
// text.
func (s *breach) open() (line, column int, message string) {
	if from := s.load.ContextMark; strings.Contains(s.load.ContextMsg, "quoted scalar") && strings.HasPrefix(s.load.Message, "found unexpected") {
		return from.Line, from.Column, fmt.Sprintf("the quote that begins here is not closed: a %c is missing", s.at(from))
	}
	for _, q := range s.quoted() {
		if q.line < q.lastLine && q.line <= s.load.Mark.Line && q.lastLine >= s.load.Mark.Line-1 {
			return q.line, q.column, fmt.Sprintf("the quote that begins here is closed only on line %d: a %c is missing", q.lastLine, q.mark)
		}
	}
	return 0, 0, ""
}

// behind finds text after a closing quote, for example after a quote within quotes.
func (s *breach) behind() (line, column int, message string) {
	for _, q := range s.quoted() {
		rest := s.line(q.lastLine)
		if q.lastLine != s.load.Mark.Line || q.lastColumn >= len(rest) {
			continue
		}
		after := strings.TrimSpace(string(rest[q.lastColumn:]))
		if after == "" || strings.ContainsAny(after[:1], ",:]}#") {
			continue
		}
		if q.mark == '\'' {
			return q.lastLine, q.lastColumn, "text follows the closing quote here; a quote within single quotes is written twice"
		}
		return q.lastLine, q.lastColumn, `text follows the closing quote here; a quote within double quotes is written \"`
	}
	return 0, 0, ""
}

// words says in plain words why the library cannot continue.
func (s *breach) words() (line, column int, message string) {
	at, from := s.load.Mark, s.load.ContextMark
	said := strings.TrimPrefix(s.load.Message, "yaml: ")
	switch {
	case strings.HasPrefix(said, "mapping values are not allowed"):
		message = "a colon is not expected here: check the indentation, or put the text into quotes"
	case strings.HasPrefix(said, "did not find expected key"):
		message = fmt.Sprintf("this is not a key of the mapping that starts on line %d: check the indentation", from.Line)
	case strings.HasPrefix(said, "did not find expected '-'"):
		message = fmt.Sprintf("this is not an entry of the list that starts on line %d: check the indentation", from.Line)
	case strings.HasPrefix(said, "did not find expected ',' or"):
		message = fmt.Sprintf("before this, a comma is missing, or the %s that closes the bracket of line %d", said[len(said)-2:len(said)-1], from.Line)
	case strings.HasPrefix(said, "found character that cannot start"):
		message = fmt.Sprintf("no value begins with %c; put the text into quotes", s.at(at))
	case strings.HasPrefix(said, "found unknown escape"):
		message = `a backslash in double quotes begins an escape, but this escape does not exist; write \\, or use single quotes`
	case strings.HasPrefix(said, "could not find expected ':'"):
		return from.Line, from.Column, "a colon is missing after this key"
	case strings.HasPrefix(said, "did not find expected node content"):
		message = "a value is missing before this"
	case strings.HasPrefix(said, "block sequence entries are not allowed"):
		message = "a list cannot begin on the line of its key: write it on lines of its own, or in brackets"
	case strings.HasPrefix(said, "unknown anchor"):
		message = "there is no anchor " + strings.Trim(strings.Fields(strings.TrimPrefix(said, "unknown anchor"))[0], "'")
	}
	return at.Line, at.Column, message
}

// quotation is a text in quotes.
type quotation struct {
	mark                               rune
	line, column, lastLine, lastColumn int // positions of its quotes
}

// quoted returns the quoted texts. A quote counts only where a key or a value begins.
func (s *breach) quoted() (list []quotation) {
	var q *quotation
	for i := range s.lines {
		text := s.line(i + 1)
		before := rune('\n') // last character that is not a space
		for j := 0; j < len(text); j++ {
			r := text[j]
			switch {
			case q != nil && q.mark == '"' && r == '\\', q != nil && q.mark == '\'' && r == '\'' && j+1 < len(text) && text[j+1] == '\'':
				j++
			case q != nil && r == q.mark:
				q.lastLine, q.lastColumn = i+1, j+1
				list, q = append(list, *q), nil
			case q == nil && r == '#' && (j == 0 || unicode.IsSpace(text[j-1])):
				j = len(text)
			case q == nil && (r == '"' || r == '\'') && strings.ContainsRune("\n:-[{,?", before):
				q = &quotation{mark: r, line: i + 1, column: j + 1}
			}
			if !unicode.IsSpace(r) {
				before = r
			}
		}
	}
	return list
}
