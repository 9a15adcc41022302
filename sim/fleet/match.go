package fleet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Matches reports whether the name of the deployment contains a text in whole words. The name
// vit-large@aws/g5 contains vit-large, large and @aws/, but neither vit-larg nor g. Every name
// contains the empty text.
func (d *Deployment) Matches(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	for from := 0; ; from++ {
		at := strings.Index(d.Name[from:], text)
		if at < 0 {
			return false
		}
		from += at
		before, _ := utf8.DecodeLastRuneInString(d.Name[:from])
		after, _ := utf8.DecodeRuneInString(d.Name[from+len(text):])
		if text == "" || !(inWord(before) && inWord(first)) && !(inWord(last) && inWord(after)) {
			return true
		}
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
