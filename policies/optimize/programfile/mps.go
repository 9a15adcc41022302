package programfile

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"wavetank/policies/optimize/program"
	"wavetank/workload/table"
)

// unread maps sections of MPS that are not supported to their content.
var unread = map[string]string{
	"SOS": "special ordered sets", "SOS1": "special ordered sets", "SOS2": "special ordered sets", "SETS": "special ordered sets",
	"QUADOBJ": "a quadratic objective", "QMATRIX": "a quadratic objective", "QSECTION": "a quadratic objective",
	"QCMATRIX": "quadratic constraints", "CSECTION": "conic constraints", "INDICATORS": "indicator constraints",
	"LAZYCONS": "lazy constraints", "USERCUTS": "cuts", "GENCONS": "general constraints", "PWLOBJ": "piecewise linear objectives",
	"SCENARIOS": "scenarios", "BRANCH": "branching priorities",
}

// sections lists the sections of MPS that are read.
var sections = []string{"NAME", "OBJSENSE", "OBJNAME", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA"}

// isSection reports whether a word begins a section of MPS.
func isSection(word string) bool {
	return slices.Contains(sections, word) || unread[word] != ""
}

// meantSection returns the section that a word stands for which is none, "" if there is none:
// names of sections are told apart by three letters.
func meantSection(word string) string {
	if len(word) < 3 || isSection(word) {
		return ""
	}
	for _, s := range sections {
		if strings.EqualFold(s[:3], word[:3]) && !strings.HasPrefix(s, "OBJ") {
			return s
		}
	}
	return ""
}

// mps reads one file of MPS.
type mps struct {
	faults   table.FaultyLines
	fixed    bool // fields are in fixed columns; otherwise they are words
	free     bool // the file says that its fields are words
	line     int
	words    []string // words of the line; the memory is reused
	section  string
	begun    map[string]bool   // sections so far
	sets     map[string]string // the first set of each section
	others   map[string]bool   // sections with further sets
	name     string
	maximize bool
	named    string // name of the objective row in OBJNAME; "": the first N row

	objective string
	rows      map[string]int // by name, index in list; dropped: an N row
	list      []mpsRow
	offset    float64
	hasOffset bool

	columns map[string]int
	all     []mpsColumn
	integer bool // the present columns are between integer markers
	seen    []int
	seenObj bool

	b        program.Builder
	twice    tally // bounds that take the place of others
	warnings []string
}

// mpsRow is a row as it is read.
type mpsRow struct {
	name  string
	sense byte    // E, L or G
	right float64 // right-hand side
	span  float64 // its range; NaN: none
	given bool    // whether a right-hand side is given
	line  int     // line of the right-hand side, or else of the row
}

// dropped is the index of N rows, including the objective.
const dropped = -1

// parseMPS reads a text as free MPS and, if that fails, as fixed MPS. Only a fixed file may have
// names with blanks. In free MPS, a line with such a name has too many words.
func parseMPS(name, text string) (*program.Program, []string, error) {
	free := newMPS(name, false)
	p, err := free.read(text)
	if err == nil || free.free {
		return p, free.warnings, err
	}
	fixed := newMPS(name, true)
	p, other := fixed.read(text)
	if other == nil {
		return p, fixed.warnings, nil
	}
	if fixed.faults.Bad() < free.faults.Bad() {
		err = other
	}
	return nil, nil, err
}

func newMPS(name string, fixed bool) *mps {
	return &mps{
		faults: table.FaultyLines{File: name}, fixed: fixed, begun: map[string]bool{}, sets: map[string]string{}, others: map[string]bool{},
		rows: map[string]int{}, columns: map[string]int{},
	}
}

// read returns the program of a text.
func (m *mps) read(text string) (*program.Program, error) {
	for line := range strings.Lines(text) {
		m.line++
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		switch {
		case line == "" || line[0] == '*':
			continue
		case line[0] != ' ' && line[0] != '\t':
			m.begin(strings.Fields(line), line)
		default:
			m.data(line)
		}
		if m.section == "ENDATA" {
			break
		}
	}
	if m.section != "ENDATA" {
		m.fault("the file is cut short: ENDATA is missing")
	}
	for _, needed := range []string{"ROWS", "COLUMNS"} {
		if !m.begun[needed] {
			m.fault("the section %s is missing", needed)
		}
	}
	if m.named != "" && m.objective == "" && m.begun["ROWS"] {
		m.fault("OBJNAME: there is no N row %s", quoted(m.named))
	}
	p := m.program()
	if err := m.faults.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// fault records a fault of the present line.
func (m *mps) fault(format string, values ...any) {
	m.faults.Add(m.line, fmt.Errorf(format, values...))
}

// begin begins a section.
func (m *mps) begin(words []string, line string) {
	section := words[0]
	if meant := meantSection(section); meant != "" {
		m.fault("there is no section %s in MPS; %s may be meant", quoted(section), meant)
		section = meant // so that its lines are not faults, too
	}
	m.section = section
	switch what := unread[section]; {
	case what != "":
		m.fault("the section %s is not supported: %s", section, what)
	case !slices.Contains(sections, section):
		m.fault("there is no section %s in MPS; a line with data begins with a blank", quoted(section))
		m.section = "?"
	case m.begun[section]:
		m.fault("the section %s appears twice", section)
	case (section == "RHS" || section == "RANGES" || section == "BOUNDS") && !m.begun["COLUMNS"], section == "COLUMNS" && !m.begun["ROWS"]:
		m.fault("the section %s comes too early: it follows ROWS and COLUMNS", section)
	case section == "OBJNAME" && m.begun["ROWS"]:
		m.fault("the section OBJNAME comes too late: it stands before ROWS")
	case section == "NAME":
		m.free = len(words) > 2 && words[len(words)-1] == "FREE"
		m.name = strings.TrimSpace(strings.TrimPrefix(line, "NAME"))
		if m.free {
			m.name = strings.TrimSpace(strings.TrimSuffix(m.name, "FREE"))
		}
	case section == "OBJSENSE" && len(words) > 1:
		m.sense(words[1])
	case section == "OBJNAME" && len(words) > 1:
		m.named = words[1]
	case section == "ENDATA" && m.integer:
		m.fault("the marker INTEND is missing")
	}
	m.begun[section] = true
}

// data reads a line of a section.
func (m *mps) data(line string) {
	words := m.words[:0]
	for word := range strings.FieldsSeq(line) {
		words = append(words, word)
	}
	if m.fixed && !m.marks(words) {
		words = fixedFields(words[:0], line)
	}
	m.words = words
	switch m.section {
	case "OBJSENSE":
		m.sense(strings.TrimSpace(line))
	case "OBJNAME":
		m.named = strings.TrimSpace(line)
	case "ROWS":
		m.row(words)
	case "COLUMNS":
		m.column(words)
	case "RHS":
		m.pairs(words, m.rightSide)
	case "RANGES":
		m.pairs(words, m.rangeOf)
	case "BOUNDS":
		m.bound(words)
	case "NAME", "":
		m.fault("a line with data stands before the section ROWS")
	}
}

func (m *mps) sense(word string) {
	switch strings.ToUpper(word) {
	case "MAX", "MAXIMIZE", "MAXIMISE":
		m.maximize = true
	case "MIN", "MINIMIZE", "MINIMISE":
		m.maximize = false
	default:
		m.fault("OBJSENSE is %s; it must be MAX or MIN", quoted(word))
	}
}

// row reads a line of ROWS: the sense and the name.
func (m *mps) row(words []string) {
	if m.fixed && len(words) > 2 {
		words = words[:2] // the rest is a comment
	}
	if len(words) != 2 || words[1] == "" {
		m.fault("a line of ROWS has two words: the sense and the name of a row")
		if len(words) > 1 {
			m.rows[words[1]] = dropped // so that its coefficients are not faults, too
		}
		return
	}
	sense, name := strings.ToUpper(strings.TrimSpace(words[0])), words[1]
	if _, is := m.rows[name]; is {
		m.fault("the row %s is there twice", quoted(name))
		return
	}
	switch sense {
	case "N":
		m.rows[name] = dropped
		if m.objective == "" && (m.named == "" || m.named == name) {
			m.objective = name
		}
	case "E", "L", "G":
		name = strings.Clone(name) // a slice would keep the whole text in memory
		m.rows[name] = m.b.Row(0, 0)
		m.list = append(m.list, mpsRow{name: name, sense: sense[0], span: math.NaN(), line: m.line})
		m.seen = append(m.seen, -1)
	default:
		m.fault("the sense of row %s is %s; it must be N, E, L or G", quoted(name), quoted(sense))
		m.rows[name] = dropped // so that its coefficients are not reported, too
	}
}

// find returns the index of a row. If there is no such row, it records a fault, unless the whole
// section ROWS is missing.
func (m *mps) find(name string) (int, bool) {
	at, is := m.rows[name]
	if !is && m.begun["ROWS"] {
		m.fault("there is no row %s", quoted(name))
	}
	return at, is
}

// pairs reads a line of RHS or RANGES: the name of a set, which may be missing, and one or two rows
// with their values. If there are several sets, only the first counts.
func (m *mps) pairs(words []string, do func(row, value string)) {
	words, ok := m.withSet(words)
	if !ok {
		return
	}
	if !m.first(words[0]) {
		return
	}
	for i := 1; i < len(words); i += 2 {
		do(words[i], words[i+1])
	}
}

// withSet returns the words of a line of RHS or RANGES with the name of the set, which may be
// missing. It reports false after a fault, which it notes.
func (m *mps) withSet(words []string) ([]string, bool) {
	for i, word := range words {
		if i > 0 && strings.HasPrefix(word, "$") && !m.isRow(word) {
			words = words[:i] // what follows is a comment
			break
		}
	}
	named, from := m.fixed || len(words)%2 == 1, 0
	if named {
		from = 1
	}
	switch n := len(words) - from; {
	case n >= 1 && n <= 4 && (n%2 == 1 || !m.pairsFrom(words, from) && m.pairsFrom(words, 1-from)):
		m.fault("the value of row %s is missing", quoted(words[len(words)-1]))
	case n != 2 && n != 4 || !m.isRow(words[from]) && !isNumber(words[from+1]) && m.begun["ROWS"]:
		m.fault("a line of %s has one or two rows, each with a value", m.section)
	case named:
		return words, true
	default:
		return slices.Insert(words, 0, ""), true
	}
	return nil, false
}

func (m *mps) isRow(name string) bool {
	_, is := m.rows[name]
	return is
}

// pairsFrom reports whether words are rows with values from a place on. The last value may be
// missing.
func (m *mps) pairsFrom(words []string, from int) bool {
	for i := from; i < len(words); i += 2 {
		if !m.isRow(words[i]) || i+1 < len(words) && !isNumber(words[i+1]) {
			return false
		}
	}
	return from < len(words)
}

// first reports whether a set is the first of its section. A line that names none belongs to it.
func (m *mps) first(set string) bool {
	known, is := m.sets[m.section]
	if !is {
		m.sets[m.section], known = set, set
	}
	if set == "" {
		return true
	}
	if set != known && !m.others[m.section] {
		m.others[m.section] = true
		m.warn("%s has the sets %s and %s; the first alone counts", m.section, quoted(known), quoted(set))
	}
	return set == known
}

func (m *mps) warn(format string, values ...any) {
	m.warnings = append(m.warnings, fmt.Sprintf("%s:%d: ", m.faults.File, m.line)+fmt.Sprintf(format, values...))
}

// rightSide reads the right-hand side of a row.
func (m *mps) rightSide(name, value string) {
	at, is := m.find(name)
	v, err := number(value)
	if err != nil {
		m.fault("the right-hand side of row %s: %w", quoted(name), err)
		return
	}
	switch {
	case !is:
	case name == m.objective:
		if m.hasOffset || math.IsInf(v, 0) {
			m.fault("the right-hand side of the objective is not finite, or is there twice")
			return
		}
		m.offset, m.hasOffset = 0-v, true // 0−v is never −0
	case at != dropped:
		r := &m.list[at]
		v = limit(v)
		switch {
		case r.given:
			m.fault("the right-hand side of row %s is there twice", quoted(name))
		case r.sense == 'E' && math.IsInf(v, 0), r.sense == 'L' && math.IsInf(v, -1), r.sense == 'G' && math.IsInf(v, 1):
			m.fault("the right-hand side %s of row %s (%c) can never be met", quoted(value), quoted(name), r.sense)
		}
		r.right, r.given, r.line = v, true, m.line
	}
}

// rangeOf reads the range of a row. It ignores ranges of N rows.
func (m *mps) rangeOf(name, value string) {
	at, is := m.find(name)
	v, err := number(value)
	switch {
	case err != nil:
		m.fault("the range of row %s: %w", quoted(name), err)
	case is && at != dropped && !math.IsNaN(m.list[at].span):
		m.fault("the range of row %s is there twice", quoted(name))
	case is && at != dropped:
		m.list[at].span = limit(v)
	}
}

// within returns the bounds of a row.
func (r *mpsRow) within() (lower, upper float64) {
	lower, upper = r.right, r.right
	span := math.Abs(r.span)
	switch {
	case r.sense == 'L' && math.IsNaN(span):
		lower = math.Inf(-1)
	case r.sense == 'G' && math.IsNaN(span):
		upper = math.Inf(1)
	case math.IsNaN(span):
	case r.sense == 'L' || r.sense == 'E' && r.span < 0:
		lower -= span
	default:
		upper += span
	}
	return lower, upper
}

// program returns the program that was read.
func (m *mps) program() *program.Program {
	if m.objective == "" && m.named == "" && m.begun["ROWS"] {
		m.warnings = append(m.warnings, fmt.Sprintf("%s: there is no N row, so the objective is 0", m.faults.File))
	}
	p := m.b.Program()
	p.Name, p.Maximize, p.Offset = m.name, m.maximize, m.offset
	for i := range m.list {
		r := &m.list[i]
		p.RowNames = append(p.RowNames, r.name)
		p.RowLower[i], p.RowUpper[i] = r.within()
		if math.IsNaN(p.RowLower[i]) || math.IsNaN(p.RowUpper[i]) {
			m.faults.Add(r.line, fmt.Errorf("row %s: an infinite range of an infinite right-hand side", quoted(r.name)))
		}
	}
	m.settle(p)
	return p
}
