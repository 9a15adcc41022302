package programfile

import (
	"math"
	"slices"
	"strings"
)

// relations are all that are read.
var relations = []string{"<", "<=", "=<", ">", ">=", "=>", "=", "=="}

// side returns which way a relation points: −1 for ≤, 1 for ≥, 0 for =.
func side(relation string) int {
	switch relation {
	case "<", "<=", "=<":
		return -1
	case ">", ">=", "=>":
		return 1
	}
	return 0
}

// row reads a constraint. Its parts are one or two numbers around an expression, or two
// expressions.
func (l *lp) row() {
	start := l.peek()
	label := l.label()
	if l.rows[label] {
		l.fault(start, "the row %s stands there twice", quoted(label))
	}
	l.rows[label] = label != ""
	left, ok := l.expression(func(token) bool { return false })
	if !ok {
		return
	}
	relation, ok := l.relation("row")
	if !ok {
		return
	}
	// What follows a relation stands in its line: the next line may begin with a sign, too. Only
	// behind a number at the left an expression follows, which may go on.
	line := l.peek().line
	right, ok := l.expression(func(t token) bool { return len(left.terms) > 0 && t.line > line })
	if !ok {
		return
	}
	if right.empty {
		l.fault(relation, "nothing stands behind %s in a row", quoted(relation.text))
		return
	}
	if l.columnsAtRight(left, right) {
		return
	}
	lower, upper := math.Inf(-1), math.Inf(1)
	narrow := func(way int, v float64) {
		if way >= 0 {
			lower = max(lower, v)
		}
		if way <= 0 {
			upper = min(upper, v)
		}
	}
	if l.peek().kind == relationToken {
		way, last, ok := l.second(relation, left, right)
		if !ok {
			return
		}
		narrow(way, last-right.constant)
		if l.thirdRelation() {
			return
		}
	}
	if l.goesOn(line) {
		return
	}
	if len(left.terms) == 0 && len(right.terms) == 0 {
		l.fault(start, "a row has no column")
		return
	}
	way, bound := side(relation.text), limit(right.constant-left.constant)
	for i := range right.terms {
		right.terms[i].value *= -1
	}
	terms := append(left.terms, right.terms...)
	if len(left.terms) == 0 { // as in 3 <= x + y
		way, bound = -way, limit(left.constant)-right.constant
		for i := range terms {
			terms[i].value *= -1
		}
	}
	narrow(way, bound)
	if math.IsNaN(lower) || math.IsNaN(upper) || math.IsInf(lower, 1) || math.IsInf(upper, -1) {
		l.fault(start, "the row can never be met: its right-hand side is infinite")
		return
	}
	at := l.b.Row(lower, upper)
	for _, t := range terms {
		l.b.Add(at, t.column, t.value)
	}
	l.labels = append(l.labels, label)
}

// second takes the second relation of a row, as in 1 <= x <= 3, and returns which way it points and
// its number. It reports false after a fault, which it notes.
func (l *lp) second(first token, left, right sum) (way int, last float64, ok bool) {
	second, _ := l.relation("row")
	last, is := l.number()
	switch {
	case !is || len(left.terms) > 0 || len(right.terms) == 0:
		l.fault(second, "a row with two relations has numbers at both ends")
		l.skipLine(second.line)
		return 0, 0, false
	case side(first.text) != side(second.text) || side(second.text) == 0:
		l.fault(second, "the two relations of a row must point the same way")
	}
	return side(second.text), limit(last), true
}

// columnsAtRight reports a row that has columns on both sides of its relation, and passes over it.
func (l *lp) columnsAtRight(left, right sum) bool {
	if len(left.terms) == 0 || len(right.terms) == 0 {
		return false
	}
	l.fault(right.first, "the right-hand side of a row must be a number, and %s stands there", quoted(right.first.text))
	l.skipLine(right.first.line)
	return true
}

// thirdRelation reports a relation behind the second one, and passes over its line.
func (l *lp) thirdRelation() bool {
	t := l.peek()
	if t.kind != relationToken {
		return false
	}
	l.fault(t, "%s is a third relation; there are two at most, as in 1 <= x <= 3", quoted(t.text))
	l.skipLine(t.line)
	return true
}

// goesOn reports what stands behind a row in its last line, and passes over it.
func (l *lp) goesOn(line int) bool {
	t := l.peek()
	if t.line != line || l.begins() || l.after().text == ":" {
		return false
	}
	l.fault(t, "%s stands behind the end of a row; the next row begins in a new line", quoted(t.text))
	l.skipLine(line)
	return true
}

// relation takes a relation.
func (l *lp) relation(of string) (token, bool) {
	t := l.peek()
	if t.kind != relationToken {
		l.fault(t, "%s stands in a %s where <=, >= or = is expected", quoted(t.text), of)
		if !l.begins() {
			l.skipLine(t.line)
		}
		return t, false
	}
	l.take()
	next := l.peek()
	switch {
	case !slices.Contains(relations, t.text):
		l.fault(t, "%s is no relation; <=, >= and = are", quoted(t.text))
	case next.kind == relationToken && next.line == t.line:
		l.fault(next, "%s stands behind %s; a relation is <=, >= or =, without a blank within", quoted(next.text), quoted(t.text))
	default:
		return t, true
	}
	l.skipLine(t.line)
	return t, false
}

// bound reads the bounds of one column.
func (l *lp) bound() {
	start := l.peek()
	v, is := l.number()
	if !is {
		l.boundOf(start)
		return
	}
	relation, ok := l.relation("bound")
	if !ok {
		return
	}
	j, ok := l.bounded()
	if !ok {
		return
	}
	l.set(start, j, -side(relation.text), v)
	if second := l.peek(); second.kind == relationToken {
		if side(relation.text) != side(second.text) || side(second.text) == 0 {
			l.fault(second, "the two relations of a bound must point the same way")
			l.skipLine(second.line)
			return
		}
		l.boundAtRight(start, j)
		l.thirdRelation()
	}
}

// boundOf reads a bound that begins with its column.
func (l *lp) boundOf(start token) {
	j, ok := l.bounded()
	if !ok {
		return
	}
	if t := l.peek(); t.kind == nameToken && strings.EqualFold(t.text, "free") && t.line == start.line {
		l.take()
		l.setLower(start, j, math.Inf(-1))
		l.setUpper(start, j, math.Inf(1))
		return
	}
	l.boundAtRight(start, j)
	if t := l.peek(); t.kind == relationToken {
		l.fault(t, "a bound with two relations has its column between them, as in 1 <= x <= 3")
		l.skipLine(t.line)
	}
}

// boundAtRight reads what stands behind column j: a relation and a number.
func (l *lp) boundAtRight(start token, j int) {
	relation, ok := l.relation("bound")
	if !ok {
		return
	}
	v, is := l.number()
	if !is {
		t := l.peek()
		if t.line > relation.line || l.begins() {
			t = relation
		}
		l.fault(t, "%s stands in a bound where a number is expected", quoted(t.text))
		l.skipLine(relation.line)
		return
	}
	l.set(start, j, side(relation.text), v)
}

// bounded takes a column that is known.
func (l *lp) bounded() (int, bool) {
	t := l.take()
	j, is := l.columns[t.text]
	switch {
	case t.kind != nameToken:
		l.fault(t, "%s stands where a column is expected", quoted(t.text))
	case !is && strings.EqualFold(t.text, "free"):
		l.fault(t, "free stands alone behind its column, as in x free")
	case !is:
		l.fault(t, "there is no column %s", quoted(t.text))
	default:
		return j, true
	}
	l.skipLine(t.line)
	return 0, false
}

// set sets a bound of a column.
func (l *lp) set(start token, j, way int, v float64) {
	v = limit(v)
	if math.IsInf(v, way) || way == 0 && math.IsInf(v, 0) {
		l.fault(start, "the bound of column %s can never be met", quoted(l.names[j]))
		return
	}
	if way >= 0 {
		l.setLower(start, j, v)
	}
	if way <= 0 {
		l.setUpper(start, j, v)
		if v < 0 && !l.from[j] {
			l.negative.add(l.names[j], start.line)
		}
	}
}

// setLower sets the lower bound of a column. The last one counts.
func (l *lp) setLower(start token, j int, v float64) {
	if l.from[j] && l.p.Lower[j] != v {
		l.twice.add(l.names[j], start.line)
	}
	l.p.Lower[j], l.from[j] = v, true
}

// setUpper sets the upper bound of a column, as setLower.
func (l *lp) setUpper(start token, j int, v float64) {
	if l.to[j] && l.p.Upper[j] != v {
		l.twice.add(l.names[j], start.line)
	}
	l.p.Upper[j], l.to[j] = v, true
}

// declare makes a column whole.
func (l *lp) declare(binary bool) {
	j, ok := l.bounded()
	if !ok {
		return
	}
	l.p.Integer[j] = true
	if binary && !l.to[j] {
		l.p.Upper[j] = 1
	}
}
