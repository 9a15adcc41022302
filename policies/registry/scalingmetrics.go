package registry

import "wavetank/policies/allocation/control"

// ScalingMetric is the choice of a metric that a scaler keeps at a target.
type ScalingMetric struct {
	choice[scalingMetrics, control.MetricSpec]
}

type scalingMetrics struct{}

func (scalingMetrics) entries() []Entry[control.MetricSpec] { return ScalingMetrics() }

// String returns the label.
func (m ScalingMetric) String() string { return m.Label() }

// Label returns the name, with the target unless it is the default.
func (m *ScalingMetric) Label() string {
	if target, ok := m.params.(*Target); ok {
		standard, _ := m.Params(m.name)
		return label(m.name, differences(target, standard)...)
	}
	return m.name
}

// ScalingMetrics returns the table of metrics of scalers.
func ScalingMetrics() []Entry[control.MetricSpec] {
	type made = control.MetricSpec
	signal := func(s control.Signal, target float64, about, source string) Entry[made] {
		return tuned(s.String(), about, source, func() *Target { return &Target{target} },
			func(p *Target, _ Context) (made, error) { return control.NewMetric(s, p.Target) })
	}
	return []Entry[made]{
		signal(control.Load, control.DefaultHPATarget, "Arriving work, as a share of what the ready replicas can do; above 1 if work waits or is turned away.", ""),
		signal(control.Concurrency, 10, "Requests in the system per replica, mean over the last window.", ""),
		signal(control.Waiting, 5, "Requests per replica that have not been started.",
			"vllm-project/production-stack docs/source/use_cases/autoscaling-keda.rst"),
		signal(control.KVShare, 0.8, "Share of the KV cache in use, mean over the ready replicas of an LLM.", ""),
		signal(control.LateFirstTokens, 0.05, "Share of first tokens that came later than the objective; one value for all replicas together.", ""),
		signal(control.LatePerToken, 0.05, "Share of answers whose time per token exceeded the objective; one value for all replicas together.", ""),
		tuned(control.Scheduled.String(), "Replicas that a schedule asks for.", "kedacore/keda pkg/scalers/cron_scaler.go",
			func() *Schedule { s := scheduleDefaults(); return &s },
			func(p *Schedule, _ Context) (made, error) { return control.NewScheduledMetric(p.schedule()) }),
	}
}

// Target is the parameter of most metrics.
type Target struct {
	Target float64 `yaml:"target" try:"x0.5 x0.7 x0.85 x1 x1.2 x1.5 x2" doc:"value to keep the metric at"`
}
