package engine

import (
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestRetryBudgetAllowsItsShare counts the retries that a budget allows at one instant.
func TestRetryBudgetAllowsItsShare(t *testing.T) {
	for _, c := range []struct {
		budget   fleet.RetryBudget
		requests int
		after    time.Duration // from the requests to the retries
		want     int
	}{
		{fleet.RetryBudget{Share: 0.2, TTL: 10 * time.Second}, 100, 0, 20},
		{fleet.RetryBudget{Share: 0.2, TTL: 10 * time.Second}, 4, 0, 0},
		{fleet.RetryBudget{Share: 0.2, MinRate: 10, TTL: 10 * time.Second}, 100, 0, 120},
		{fleet.RetryBudget{Share: 2, TTL: 10 * time.Second}, 7, 0, 14},
		{fleet.RetryBudget{MinRate: 3, TTL: 2 * time.Second}, 50, 0, 6},
		{fleet.RetryBudget{TTL: time.Second}, 50, 0, 0},
		// nine slices of a second are kept besides the present one
		{fleet.RetryBudget{Share: 0.5, TTL: 10 * time.Second}, 10, 9 * time.Second, 5},
		{fleet.RetryBudget{Share: 0.5, TTL: 10 * time.Second}, 10, 11 * time.Second, 0},
	} {
		b := newRetryBudget(&c.budget)
		for range c.requests {
			b.request(0)
		}
		got := 0
		for b.retry(kernel.Time(c.after)) {
			got++
		}
		if got != c.want {
			t.Errorf("%+v: %d retries for %d requests %v ago, want %d", c.budget, got, c.requests, c.after, c.want)
		}
	}
}

// TestRetriesAreForgottenAsRequestsAre: a budget that is used up allows its minimum again, once the
// retries are a TTL ago.
func TestRetriesAreForgottenAsRequestsAre(t *testing.T) {
	b := newRetryBudget(&fleet.RetryBudget{Share: 0.1, MinRate: 1, TTL: 10 * time.Second})
	for second := range 100 {
		now, allowed := kernel.Time(second)*kernel.Time(time.Second), 0
		for b.retry(now) {
			allowed++
		}
		if want := map[bool]int{true: 10, false: 0}[second%10 == 0]; allowed != want {
			t.Errorf("at %v: %d retries, want %d", now, allowed, want)
		}
	}
}
