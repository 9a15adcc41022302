package programfile

import (
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token of an LP file.
type kind int

const (
	endToken kind = iota
	nameToken
	numberToken
	signToken     // + or −
	relationToken // <=, >= or =, however it is written
	otherToken    // any other character or arrow; most belong to unsupported features
)

// token is a part of an LP file.
type token struct {
	kind  kind
	text  string
	at    int // where it begins in the file, in bytes
	line  int
	first bool // the token is the first of its line
}

// severalObjectives comes after the sense if several objectives follow (Gurobi).
const severalObjectives = "multi-objectives"

// keywords maps words that begin a section of an LP file to the section.
var keywords = map[string]string{
	"min": "objective", "minimize": "objective", "minimum": "objective", "minimise": "objective",
	"max": "objective", "maximize": "objective", "maximum": "objective", "maximise": "objective",
	"st": "rows", "s.t.": "rows", "st.": "rows", "subject": "rows", "such": "rows",
	"bound": "bounds", "bounds": "bounds",
	"gen": "general", "general": "general", "generals": "general", "int": "general", "integer": "general", "integers": "general",
	"bin": "binary", "binary": "binary", "binaries": "binary", "end": "end",
	"semi-continuous": "semi-continuous columns", "semi": "semi-continuous columns", "semis": "semi-continuous columns",
	"sos": "special ordered sets", "sos1": "special ordered sets", "sos2": "special ordered sets",
	"lazy": "lazy constraints", "user": "cuts", "pwlobj": "piecewise linear objectives", "genconstr": "general constraints",
	severalObjectives: "several objectives", "scenario": "scenarios",
}

// secondWords maps the first word of a two-word keyword to the second word.
var secondWords = map[string]string{
	"subject": "to", "such": "that", "lazy": "constraints", "user": "cuts", "general": "constraints",
}

// supported lists the sections of an LP file that are read.
var supported = []string{"objective", "rows", "bounds", "general", "binary", "end"}

// opensObjective reports whether a word begins an LP file.
func opensObjective(word string) bool {
	word, _, _ = strings.Cut(strings.ToLower(word), ":")
	return keywords[word] == "objective"
}

// scan returns the tokens of an LP file, and the name of the problem if a comment has it. The last
// token is an endToken.
func scan(text string) (tokens []token, problem string) {
	tokens = make([]token, 0, len(text)/6)
	line, from := 1, true // from: only blanks so far in this line
	for at := 0; at < len(text); {
		c := text[at]
		switch {
		case c == '\n':
			line, from = line+1, true
			at++
			continue
		case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
			at++
			continue
		case c == '\\':
			comment := text[at:]
			if n := strings.IndexByte(comment, '\n'); n >= 0 {
				comment = comment[:n]
			}
			at += len(comment)
			if problem == "" {
				problem = problemName(comment)
			}
			continue
		}
		t := next(text[at:])
		t.at, t.line, t.first = at, line, from
		at, from = at+len(t.text), false
		tokens = append(tokens, t)
	}
	return append(tokens, token{kind: endToken, at: len(text), line: line, first: true}), problem
}

// problemName returns the name of the problem if a comment has it, as CPLEX and GLPK write it.
func problemName(comment string) string {
	rest := strings.TrimLeft(comment, "\\* ")
	for _, head := range []string{"Problem name:", "Problem:"} {
		if after, is := strings.CutPrefix(rest, head); is {
			return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(after), "*\\"))
		}
	}
	return ""
}

// next returns the first token of a text.
func next(text string) token {
	switch c := text[0]; {
	case c == '+' || c == '-' && !strings.HasPrefix(text, "->"):
		return token{kind: signToken, text: text[:1]}
	case c == '<' && !strings.HasPrefix(text, "<->") || c == '>' || c == '=':
		n := 1
		if len(text) > 1 && strings.IndexByte("<>=", text[1]) >= 0 {
			n = 2
		}
		return token{kind: relationToken, text: text[:n]}
	case digit(c) || c == '.' && len(text) > 1 && digit(text[1]):
		return token{kind: numberToken, text: text[:numberLength(text)]}
	case nameLength(text) > 0:
		return token{kind: nameToken, text: text[:nameLength(text)]}
	default:
		for _, arrow := range []string{"->", "<->"} {
			if strings.HasPrefix(text, arrow) {
				return token{kind: otherToken, text: arrow}
			}
		}
		_, size := utf8.DecodeRuneInString(text)
		return token{kind: otherToken, text: text[:size]}
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// numberLength returns the length of the number at the start of a text; 0: there is none.
func numberLength(text string) int {
	n, digits := 0, func(n int) int {
		for n < len(text) && digit(text[n]) {
			n++
		}
		return n
	}
	if n = digits(0); n < len(text) && text[n] == '.' {
		n = digits(n + 1)
	}
	if n < len(text) && (text[n] == 'e' || text[n] == 'E') {
		exponent := n + 1
		if exponent < len(text) && (text[exponent] == '+' || text[exponent] == '-') {
			exponent++
		}
		if after := digits(exponent); after > exponent {
			n = after
		}
	}
	return n
}

// nameLength returns the length of the name at the start of a text; 0: there is none. Names may
// contain brackets, because Gurobi writes such names.
func nameLength(text string) int {
	if strings.IndexByte("[]/.:", text[0]) >= 0 {
		return 0
	}
	n := 0
	for n < len(text) && text[n] > ' ' && text[n] != 0x7f && strings.IndexByte("+-*^<>=:\\", text[n]) < 0 {
		n++
	}
	for _, word := range []string{"semi-continuous", severalObjectives} {
		if len(text) >= len(word) && strings.EqualFold(text[:len(word)], word) {
			return len(word)
		}
	}
	return n
}

// plainName reports whether a name in an LP file would be read as this name.
func plainName(text string) bool {
	if text == "" || digit(text[0]) || nameLength(text) != len(text) || keywords[strings.ToLower(text)] != "" ||
		isInfinity(text) || strings.EqualFold(text, "free") {
		return false
	}
	if text[0] == 'e' || text[0] == 'E' { // 3e5 is a number; CPLEX allows no such names
		return len(text) > 1 && !digit(text[1]) && text[1] != 'e' && text[1] != 'E'
	}
	return true
}

// section returns the section that the first token begins, and the number of tokens of its keyword.
// A name before a colon is the name of a row.
func section(tokens []token) (what string, length int) {
	t := tokens[0]
	if t.kind != nameToken || !t.first || len(tokens) > 1 && tokens[1].text == ":" && keywords[strings.ToLower(t.text)] != "objective" {
		return "", 0
	}
	word := strings.ToLower(t.text)
	what, length = keywords[word], 1
	second := secondWords[word]
	follows := second != "" && len(tokens) > 1 && strings.EqualFold(tokens[1].text, second)
	switch {
	case word == "general" && follows:
		return "general constraints", 2
	case word == "general":
		return what, 1
	case follows:
		return what, 2
	case second != "":
		return "", 0
	}
	return what, length
}
