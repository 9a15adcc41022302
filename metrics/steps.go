package metrics

import (
	"math/bits"

	"wavetank/metrics/histogram"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// addSteps counts the times between tokens in a run of steps, one for every sequence and token. If
// a step emits several tokens for a sequence, they count as evenly spaced. Steps of about equal
// time are counted together.
func addSteps(l *histogram.Latencies, s *tokens.Steps) {
	if s.Growth == 0 || s.Count == 1 {
		addApart(l, float64(s.Time), s.Tokens, int64(s.Count)*int64(s.Decoding))
		return
	}
	left := s.Tokens
	for at := 0; at < s.Count; {
		first := s.Time + int64(at)*s.Growth
		n := s.Count - at
		// Take as many steps as fit into one bucket of the histogram. The width of a bucket is at
		// least 2⁻¹⁰ of its values.
		count := left
		if bucket := int64(1) << max(0, bits.Len64(uint64(first))-11); s.Growth*int64(n) > bucket {
			n = max(1, int(bucket/s.Growth))
			count = left * int64(n) / int64(s.Count-at)
			left -= count
		}
		middle := float64(first) + float64(s.Growth)*float64(n-1)/2
		addApart(l, middle, count, int64(n)*int64(s.Decoding))
		at += n
	}
}

// addApart counts n tokens that were emitted in a number of steps. Grains is the time of one step.
// A step counts once for each of its sequences.
func addApart(l *histogram.Latencies, grains float64, n, steps int64) {
	if n > 0 {
		l.AddMany(grains/profile.Grains*float64(steps)/float64(n), n)
	}
}
