package forecast

import "fmt"

// SeasonalNaive expects what was observed one season ago.
type SeasonalNaive struct{ past ring }

// NewSeasonalNaive returns a forecaster for seasons of the given number of windows. In the first
// season it expects the last observation.
func NewSeasonalNaive(season int) (*SeasonalNaive, error) {
	if err := window("seasonal naive: season", season, 1); err != nil {
		return nil, err
	}
	return &SeasonalNaive{newRing(season)}, nil
}

// String returns for example "seasonal-naive(24)".
func (f *SeasonalNaive) String() string { return fmt.Sprintf("seasonal-naive(%d)", cap(f.past.values)) }

// Observe implements Forecaster.
func (f *SeasonalNaive) Observe(value float64) { f.past.add(clean(value, f.past.last())) }

// Forecast implements Forecaster.
func (f *SeasonalNaive) Forecast(steps int) float64 {
	season := cap(f.past.values)
	if f.past.len() < season {
		return f.past.last()
	}
	return f.past.at((max(1, steps) - 1) % season)
}
