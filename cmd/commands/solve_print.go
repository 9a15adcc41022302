package commands

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
	"wavetank/reports/tables"
)

// finite reports whether a value is neither NaN nor infinite.
func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// plainNumber writes a number with up to twelve digits. It writes a dash if the number is not
// finite.
func plainNumber(v float64) string {
	if !finite(v) {
		return "–"
	}
	return strconv.FormatFloat(v+0, 'g', 12, 64)
}

// plainGap writes a relative gap in percent.
func plainGap(v float64) string {
	if !finite(v) {
		return "–"
	}
	return fmt.Sprintf("%.3g %%", 100*v)
}

// printText writes the answer, one value in each line.
func (a *answer) printText(w io.Writer) {
	objective, bound, gap := a.objective, a.bound, a.gap
	if a.values == nil {
		objective, gap = math.NaN(), math.NaN()
	}
	best := plainNumber(objective)
	if a.status == statusUnbounded {
		best = statusUnbounded
	}
	fmt.Fprintf(w, "status     %s\nobjective  %s\nbound      %s\ngap        %s\nnodes      %d\nseconds    %.3g\n",
		a.status, best, plainNumber(bound), plainGap(gap), a.nodes, a.seconds)
}

// finiteOrNull returns nil for NaN and infinite numbers, which JSON does not have.
func finiteOrNull(v float64) *float64 {
	if !finite(v) {
		return nil
	}
	return &v
}

// jsonAnswer is the answer in JSON. A number that is not known is null.
type jsonAnswer struct {
	Status    string      `json:"status"`
	Objective *float64    `json:"objective"`
	Bound     *float64    `json:"bound"`
	Gap       *float64    `json:"gap"`
	Nodes     int         `json:"nodes"`
	Seconds   float64     `json:"seconds"`
	Columns   []jsonValue `json:"columns,omitempty"`
	Rows      []jsonValue `json:"rows,omitempty"`
}

// jsonValue is a column or a row of the solution.
type jsonValue struct {
	Name  string     `json:"name"`
	Value float64    `json:"value"`
	Dual  *float64   `json:"dual,omitempty"`
	Range *jsonRange `json:"range,omitempty"`
}

// jsonRange is how far a cost or a limit may move. An end that is not bounded is null.
type jsonRange struct {
	From *float64 `json:"from"`
	To   *float64 `json:"to"`
}

// printJSON writes the answer as one object, with the solution if that is wanted.
func (a *answer) printJSON(w io.Writer, p *program.Program, solution bool) error {
	out := jsonAnswer{Status: a.status, Bound: finiteOrNull(a.bound), Nodes: a.nodes, Seconds: a.seconds}
	if a.values != nil {
		out.Objective, out.Gap = finiteOrNull(a.objective), finiteOrNull(a.gap)
	}
	if solution && a.values != nil {
		costs, limits := a.bothRanges()
		out.Columns = valuesOf(p.Names, a.values, a.reduced, costs)
		out.Rows = valuesOf(p.RowNames, p.Activity(a.values), a.duals, limits)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// bothRanges returns the ranges of columns and of rows, or nil.
func (a *answer) bothRanges() (costs, limits []linear.Range) {
	if a.ranges == nil {
		return nil, nil
	}
	return a.ranges.Cost, a.ranges.Rows
}

func valuesOf(names []string, values, duals []float64, ranges []linear.Range) []jsonValue {
	list := make([]jsonValue, len(values))
	for i, v := range values {
		list[i] = jsonValue{Name: names[i], Value: v + 0}
		if duals != nil {
			list[i].Dual = finiteOrNull(duals[i] + 0)
		}
		if ranges != nil {
			list[i].Range = &jsonRange{finiteOrNull(ranges[i].Low + 0), finiteOrNull(ranges[i].High + 0)}
		}
	}
	return list
}

// answerTable has one row: the answer.
func (a *answer) answerTable() tables.Data {
	d := tables.Data{Key: "answer", Title: "Answer", Columns: tables.ColumnsOf("status", "Status", "objective", "Objective", "bound", "Bound", "gap", "Gap", "nodes", "Nodes", "seconds", "Seconds")}
	objective, gap := a.objective, a.gap
	if a.values == nil {
		objective, gap = math.NaN(), math.NaN()
	}
	number := func(v float64) any { return tables.Shown{Value: v + 0, Text: plainNumber(v)} }
	d.Add(a.status, number(objective), number(a.bound), tables.Shown{Value: gap, Text: plainGap(gap)}, a.nodes, a.seconds)
	return d
}

// solutionTable has a row for each column and each row of the program. The dual of a column is its
// reduced cost. Its range is that of its cost.
func (a *answer) solutionTable(p *program.Program) tables.Data {
	columns := []string{"kind", "Kind", "name", "Name", "value", "Value", "lower", "Lower", "upper", "Upper"}
	if a.duals != nil {
		columns = append(columns, "dual", "Dual")
	}
	costs, limits := a.bothRanges()
	if a.ranges != nil {
		columns = append(columns, "from", "From", "to", "To")
	}
	d := tables.Data{Key: "solution", Title: "Solution", Columns: tables.ColumnsOf(columns...)}
	if a.values == nil {
		return d
	}
	add := func(kind string, names []string, values, lower, upper, duals []float64, ranges []linear.Range) {
		for i, v := range values {
			row := []any{kind, names[i], v + 0, lower[i] + 0, upper[i] + 0}
			if duals != nil {
				row = append(row, duals[i]+0)
			}
			if ranges != nil {
				row = append(row, ranges[i].Low+0, ranges[i].High+0)
			}
			d.Add(row...)
		}
	}
	add("column", p.Names, a.values, p.Lower, p.Upper, a.reduced, costs)
	add("row", p.RowNames, p.Activity(a.values), p.RowLower, p.RowUpper, a.duals, limits)
	return d
}

// csv returns the solution as a CSV file.
func (a *answer) csv(p *program.Program) ([]byte, error) {
	var b bytes.Buffer
	err := tables.Output{Data: []tables.Data{a.solutionTable(p)}}.Write(&b, "csv")
	return b.Bytes(), err
}
