package strict

import (
	"fmt"
	"slices"
	"strings"
)

// Suggest returns a text for a message about an unknown word: the known word that was probably
// meant, or else all known words if they are few. It returns "" if neither helps.
func Suggest(word string, known []string) string {
	if meant := Meant(word, known); meant != "" {
		return meant
	}
	const few = 24 // as many as there are routers, or allocators
	if len(known) == 0 || len(known) > few {
		return ""
	}
	return " (known: " + strings.Join(known, ", ") + ")"
}

// Meant does the same as Suggest, but never lists all known words.
func Meant(word string, known []string) string {
	if best := nearest(word, known); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}

// nearest returns the known word that was probably meant by a word, or "".
func nearest(word string, known []string) string {
	best, distance := "", 0
	for _, k := range known {
		d := Distance(strings.ToLower(word), strings.ToLower(k))
		if d <= slip(k) && (best == "" || d < distance) {
			best, distance = k, d
		}
	}
	return best
}

// slip returns the largest distance to a word that still counts as a slip.
func slip(word string) int { return min(3, max(1, len(word)/3)) }

// Distance is the Damerau–Levenshtein distance between two words, in its optimal string alignment
// form. It is the smallest number of insertions, deletions, substitutions and swaps of neighbours
// that turn one word into the other, if no part is edited twice. If the words differ and one has
// more than 64 characters, the distance is the length of the longer word.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	const longest = 64
	if len(x) > longest || len(y) > longest {
		if slices.Equal(x, y) {
			return 0
		}
		return max(len(x), len(y))
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
