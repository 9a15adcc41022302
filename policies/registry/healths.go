package registry

import (
	"slices"
	"time"

	"wavetank/policies/health"
	"wavetank/sim"
	"wavetank/sim/quantity"
)

// Health is the choice of a health lever.
type Health struct {
	choice[healths, sim.Health]
}

type healths struct{}

func (healths) entries() []Entry[sim.Health] { return slices.Concat(Healths(), added.Healths) }

// Healths returns the table of health levers.
func Healths() []Entry[sim.Health] {
	return []Entry[sim.Health]{
		plain("none", "Leaves every ready replica in rotation.", "", health.NewNone),
		tuned("outlier-ejection", "Takes replicas that fail several times in a row out of rotation for a time.", "outlier detection of Envoy",
			outlierDefaults, func(p *OutlierEjection, _ Context) (sim.Health, error) { return health.NewOutlierEjection(p.options()) }),
		tuned("readiness", "Takes replicas out of rotation while their probes are answered too late.", "readiness probes of Kubernetes",
			readinessDefaults, func(p *Readiness, _ Context) (sim.Health, error) { return health.NewReadiness(p.options()) }),
		tuned("both", "Takes replicas out of rotation while outlier ejection or readiness does.", "Envoy in front of pods of Kubernetes",
			func() *BothHealth { return &BothHealth{*outlierDefaults(), *readinessDefaults()} },
			func(p *BothHealth, _ Context) (sim.Health, error) {
				return health.NewBoth(p.Outliers.options(), p.Readiness.options())
			}),
	}
}

// OutlierEjection are the parameters of outlier-ejection.
type OutlierEjection struct {
	Failures int               `yaml:"consecutive-failures" try:"3 5 10" doc:"failures in a row after which a replica is ejected"`
	Interval quantity.Duration `yaml:"interval" doc:"time between two sweeps; an ejection ends at a sweep"`
	Base     quantity.Duration `yaml:"base-ejection-time" doc:"time of a first ejection; the n-th one lasts n times as long"`
	Max      quantity.Duration `yaml:"max-ejection-time" doc:"longest time of an ejection"`
	Share    quantity.Percent  `yaml:"max-ejection-percent" try:"10 25 50" doc:"share of a model's replicas below which further ones are ejected; one may always be"`
	Panic    quantity.Percent  `yaml:"panic-threshold" doc:"if a smaller share of a model's replicas is in rotation, all are used"`
}

func outlierDefaults() *OutlierEjection {
	d := health.DefaultOutlierOptions
	return &OutlierEjection{
		Failures: d.Failures, Interval: quantity.Duration(d.Interval), Base: quantity.Duration(d.BaseEjection), Max: quantity.Duration(d.MaxEjection),
		Share: quantity.Percent(d.MaxEjectedShare), Panic: quantity.Percent(d.Panic),
	}
}

func (p *OutlierEjection) options() health.OutlierOptions {
	return health.OutlierOptions{
		Failures: p.Failures, Interval: time.Duration(p.Interval), BaseEjection: time.Duration(p.Base), MaxEjection: time.Duration(p.Max),
		MaxEjectedShare: float64(p.Share), Panic: float64(p.Panic),
	}
}

// Readiness are the parameters of readiness.
type Readiness struct {
	Period    quantity.Duration `yaml:"period" doc:"time between two probes of a replica"`
	Timeout   quantity.Duration `yaml:"timeout" try:"1s 5s" doc:"a probe fails if the first request in line has been on its way for longer"`
	Failures  int               `yaml:"failure-threshold" doc:"failed probes in a row after which a replica is out of rotation"`
	Successes int               `yaml:"success-threshold" doc:"answered probes in a row after which it is back"`
}

func readinessDefaults() *Readiness {
	d := health.DefaultReadinessOptions
	return &Readiness{Period: quantity.Duration(d.Period), Timeout: quantity.Duration(d.Timeout), Failures: d.Failures, Successes: d.Successes}
}

func (p *Readiness) options() health.ReadinessOptions {
	return health.ReadinessOptions{Period: time.Duration(p.Period), Timeout: time.Duration(p.Timeout), Failures: p.Failures, Successes: p.Successes}
}

// BothHealth are the parameters of both.
type BothHealth struct {
	Outliers  OutlierEjection `yaml:"outlier-ejection" doc:"settings of outlier-ejection"`
	Readiness Readiness       `yaml:"readiness" doc:"settings of readiness"`
}
