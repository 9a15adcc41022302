package strict

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// longestName is the largest number of characters in a name.
const longestName = 64

// Name says in words what is wrong with a name, or returns "" if nothing is wrong. A name must fit
// in tables, in cells of spreadsheets and in names of folders.
func Name(name string) string {
	const rule = "a name has 1 to 64 letters, digits, spaces, dots, dashes and underscores, and begins with a letter or a digit"
	runes := []rune(name)
	switch {
	case len(runes) == 0:
		return "the name is empty; " + rule
	case len(runes) > longestName:
		return fmt.Sprintf("the name has %d characters; %s", len(runes), rule)
	case !letter(runes[0]) && strings.ContainsRune(others, runes[0]):
		return fmt.Sprintf("the name begins with %q; %s", runes[0], rule)
	case runes[len(runes)-1] == ' ':
		return "the name ends in a space; " + rule
	}
	for _, r := range runes {
		if !letter(r) && !strings.ContainsRune(others, r) {
			return fmt.Sprintf("the name has %q in it; %s", r, rule)
		}
	}
	return ""
}

// others are the characters that a name may have besides letters and digits.
const others = " .-_"

// PartedName does the same as Name, for names that may have parts with slashes between them, such
// as aws/g5.xlarge.
func PartedName(name string) string {
	parts := strings.Split(name, "/")
	switch {
	case len([]rune(name)) > longestName || len(parts) == 1:
		return Name(name)
	case slices.Contains(parts, ""):
		return "a part of the name between slashes is empty"
	}
	for _, part := range parts {
		if wrong := Name(part); wrong != "" {
			return wrong
		}
	}
	return ""
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// control returns the first character of a text that does not print, such as ESC. Line breaks and
// tabs are allowed.
func control(text string) (r rune, found bool) {
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return r, true
		}
	}
	return 0, false
}

// Printable replaces every character that does not print by an escape. So a message cannot change
// the state of a terminal.
func Printable(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if _, found := control(text); !found {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if _, found := control(string(r)); found {
			b.WriteString(strings.Trim(fmt.Sprintf("%q", r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
