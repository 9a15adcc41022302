package programfile

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"wavetank/policies/optimize/program"
)

// writeMPS returns a program in MPS. If names and numbers are short enough, fields are in the
// columns of fixed MPS, so that most readers of either kind can read the file. Names with blanks
// are only allowed if all names and numbers are short enough.
func writeMPS(p *program.Program) ([]byte, error) {
	names, err := fileNamesOf(p, "OBJ", fitsMPS)
	if err != nil {
		return nil, err
	}
	w := mpsWriter{p: p, fileNames: names}
	for _, n := range slices.Concat(w.columns, w.rows) {
		w.blanks = w.blanks || strings.Contains(n, " ")
		w.long = w.long || len(n) > 8
	}
	for i, lower := range p.RowLower {
		if lower > p.RowUpper[i] {
			return nil, fmt.Errorf("row %s has a lower limit above its upper limit, which MPS does not allow", quoted(w.rows[i]))
		}
	}
	w.all()
	if w.blanks && w.long {
		return nil, errors.New("a name has a blank, so MPS must be in fixed columns, but a name or a number is too long for them")
	}
	return w.b.Bytes(), nil
}

// fitsMPS reports whether MPS allows a name.
func fitsMPS(name string) bool {
	return name != "" && strings.Trim(name, " ") == name && !strings.HasPrefix(name, "$") && name != "'MARKER'" &&
		strings.IndexFunc(name, func(r rune) bool { return r != ' ' && (unicode.IsSpace(r) || unicode.IsControl(r)) }) < 0
}

// mpsWriter writes one program.
type mpsWriter struct {
	p *program.Program
	fileNames
	blanks bool // a name has a blank
	long   bool // a field is too long for the columns of fixed MPS
	b      bytes.Buffer
}

func (w *mpsWriter) all() {
	name := title(w.p.Name)
	if name != "" && w.long || strings.HasSuffix(name, " FREE") {
		name += " FREE" // readers take the last word as the kind of the file
	}
	fmt.Fprintf(&w.b, "NAME          %s\n", name)
	if w.p.Maximize {
		w.b.WriteString("OBJSENSE\n    MAX\n")
	}
	fmt.Fprintf(&w.b, "ROWS\n N  %s\n", w.objective)
	for i, name := range w.rows {
		fmt.Fprintf(&w.b, " %c  %s\n", w.senseOf(i), name)
	}
	w.coefficients()
	w.b.WriteString("RHS\n")
	if w.p.Offset != 0 {
		w.line("", "RHS", w.objective, shortest(-w.p.Offset))
	}
	for i, name := range w.rows {
		switch right := w.right(i); {
		case math.IsInf(right, -1):
			w.line("", "RHS", name, "-"+writtenInfinity)
		case right != 0:
			w.line("", "RHS", name, shortest(right))
		}
	}
	w.ranges()
	w.bounds()
	w.b.WriteString("ENDATA\n")
}

// line writes the fields 1 to 4 of a line.
func (w *mpsWriter) line(kind, first, second, value string) {
	w.long = w.long || len(value) > 12
	text := fmt.Sprintf(" %-2s %-8s  %-8s  %12s", kind, first, second, value)
	w.b.WriteString(strings.TrimRight(text, " "))
	w.b.WriteByte('\n')
}

// senseOf returns the sense of a row. A row without limits is a G row with the right-hand side −∞,
// because a second N row would be dropped. For a row with two limits it chooses L, G or E such that
// the range gives the other limit exactly, if possible.
func (w *mpsWriter) senseOf(i int) byte {
	lower, upper := w.p.RowLower[i], w.p.RowUpper[i]
	switch {
	case lower == upper:
		return 'E'
	case math.IsInf(upper, 1):
		return 'G'
	case math.IsInf(lower, -1):
		return 'L'
	}
	if _, exact := span(lower, upper, false); exact {
		return 'G'
	}
	return 'L'
}

// span returns the width of a row: the number that gives one limit from the other. The known limit
// is the upper one if fromUpper is true, otherwise the lower one. Exact reports whether the
// computed limit has no rounding error.
func span(lower, upper float64, fromUpper bool) (width float64, exact bool) {
	width = upper - lower
	for _, v := range []float64{width, math.Nextafter(width, 0), math.Nextafter(width, math.Inf(1))} {
		if fromUpper && upper-v == lower || !fromUpper && lower+v == upper {
			return v, true
		}
	}
	return width, false
}

// right returns the right-hand side of a row.
func (w *mpsWriter) right(i int) float64 {
	if w.senseOf(i) == 'L' {
		return w.p.RowUpper[i]
	}
	return w.p.RowLower[i]
}

func (w *mpsWriter) coefficients() {
	w.b.WriteString("COLUMNS\n")
	within, markers := false, 0
	mark := func(what string) {
		fmt.Fprintf(&w.b, "    %-8s  %-8s                 '%s'\n", fmt.Sprintf("M%07d", markers), "'MARKER'", what)
		markers++
	}
	for j, name := range w.columns {
		if whole := w.p.Whole(j); whole != within {
			within = whole
			mark(map[bool]string{true: "INTORG", false: "INTEND"}[whole])
		}
		rows, values := w.p.Column(j)
		if w.p.Cost[j] != 0 || len(rows) == 0 {
			w.line("", name, w.objective, shortest(w.p.Cost[j]))
		}
		for k, i := range rows {
			w.line("", name, w.rows[i], shortest(values[k]))
		}
	}
	if within {
		mark("INTEND")
	}
}

func (w *mpsWriter) ranges() {
	head := "RANGES\n"
	for i, name := range w.rows {
		lower, upper := w.p.RowLower[i], w.p.RowUpper[i]
		if lower == upper || math.IsInf(lower, 0) || math.IsInf(upper, 0) {
			continue
		}
		width, _ := span(lower, upper, w.senseOf(i) == 'L')
		w.b.WriteString(head)
		head = ""
		w.line("", "RNG", name, shortest(width))
	}
}

func (w *mpsWriter) bounds() {
	w.b.WriteString("BOUNDS\n")
	for j, name := range w.columns {
		lower, upper := w.p.Lower[j], w.p.Upper[j]
		bound := func(kind string, v float64) { w.line(kind, "BND", name, shortest(v)) }
		switch below, above := math.IsInf(lower, -1), math.IsInf(upper, 1); {
		case below && above:
			w.line("FR", "BND", name, "")
		case lower == upper:
			bound("FX", lower)
		case below:
			w.line("MI", "BND", name, "")
			bound("UP", upper)
		case above:
			if lower != 0 {
				bound("LO", lower)
			}
			if w.p.Whole(j) {
				w.line("PL", "BND", name, "") // without a bound, an integer is read as binary
			}
		default:
			if lower != 0 || upper < 0 {
				bound("LO", lower)
			}
			bound("UP", upper)
		}
	}
}
