package programfile

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"wavetank/policies/optimize/program"
	"wavetank/workload/table"
)

// lp reads one file in the LP format.
type lp struct {
	faults table.FaultyLines
	text   string
	tokens []token
	at     int

	b       program.Builder
	p       program.Program // what b does not hold: sense, offset, costs, bounds, integers
	columns map[string]int
	names   []string
	rows    map[string]bool // names of rows
	labels  []string        // names of the rows, in order
	from    []bool          // per column, whether a lower bound is given
	to      []bool          // per column, whether an upper bound is given

	negative tally
	twice    tally // bounds that take the place of others
	open     tally // names that look like the end of a sum in parentheses
}

// parseLP reads a text in the LP format.
func parseLP(file, text string) (*program.Program, []string, error) {
	l := &lp{faults: table.FaultyLines{File: file}, text: text, columns: map[string]int{}, rows: map[string]bool{}}
	var problem string
	l.tokens, problem = scan(text)
	if l.objective() {
		l.body()
	}
	if err := l.faults.Err(); err != nil {
		return nil, nil, err
	}
	p := l.b.Program()
	p.Name, p.Maximize, p.Offset, p.Cost = problem, l.p.Maximize, l.p.Offset, l.p.Cost
	p.Lower, p.Upper, p.Names, p.RowNames = l.p.Lower, l.p.Upper, l.names, l.labelled()
	if slices.Contains(l.p.Integer, true) {
		p.Integer = l.p.Integer
	}
	var warnings []string
	if l.open.count > 0 {
		warnings = append(warnings, l.open.of(file)+" has a parenthesis without its other one in its name; sums in parentheses are not read as such")
	}
	if l.twice.count > 0 {
		warnings = append(warnings, l.twice.of(file)+again)
	}
	if l.negative.count > 0 {
		warnings = append(warnings, l.negative.of(file)+" has a negative upper bound and no lower bound given; its lower bound is 0, so nothing is feasible")
	}
	return p, warnings, nil
}

// labelled returns the names of the rows. A row without a name gets "c" and its number.
func (l *lp) labelled() []string {
	for i, label := range l.labels {
		if label != "" {
			continue
		}
		label = fmt.Sprintf("c%d", i+1)
		for l.rows[label] {
			label += "_"
		}
		l.labels[i], l.rows[label] = label, true
	}
	return l.labels
}

func (l *lp) peek() token { return l.tokens[l.at] }

// after returns the token after the next one.
func (l *lp) after() token { return l.tokens[min(l.at+1, len(l.tokens)-1)] }

func (l *lp) take() token {
	t := l.tokens[l.at]
	if t.kind != endToken {
		l.at++
	}
	return t
}

// fault records a fault at a token. If the token would begin a section at the start of a line, this
// is the fault, and the section is read from there.
func (l *lp) fault(t token, format string, values ...any) {
	if words := l.misplaced(t); words != "" {
		format, values = "%s stands within a line; a section begins on a new line", []any{words}
	}
	before := l.text[strings.LastIndexByte(l.text[:t.at], '\n')+1 : t.at]
	l.faults.AddAt(t.line, utf8.RuneCountInString(before)+1, fmt.Errorf(format, values...))
}

// misplaced returns the keyword that begins at a token, if it would begin a section at the start of
// a line. It then goes back to the token, and lets the section begin there.
func (l *lp) misplaced(t token) string {
	if t.first || t.kind != nameToken || strings.EqualFold(t.text, severalObjectives) {
		return ""
	}
	at := l.at
	for ; at > 0 && l.tokens[at].at > t.at; at-- {
	}
	l.tokens[at].first = true
	what, length := section(l.tokens[at:])
	if what == "" || what == "objective" {
		l.tokens[at].first = false
		return ""
	}
	l.at = at
	last := l.tokens[at+length-1]
	return l.text[t.at : last.at+len(last.text)]
}

// skipLine skips the rest of a line, or what is left before a section. Its names become columns, so
// that they are not unknown later.
func (l *lp) skipLine(line int) {
	for !l.begins() && l.peek().line <= line {
		if t := l.take(); t.kind == nameToken {
			l.column(t.text)
		}
	}
}

// begins reports whether the next token begins a section.
func (l *lp) begins() bool {
	what, _ := section(l.tokens[l.at:])
	return what != "" || l.peek().kind == endToken
}

// label takes the name of a row or of the objective, if the next token is one.
func (l *lp) label() string {
	if t := l.peek(); t.kind == nameToken && l.after().text == ":" {
		l.at += 2
		return strings.Clone(t.text)
	}
	return ""
}

// skipSection skips the rest of a section, as skipLine does.
func (l *lp) skipSection() {
	for !l.begins() {
		l.skipLine(l.peek().line)
	}
}

// objective reads the first section. An objective without terms is 0. It returns false if the file
// is not of this format.
func (l *lp) objective() bool {
	word := l.take()
	l.p.Maximize = strings.HasPrefix(strings.ToLower(word.text), "max")
	if l.peek().text == ":" {
		l.fault(word, "%s with a colon is the LP format of lp_solve, which is not read; MPS and the LP format of CPLEX are", word.text)
		return false
	}
	if t := l.peek(); strings.EqualFold(t.text, severalObjectives) {
		l.several(t)
		return true
	}
	l.label()
	e, ok := l.expression(func(token) bool { return false })
	if !ok {
		l.skipSection()
		return true
	}
	for _, t := range e.terms {
		l.p.Cost[t.column] += t.value
	}
	if l.p.Offset = e.constant; math.IsInf(e.constant, 0) || math.IsNaN(e.constant) {
		l.fault(word, "the constant of the objective is not finite")
	}
	switch t := l.peek(); {
	case l.begins():
	case l.after().text == ":":
		l.several(t)
	default:
		l.fault(t, "a term or the section Subject To is expected in the objective, not %s", quoted(t.text))
		l.skipSection()
	}
	return true
}

// several reports a second objective, and passes over it.
func (l *lp) several(t token) {
	l.fault(t, "several objectives are not supported")
	l.take()
	l.skipSection()
}

// body reads the sections after the objective.
func (l *lp) body() {
	for {
		t := l.peek()
		what, length := section(l.tokens[l.at:])
		switch {
		case t.kind == endToken:
			const missing = "the file is cut short: End is missing"
			if last := l.tokens[max(0, l.at-1)]; strings.EqualFold(last.text, "end") && !last.first {
				l.fault(last, missing)
				continue
			}
			l.fault(t, missing)
			return
		case what == "end":
			return
		case what == "objective":
			l.several(t)
			continue
		case !slices.Contains(supported, what):
			l.fault(t, "the section %s is not supported: %s", t.text, what)
			l.at += length
			l.skipSection()
			continue
		}
		l.at += length
		for !l.begins() {
			switch what {
			case "rows":
				l.row()
			case "bounds":
				l.bound()
			default:
				l.declare(what == "binary")
			}
		}
	}
}

// term is a coefficient of a column.
type term struct {
	column int
	value  float64
}

// sum is a linear expression.
type sum struct {
	terms    []term
	first    token // the column of the first term
	constant float64
	empty    bool // neither a term nor a number stands there
}

// column returns the index of a column. If the name is new, it adds the column.
func (l *lp) column(name string) int {
	j, is := l.columns[name]
	if !is {
		j = l.b.Column(0, 0, math.Inf(1))
		name = strings.Clone(name) // a slice would keep the whole text in memory
		l.columns[name] = j
		l.names = append(l.names, name)
		l.p.Cost = append(l.p.Cost, 0)
		l.p.Lower, l.p.Upper = append(l.p.Lower, 0), append(l.p.Upper, math.Inf(1))
		l.p.Integer = append(l.p.Integer, false)
		l.from, l.to = append(l.from, false), append(l.to, false)
	}
	return j
}

// number takes a number with its signs, if the next tokens are one. Infinity is allowed.
func (l *lp) number() (v float64, is bool) {
	start, negative := l.at, false
	for l.peek().kind == signToken {
		negative = negative != (l.take().text == "-")
	}
	t := l.peek()
	if t.kind != numberToken && !(t.kind == nameToken && isInfinity(t.text)) {
		l.at = start
		return 0, false
	}
	l.take()
	v, err := number(t.text)
	if err != nil {
		l.fault(t, "%w", err)
	}
	if n := l.peek(); n.kind == numberToken && n.line == t.line {
		l.fault(n, "%s stands behind the number %s; a number has no blank within, and one point at most", quoted(n.text), quoted(t.text))
		for l.peek().kind == numberToken && l.peek().line == t.line {
			l.take()
		}
	}
	return signed(v, negative), true
}

// expression takes terms until the next token is not a term, or stop returns true for it. After a
// fault it skips the rest of the line and returns false.
func (l *lp) expression(stop func(token) bool) (e sum, ok bool) {
	for first := true; ; first = false {
		e.empty = first
		t := l.peek()
		if l.begins() || stop(t) || !first && t.kind != signToken {
			break
		}
		v, is := l.number()
		negative := false
		for !is && l.peek().kind == signToken {
			negative = negative != (l.take().text == "-")
		}
		if l.unsupported() {
			return e, false
		}
		switch n := l.peek(); {
		case n.kind == nameToken && !isInfinity(n.text) && !l.begins() && l.after().text != ":" && !(is && stop(n)):
			l.take()
			if !is {
				v = 1
			}
			if v = signed(v, negative); math.IsInf(v, 0) {
				l.fault(n, "the coefficient of %s is not finite", quoted(n.text))
			}
			if len(e.terms) == 0 {
				e.first = n
			}
			if strings.Count(n.text, "(") != strings.Count(n.text, ")") {
				l.open.add(n.text, n.line)
			}
			e.terms = append(e.terms, term{l.column(n.text), v})
		case is:
			e.constant += v
		case t.kind != signToken && first:
			return e, true
		default:
			l.fault(n, "a column or a number is expected, not %s", quoted(n.text))
			l.skipLine(n.line)
			return e, false
		}
		if l.unsupported() {
			return e, false
		}
	}
	return e, true
}

// nonlinear maps characters of nonlinear terms to what they stand for.
var nonlinear = map[string]string{
	"[": "quadratic terms", "]": "quadratic terms", "^": "powers", "*": "products", "/": "quotients",
	"->": "indicator rows", "<->": "indicator rows",
}

// unsupported checks for a character of nonlinear terms. If the next token is one, it records a
// fault, skips the line and returns true.
func (l *lp) unsupported() bool {
	t := l.peek()
	if t.kind != otherToken || t.text == ":" {
		return false
	}
	if what := nonlinear[t.text]; what != "" {
		l.fault(t, "%s is not supported: %s; only linear rows are", quoted(t.text), what)
	} else {
		l.fault(t, "%s is not part of a linear row", quoted(t.text))
	}
	l.skipLine(t.line)
	return true
}
