package strict

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDistanceOfKnownWords(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"rte", "rate", 1}, {"raet", "rate", 1}, {"kitten", "sitting", 3}, {"abc", "", 3}, {"ca", "abc", 3}} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestDistanceIsSymmetricAndZeroOnlyForEqualWords(t *testing.T) {
	word := rapid.StringMatching(`[ab]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := Distance(a, b)
		if d != Distance(b, a) || (d == 0) != (a == b) || d > max(len(a), len(b)) {
			t.Fatalf("%q, %q: %d", a, b, d)
		}
	})
}

func TestSuggestions(t *testing.T) {
	known := []string{"rate", "peak", "latency"}
	for word, want := range map[string]string{
		"rte": ` (did you mean "rate"?)`, "Latency": ` (did you mean "latency"?)`, "lateny": ` (did you mean "latency"?)`,
		"zzzz": " (known: rate, peak, latency)",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("%s: got %q", word, got)
		}
	}
	if got := Suggest("x", nil); got != "" {
		t.Errorf("got %q", got)
	}
}
