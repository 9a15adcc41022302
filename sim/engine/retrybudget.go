package engine

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// retryBudget is the state of a fleet.RetryBudget: a bucket of tokens. A request adds tokens, a
// retry takes some. Both are forgotten after about one TTL, and then no longer count. It follows
// RetryBudget, TokenBucket.newLeakyBucket and WindowedAdder of Finagle, with its scale of 1000
// tokens for each request and its ten slices of time.
type retryBudget struct {
	empty             bool // it never allows a retry
	deposit, withdraw int64
	reserve           int64 // tokens that are always there

	slice   time.Duration // length of a slice of time
	begun   kernel.Time   // begin of the present slice
	present int64         // tokens added in the present slice, minus tokens taken
	past    [9]int64      // the same of the slices before, in a ring
	at      int           // index of the oldest past slice
}

func newRetryBudget(b *fleet.RetryBudget) *retryBudget {
	const scale = 1000
	r := &retryBudget{empty: b.Share == 0 && b.MinRate == 0, withdraw: 1, slice: b.TTL / 10}
	if b.Share > 0 {
		r.deposit, r.withdraw = scale, max(1, int64(scale/b.Share))
	}
	r.reserve = int64(b.MinRate*b.TTL.Seconds()) * r.withdraw
	return r
}

// expire moves on to the slice of an instant.
func (r *retryBudget) expire(now kernel.Time) {
	span := now.Sub(r.begun)
	if span < r.slice {
		return
	}
	r.past[r.at], r.present = r.present, 0
	r.at = (r.at + 1) % len(r.past)
	for range min(int64(span/r.slice)-1, int64(len(r.past))) { // slices without requests
		r.past[r.at] = 0
		r.at = (r.at + 1) % len(r.past)
	}
	r.begun = now
}

// request adds the tokens of a request.
func (r *retryBudget) request(now kernel.Time) {
	r.expire(now)
	r.present += r.deposit
}

// retry takes the tokens of a retry. It returns false, and takes none, if there are too few.
func (r *retryBudget) retry(now kernel.Time) bool {
	if r.empty {
		return false
	}
	r.expire(now)
	left := r.present + r.reserve
	for _, n := range r.past {
		left += n
	}
	if left < r.withdraw {
		return false
	}
	r.present -= r.withdraw
	return true
}
