package programfile

import (
	"math"
	"slices"
	"strings"
)

// relations has all relations that are read.
var relations = []string{"<", "<=", "=<", ">", ">=", "=>", "=", "=="}

// side returns the direction of a relation: −1 for ≤, 1 for ≥, 0 for =.
func side(relation string) int {
	switch relation {
	case "<", "<=", "=<":
		return -1
	case ">", ">=", "=>":
		return 1
	}
	return 0
}

// row reads a constraint: an expression with one or two numbers around it, or two expressions.
func (l *lp) row() {
	start := l.peek()
	label := l.label()
	if l.rows[label] {
		l.fault(start, "the row %s is there twice", quoted(label))
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
	// The right side must be on the line of the relation, because the next row may begin with a
	// sign. Only if a number is on the left, the right side is an expression, which may continue on
	// further lines.
	line := l.peek().line
	right, ok := l.expression(func(t token) bool { return len(left.terms) > 0 && t.line > line })
	if !ok {
		return
	}
	if l.wrongRight(relation, left, right) {
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
	}
	if l.goesOn(line) {
		return
	}
	if len(left.terms) == 0 && len(right.terms) == 0 {
		l.fault(start, "a row has no column")
		return
	}
	terms, way, bound := oneSided(relation.text, left, right)
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

// oneSided brings the columns of a row to one side, and the constants to the other: to the right,
// except if only the right side has columns, as in 3 <= x + y.
func oneSided(relation string, left, right sum) (terms []term, way int, bound float64) {
	way = side(relation)
	if len(left.terms) == 0 {
		return right.terms, -way, limit(left.constant) - right.constant
	}
	for i := range right.terms {
		right.terms[i].value *= -1
	}
	return append(left.terms, right.terms...), way, limit(right.constant - left.constant)
}

// second takes the second relation of a row, as in 1 <= x <= 3. It returns the direction of the
// relation and its number. After a fault it returns false.
func (l *lp) second(first token, left, right sum) (way int, last float64, ok bool) {
	second, ok := l.relation("row")
	if !ok {
		return 0, 0, false
	}
	last, is := l.number()
	switch {
	case !is || len(left.terms) > 0 || len(right.terms) == 0:
		l.fault(second, "a row with two relations has numbers at both ends")
		l.skipLine(second.line)
		return 0, 0, false
	case side(first.text) != side(second.text) || side(second.text) == 0:
		l.fault(second, "the two relations of a row must point the same way")
	}
	return side(second.text), limit(last), !l.thirdRelation()
}

// wrongRight checks for a right side without anything, and for columns on both sides of a relation.
// If that is so, it records a fault, skips the row and returns true.
func (l *lp) wrongRight(relation token, left, right sum) bool {
	if right.empty {
		l.fault(relation, "a number is expected behind %s in a row", quoted(relation.text))
		return true
	}
	if len(left.terms) == 0 || len(right.terms) == 0 {
		return false
	}
	l.fault(right.first, "the right-hand side of a row must be a number, not %s", quoted(right.first.text))
	l.skipLine(right.first.line)
	return true
}

// thirdRelation checks for a third relation. If there is one, it records a fault, skips the line
// and returns true.
func (l *lp) thirdRelation() bool {
	t := l.peek()
	if t.kind != relationToken {
		return false
	}
	l.fault(t, "%s is a third relation; there are two at most, as in 1 <= x <= 3", quoted(t.text))
	l.skipLine(t.line)
	return true
}

// goesOn checks for tokens after the end of a row on its last line. If there are, it records a
// fault, skips them and returns true.
func (l *lp) goesOn(line int) bool {
	t := l.peek()
	if t.line != line || l.begins() || l.after().text == ":" {
		return false
	}
	l.fault(t, "%s comes after the end of a row; the next row must begin on a new line", quoted(t.text))
	l.skipLine(line)
	return true
}

// relation takes a relation.
func (l *lp) relation(of string) (token, bool) {
	t := l.peek()
	if t.kind != relationToken {
		l.fault(t, "<=, >= or = is expected in a %[2]s, not %[1]s", quoted(t.text), of)
		if !l.begins() {
			l.skipLine(t.line)
		}
		return t, false
	}
	l.take()
	next := l.peek()
	switch {
	case !slices.Contains(relations, t.text):
		l.fault(t, "%s is not a relation; <=, >= and = are", quoted(t.text))
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

// boundAtRight reads a relation and a number after column j.
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

// bounded takes the name of a known column.
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

// declare takes the name of a column and makes it an integer, or binary.
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
