package validation

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Print writes a judgement as text for a terminal: the claims by family, then claims that could not
// be computed or simulated, and the summary.
func (j *Judgement) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	family := ""
	for i := range j.Claims {
		c := &j.Claims[i]
		if c.Family != family {
			family = c.Family
			fmt.Fprintf(t, "\n%s\t\ttable\tformula\t\tsimulated\t\tcustomers\tz\t\n", family)
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t\n", c.Params, c.Quantity, strings.Join(c.cells(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n", j.notes("\nNot known:\n", "\nNot simulated:\n"), j.summary())
	return err
}

// Markdown writes a judgement as a Markdown page.
func (j *Judgement) Markdown(w io.Writer) error {
	var b strings.Builder
	family := ""
	for i := range j.Claims {
		c := &j.Claims[i]
		if c.Family != family {
			family = c.Family
			fmt.Fprintf(&b, "\n### %s\n\n| system | quantity | table | formula | | simulated | | customers | z | |\n|---|---|--:|--:|---|--:|---|--:|--:|---|\n", escape(family))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", escape(c.Params), escape(c.Quantity), strings.Join(c.cells(), " | "))
	}
	fmt.Fprintf(&b, "%s\n%s\n", escape(j.notes("\n### Not known\n\n", "\n### Not simulated\n\n")), j.summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// cells returns the cells of a claim, from the column of the claimed value on.
func (c *Checked) cells() []string {
	exact := "–"
	if c.Fault == nil {
		exact = fmt.Sprintf("%.10g", c.Exact)
	}
	if c.Row == nil {
		return []string{c.Text, exact, c.Verdict(), "–", "", "", "", ""}
	}
	return append([]string{c.Text, exact, c.Verdict()}, c.Row.cells()...)
}

// notes lists claims that could not be computed, with their lines in the table, and claims that
// were not simulated, with the reasons.
func (j *Judgement) notes(unknown, left string) string {
	var b strings.Builder
	for i := range j.Claims {
		if c := &j.Claims[i]; c.Fault != nil {
			b.WriteString(unknown)
			unknown = ""
			fmt.Fprintf(&b, "- line %d: %v\n", c.Line, c.Fault)
		}
	}
	var told []string
	for i := range j.Claims {
		c := &j.Claims[i]
		note := fmt.Sprintf("- %s: %s\n", c.Family, c.Left)
		if c.Left == unobserved {
			note = fmt.Sprintf("- %s of %s: %s\n", c.Quantity, c.Family, c.Left)
		}
		if c.Left == "" || slices.Contains(told, note) {
			continue
		}
		b.WriteString(left)
		left, told = "", append(told, note)
		b.WriteString(note)
	}
	return b.String()
}

func (j *Judgement) summary() string {
	var wrong, unknown int
	var rows []*ComparedValue
	for i := range j.Claims {
		switch c := &j.Claims[i]; {
		case c.Fault != nil:
			unknown++
		case !c.Holds:
			wrong++
		}
		if row := j.Claims[i].Row; row != nil {
			rows = append(rows, row)
		}
	}
	return fmt.Sprintf("%d values of %d systems: %d differ from the formula, %d are not known.\n%d simulated, with %d replications: %s\n%s",
		len(j.Claims), j.Systems, wrong, unknown, len(rows), j.Options.Replications, tally(rows, j.Options), j.JointTest.summary())
}
