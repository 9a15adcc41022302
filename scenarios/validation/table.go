package validation

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Print writes a comparison as text for a terminal: the rows, then the joint test.
func (r Result) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	family := ""
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.System.Family != family {
			family = row.System.Family
			fmt.Fprintf(t, "\n%s\t\texact\tsimulated\t\tcustomers\tz\t\n", family)
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", row.System.name(), row.Quantity, figure(row.Exact), strings.Join(row.cells(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", r.summary())
	return err
}

// Markdown writes a comparison as a page of the documentation.
func (r Result) Markdown(w io.Writer) error {
	var b strings.Builder
	o := r.Options
	fmt.Fprintf(&b, "Each system is a scenario, run through the scenario path, router, batcher and engine: %d replications of %d customers, "+
		"and of up to %d times as many where the interval of a percentile is wider than ± %.0f %%, or a value disagrees. "+
		"Exact values are computed from formulas. z is the difference in standard errors.\n", o.Replications, o.Customers, o.Longest, 100*precise)
	family := ""
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.System.Family != family {
			family = row.System.Family
			fmt.Fprintf(&b, "\n### %s\n\n| system | quantity | exact | simulated | | customers | z | |\n|---|---|--:|--:|---|--:|--:|---|\n", escape(family))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", escape(row.System.name()), escape(row.Quantity), figure(row.Exact), strings.Join(row.cells(), " | "))
	}
	fmt.Fprintf(&b, "\n%s\n", r.summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// cells are the columns of what was simulated.
func (r *Row) cells() []string {
	return []string{figure(r.Mean), "± " + uncertainty(r.Half), fmt.Sprint(r.Customers), fmt.Sprintf("%.2f", r.Score), r.verdict()}
}

// name tells systems of equal parameters apart.
func (s System) name() string {
	if s.queue.replicas > 1 {
		return fmt.Sprintf("%s (%d replicas)", s.Params, s.queue.replicas)
	}
	return s.Params
}

func (r Result) summary() string {
	var rows []*Row
	for i := range r.Rows {
		rows = append(rows, &r.Rows[i])
	}
	return fmt.Sprintf("%d quantities of %d systems: %s\n%s", len(r.Rows), r.Done, tally(rows, r.Options), r.Joint.summary())
}

func verdict(agrees bool) string {
	if agrees {
		return "agrees"
	}
	return "DISAGREES"
}

// uncertainty writes a half-width with two significant digits.
func uncertainty(x float64) string { return fmt.Sprintf("%.2g", x) }

// figure writes a number with five significant digits.
func figure(x float64) string { return fmt.Sprintf("%.5g", x) }

// escape keeps Markdown from reading a name as markup.
func escape(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`).Replace(text)
}
