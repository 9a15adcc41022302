package batching

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim"
)

func TestTritonDecidesAsItsScheduler(t *testing.T) {
	const us = time.Microsecond
	for _, c := range []struct {
		name      string
		sizes     []int
		largest   int
		preferred []int
		delay     time.Duration
		waited    time.Duration
		count     int
		wait      time.Duration
	}{
		{"without delay all that is there starts", []int{1, 1, 1}, 4, []int{4}, 0, 0, 3, 0},
		{"a preferred size starts at once", []int{1, 1, 1, 1, 1}, 4, []int{4}, 100 * us, 0, 4, 0},
		{"the largest preferred prefix starts", []int{1, 1, 1}, 4, []int{2, 4}, 100 * us, 10 * us, 2, 0},
		{"after the delay all that is there starts", []int{1, 1, 1}, 4, []int{2, 4}, 100 * us, 100 * us, 3, 0},
		{"one waits for company", []int{1}, 4, []int{4}, 100 * us, 40 * us, 0, 60 * us},
		{"what cannot grow starts", []int{3, 2}, 4, nil, 100 * us, 0, 1, 0},
		{"what cannot grow starts late too", []int{3, 2}, 4, nil, 100 * us, 500 * us, 1, 0},
		{"without a list the largest batch is preferred", []int{1, 1, 1, 1, 1}, 4, nil, 100 * us, 0, 4, 0},
		{"without a list fewer wait", []int{1, 1, 1}, 4, nil, 100 * us, 0, 0, 100 * us},
		{"preferred sizes count without delay", []int{1, 1, 1}, 8, []int{2}, 0, 0, 2, 0},
		{"sizes out of reach are left out", []int{1, 1, 1}, 4, []int{3, 64}, 100 * us, 0, 3, 0},
		{"a prefix below the largest preferred size starts", []int{2, 3}, 8, []int{4}, 100 * us, 0, 1, 0},
		{"after the delay more than preferred starts", []int{2, 3}, 8, []int{4}, 100 * us, 100 * us, 2, 0},
		{"a request larger than all sizes does not wait", []int{6}, 8, []int{4}, 100 * us, 0, 1, 0},
		{"a request larger than all sizes starts alone", []int{6, 1}, 8, []int{4}, 100 * us, 0, 1, 0},
	} {
		b, err := NewTriton(c.preferred, c.delay)
		if err != nil {
			t.Fatal(err)
		}
		f := b.form(c.largest)
		for _, items := range c.sizes {
			if !f.add(items) {
				break
			}
		}
		count, wait := b.decide(&f, c.waited)
		if count != c.count || wait != c.wait {
			t.Errorf("%s: starts %d or waits %v, want %d, %v", c.name, count, wait, c.count, c.wait)
		}
	}
}

// TestTritonWithoutListIsTimeout: if all requests have one item and there are no preferred sizes,
// Triton decides like Timeout, and with a delay of 0 like Greedy.
func TestTritonWithoutListIsTimeout(t *testing.T) {
	tb := t
	rapid.Check(t, func(t *rapid.T) {
		delay := time.Duration(rapid.IntRange(0, 20).Draw(t, "delay")) * time.Millisecond
		triton, err := NewTriton(nil, delay)
		if err != nil {
			t.Fatal(err)
		}
		timeout, err := NewTimeout(0, delay)
		if err != nil {
			t.Fatal(err)
		}
		requests := make([]asked, rapid.IntRange(1, 9).Draw(t, "queued"))
		v := sim.ViewOf(line(tb, requests...), ms*10)
		if a, b := triton.Batch(v, 0), timeout.Batch(v, 0); a != b {
			t.Fatalf("triton %+v, timeout %+v", a, b)
		}
		if delay == 0 && triton.Batch(v, 0) != NewGreedy().Batch(v, 0) {
			t.Fatal("without delay it is not greedy")
		}
	})
}
