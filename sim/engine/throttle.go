package engine

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// throttledByClient is the reason of a rejection by the client itself.
const throttledByClient = "throttled by its client"

// throttle is the state of a fleet.Throttle: how many attempts have ended, and how many of them
// were answered, in the last ten slices of time.
type throttle struct {
	k     float64
	slice time.Duration
	begun kernel.Time // begin of the present slice
	at    int         // the present slice
	past  [10]tally
	sum   tally // of all slices
}

// tally counts attempts, and those that were answered.
type tally struct{ requests, accepts int64 }

func newThrottle(t *fleet.Throttle) *throttle {
	return &throttle{k: t.K, slice: t.Window / 10}
}

// pass moves on to the slice of an instant. Slices older than the window no longer count.
func (t *throttle) pass(now kernel.Time) {
	passed := int64(now.Sub(t.begun) / t.slice)
	t.begun = t.begun.Add(time.Duration(passed) * t.slice)
	for range min(passed, int64(len(t.past))) {
		t.at = (t.at + 1) % len(t.past)
		t.sum.requests -= t.past[t.at].requests
		t.sum.accepts -= t.past[t.at].accepts
		t.past[t.at] = tally{}
	}
}

// note counts an attempt that has ended, as its client sees it.
func (t *throttle) note(now kernel.Time, answered bool) {
	t.pass(now)
	t.sum.requests++
	t.past[t.at].requests++
	if answered {
		t.sum.accepts++
		t.past[t.at].accepts++
	}
}

// rejects returns the probability with which an attempt that begins now is not sent.
func (t *throttle) rejects(now kernel.Time) float64 {
	t.pass(now)
	return max(0, (float64(t.sum.requests)-t.k*float64(t.sum.accepts))/float64(t.sum.requests+1))
}

// note tells the throttle of the client of a call, if it has one, how an attempt has ended.
func (l *clients) note(of int32, answered bool) {
	if t := l.throttles[l.calls[of].request.Client-1]; t != nil {
		t.note(l.queue.Now(), answered)
	}
}

// holds reports whether the client of a call does not send an attempt that has just begun. The draw
// depends on the numbers of the call and the attempt alone.
func (l *clients) holds(of int32) bool {
	j := &l.calls[of]
	t := l.throttles[j.request.Client-1]
	if t == nil {
		return false
	}
	p := t.rejects(l.queue.Now())
	if p == 0 {
		return false
	}
	s := kernel.NewStream(l.Seed, l.Replication, "throttle/"+l.client(&j.request).Name, j.number*(fleet.MostAttempts+1)+uint64(j.attempts))
	return s.Float64() < p
}

// attempt lets the next attempt of a call arrive. If its client does not send it, it ends at once.
func (r *run) attempt(of int32) {
	id, epoch := r.clients.attempt(of)
	if r.clients.holds(of) {
		r.ends.reject(id, throttledByClient)
		return
	}
	r.dispatch.receive(id, epoch)
}
