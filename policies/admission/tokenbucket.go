package admission

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Scope says which requests share a bucket.
type Scope string

// The scopes: one bucket per model, per class, per tenant, or a single bucket for all requests.
const (
	ByModel  Scope = "model"
	ByClass  Scope = "class"
	ByTenant Scope = "tenant"
	ForAll   Scope = "all"
)

// Choices lists the scopes.
func (Scope) Choices() []string {
	return []string{string(ByModel), string(ByClass), string(ByTenant), string(ForAll)}
}

// key returns the bucket of a request.
func (s Scope) key(r *fleet.Request) int {
	switch s {
	case ByModel:
		return int(r.Model)
	case ByClass:
		return int(r.Class)
	case ByTenant:
		return int(r.Tenant)
	}
	return 0
}

// Defaults of TokenBucket.
const (
	DefaultRate  = 100 // requests per second
	DefaultBurst = 10
)

// mostBurst bounds the tokens of a bucket, so that a float64 also holds small fractions of a token.
const mostBurst = 1_000_000_000

// TokenBucket admits a request when its bucket holds a token, and takes the token. A bucket starts
// full, with a burst of tokens, and gains tokens evenly at a rate until it is full. In any time t
// it admits at most burst + rate·t requests. Source: Turner, "New directions in communications",
// IEEE Communications Magazine, 1986.
type TokenBucket struct {
	rate, burst float64 // tokens per second, tokens
	by          Scope
	buckets     []bucket // by key, up to the highest key so far
}

// bucket holds the number of tokens at an instant.
type bucket struct {
	tokens float64
	at     kernel.Time
}

// NewTokenBucket returns an admission. Each bucket holds at most burst tokens, and gains rate
// tokens per second.
func NewTokenBucket(rate float64, burst int, by Scope) (*TokenBucket, error) {
	var faults []error
	if !(rate > 0 && rate <= 1e12) {
		faults = append(faults, fmt.Errorf("rate: %v/s is outside (0, 1e12]", rate))
	}
	if burst < 1 || burst > mostBurst {
		faults = append(faults, fmt.Errorf("burst: %d is outside [1, %d]", burst, mostBurst))
	}
	if !slices.Contains(by.Choices(), string(by)) {
		faults = append(faults, fmt.Errorf("by: %q is none of %s", by, strings.Join(by.Choices(), ", ")))
	}
	return &TokenBucket{rate: rate, burst: float64(burst), by: by}, errors.Join(faults...)
}

// Admit implements sim.Admission.
func (a *TokenBucket) Admit(v *sim.View, r *fleet.Request) bool {
	key := a.by.key(r)
	for key >= len(a.buckets) {
		a.buckets = append(a.buckets, bucket{tokens: a.burst})
	}
	b := &a.buckets[key]
	b.tokens = min(a.burst, b.tokens+a.rate*v.Now().Sub(b.at).Seconds())
	b.at = v.Now()
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// String returns "token-bucket", with the parameters that differ from their defaults.
func (a *TokenBucket) String() string {
	var parts []string
	if a.rate != DefaultRate {
		parts = append(parts, fmt.Sprintf("rate %v/s", a.rate))
	}
	if a.burst != DefaultBurst {
		parts = append(parts, fmt.Sprintf("burst %v", a.burst))
	}
	if a.by != ByModel {
		parts = append(parts, "by "+string(a.by))
	}
	if len(parts) == 0 {
		return "token-bucket"
	}
	return "token-bucket(" + strings.Join(parts, ", ") + ")"
}
