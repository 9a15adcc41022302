package tables

import (
	"errors"
	"strings"

	"wavetank/reports/wording"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// columnGap is the space between two columns of a table on a terminal.
const columnGap = "  "

// grid draws a table without frames, with a rule below the head of each column. The widths of
// columns are in characters. Columns are columnGap apart.
func (t table) grid(wide []int) string {
	high := 0
	for _, h := range t.head {
		high = max(high, 1+strings.Count(h, "\n"))
	}
	head, lines := make([]string, len(t.head)), make([][]string, len(t.lines))
	for i, h := range t.head {
		head[i] = wording.Spaced(h) + strings.Repeat("\n", high-strings.Count(h, "\n")) + strings.Repeat("─", wide[i])
		for j, line := range t.lines {
			lines[j] = append(lines[j], wording.Spaced(line[i]))
		}
	}
	var b strings.Builder
	writer := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone, Symbols: tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoFormat(tw.Off), tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off), tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithPadding(tw.Padding{Right: columnGap, Overwrite: true}),
		tablewriter.WithHeaderAlignment(tw.AlignLeft), tablewriter.WithRowAlignment(tw.AlignLeft))
	writer.Header(head)
	if err := errors.Join(writer.Bulk(lines), writer.Render()); err != nil {
		panic(err) // writing to a strings.Builder never fails
	}
	return b.String()
}
