// Package profile says how long the hardware takes: for a batch, and for a step of an LLM engine.
package profile

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"time"
)

// Batch is the latency model of a batch replica: how long a batch of n requests takes on one
// device. It holds one span for each batch size from 1 to Max, so that a look-up is one memory
// access.
type Batch struct {
	latency []time.Duration // latency[n-1] for a batch of n
}

// Point is one measured batch latency.
type Point struct {
	Size    int           // requests in the batch
	Latency time.Duration // time of the whole batch
}

// Linear returns the model L(n) = fixed + n·each for n = 1 … largest.
func Linear(fixed, each time.Duration, largest int) (Batch, error) {
	if largest < 1 {
		return Batch{}, fmt.Errorf("largest batch %d is below 1", largest)
	}
	return Table([]Point{{1, fixed + each}, {largest, fixed + time.Duration(largest)*each}})
}

// Table returns the model through measured points, linear between them, up to the largest measured
// batch. Points may come in any order. The smallest batch must be 1. Latencies must be positive. A
// latency that is lower than that of a smaller batch is taken for measurement noise, and raised to
// it.
func Table(points []Point) (Batch, error) {
	if len(points) == 0 {
		return Batch{}, errors.New("a batch latency model needs at least one point")
	}
	sorted := append([]Point(nil), points...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Size < sorted[j].Size })
	if sorted[0].Size != 1 {
		return Batch{}, fmt.Errorf("the smallest batch must be 1, not %d", sorted[0].Size)
	}
	const largest = 1 << 16
	if last := sorted[len(sorted)-1].Size; last > largest {
		return Batch{}, fmt.Errorf("batch %d is larger than %d", last, largest)
	}
	dense := make([]time.Duration, 0, sorted[len(sorted)-1].Size)
	for i, p := range sorted {
		if p.Latency <= 0 {
			return Batch{}, fmt.Errorf("batch %d takes %v, which is not positive", p.Size, p.Latency)
		}
		if i > 0 {
			before := sorted[i-1]
			if before.Size == p.Size {
				if before.Latency != p.Latency {
					return Batch{}, fmt.Errorf("batch %d is given twice", p.Size)
				}
				continue
			}
			for n := before.Size + 1; n < p.Size; n++ {
				part := float64(n-before.Size) / float64(p.Size-before.Size)
				dense = append(dense, before.Latency+time.Duration(part*float64(p.Latency-before.Latency)))
			}
		}
		dense = append(dense, p.Latency)
	}
	for i := 1; i < len(dense); i++ {
		dense[i] = max(dense[i], dense[i-1])
	}
	return Batch{dense}, nil
}

// Max returns the largest batch of the model.
func (b Batch) Max() int { return len(b.latency) }

// Latency returns how long a batch of n requests takes, 1 ≤ n ≤ Max.
func (b Batch) Latency(n int) time.Duration { return b.latency[n-1] }

// LatencyOf returns how long a batch takes. The size need not be a whole number. Between whole
// sizes the latency is linear. Below 1 it is on the line through sizes 1 and 2. Beyond Max it is
// proportional to the size, as if full batches follow each other. If Max is 1, it is proportional
// to the size everywhere.
func (b Batch) LatencyOf(size float64) time.Duration {
	largest := len(b.latency)
	if size >= float64(largest) || largest == 1 {
		return time.Duration(min(math.Round(float64(b.latency[largest-1])*(size/float64(largest))), longest/2))
	}
	n := max(1, int(size))
	low, high := b.latency[n-1], b.latency[n]
	at := float64(low) + (size-float64(n))*float64(high-low)
	return time.Duration(math.Round(max(at, 0)))
}

// longest is a span that is longer than any run, in half nanoseconds.
const longest = 1 << 62

// Stretched returns a span times a factor, to the nearest nanosecond.
func Stretched(span time.Duration, factor float64) time.Duration {
	if factor == 1 {
		return span
	}
	halves := 2 * float64(span) * factor
	if halves > longest { // faster than min, which also checks for NaN
		halves = longest
	}
	return time.Duration((int64(halves) + 1) >> 1)
}

// Throughput returns n divided by the latency of a batch of n, in requests per second.
func (b Batch) Throughput(n int) float64 { return float64(n) / b.Latency(n).Seconds() }

// Scaled returns the model in which every latency is multiplied by times.
func (b Batch) Scaled(times int64) Batch {
	scaled := make([]time.Duration, len(b.latency))
	for i, l := range b.latency {
		scaled[i] = l * time.Duration(times)
	}
	return Batch{scaled}
}

// Largest returns the largest batch of at most limit requests whose latency satisfies fits, or 0.
// Latency does not fall with the batch size, so the answer is found by bisection.
func (b Batch) Largest(limit int, fits func(time.Duration) bool) int {
	return sort.Search(min(limit, b.Max()), func(i int) bool { return !fits(b.latency[i]) })
}
