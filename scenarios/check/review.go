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

// NewReview returns the review of what was built.
func New(b *build.Built) *Review { return &Review{Built: b} }
