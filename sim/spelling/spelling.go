// Package spelling finds the known word that was probably meant by an unknown one.
package spelling

import (
	"fmt"
	"slices"
	"strings"
)

// Suggest returns a text for a message about an unknown word: the known word that was probably
// meant, or the known words that contain it, or else all known words if they are few. It returns ""
// if nothing helps.
func Suggest(word string, known []string) string {
	if meant := Meant(word, known); meant != "" {
		return meant
	}
	if several := containing(word, known); several != "" {
		return several
	}
	const few = 24 // as many as there are routers, or allocators
	if len(known) == 0 || len(known) > few {
		return ""
	}
	return " (known: " + strings.Join(known, ", ") + ")"
}

// Meant does the same as Suggest, but never lists all known words.
func Meant(word string, known []string) string {
	if best := Nearest(word, known); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}

// Nearest returns the known word that was probably meant by a word, or "". If no word is near, the
// parts behind the last slash are compared: "g5.xlarge" means "aws/g5.xlarge".
func Nearest(word string, known []string) string {
	for _, part := range []func(string) string{strings.ToLower, behindSlash} {
		best, distance := "", 0
		for _, k := range known {
			d := Distance(part(word), part(k))
			if d <= slip(part(k)) && (best == "" || d < distance) {
				best, distance = k, d
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

func behindSlash(word string) string {
	word = strings.ToLower(word)
	return word[strings.LastIndex(word, "/")+1:]
}

// containing returns a text that names the known words that contain a word: "aws/g5" is part of the
// names of several machines. It returns "" if there is none.
func containing(word string, known []string) string {
	const shortest, most = 2, 4
	if len(word) < shortest {
		return ""
	}
	var list []string
	for _, k := range known {
		if strings.Contains(strings.ToLower(k), strings.ToLower(word)) {
			list = append(list, fmt.Sprintf("%q", k))
		}
	}
	switch n := len(list); {
	case n == 0:
		return ""
	case n == 1:
		return fmt.Sprintf(" (did you mean %s?)", list[0])
	case n > most:
		list = append(list[:most-1], fmt.Sprintf("one of %d more", n-most+1))
	}
	last := len(list) - 1
	return fmt.Sprintf(" (did you mean %s or %s?)", strings.Join(list[:last], ", "), list[last])
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
