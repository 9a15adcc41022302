package validation

import (
	"fmt"
	"strings"
)

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

// escape escapes the characters of a name that Markdown would read as markup.
func escape(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`).Replace(text)
}
