package tables

import (
	"bytes"
	"fmt"
	"strings"

	"wavetank/reports/wording"
)

// latex writes the tables for LaTeX with the packages booktabs and amssymb.
func (o Output) latex(out *bytes.Buffer) {
	var b strings.Builder
	b.WriteString("% needs \\usepackage{booktabs,amssymb}\n")
	if o.Title != "" {
		fmt.Fprintf(&b, "%% %s\n", strings.ReplaceAll(o.Title, "\n", " "))
	}
	b.WriteByte('\n')
	paragraphs(&b, o.Before, latexText)
	for _, t := range o.tables() {
		t.latex(&b)
	}
	paragraphs(&b, o.After, latexText)
	out.WriteString(strings.TrimRight(b.String(), "\n") + "\n")
}

// latex writes a table with its title and its notes.
func (t table) latex(b *strings.Builder) {
	fmt.Fprintf(b, "\\begin{table}\n\\caption{%s}\n\\begin{tabular}{l%s}\n\\toprule\n", latexText(t.title), strings.Repeat("r", len(t.head)-1))
	line := func(cells []string) {
		texts := make([]string, len(cells))
		for i, text := range cells {
			texts[i] = latexText(strings.Join(strings.Fields(text), " "))
			switch {
			case i == 0 && strings.HasPrefix(text, indent):
				texts[i] = "\\quad " + texts[i]
			case i == 0 && strings.HasPrefix(text, "["):
				texts[i] = "{}" + texts[i] // a bracket after \\ would be its argument
			}
		}
		fmt.Fprintf(b, "%s \\\\\n", strings.Join(texts, " & "))
	}
	line(t.head)
	b.WriteString("\\midrule\n")
	for _, cells := range t.lines {
		line(cells)
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n")
	for i, note := range t.notes {
		if t.refersTo(i + 1) {
			fmt.Fprintf(b, "\\par %s %s\n", latexText(superscript(i+1)), latexText(note))
		}
	}
	for _, note := range t.plain {
		fmt.Fprintf(b, "\\par %s\n", latexText(note))
	}
	b.WriteString("\\end{table}\n\n")
}

// latexSigns maps what LaTeX reads as a command, or has no letter for, to what prints it.
var latexSigns = strings.NewReplacer(
	"\\", "\\textbackslash{}", "&", "\\&", "%", "\\%", "$", "\\$", "#", "\\#", "_", "\\_", "{", "\\{", "}", "\\}",
	"~", "\\textasciitilde{}", "^", "\\textasciicircum{}", "<", "\\textless{}", ">", "\\textgreater{}", "\n", " ",
	"−", "$-$", "±", "$\\pm$", "×", "$\\times$", "≈", "$\\approx$", "≠", "$\\neq$", "≥", "$\\geq$", "≤", "$\\leq$", "∞", "$\\infty$",
	"▲", "$\\blacktriangle$", "▼", "$\\blacktriangledown$", "◆", "$\\blacklozenge$", "†", "$\\dagger$", "µ", "$\\mu$", "·", "$\\cdot$",
	"→", "$\\rightarrow$", "–", "--", "…", "\\dots{}",
	"⁰", "$^0$", "¹", "$^1$", "²", "$^2$", "³", "$^3$", "⁴", "$^4$", "⁵", "$^5$", "⁶", "$^6$", "⁷", "$^7$", "⁸", "$^8$", "⁹", "$^9$",
	wording.Unbroken, "~",
)

// latexText writes a text for LaTeX.
func latexText(text string) string { return latexSigns.Replace(text) }
