package registry

import (
	"math"
	"reflect"
	"slices"
	"time"

	"wavetank/policies/forecast"
	"wavetank/sim/quantity"
)

// Forecaster is the choice of a forecaster.
type Forecaster struct {
	choice[forecasters, forecast.Forecaster]
}

type forecasters struct{}

func (forecasters) entries() []Entry[forecast.Forecaster] {
	return slices.Concat(Forecasters(), added.Forecasters)
}

// Label returns the bare name if the parameters are the defaults, and otherwise the forecaster's
// own label.
func (f *Forecaster) Label() string {
	if standard, _ := f.Params(f.name); f.params == nil || reflect.DeepEqual(f.params, standard) {
		return f.name
	}
	return f.choice.Label()
}

// Forecasters returns the table of forecasters.
func Forecasters() []Entry[forecast.Forecaster] {
	type made = forecast.Forecaster
	return []Entry[made]{
		level(),
		plain("last", "Expects the last observation to stay.", "", func() made { return forecast.NewLast() }),
		tuned("moving-average", "Expects the mean of the last observations.", "",
			func() *MovingAverage { return &MovingAverage{5} },
			func(p *MovingAverage, _ Context) (made, error) { return forecast.NewMovingAverage(p.Window) }),
		tuned("ewma", "Expects the exponentially weighted mean of all observations.", "Brown 1956",
			func() *EWMA { return &EWMA{0.3} },
			func(p *EWMA, _ Context) (made, error) { return forecast.NewEWMA(p.Alpha) }),
		tuned("holt", "Extends an exponentially smoothed level and trend.", "Holt 1957",
			func() *Holt { return &Holt{0.3, 0.1} },
			func(p *Holt, _ Context) (made, error) { return forecast.NewHolt(p.Alpha, p.Beta) }),
		tuned("holt-winters", "Extends a smoothed level, trend and additive season.", "Winters 1960",
			func() *HoltWinters { return &HoltWinters{day, 0.3, 0.05, 0.2} },
			func(p *HoltWinters, ctx Context) (made, error) {
				return forecast.NewHoltWinters(windows(p.Season, ctx), p.Alpha, p.Beta, p.Gamma)
			}),
		tuned("seasonal-naive", "Expects what was observed one season ago.", "",
			func() *SeasonalNaive { return &SeasonalNaive{day} },
			func(p *SeasonalNaive, ctx Context) (made, error) {
				return forecast.NewSeasonalNaive(windows(p.Season, ctx))
			}),
		tuned("ols", "Extends the straight line of least squares through the last observations.", "",
			func() *OLS { return &OLS{10} },
			func(p *OLS, _ Context) (made, error) { return forecast.NewOLS(p.Window) }),
		tuned("ridge", "Regresses the load on its past, with a penalty on large weights.", "Hoerl and Kennard 1970",
			func() *Ridge { return &Ridge{Lags: 3, Season: day, Penalty: 10, Window: 120} },
			func(p *Ridge, ctx Context) (made, error) {
				return forecast.NewRidge(forecast.RidgeOptions{
					Lags: p.Lags, Season: windows(p.Season, ctx), Pairs: p.Pairs, Trend: p.Trend, Penalty: p.Penalty, Window: p.Window,
				})
			}),
		tuned("level-ridge", "Expects the level, and the change from it that a regression on the last loads predicts.", "Hoerl and Kennard 1970",
			func() *LevelRidge { return &LevelRidge{Lags: 3, Penalty: 1, Window: 120} },
			func(p *LevelRidge, ctx Context) (made, error) {
				return forecast.NewLevelRidge(ctx.Period, p.Lags, p.Penalty, p.Window)
			}),
		tuned("rls", "Regresses the load on its past, forgetting old observations.", "Plackett 1950",
			func() *RLS { return &RLS{3, 0.99} },
			func(p *RLS, _ Context) (made, error) { return forecast.NewRLS(p.Lags, p.Forgetting) }),
		starlarkForecaster(),
	}
}

// level returns the entry of level.
func level() Entry[forecast.Forecaster] {
	return Entry[forecast.Forecaster]{
		Name: "level", About: "Expects the present level to stay: the mean of the last windows (more of them if the load is noisy), kept close to the last one.",
		New: func(_ any, ctx Context) (forecast.Forecaster, error) { return forecast.NewLevel(ctx.Period), nil },
	}
}

const day = quantity.Duration(24 * time.Hour)

// windows returns how many control periods a season has. If the context has no period, it returns
// the number of minutes.
func windows(season quantity.Duration, ctx Context) int {
	period := ctx.Period
	if period <= 0 {
		period = time.Minute
	}
	return int(math.Round(float64(season) / float64(period)))
}

// MovingAverage are the parameters of moving-average.
type MovingAverage struct {
	Window int `yaml:"window" doc:"number of last control periods that count"`
}

// EWMA are the parameters of ewma.
type EWMA struct {
	Alpha float64 `yaml:"alpha" doc:"weight of the newest observation, in (0, 1]"`
}

// Holt are the parameters of holt.
type Holt struct {
	Alpha float64 `yaml:"alpha" doc:"weight of the newest level, in (0, 1]"`
	Beta  float64 `yaml:"beta" doc:"weight of the newest trend, in (0, 1]"`
}

// HoltWinters are the parameters of holt-winters.
type HoltWinters struct {
	Season quantity.Duration `yaml:"season" doc:"length of a season, rounded to control periods"`
	Alpha  float64           `yaml:"alpha" doc:"weight of the newest level, in (0, 1]"`
	Beta   float64           `yaml:"beta" doc:"weight of the newest trend, in (0, 1]"`
	Gamma  float64           `yaml:"gamma" doc:"weight of the newest season, in (0, 1]"`
}

// SeasonalNaive are the parameters of seasonal-naive.
type SeasonalNaive struct {
	Season quantity.Duration `yaml:"season" doc:"length of a season, rounded to control periods"`
}

// OLS are the parameters of ols.
type OLS struct {
	Window int `yaml:"window" doc:"number of last control periods to which the line is fitted"`
}

// Ridge are the parameters of ridge.
type Ridge struct {
	Lags    int               `yaml:"lags" doc:"number of past control periods that are features"`
	Pairs   int               `yaml:"pairs" doc:"number of sine and cosine pairs for the season; 0: no season"`
	Season  quantity.Duration `yaml:"season" doc:"length of a season, rounded to control periods"`
	Trend   bool              `yaml:"trend" doc:"whether time is a feature"`
	Penalty float64           `yaml:"penalty" doc:"weight of the squared coefficients, at least 0"`
	Window  int               `yaml:"window" doc:"number of last control periods to learn from"`
}

// LevelRidge are the parameters of level-ridge.
type LevelRidge struct {
	Lags    int     `yaml:"lags" doc:"number of past control periods that are features"`
	Penalty float64 `yaml:"penalty" doc:"penalty on the squared coefficients, relative to the size of the features; at least 0"`
	Window  int     `yaml:"window" doc:"number of last control periods to learn from"`
}

// RLS are the parameters of rls.
type RLS struct {
	Lags       int     `yaml:"lags" doc:"number of past control periods that are features"`
	Forgetting float64 `yaml:"forgetting" doc:"weight of an observation relative to the one after it, in (0, 1]"`
}
