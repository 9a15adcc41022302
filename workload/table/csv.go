package table

import "bytes"

// trim removes the white space around a field.
func trim(field []byte) []byte {
	for len(field) > 0 && (field[0] == ' ' || field[0] == '\t') {
		field = field[1:]
	}
	for n := len(field); n > 0 && (field[n-1] == ' ' || field[n-1] == '\t' || field[n-1] == '\r'); n-- {
		field = field[:n-1]
	}
	if n := len(field); n > 0 && (field[0] >= 0x80 || field[n-1] >= 0x80) {
		return bytes.TrimSpace(field) // also Unicode white space
	}
	return field
}

// fields returns the fields of a line.
func fields(line []byte, comma byte) (list []string) {
	for rest, more := line, true; more; {
		var field []byte
		field, rest, more = cut(rest, comma)
		list = append(list, string(trim(field)))
	}
	return list
}

// cut splits the first field off a line. More says that further fields follow. If the field is
// quoted, cut removes the quotes around it, and replaces doubled quotes inside by single ones.
func cut(line []byte, comma byte) (field, rest []byte, more bool) {
	if len(line) > 0 && (line[0] == '"' || line[0] == ' ') {
		if field, rest, more, ok := cutQuoted(line, comma); ok {
			return field, rest, more
		}
	}
	if comma == ' ' { // any number of blanks is one separator
		line = bytes.Trim(line, " ")
	}
	if i := bytes.IndexByte(line, comma); i >= 0 {
		return line[:i], line[i+1:], true
	}
	return line, nil, false
}

// cutQuoted is cut for a quoted field. Ok is false if the line does not begin with one.
func cutQuoted(line []byte, comma byte) (field, rest []byte, more, ok bool) {
	line = bytes.TrimLeft(line, " ")
	if len(line) == 0 || line[0] != '"' {
		return nil, nil, false, false
	}
	end, doubled := closing(line[1:])
	if end < 0 {
		return nil, nil, false, false
	}
	field, rest = line[1:1+end], bytes.TrimLeft(line[2+end:], " ")
	if len(rest) > 0 && comma == ' ' && len(rest) < len(line)-2-end {
		rest = line[len(line)-len(rest)-1:] // the last blank before the next field is the separator
	}
	if len(rest) > 0 && rest[0] != comma {
		return nil, nil, false, false
	}
	if doubled {
		field = bytes.ReplaceAll(field, []byte(`""`), []byte(`"`))
	}
	if len(rest) > 0 {
		return field, rest[1:], true, true
	}
	return field, nil, false, true
}

// closing returns the index of the quote that ends a quoted text, or −1 if there is none. Doubled
// says that the text contains doubled quotes.
func closing(text []byte) (place int, doubled bool) {
	for i := 0; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 == len(text) || text[i+1] != '"' {
			return i, doubled
		}
		doubled = true
		i++
	}
	return -1, doubled
}

// unfinished reports whether a line ends inside a quoted field, which then goes on in the next
// line. Inside says that the line begins inside a quoted field.
func unfinished(line []byte, comma byte, inside bool) bool {
	if inside {
		end, _ := closing(line)
		if end < 0 {
			return true
		}
		line = bytes.TrimLeft(line[end+1:], " ")
		if len(line) == 0 || line[0] != comma {
			return false
		}
		line = line[1:]
	}
	for more := true; more; {
		if start := bytes.TrimLeft(line, " "); len(start) > 0 && start[0] == '"' {
			if end, _ := closing(start[1:]); end < 0 {
				return true
			}
		}
		_, line, more = cut(line, comma)
	}
	return false
}
