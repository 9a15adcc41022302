package quantity

import (
	"fmt"
	"time"
)

// AutoDuration is a span of time, or "auto" if wavetank computes it.
type AutoDuration time.Duration

// Auto is the AutoDuration that is written "auto".
const Auto AutoDuration = -1

// UnmarshalText reads "auto" or a span that is not negative.
func (d *AutoDuration) UnmarshalText(text []byte) error {
	if string(text) == "auto" {
		*d = Auto
		return nil
	}
	var span Duration
	if err := span.UnmarshalText(text); err != nil {
		return err
	}
	if span < 0 {
		return fmt.Errorf("%q is negative", text)
	}
	*d = AutoDuration(span)
	return nil
}

// MarshalText writes "auto" or the span.
func (d AutoDuration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes "auto" or the span.
func (d AutoDuration) String() string {
	if d == Auto {
		return "auto"
	}
	return Duration(d).String()
}
