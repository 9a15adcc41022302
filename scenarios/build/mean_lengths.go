package build

import (
	"math"

	"wavetank/scenarios/file"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// meanLengths returns the mean numbers of tokens of a prompt and an answer that plans assume for a
// stream. It takes them from the first source that exists:
//   - the scenario's planning;
//   - the stream's distributions, or its trace;
//   - an assumption: 512 and 128 tokens.
func meanLengths(s *file.Scenario, stream int, open func(name string) table.File, traces *traceReader) (input, output float64) {
	input, output = 512, 128
	w := &s.Workload[stream]
	if l, err := lengthsOf(w, open); err == nil && l != nil { // type streams reports the fault
		input, output = mean(l.Input)+w.SystemPrompt.Mean(), mean(l.Output)
	} else if w.Arrivals.Trace() != nil {
		if sum, err := traces.scan(stream); err == nil && sum.Input > 0 && sum.Output > 0 {
			input, output = sum.Input, sum.Output
		}
	}
	if n := s.Planning.Input; n > 0 {
		input = float64(n)
	}
	if n := s.Planning.Output; n > 0 {
		output = float64(n)
	}
	return input, output
}

// mean returns the mean of a distribution of lengths, as the average of 1000 evenly spaced
// quantiles.
func mean(c distribution.Count) float64 {
	const points = 1000
	sum := 0.0
	for i := range points {
		sum += float64(c.At(quantile(i, points)))
	}
	return sum / points
}

// quantile divides the standard normal distribution into equally likely parts. It returns the
// quantile in the middle of part i.
func quantile(i, parts int) float64 {
	return math.Sqrt2 * math.Erfinv((2*float64(i)+1)/float64(parts)-1)
}
