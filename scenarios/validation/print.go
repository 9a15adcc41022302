package validation

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Print writes a comparison as text for a terminal: the rows, then the joint test.
func (r Report) Print(w io.Writer) error {
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

// Markdown writes a comparison as a Markdown page.
func (r Report) Markdown(w io.Writer) error {
	var b strings.Builder
	o := r.Options
	fmt.Fprintf(&b, "Each system is a scenario, run through the scenario path, router, batcher and engine. There are %d replications of %d customers, "+
		"and of up to %d times as many if the interval of a percentile is wider than ± %.0f %% or a value disagrees. "+
		"Exact values come from formulas. z is the difference in standard errors.\n", o.Replications, o.Customers, o.Longest, 100*precise)
	family := ""
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.System.Family != family {
			family = row.System.Family
			fmt.Fprintf(&b, "\n### %s\n\n%s| system | quantity | exact | simulated | | customers | z | |\n|---|---|--:|--:|---|--:|--:|---|\n", escape(family), approximate(&row.System.queue))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", escape(row.System.name()), escape(row.Quantity), figure(row.Exact), strings.Join(row.cells(), " | "))
	}
	fmt.Fprintf(&b, "\n%s\n", r.summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// approximate says how far a scenario may be from the system that it approximates.
func approximate(q *queue) string {
	if q.near() == 0 {
		return ""
	}
	return fmt.Sprintf("An autoscaler (hpa, one request per server) switches servers on and off. It decides %.0f times in a mean gap between arrivals, and not with each of them. "+
		"So a difference of %.0f %% is allowed; z counts what exceeds it. The joint test leaves this system out.\n\n", 1/asked, 100*q.near())
}

// cells returns the cells of the columns about the simulation.
func (r *ComparedValue) cells() []string {
	return []string{figure(r.Mean), "± " + uncertainty(r.Half), fmt.Sprint(r.Customers), fmt.Sprintf("%.2f", r.Score), r.Verdict()}
}

func (r Report) summary() string {
	var rows []*ComparedValue
	for i := range r.Rows {
		rows = append(rows, &r.Rows[i])
	}
	return fmt.Sprintf("%d quantities of %d systems: %s\n%s", len(r.Rows), r.Done, tally(rows, r.Options), r.JointTest.summary())
}
