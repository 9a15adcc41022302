package quantity

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time, written "100ms", "1.5h" or "2d".
type Duration time.Duration

// Longest is the longest allowed span of time, ten years of 365 days, so that sums of spans do not
// overflow.
const Longest = Duration(10 * 365 * 24 * time.Hour)

// UnmarshalText reads a span such as "250ms", "1h30m" or "2d".
func (d *Duration) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	span, err := parseDuration(s)
	if err != nil {
		return err
	}
	if span > Longest || span < -Longest {
		return fmt.Errorf("%q is longer than %v", s, Longest)
	}
	*d = span
	return nil
}

// spanned matches every span that is written correctly, even if it is too long. The units are those
// of time.ParseDuration.
var spanned = regexp.MustCompile(`^[-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`)

// parseDuration reads a span. Its error says what is wrong with the text.
func parseDuration(s string) (Duration, error) {
	const example = "100ms, 5s or 2h"
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err == nil && math.Abs(n) > Longest.days() {
			return 0, fmt.Errorf("%q is longer than %v", s, Longest)
		}
		if err == nil && !math.IsNaN(n) {
			return Duration(n * 24 * float64(time.Hour)), nil
		}
	}
	span, err := time.ParseDuration(s)
	if err == nil {
		return Duration(span), nil
	}
	if spanned.MatchString(s) {
		return 0, fmt.Errorf("%q is longer than %v", s, Longest)
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return 0, fmt.Errorf("%q has no unit; write it as %s", s, withUnits(s, example))
	}
	closed := strings.Join(strings.Fields(s), "")
	small := strings.ToLower(closed)
	if small != s && isDuration(small) {
		var wrong []string
		if closed != s {
			wrong = append(wrong, "without a space")
		}
		if small != closed {
			wrong = append(wrong, "in lower case")
		}
		return 0, fmt.Errorf("%q must be written %s: %s", s, strings.Join(wrong, " and "), small)
	}
	return 0, fmt.Errorf("%q is not a span of time, such as %s", s, example)
}

// isDuration reports whether a text is a span.
func isDuration(s string) bool {
	_, err := parseDuration(s)
	return err == nil
}

func (d Duration) days() float64 { return time.Duration(d).Hours() / 24 }

// MarshalText writes the span as Go does, for example "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes the span without zero minutes and seconds, for example "24h" or "1m30s".
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
