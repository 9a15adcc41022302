package distribution

import (
	"errors"
	"fmt"
	"slices"

	"wavetank/sim/kernel"
)

type empirical struct {
	values []float64 // ascending, of mean 1
	sums   []float64 // their running sums
}

// mostValues is the upper limit on the number of values of an empirical distribution.
const mostValues = 100_000

// Empirical returns the distribution of some values, all equally likely, scaled to mean 1.
func Empirical(values []float64) (Service, error) {
	if len(values) == 0 || len(values) > mostValues {
		return nil, fmt.Errorf("empirical: values: %d given, want 1 to %d", len(values), mostValues)
	}
	sum := 0.0
	for i, v := range values {
		if err := Within(fmt.Sprintf("empirical: values[%d]", i), v, 0, 1e12); err != nil {
			return nil, err
		}
		sum += v
	}
	if sum == 0 {
		return nil, errors.New("empirical: values: all are 0")
	}
	l := empirical{values: slices.Sorted(slices.Values(values))}
	part := 0.0
	for i := range l.values {
		l.values[i] *= float64(len(values)) / sum
		part += l.values[i]
		l.sums = append(l.sums, part)
	}
	return l, nil
}

func (l empirical) Work(s *kernel.Stream) float64 { return l.values[s.IntN(len(l.values))] }

func (l empirical) Residual(s *kernel.Stream) float64 {
	i, _ := slices.BinarySearch(l.sums, s.Float64()*l.sums[len(l.sums)-1])
	return s.Float64() * l.values[i]
}

func (l empirical) String() string { return fmt.Sprintf("empirical(%d values)", len(l.values)) }
