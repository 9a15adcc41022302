package metrics

import (
	"math"

	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// forecasts compares the demand of plans with the load of the control period that followed, in the
// windows of the measured span. The demand includes everything that a policy adds to its forecast:
// the maximum over several periods, headroom, the backlog.
type forecasts struct {
	spec   *fleet.Spec
	span   MeasuredSpan
	models []forecastError
}

// forecastError sums errors (demand − load) over windows, in requests per second.
type forecastError struct {
	windows, scaled int     // all windows, and those that have a window before them
	off, sum        float64 // sums of absolute errors and of errors
	offScaled       float64 // sum of absolute errors of the scaled windows
	// sum of absolute errors in the scaled windows if the load of the window before is the forecast
	naive   float64
	surplus float64 // $ paid for demand that did not come
	// requests with the cause tooFew whose plan expected less load than came
	missed int64
}

func newForecasts(c *fleet.Spec, s MeasuredSpan) forecasts {
	return forecasts{c, s, make([]forecastError, len(c.Models))}
}

// window adds the open window when it closes.
func (e *forecasts) window(l *loads, s *supply) {
	from := l.start(l.window)
	if !e.span.Has(from) {
		return
	}
	for i := range e.models {
		id := fleet.ModelID(i)
		p := s.at(id, from)
		if p.demand < 0 {
			continue
		}
		m, load := &e.models[i], l.rate(id, l.window)
		off := p.demand - load
		m.windows++
		m.off += math.Abs(off)
		m.sum += off
		m.surplus += max(0, off) * p.price * l.seconds(l.window) / 3600
		if l.window > 0 {
			m.scaled++
			m.offScaled += math.Abs(off)
			m.naive += math.Abs(load - l.rate(id, l.window-1))
		}
	}
}

// measures returns the errors of all models together and, if there are several, of each. Errors of
// different models do not cancel out.
func (e *forecasts) measures() (list []rows.Measurement) {
	var total forecastError
	apart := several(e.spec)
	for i := range e.models {
		m := &e.models[i]
		if m.windows == 0 || e.spec.Decodes(fleet.ModelID(i)) {
			continue
		}
		total.windows, total.scaled = max(total.windows, m.windows), max(total.scaled, m.scaled)
		total.off, total.sum = total.off+m.off, total.sum+m.sum
		total.offScaled, total.naive = total.offScaled+m.offScaled, total.naive+m.naive
		total.surplus, total.missed = total.surplus+m.surplus, total.missed+m.missed
		if apart {
			list = append(list, m.measures(e.spec.Models[i].Name)...)
		}
	}
	if total.windows == 0 {
		return nil
	}
	return append(total.measures(rows.All), list...)
}

// measures returns the errors. MASE is the mean absolute error, divided by that of a naive
// forecast: the load of the window before (Hyndman and Koehler, "Another look at measures of
// forecast accuracy", International Journal of Forecasting 22, 2006). It is left out if the load
// never changed.
func (m *forecastError) measures(scope string) []rows.Measurement {
	mase := math.NaN()
	if m.naive > 0 {
		mase = m.offScaled / m.naive
	}
	n := float64(m.windows)
	return []rows.Measurement{
		measure(scope, "forecast_mae", "1/s", m.off/n), measure(scope, "forecast_bias", "1/s", m.sum/n),
		measure(scope, "forecast_mase", "1", mase), measure(scope, "forecast_surplus", "$", m.surplus),
		measure(scope, "forecast_missed", "1", float64(m.missed)),
	}
}
