package figures

import (
	"gonum.org/v1/plot"

	"wavetank/reports/axis"
)

// marks converts the marks of an axis.
func marks(list []axis.Tick) []plot.Tick {
	ticks := make([]plot.Tick, len(list))
	for i, t := range list {
		ticks[i] = plot.Tick{Value: t.Value, Label: t.Label}
	}
	return ticks
}

// evenTicks marks a linear axis at about the given number of round values.
type evenTicks struct {
	most  int
	whole bool // whole numbers only
}

// Ticks implements plot.Ticker.
func (e evenTicks) Ticks(low, high float64) []plot.Tick {
	return marks(axis.Even(low, high, e.most, e.whole))
}

// latencyTicks marks a logarithmic axis of seconds, or of plain numbers.
type latencyTicks struct {
	most  int
	plain bool // numbers without a unit
}

// Ticks implements plot.Ticker.
func (l latencyTicks) Ticks(low, high float64) []plot.Tick {
	return marks(axis.Log(low, high, l.most, l.plain))
}

// clock is a time axis.
type clock struct{ axis.TimeAxis }

// clockFor chooses an axis for a length in seconds, with at most the given number of labels.
func clockFor(length float64, most int) clock { return clock{axis.TimeFor(length, most)} }

// Ticks implements plot.Ticker.
func (c clock) Ticks(low, high float64) []plot.Tick { return marks(c.TimeAxis.Ticks(low, high)) }

// ninesScale is logarithmic in the distance to 100 %. It implements plot.Normalizer for values
// below 100.
type ninesScale struct{}

// Normalize implements plot.Normalizer.
func (ninesScale) Normalize(low, high, x float64) float64 { return axis.Nines(low, high, x) }

// ninesTicks marks a ninesScale.
type ninesTicks struct{}

// Ticks implements plot.Ticker.
func (ninesTicks) Ticks(low, high float64) []plot.Tick { return marks(axis.NinesTicks(low, high)) }
