package trace

import (
	"container/heap"

	"wavetank/sim/fleet"
)

// sorting holds requests that wait until no earlier one can come.
type sorting struct {
	waiting waiting
	read    int64 // requests that have been put in
	begun   bool  // a request has been taken out, so the instant 0 is known
}

// push puts a request in.
func (s *sorting) push(r *fleet.Request) {
	heap.Push(&s.waiting, ordered{*r, s.read})
	s.read++
}

// pop takes out the first request, if it is at an instant or before it. Requests of one instant
// leave in the order of their rows.
func (s *sorting) pop(r *fleet.Request, until int64) bool {
	if len(s.waiting) == 0 || int64(s.waiting[0].Arrival) > until {
		return false
	}
	*r = heap.Pop(&s.waiting).(ordered).Request
	return true
}

// ordered is a request with its place in the file.
type ordered struct {
	fleet.Request
	place int64
}

// waiting is a heap of requests.
type waiting []ordered

func (w waiting) Len() int { return len(w) }
func (w waiting) Less(i, j int) bool {
	return w[i].Arrival < w[j].Arrival || w[i].Arrival == w[j].Arrival && w[i].place < w[j].place
}
func (w waiting) Swap(i, j int) { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)   { *w = append(*w, x.(ordered)) }
func (w *waiting) Pop() any {
	last := len(*w) - 1
	x := (*w)[last]
	*w = (*w)[:last]
	return x
}
