package programfile

import (
	"math"
	"slices"
	"strings"

	"wavetank/policies/optimize/program"
)

// mpsColumn is a column as it is read.
type mpsColumn struct {
	name         string
	line         int // line of its last bound, or else of the column
	integer      bool
	marked       bool // the column is between integer markers
	cost         float64
	lower, upper float64
	from, to     bool // whether a lower, an upper bound is given
}

// fixedFields appends the fields of a line of fixed MPS, which begin in the columns 2, 5, 15, 25,
// 40 and 50. If field 1 is empty, it is left out. Blanks at the end of a name do not belong to the
// name, but blanks at its beginning do.
func fixedFields(fields []string, line string) []string {
	edges := []int{1, 4, 14, 24, 39, 49, 61}
	for i, from := range edges[:6] {
		if from >= len(line) {
			break
		}
		field := strings.TrimRight(line[from:min(edges[i+1], len(line))], " \t")
		if i == 0 || i == 3 || i == 5 {
			field = strings.TrimSpace(field)
		}
		fields = append(fields, field)
	}
	if len(fields) > 0 && fields[0] == "" {
		fields = fields[1:]
	}
	for len(fields) > 0 && fields[len(fields)-1] == "" {
		fields = fields[:len(fields)-1]
	}
	return fields
}

// comment returns the number of words before a comment. A comment begins with a dollar at the place
// of a row's name.
func comment(words []string) int {
	for i := 1; i < len(words); i += 2 {
		if strings.HasPrefix(words[i], "$") {
			return i
		}
	}
	return len(words)
}

// isMarker reports whether a line is a marker, and returns what it marks.
func isMarker(words []string) (what string, is bool) {
	const quotes = "'`‘’\""
	if len(words) < 3 || len(words[1]) <= len("MARKER") || strings.Trim(words[1], quotes) != "MARKER" {
		return "", false
	}
	return strings.Trim(words[len(words)-1], quotes), true
}

// marks reports whether the words of a line are those of a marker. Programs write markers in
// various columns, in fixed files, too.
func (m *mps) marks(words []string) bool {
	_, is := isMarker(words)
	return is && len(words) == 3 && m.section == "COLUMNS"
}

// column reads a line of COLUMNS: a marker, or a column with its coefficients in one or two rows.
func (m *mps) column(words []string) {
	words = words[:comment(words)]
	if what, is := isMarker(words); is {
		m.marker(what)
		return
	}
	switch n := len(words); {
	case n == 3 || n == 5:
	case n == 2 || n == 4 && m.pairsFrom(words, 1):
		m.fault("column %s in row %s: the value is missing", quoted(words[0]), quoted(words[n-1]))
		words = words[:n-1]
	default:
		m.fault("a line of COLUMNS has a column, and one or two rows with their values")
		words = words[:min(n, 1)] // the column is known, so that its bounds are not faults, too
	}
	if len(words) == 0 {
		return
	}
	name := words[0]
	j, is := m.columns[name]
	switch {
	case name == "":
		m.fault("the column has no name")
		return
	case !is:
		j = m.b.Column(0, 0, math.Inf(1))
		name = strings.Clone(name) // a slice would keep the whole text in memory
		m.columns[name] = j
		m.all = append(m.all, mpsColumn{name: name, line: m.line, integer: m.integer, marked: m.integer, upper: math.Inf(1)})
		m.seenObj = false
	case j != len(m.all)-1:
		m.fault("the column %s appears again; its lines must follow each other", quoted(name))
		return
	}
	for i := 1; i+1 < len(words); i += 2 {
		m.coefficient(j, words[i], words[i+1])
	}
}

// coefficient reads a coefficient of column j, which is the last column so far.
func (m *mps) coefficient(j int, row, value string) {
	at, is := m.find(row)
	v, err := finite(value)
	if err != nil {
		m.fault("column %s in row %s: %w", quoted(m.all[j].name), quoted(row), err)
		return
	}
	twice := false
	switch {
	case !is:
	case row == m.objective:
		twice, m.seenObj = m.seenObj, true
		m.all[j].cost = v
	case at != dropped:
		twice, m.seen[at] = m.seen[at] == j, j
		m.b.Add(at, j, v)
	}
	if twice {
		m.fault("column %s has two values in row %s", quoted(m.all[j].name), quoted(row))
	}
}

func (m *mps) marker(what string) {
	switch {
	case what == "INTORG" && !m.integer:
		m.integer = true
	case what == "INTEND" && m.integer:
		m.integer = false
	case what == "INTORG" || what == "INTEND":
		m.fault("the marker %s follows a marker of the same kind", what)
	case what == "SOSORG" || what == "SOSEND":
		m.fault("the marker %s is not supported: special ordered sets", what)
	default:
		m.fault("the marker is %s; it must be INTORG or INTEND", quoted(what))
	}
}

// needsValue says for each kind of bound whether it has a value.
var needsValue = map[string]bool{
	"UP": true, "LO": true, "FX": true, "LI": true, "UI": true, "SC": true,
	"FR": false, "MI": false, "PL": false, "BV": false,
}

// bound reads a line of BOUNDS: the kind, the set, the column and the value. The set may be
// missing.
func (m *mps) bound(words []string) {
	if len(words) == 0 {
		return
	}
	kind := strings.ToUpper(words[0])
	needs, known := needsValue[kind]
	if !known {
		m.fault("the kind of the bound is %s; it must be UP, LO, FX, FR, MI, PL, BV, LI or UI", quoted(kind))
		return
	}
	if kind == "SC" {
		m.fault("a bound of the kind SC is not supported: semi-continuous columns")
		return
	}
	words, ok := m.boundWithSet(words, needs)
	if !ok || !m.first(words[1]) {
		return
	}
	j, is := m.columns[words[2]]
	if !is && m.begun["COLUMNS"] {
		m.fault("there is no column %s", quoted(words[2]))
	}
	v := math.NaN()
	if needs {
		var err error
		if v, err = number(words[3]); err != nil {
			m.fault("the bound of column %s: %w", quoted(words[2]), err)
			return
		}
		v = limit(v)
	}
	if is {
		m.apply(kind, &m.all[j], v)
	}
}

// boundWithSet returns the words of a bound with the name of the set, which may be missing. A kind
// that needs no value may have one, which is ignored. It returns false after a fault, which it
// records.
func (m *mps) boundWithSet(words []string, needs bool) ([]string, bool) {
	least := 3
	if needs {
		least = 4
	}
	isColumn := func(at int) bool { // whether a known column stands there
		_, is := m.columns[words[at]]
		return is
	}
	n := len(words)
	missing := !m.fixed && n == least-1
	if !needs && !m.fixed && n == least {
		missing = isColumn(1) && !isColumn(2)
	}
	lacks := needs && n == 3 // the value, unless it is the set that is missing
	if lacks && missing {
		lacks = isColumn(2) && !(isColumn(1) && isNumber(words[2]))
	}
	switch set, given := m.sets["BOUNDS"]; {
	case lacks:
		m.fault("the value of the bound of column %s is missing", quoted(words[2]))
	case n > 4 || n < least && !missing || missing && given && set == words[1] && set != "" && !isColumn(1):
		m.fault("a line of BOUNDS has a kind, a set, a column and, if it is no FR, MI, PL or BV, a value")
	case missing:
		return slices.Insert(words, 1, ""), true
	default:
		return words, true
	}
	return nil, false
}

// apply sets a bound.
func (m *mps) apply(kind string, c *mpsColumn, v float64) {
	if kind == "BV" || kind == "LI" || kind == "UI" {
		c.integer = true
	}
	lower, upper := c.lower, c.upper
	from, to := c.from, c.to
	c.line = m.line
	switch kind {
	case "UP", "UI":
		upper, c.to = v, true
	case "LO", "LI":
		lower, c.from = v, true
	case "FX":
		lower, upper, c.from, c.to = v, v, true, true
	case "FR":
		lower, upper, c.from, c.to = math.Inf(-1), math.Inf(1), true, true
	case "MI":
		lower, c.from = math.Inf(-1), true
	case "PL":
		upper, c.to = math.Inf(1), true
	case "BV":
		lower, upper, c.from, c.to = 0, 1, true, true
	}
	if math.IsInf(lower, 1) || math.IsInf(upper, -1) {
		m.fault("the bound %s of column %s can never be met", kind, quoted(c.name))
		return
	}
	if from && lower != c.lower || to && upper != c.upper {
		m.twice.add(c.name, m.line)
	}
	c.lower, c.upper = lower, upper
}

// settle sets the bounds of the program's columns, including the default bounds.
func (m *mps) settle(p *program.Program) {
	var negative, unbounded tally
	integer := make([]bool, len(m.all))
	for j := range m.all {
		c := &m.all[j]
		if c.upper < 0 && !c.from {
			c.lower = math.Inf(-1)
			negative.add(c.name, c.line)
		}
		if c.marked && !c.from && !c.to {
			c.upper = 1
			unbounded.add(c.name, c.line)
		}
		p.Names = append(p.Names, c.name)
		p.Cost[j], p.Lower[j], p.Upper[j] = c.cost, c.lower, c.upper
		integer[j] = c.integer
	}
	if slices.Contains(integer, true) {
		p.Integer = integer
	}
	if m.twice.count > 0 {
		m.warnings = append(m.warnings, m.twice.of(m.faults.File)+again)
	}
	if negative.count > 0 {
		m.warnings = append(m.warnings, negative.of(m.faults.File)+" has a negative upper bound and no lower bound given; it has none, where some programs read 0")
	}
	if unbounded.count > 0 {
		m.warnings = append(m.warnings, unbounded.of(m.faults.File)+" is an integer between markers without bounds; it is 0 or 1, where some programs read no upper bound")
	}
}
