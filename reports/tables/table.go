package tables

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wavetank/reports/wording"
)

// table is one printed table, with one or several lines for each policy.
type table struct {
	title string
	head  []string // titles of the columns; the first column names the lines
	lines [][]string
	notes []string // numbered footnotes, from 1
	plain []string // notes on the whole table
}

// alignAtSign joins each mean, its spread, and the text behind them (the tail) to one text for each
// line.
// Means are aligned at their decimal points, spreads at the ± signs and the decimal points. A
// spread without ± is aligned at its first character.
func alignAtSign(means, spreads, tails []string) []string {
	means, spreads = alignAtPoint(means), alignSpreads(spreads)
	right, tail := longest(spreads), longest(tails)
	texts := make([]string, len(means))
	for i := range texts {
		text := means[i]
		switch {
		case spreads[i] != "":
			text += " " + spreads[i] + strings.Repeat(" ", right-width(spreads[i]))
		case right > 0:
			text += strings.Repeat(" ", 1+right)
		}
		if tails[i] != "" && spreads[i] == "" {
			text = strings.TrimRight(text, " ") + " " + tails[i]
		} else if tail > 0 {
			text += " " + tails[i] + strings.Repeat(" ", tail-width(tails[i]))
		}
		texts[i] = text
	}
	return texts
}

// alignSpreads aligns half-widths at their decimal points.
func alignSpreads(spreads []string) []string {
	const sign = "± "
	halves := make([]string, len(spreads))
	for i, spread := range spreads {
		halves[i], _ = strings.CutPrefix(spread, sign)
		if halves[i] == spread {
			halves[i] = "" // no half-width
		}
	}
	aligned := slices.Clone(spreads)
	for i, half := range alignAtPoint(halves) {
		if halves[i] != "" {
			aligned[i] = sign + half
		}
	}
	return aligned
}

// alignAtPoint pads numbers to equal width, with their decimal points below each other.
func alignAtPoint(numbers []string) []string {
	var whole, parts []string
	for _, n := range numbers {
		before, after, point := strings.Cut(n, ".")
		if point {
			after = "." + after
		}
		whole, parts = append(whole, before), append(parts, after)
	}
	left, right := longest(whole), longest(parts)
	texts := make([]string, len(numbers))
	for i := range numbers {
		texts[i] = strings.Repeat(" ", left-width(whole[i])) + whole[i] + parts[i] + strings.Repeat(" ", right-width(parts[i]))
	}
	return texts
}

// fit cuts a table into tables of at most limit characters in width. Every part has at least one
// column besides the names. gap is the number of characters between two columns.
func (t table) fit(limit, gap int) []table {
	wide := t.widths()
	return t.cut(limit+gap, func(column int) int { return wide[column] + gap })
}

// widths returns how many characters wide each column is.
func (t table) widths() []int {
	wide := make([]int, len(t.head))
	for i, h := range t.head {
		wide[i] = width(h)
		for _, line := range t.lines {
			wide[i] = max(wide[i], width(line[i]))
		}
	}
	return wide
}

// narrow cuts a table into tables of at most the given number of columns.
func (t table) narrow(most int) []table { return t.cut(most, func(int) int { return 1 }) }

// cut splits a table into parts of neighbouring columns. Each part also has the first column. The
// weights of its columns add up to at most most, unless one column alone weighs more.
func (t table) cut(most int, weight func(column int) int) []table {
	var parts []table
	for from := 1; from < len(t.head); {
		total, to := weight(0)+weight(from), from+1
		for to < len(t.head) && total+weight(to) <= most {
			total += weight(to)
			to++
		}
		part := t
		part.head = slices.Concat(t.head[:1], t.head[from:to])
		part.lines = nil
		if from > 1 {
			part.title += ", continued"
		}
		for _, line := range t.lines {
			if from == 1 || strings.Join(line[from:to], "") != "" {
				part.lines = append(part.lines, slices.Concat(line[:1], line[from:to]))
			}
		}
		if to < len(t.head) {
			part.plain = nil // printed below the last part only
		}
		parts = append(parts, part)
		from = to
	}
	return parts
}

// refersTo reports whether a cell carries the number of a footnote.
func (t table) refersTo(note int) bool {
	return slices.ContainsFunc(t.lines, func(line []string) bool {
		return slices.ContainsFunc(line, func(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), superscript(note)) })
	})
}

// fold breaks a long name into lines of at most limit characters. It breaks after a "+", a comma, a
// "(" or a space. If a piece between these is longer than the limit, it is broken after a dash, a
// dot or an underscore, or else anywhere.
func fold(name string, limit int) string {
	var lines []string
	line := ""
	for rest := unbroken(name); rest != ""; {
		piece := firstPiece(rest, limit)
		if strings.TrimSpace(line) != "" && width(strings.TrimRight(line+piece, " ")) > limit {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += piece
		rest = rest[len(piece):]
	}
	return strings.Join(append(lines, line), "\n")
}

// unbroken keeps numbers of things together, such as "2 × aws/g6.xlarge".
func unbroken(text string) string {
	return strings.ReplaceAll(text, " × ", wording.Unbroken+"×"+wording.Unbroken)
}

// firstPiece returns the beginning of a name, up to the first place where a line may end. Spaces at
// this place belong to the piece, because no line begins with a space.
func firstPiece(name string, limit int) string {
	cut := strings.IndexAny(name, "+,( ") + 1
	if cut == 0 {
		cut = len(name)
	}
	if long := []rune(name[:cut]); len(long) > limit {
		cut = len(string(long[:limit]))
		if at := strings.LastIndexAny(name[:cut], "-._"); at > 0 {
			cut = at + 1
		}
	}
	for cut < len(name) && name[cut] == ' ' {
		cut++
	}
	return name[:cut]
}

// width returns the number of characters of the longest line.
func width(text string) int {
	most := 0
	for line := range strings.SplitSeq(text, "\n") {
		most = max(most, utf8.RuneCountInString(line))
	}
	return most
}

func longest(texts []string) int {
	most := 0
	for _, t := range texts {
		most = max(most, width(t))
	}
	return most
}

func superscript(n int) string {
	return strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(fmt.Sprint(n))
}
