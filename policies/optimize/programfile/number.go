package programfile

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// infinite is the least value that means infinity in bounds and right-hand sides. CPLEX, Gurobi and
// HiGHS have the same limit.
const infinite = 1e20

// writtenInfinity is infinity in formats that have no word for it.
const writtenInfinity = "1e30"

// number reads a value. It accepts exponents of Fortran, such as 1.5D+03, and words for infinity.
func number(text string) (float64, error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	if !negative {
		unsigned = strings.TrimPrefix(text, "+")
	}
	if isInfinity(unsigned) {
		return signed(math.Inf(1), negative), nil
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E':
		case c == 'd' || c == 'D':
			text = text[:i] + "e" + text[i+1:]
		default:
			return 0, fmt.Errorf("%s is not a number", quoted(text))
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(v, 0) {
		return 0, fmt.Errorf("%s is not a number", quoted(text))
	}
	return v, nil
}

// isNumber reports whether a word is a value.
func isNumber(word string) bool {
	_, err := number(word)
	return err == nil
}

// isInfinity reports whether a word means infinity.
func isInfinity(word string) bool {
	return strings.EqualFold(word, "inf") || strings.EqualFold(word, "infinity")
}

// signed returns v, or −v if negative is true.
func signed(v float64, negative bool) float64 {
	if negative {
		return -v
	}
	return v
}

// limit returns v, or ±Inf if v means infinity.
func limit(v float64) float64 {
	if math.Abs(v) >= infinite {
		return math.Copysign(math.Inf(1), v)
	}
	return v
}

// finite reads a value that must be finite.
func finite(text string) (float64, error) {
	v, err := number(text)
	if err == nil && math.IsInf(v, 0) {
		err = fmt.Errorf("%s is not finite", quoted(text))
	}
	return v, err
}

// shortest writes a number with as few digits as are needed to read the same number again.
func shortest(v float64) string {
	if v == 0 {
		return "0" // for −0, too
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
