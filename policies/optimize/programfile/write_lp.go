package programfile

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"wavetank/policies/optimize/program"
)

// writeLP returns a program in the LP format of CPLEX. The objective has all columns, even those
// with cost 0, so that their order stays the same. A row with two limits has one limit on each
// side. CPLEX, Gurobi and HiGHS read such rows, but CBC 2.10 and GLPK 5.0 do not. GLPK does not
// read the constant of the objective either.
func writeLP(p *program.Program) ([]byte, error) {
	names, err := fileNamesOf(p, "obj", plainName)
	if err != nil {
		return nil, err
	}
	if p.Columns() == 0 && p.Height() > 0 {
		return nil, errors.New("the LP format has no rows without columns")
	}
	w := lpWriter{p: p, fileNames: names}
	w.all()
	return w.b.Bytes(), nil
}

// lpWriter writes one program.
type lpWriter struct {
	p *program.Program
	fileNames
	b    bytes.Buffer
	wide int // number of characters in the line so far
}

// widest is the length of a line after which it is broken, in characters.
const widest = 100

func (w *lpWriter) all() {
	if name := title(w.p.Name); name != "" {
		fmt.Fprintf(&w.b, "\\Problem name: %s\n", name)
	}
	sense := "Minimize"
	if w.p.Maximize {
		sense = "Maximize"
	}
	fmt.Fprintf(&w.b, "%s\n", sense)
	w.put(" " + w.objective + ":")
	for j, c := range w.p.Cost {
		w.term(c, w.columns[j])
	}
	if w.p.Offset != 0 {
		w.term(w.p.Offset, "")
	}
	w.end()
	w.b.WriteString("Subject To\n")
	w.allRows()
	w.bounds()
	w.b.WriteString("End\n")
}

// put writes a part of a line.
func (w *lpWriter) put(text string) {
	if w.wide > 0 && w.wide+len(text) > widest {
		w.b.WriteString("\n   ")
		w.wide = 3
	}
	w.b.WriteString(text)
	w.wide += len(text)
}

func (w *lpWriter) end() {
	w.b.WriteByte('\n')
	w.wide = 0
}

// term writes a coefficient with its column, or a constant.
func (w *lpWriter) term(v float64, column string) {
	sign := " + "
	if v < 0 {
		sign, v = " - ", -v
	}
	switch {
	case column == "":
		w.put(sign + shortest(v))
	case v == 1:
		w.put(sign + column)
	default:
		w.put(sign + shortest(v) + " " + column)
	}
}

// allRows writes the rows. It first collects them, because the program is stored column by column.
func (w *lpWriter) allRows() {
	columns, values := make([][]int, w.p.Height()), make([][]float64, w.p.Height())
	for j := range w.columns {
		rows, list := w.p.Column(j)
		for k, i := range rows {
			columns[i], values[i] = append(columns[i], j), append(values[i], list[k])
		}
	}
	for i, name := range w.rows {
		lower, upper := w.p.RowLower[i], w.p.RowUpper[i]
		double := lower != upper && !math.IsInf(lower, -1) && !math.IsInf(upper, 1)
		w.put(" " + name + ":")
		if double {
			w.put(" " + shortest(lower) + " <=")
		}
		for k, j := range columns[i] {
			w.term(values[i][k], w.columns[j])
		}
		if len(columns[i]) == 0 {
			w.term(0, w.columns[0])
		}
		switch {
		case lower == upper:
			w.b.WriteString(" = " + shortest(lower))
		case !math.IsInf(upper, 1):
			w.b.WriteString(" <= " + shortest(upper))
		case math.IsInf(lower, -1):
			w.b.WriteString(" >= -inf")
		default:
			w.b.WriteString(" >= " + shortest(lower))
		}
		w.end()
	}
}

func (w *lpWriter) bounds() {
	w.b.WriteString("Bounds\n")
	for j, name := range w.columns {
		lower, upper := w.p.Lower[j], w.p.Upper[j]
		switch below, above := math.IsInf(lower, -1), math.IsInf(upper, 1); {
		case below && above:
			fmt.Fprintf(&w.b, " %s free\n", name)
		case lower == upper:
			fmt.Fprintf(&w.b, " %s = %s\n", name, shortest(lower))
		case below:
			fmt.Fprintf(&w.b, " -inf <= %s <= %s\n", name, shortest(upper))
		case above && lower != 0:
			fmt.Fprintf(&w.b, " %s >= %s\n", name, shortest(lower))
		case above, w.binary(j):
		default:
			fmt.Fprintf(&w.b, " %s <= %s <= %s\n", shortest(lower), name, shortest(upper))
		}
	}
	w.declare("Generals", func(j int) bool { return w.p.Whole(j) && !w.binary(j) })
	w.declare("Binaries", w.binary)
}

func (w *lpWriter) binary(j int) bool {
	return w.p.Whole(j) && w.p.Lower[j] == 0 && w.p.Upper[j] == 1
}

// declare writes a section with the columns for which has returns true, unless there are none.
func (w *lpWriter) declare(section string, has func(j int) bool) {
	began := false
	for j, name := range w.columns {
		if has(j) {
			if !began {
				fmt.Fprintf(&w.b, "%s\n", section)
				began = true
			}
			w.put(" " + name)
		}
	}
	if began {
		w.end()
	}
}
