package table

import (
	"bytes"
	"slices"
	"strings"
)

// usual are the separators of fields, the most usual one first. The others separate fields only if
// the header has none of these.
var usual, rare = []byte{',', ';', '\t', '|'}, []byte{'^', '~', ' '}

// separator returns the separator of the names in a header: the most frequent of the usual ones, or
// else a rare one that is as frequent in the next line. Without any, it is a comma.
func separator(header, next []byte) byte {
	best := usual[0]
	for _, c := range usual[1:] {
		if bytes.Count(header, []byte{c}) > bytes.Count(header, []byte{best}) {
			best = c
		}
	}
	if bytes.IndexByte(header, best) >= 0 {
		return best
	}
	for _, c := range rare {
		if n := len(fields(header, c)); n > 1 && n == len(fields(next, c)) {
			return c
		}
	}
	return best
}

// said returns the separator that a line like sep=; gives, as spreadsheets write it above the
// header.
func said(line []byte) (comma byte, ok bool) {
	line = bytes.TrimRight(line, " \r")
	if len(line) == 5 && strings.EqualFold(string(line[:4]), "sep=") {
		return line[4], true
	}
	return 0, false
}

// mostHeaders is the upper limit on the rows of a header.
const mostHeaders = 4

// headers returns the names of the columns from the rows at the beginning of a table. A header has
// further rows if names of its first row are missing or appear more than once and the next row has
// no number, or if the next row has only units. Each name is then the texts above its column, with
// blanks between them. It returns the number of rows of the header.
func headers(rows [][]string) (names []string, count int) {
	names, count = rows[0], 1
	for _, row := range rows[1:] {
		if count == mostHeaders || len(row) != len(names) || !further(names, row) {
			break
		}
		if count == 1 {
			names = slices.Clone(names)
			for i := range names {
				if i > 0 && names[i] == "" && row[i] != "" { // a title above several columns
					names[i] = names[i-1]
				}
			}
		}
		for i := range names {
			names[i] = strings.TrimSpace(names[i] + " " + row[i])
		}
		count++
	}
	return names, count
}

// further reports whether a row belongs to a header with the given names.
func further(names, row []string) bool {
	units, words := 0, 0
	for _, cell := range row {
		if cell == "" {
			continue
		}
		if isUnit(cell) {
			units++
		}
		if words++; cell[0] >= '0' && cell[0] <= '9' || cell[0] == '-' || cell[0] == '.' {
			return false
		}
	}
	if words == 0 || len(names) < 2 {
		return false
	}
	if units == words {
		return true
	}
	seen := map[string]bool{}
	for _, name := range names {
		if name == "" || seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

// isUnit reports whether a cell of a header is a unit.
func isUnit(cell string) bool {
	word := Plain(cell)
	if _, ok := unitWords[word]; ok {
		return true
	}
	return slices.Contains([]string{"token", "tokens", "count", "1", "req_s", "requests_s", "tok_s", "tokens_s", "rfc3339", "utc"}, word)
}
