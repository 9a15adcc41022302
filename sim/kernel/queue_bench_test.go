package kernel

import (
	"container/heap"
	"fmt"
	"testing"
)

// The hold model has n pending events. Each step takes the next event and schedules one a random
// gap later. For comparison there are a bare 4-ary heap of values for one type, which is about the
// fastest possible, and the standard library's heap of closures, as many simulators use it. Before
// the time is measured, every event is replaced twice, since the first instants only repeat the
// table of gaps.
//
// go test -bench Hold ./sim/kernel

func BenchmarkHold(b *testing.B) {
	ahead := gaps(exponential)
	for _, n := range []int{100, 1000, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("queue/%d", n), func(b *testing.B) { holdQueue(b, n, ahead) })
		b.Run(fmt.Sprintf("bare/%d", n), func(b *testing.B) { holdBare(b, n, ahead) })
		b.Run(fmt.Sprintf("closures/%d", n), func(b *testing.B) { holdClosures(b, n, ahead) })
	}
}

// BenchmarkHoldGaps is the hold model with a million events and gaps of many shapes.
func BenchmarkHoldGaps(b *testing.B) {
	const n = 1_000_000
	for _, shape := range gapShapes {
		ahead := gaps(shape.draw)
		b.Run("queue/"+shape.name, func(b *testing.B) { holdQueue(b, n, ahead) })
		b.Run("bare/"+shape.name, func(b *testing.B) { holdBare(b, n, ahead) })
	}
}

// BenchmarkFillAndDrain repeatedly schedules a million events and takes them all.
func BenchmarkFillAndDrain(b *testing.B) {
	const n = 1_000_000
	for _, shape := range gapShapes {
		ahead := gaps(shape.draw)
		b.Run("queue/"+shape.name, func(b *testing.B) {
			var q Queue[load]
			for b.Loop() {
				for i := range n {
					q.Schedule(q.Now()+ahead[i%len(ahead)]+Time(i), load{index: int32(i)})
				}
				for q.Len() > 0 {
					q.Next()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
		})
		b.Run("bare/"+shape.name, func(b *testing.B) {
			var h bare
			now, order := Time(0), uint64(0)
			for b.Loop() {
				for i := range n {
					h.push(bareNode{now + ahead[i%len(ahead)] + Time(i), order, load{index: int32(i)}})
					order++
				}
				for len(h) > 0 {
					now = h.pop().at
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
		})
	}
}

func holdQueue(b *testing.B, n int, ahead []Time) {
	var q Queue[load]
	for i := range n {
		q.Schedule(ahead[i%len(ahead)], load{index: int32(i)})
	}
	for i := range 2 * n {
		at, e, _ := q.Next()
		q.Schedule(at+ahead[i%len(ahead)], e)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		at, e, _ := q.Next()
		q.Schedule(at+ahead[i%len(ahead)], e)
		i++
	}
}

func holdBare(b *testing.B, n int, ahead []Time) {
	var h bare
	order := uint64(0)
	for i := range n {
		h.push(bareNode{ahead[i%len(ahead)], order, load{index: int32(i)}})
		order++
	}
	for i := range 2 * n {
		e := h.pop()
		h.push(bareNode{e.at + ahead[i%len(ahead)], order, e.event})
		order++
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		e := h.pop()
		h.push(bareNode{e.at + ahead[i%len(ahead)], order, e.event})
		order++
		i++
	}
}

func holdClosures(b *testing.B, n int, ahead []Time) {
	var h closures
	fired, order := 0, uint64(0)
	for i := range n {
		heap.Push(&h, closure{ahead[i%len(ahead)], order, func() { fired++ }})
		order++
	}
	step := func(i int) {
		e := heap.Pop(&h).(closure)
		e.fire()
		heap.Push(&h, closure{e.at + ahead[i%len(ahead)], order, func() { fired += e.weight() }})
		order++
	}
	for i := range 2 * n {
		step(i)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		step(i)
		i++
	}
}

// bare is a hand-written heap: no clock, no checks, one type.
type bare []bareNode

type bareNode struct {
	at    Time
	order uint64
	event load
}

func (h *bare) push(x bareNode) {
	*h = append(*h, x)
	a := *h
	i := len(a) - 1
	for i > 0 {
		p := (i - 1) >> 2
		if a[p].at <= x.at {
			break
		}
		a[i] = a[p]
		i = p
	}
	a[i] = x
}

func (h *bare) pop() bareNode {
	a := *h
	top := a[0]
	n := len(a) - 1
	x := a[n]
	a = a[:n]
	*h = a
	i := 0
	for {
		c := i<<2 + 1
		if c >= n {
			break
		}
		best := c
		end := min(c+4, n)
		for j := c + 1; j < end; j++ {
			if a[j].at < a[best].at || a[j].at == a[best].at && a[j].order < a[best].order {
				best = j
			}
		}
		if x.at < a[best].at || x.at == a[best].at && x.order < a[best].order {
			break
		}
		a[i] = a[best]
		i = best
	}
	if n > 0 {
		a[i] = x
	}
	return top
}

type closure struct {
	at    Time
	order uint64
	fire  func()
}

func (closure) weight() int { return 1 }

type closures []closure

func (h closures) Len() int      { return len(h) }
func (h closures) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *closures) Push(x any)   { *h = append(*h, x.(closure)) }
func (h closures) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].order < h[j].order
}

func (h *closures) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
