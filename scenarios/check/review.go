// Package check finds out what can be known of a scenario before any run: its demand, objectives
// that no fleet can meet, levers without effect, and the warnings of every run.
package check

import (
	"sync"
	"wavetank/scenarios/build"
)

// Review examines a built scenario before any run.
type Review struct {
	*build.Built
	once sync.Once
	seen *outlook // set by look
}

// New returns the review of a built scenario.
func New(b *build.Built) *Review { return &Review{Built: b} }
