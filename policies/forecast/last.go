package forecast

// Last expects the last observation to stay.
type Last struct{ value float64 }

// NewLast returns a forecaster that repeats the last observation.
func NewLast() *Last { return &Last{} }

// String returns "last".
func (f *Last) String() string { return "last" }

// Observe implements Forecaster.
func (f *Last) Observe(value float64) { f.value = clean(value, f.value) }

// Forecast implements Forecaster.
func (f *Last) Forecast(int) float64 { return f.value }
