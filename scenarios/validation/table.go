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
	for _, row := range r.Rows {
		if row.System.Family != family {
			family = row.System.Family
			fmt.Fprintf(t, "\n%s\t\texact\tsimulated\t\tz\t\n", family)
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t± %s\t%.2f\t%s\n",
			row.System.name(), row.Quantity, figure(row.Exact), figure(row.Mean), uncertainty(row.Half), row.Score, verdict(row.Agrees))
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
	fmt.Fprintf(&b, "Each system is a scenario, run through the scenario path, router, batcher and engine: %d replications of %d customers. Exact values are computed from formulas. z is the difference in standard errors.\n", r.Options.Replications, r.Options.Customers)
	family := ""
	for _, row := range r.Rows {
		if row.System.Family != family {
			family = row.System.Family
			fmt.Fprintf(&b, "\n### %s\n\n| system | quantity | exact | simulated | z | |\n|---|---|--:|--:|--:|---|\n", escape(family))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s ± %s | %.2f | %s |\n", escape(row.System.name()), escape(row.Quantity),
			figure(row.Exact), figure(row.Mean), uncertainty(row.Half), row.Score, verdict(row.Agrees))
	}
	fmt.Fprintf(&b, "\n%s\n", r.summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// name tells systems of equal parameters apart.
func (s System) name() string {
	if s.queue.replicas > 1 {
		return fmt.Sprintf("%s (%d replicas)", s.Params, s.queue.replicas)
	}
	return s.Params
}

func (r Result) summary() string {
	disagree := 0
	for _, row := range r.Rows {
		if !row.Agrees {
			disagree++
		}
	}
	return fmt.Sprintf("%d quantities of %d systems; %d beyond |z| = %.2f, which chance exceeds in one table of a thousand.\nJoint test: %d of %d headline scores lie beyond their 95 %% point; chance alone gives %d to %d in 99.9 %% of all tables: %s.",
		len(r.Rows), r.Headlines, disagree, r.Bound, r.Beyond, r.Headlines, r.Fewest, r.Most, verdict(r.JointlyAgrees()))
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
