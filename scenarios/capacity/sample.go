package capacity

import (
	"math"
	"slices"
	"sort"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

const (
	around  = 1 << 8 // smallest number of requests in a window for the mean gap
	longest = 1 << 8 // largest number of requests in a block of resampling
)

// sample holds requests of one model in the order of their arrival. It has the gap before each
// request instead of its arrival.
type sample struct {
	requests []fleet.Request
	gaps     []float64 // gap before each request, as a multiple of the mean gap around it
	block    int       // requests in a block of resampling
	clump    int       // most requests at one instant; 1 if few arrive together
	alike    bool      // the requests differ only in their arrival
	inOrder  bool      // prompts repeat earlier ones, so the order matters
	talks    *talks    // the conversations of the requests; nil: none

	mean fleet.PlannedLengths // mean lengths of the requests
}

// newSample returns the sample of at least two requests. The first request only serves to measure
// the gap before the second.
//
// A gap is measured as a multiple of the mean gap in a window around it. So a slow change of the
// rate adds no dispersion, but a burst does. The window is one control period, because an allocator
// can follow slower changes. It is longer if it would hold too few requests for a mean. If most
// requests have enough others before and after them within the period, the remaining requests are
// left out: they come at low load, or where the rate jumps.
func newSample(requests []fleet.Request, period time.Duration) (s sample) {
	if s.inOrder = repeats(requests); s.inOrder {
		s.talks = newTalks(requests)
	}
	w := window{requests: requests, period: period}
	dense := make([]bool, len(requests))
	s.gaps = make([]float64, 0, len(requests)-1)
	many := 0
	for i := 1; i < len(requests); i++ {
		mean, enough := w.mean(i)
		gap := 1.0
		if mean > 0 {
			gap = float64(requests[i].Arrival.Sub(requests[i-1].Arrival)) / mean
		}
		s.gaps = append(s.gaps, gap)
		if dense[i] = enough; i > 1 && requests[i].Arrival == requests[i-1].Arrival {
			dense[i] = dense[i-1] // requests of one instant stay together
		}
		if dense[i] {
			many++
		}
	}
	s.requests = requests[1:]
	if 2*many > len(requests) && !s.inOrder {
		s.leave(dense[1:])
	}
	s.center()
	s.clump = s.largestClump()
	s.block, s.mean = s.together(), s.lengths()
	s.alike = !slices.ContainsFunc(s.requests, func(r fleet.Request) bool { return !same(r, s.requests[0]) })
	return s
}

// same reports whether two requests differ only in their arrival.
func same(a, b fleet.Request) bool {
	a.Arrival, a.Entered, a.Ordinal = b.Arrival, b.Entered, b.Ordinal
	return a == b
}

// window computes the mean gap around a request.
type window struct {
	requests []fleet.Request
	period   time.Duration
}

// mean returns the mean gap in the window around the gap before request i, in nanoseconds. Enough
// is true if one period holds enough requests on both sides.
func (w *window) mean(i int) (gap float64, enough bool) {
	all, n := w.requests, len(w.requests)
	least, middle := min(around, n/4), all[i-1].Arrival.Add(all[i].Arrival.Sub(all[i-1].Arrival)/2)
	first := w.after(middle.Add(-w.period / 2))
	last := w.after(middle.Add(w.period/2)) - 1
	if enough = last-first >= least && min(i-first, last-i) >= least/4; last-first < least {
		first, last = max(0, i-1-least/2), min(n-1, i+least/2)
	}
	return float64(all[last].Arrival.Sub(all[first].Arrival)) / float64(last-first), enough
}

// after returns the first request at or after an instant.
func (w *window) after(t kernel.Time) int {
	return sort.Search(len(w.requests), func(i int) bool { return w.requests[i].Arrival >= t })
}

// leave keeps only the requests with stay set. It changes nothing if all of these come at one
// instant.
func (s *sample) leave(stay []bool) {
	requests, gaps, sum := make([]fleet.Request, 0, len(stay)), make([]float64, 0, len(stay)), 0.0
	for i, stays := range stay {
		if stays {
			requests, gaps = append(requests, s.requests[i]), append(gaps, s.gaps[i])
			sum += s.gaps[i]
		}
	}
	if sum > 0 {
		s.requests, s.gaps = requests, gaps
	}
}

// center scales the gaps to a mean of 1. If all gaps are 0, it sets them to 1.
func (s *sample) center() {
	sum := 0.0
	for _, gap := range s.gaps {
		sum += gap
	}
	for i := range s.gaps {
		if sum == 0 {
			s.gaps[i] = 1
		} else {
			s.gaps[i] *= float64(len(s.gaps)) / sum
		}
	}
}

// dispersion returns the index of dispersion for intervals over a number of requests: the variance
// of the sum of that many gaps, divided by the same variance of a Poisson stream (Fendick and
// Whitt, "Measurements and approximations to describe the offered traffic and predict the average
// workload in a single-server queue", Proceedings of the IEEE, 1989).
func (s *sample) dispersion(requests int) float64 {
	k := max(1, min(requests, len(s.gaps)/8))
	return dispersion(len(s.gaps), k, func(i int) float64 { return s.gaps[i] })
}

// dispersion returns the variance of sums of k consecutive values of a series, divided by the
// variance that the sums would have if the values were independent and exponential. n is the length
// of the series, and of returns its i-th value.
func dispersion(n, k int, of func(i int) float64) float64 {
	var sum, squares, blocks float64
	for from := 0; from+k <= n; from += k {
		all := 0.0
		for i := from; i < from+k; i++ {
			all += of(i)
		}
		sum, squares, blocks = sum+all, squares+all*all, blocks+1
	}
	if blocks < 2 || sum == 0 {
		return 1
	}
	mean := sum / blocks
	return max(0, squares/blocks-mean*mean) / (mean * mean) * float64(k)
}

// largestClump returns the largest number of requests at one instant, but at most longest. It is 1
// if few requests arrive together, because gaps below a nanosecond also occur by chance.
func (s *sample) largestClump() int {
	const few = 0.25
	most, now, together := 1, 1, 0
	for _, gap := range s.gaps {
		if now++; gap > 0 {
			now = 1
		} else {
			together++
		}
		most = max(most, now)
	}
	if float64(together) < few*float64(len(s.gaps)) {
		return 1
	}
	return min(most, longest)
}

// together returns the number of requests in a block of resampling. It is the smallest number at
// which sums of gaps, works and lengths have nearly the same dispersion as over long stretches. It
// is 1 if they are independent.
func (s *sample) together() int {
	const nearly = 0.75
	length := s.clump
	for _, of := range []func(i int) float64{
		func(i int) float64 { return s.gaps[i] },
		func(i int) float64 { return s.requests[i].Work * s.requests[i].Size() },
		func(i int) float64 { return float64(s.requests[i].Input) },
		func(i int) float64 { return float64(s.requests[i].Output) },
	} {
		for all := dispersion(len(s.gaps), longest, of); length < longest && dispersion(len(s.gaps), length, of) < nearly*all; {
			length *= 2
		}
	}
	return length
}

// spread returns the squared coefficient of variation of the requests' works.
func (s *sample) spread() float64 {
	var sum, squares float64
	for i := range s.requests {
		w := s.requests[i].Work
		sum, squares = sum+w, squares+w*w
	}
	n := float64(len(s.requests))
	if sum == 0 {
		return 0
	}
	return max(0, n*squares/(sum*sum)-1)
}

// output returns the mean number of tokens in an answer.
func (s *sample) output() float64 {
	sum := 0.0
	for i := range s.requests {
		sum += float64(s.requests[i].Output)
	}
	return sum / math.Max(1, float64(len(s.requests)))
}
