// Package check says what can be known of a scenario before any run: what is asked for, what no
// fleet can meet, what is in the wrong place, and the warnings of every run.
package check

import (
	"sync"
	"wavetank/scenarios/build"
)

// Review looks at what was built of a scenario, before any run.
type Review struct {
	*build.Built
	once sync.Once
	seen *outlook // once looked at
}

// New returns the review of a built scenario.
func New(b *build.Built) *Review { return &Review{Built: b} }
