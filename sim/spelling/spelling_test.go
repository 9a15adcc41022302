package spelling

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
	machines := []string{"aws/g5.xlarge", "aws/g5.12xlarge", "aws/g5.48xlarge", "gcp/g2-standard-4", "aws/g6.xlarge", "aws/g6e.xlarge", "azure/NC4as_T4_v3"}
	for word, want := range map[string]string{
		"g6e.xlarge": ` (did you mean "aws/g6e.xlarge"?)`, "GCP/G2-Standard-4": ` (did you mean "gcp/g2-standard-4"?)`, "google/g2-standard-4": ` (did you mean "gcp/g2-standard-4"?)`,
		"aws/g5": ` (did you mean "aws/g5.xlarge", "aws/g5.12xlarge" or "aws/g5.48xlarge"?)`, "NC4": ` (did you mean "azure/NC4as_T4_v3"?)`,
		"aws": ` (did you mean "aws/g5.xlarge", "aws/g5.12xlarge", "aws/g5.48xlarge" or one of 2 more?)`,
	} {
		if got := Suggest(word, machines); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
	if got := Suggest("x", nil); got != "" {
		t.Errorf("got %q", got)
	}
}
