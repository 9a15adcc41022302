package registry

import (
	"errors"
	"fmt"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/sim"
	"wavetank/sim/quantity"
)

// scalers returns the scalers of real systems. They choose the number of replicas, and the planner
// chooses the deployments.
func scalers() []Entry[sim.Allocator] {
	return []Entry[sim.Allocator]{
		tuned("hpa", "Scales each model by its replicas' utilization and other metrics, as the horizontal pod autoscaler does.",
			"kubernetes/kubernetes pkg/controller/podautoscaler", hpaDefaults, newHPA),
		tuned("keda", "Starts and stops each model by triggers, and in between keeps the triggers at their targets, as KEDA does.",
			"kedacore/keda pkg/scaling/executor", kedaDefaults, newKEDA),
		tuned("kpa", "Scales each model by the requests in the system, and panics on bursts, as Knative's pod autoscaler does.",
			"knative/serving pkg/autoscaler/scaling", kpaDefaults, newKPA),
		tuned("target-tracking", "Adds replicas after some minutes of high load and removes them after more minutes of low load, as AWS target tracking does.",
			"AWS Application Auto Scaling User Guide", targetTrackingDefaults, newTargetTracking),
		tuned("queue-length", "Runs one replica of a model for each given number of waiting requests.",
			"vllm-project/production-stack docs/source/use_cases/autoscaling-keda.rst", queueLengthDefaults, newQueueLength),
		blind(tuned("cron", "Runs as many replicas of each model as the clock says.", "kedacore/keda pkg/scalers/cron_scaler.go", cronDefaults, newCron)),
		blind(tuned("fixed", "Runs exact numbers of replicas of named deployments.", "", fixedDefaults, newFixed)),
	}
}

// blind marks an entry that does not look at the load.
func blind(e Entry[sim.Allocator]) Entry[sim.Allocator] {
	e.Blind = true
	return e
}

// Replicas are the parameters of every scaler.
type Replicas struct {
	MaxReplicas int               `yaml:"max-replicas" doc:"most replicas of each model; 0: as many as the limits allow"`
	Period      quantity.Duration `yaml:"period" doc:"time between two decisions; 0s: the control period"`
	Planning    `yaml:",inline"`
}

func replicasDefaults(least int, period time.Duration) Replicas {
	r := Replicas{Period: quantity.Duration(period), Planning: planningDefaults("home")}
	r.Capacity, r.MinReplicas = "utilization", least
	return r
}

// bounds returns the range of the number of replicas of each model.
func (r *Replicas) bounds() control.ReplicaRange {
	return control.ReplicaRange{MinReplicas: r.MinReplicas, MaxReplicas: r.MaxReplicas}
}

// allocator makes the allocator of a scaler. Its first fleet is sized for the first load.
func (r *Replicas) allocator(label string, c allocation.Controller, ctx Context, faults ...error) (sim.Allocator, error) {
	demand, err := allocation.NewExpect(allocation.DefaultDemandOptions())
	made, wrong := r.Planning.allocator(label, demand, c, ctx)
	if err := errors.Join(append(faults, err, wrong)...); err != nil {
		return nil, err
	}
	return made, nil
}

// HPA are the parameters of hpa.
type HPA struct {
	Target    float64         `yaml:"target" try:"0.3 0.4 0.5 0.6 0.7 0.8 0.9" doc:"target for the mean utilization of the replicas; used if metrics is empty"`
	Tolerance float64         `yaml:"tolerance" doc:"relative deviation from a target that is ignored"`
	Metrics   []ScalingMetric `yaml:"metrics" doc:"metrics to keep at their targets; the one that asks for most replicas counts"`
	Behavior  Behavior        `yaml:"behavior" doc:"how fast the number of replicas may change"`
	Replicas  `yaml:",inline"`
}

// Behavior says how fast the number of replicas may change.
type Behavior struct {
	ScaleUp   ScalingRules `yaml:"scale-up" doc:"limits on the way up"`
	ScaleDown ScalingRules `yaml:"scale-down" doc:"limits on the way down"`
}

// ScalingRules limit the changes in one direction.
type ScalingRules struct {
	Stabilization quantity.Duration `yaml:"stabilization" try:"0s 1m 5m 10m" doc:"how long an earlier recommendation holds a change back"`
	Policies      []ScalingPolicy   `yaml:"policies" doc:"how much may change within a period"`
	Select        SelectPolicy      `yaml:"select-policy" doc:"which of several policies applies: max, the one that allows the largest change; min, the smallest; or disabled, no change"`
}

// ScalingPolicy limits the change within a period.
type ScalingPolicy struct {
	Type   ScalingUnit       `yaml:"type" doc:"unit of the value: pods, or percent of the pods at the start of the period"`
	Value  float64           `yaml:"value" doc:"largest change"`
	Period quantity.Duration `yaml:"period" doc:"time in which the number may change by the value"`
}

// SelectPolicy says which of several policies applies.
type SelectPolicy string

// Choices lists the names.
func (SelectPolicy) Choices() []string {
	return []string{string(control.SelectMost), string(control.SelectLeast), string(control.SelectNone)}
}

// ScalingUnit is the unit of a scaling policy's value.
type ScalingUnit string

// Choices lists the units.
func (ScalingUnit) Choices() []string { return []string{"pods", "percent"} }

// behaviorDefaults are those of Kubernetes.
func behaviorDefaults() Behavior {
	standard := control.StandardBehavior()
	rules := func(r control.ScalingRules) ScalingRules {
		made := ScalingRules{Stabilization: quantity.Duration(r.Stabilization), Select: SelectPolicy(r.Select)}
		for _, p := range r.Policies {
			unit := ScalingUnit("pods")
			if p.Percent {
				unit = "percent"
			}
			made.Policies = append(made.Policies, ScalingPolicy{unit, p.Value, quantity.Duration(p.Period)})
		}
		return made
	}
	return Behavior{rules(standard.Up), rules(standard.Down)}
}

// behavior makes the behaviour of a controller.
func (b *Behavior) behavior(tolerance float64) control.Behavior {
	rules := func(r ScalingRules) control.ScalingRules {
		made := control.ScalingRules{Stabilization: time.Duration(r.Stabilization), Select: control.Selection(r.Select), Tolerance: tolerance}
		for _, p := range r.Policies {
			made.Policies = append(made.Policies, control.ScalingPolicy{Percent: p.Type == "percent", Value: p.Value, Period: time.Duration(p.Period)})
		}
		return made
	}
	return control.Behavior{Up: rules(b.ScaleUp), Down: rules(b.ScaleDown)}
}

func hpaDefaults() *HPA {
	return &HPA{
		Target: control.DefaultHPATarget, Tolerance: control.DefaultTolerance, Behavior: behaviorDefaults(),
		Replicas: replicasDefaults(1, control.HPAPeriod),
	}
}

func newHPA(p *HPA, ctx Context) (sim.Allocator, error) {
	o := control.HPAOptions{Behavior: p.Behavior.behavior(p.Tolerance), ReplicaRange: p.bounds(), Period: time.Duration(p.Period)}
	var faults []error
	for i := range p.Metrics {
		m, err := p.Metrics[i].New(ctx)
		faults = append(faults, within(fmt.Sprintf("metrics[%d]", i), err))
		o.Metrics = append(o.Metrics, m)
	}
	if len(p.Metrics) == 0 {
		m, err := control.NewMetric(control.Load, p.Target)
		faults = append(faults, err)
		o.Metrics = append(o.Metrics, m)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	c, err := control.NewHPA(o)
	return p.allocator(label("hpa", differences(p, hpaDefaults())...), c, ctx, err)
}

// KEDA are the parameters of keda.
type KEDA struct {
	Triggers  []Trigger         `yaml:"triggers" doc:"metrics that start a model, and that are kept at a target per replica"`
	Polling   quantity.Duration `yaml:"polling-interval" doc:"time between two checks whether a trigger is active"`
	Cooldown  quantity.Duration `yaml:"cooldown-period" try:"1m 5m 15m" doc:"how long the last replica is kept after the last activity"`
	Tolerance float64           `yaml:"tolerance" doc:"relative deviation from a target that is ignored"`
	Behavior  Behavior          `yaml:"behavior" doc:"how fast the number of replicas may change"`
	Replicas  `yaml:",inline"`
}

// Trigger is a metric that starts a model.
type Trigger struct {
	Metric     ScalingMetric `yaml:"metric,required" doc:"metric to watch"`
	Activation float64       `yaml:"activation" doc:"a metric above this value starts a model without replicas"`
}

// String returns the metric, with the activation if it is not 0.
func (t Trigger) String() string {
	if t.Activation == 0 {
		return t.Metric.String()
	}
	return fmt.Sprintf("%s above %v", t.Metric, t.Activation)
}

func kedaDefaults() *KEDA {
	o := control.DefaultKEDAOptions()
	return &KEDA{
		Triggers: []Trigger{{Metric: WithDefaults[ScalingMetric]("concurrency")}}, Polling: quantity.Duration(o.Polling), Cooldown: quantity.Duration(o.Cooldown),
		Tolerance: control.DefaultTolerance, Behavior: behaviorDefaults(), Replicas: replicasDefaults(0, o.Period),
	}
}

func newKEDA(p *KEDA, ctx Context) (sim.Allocator, error) {
	o := control.KEDAOptions{
		Behavior: p.Behavior.behavior(p.Tolerance), ReplicaRange: p.bounds(), Period: time.Duration(p.Period),
		Polling: time.Duration(p.Polling), Cooldown: time.Duration(p.Cooldown),
	}
	var faults []error
	for i := range p.Triggers {
		t := &p.Triggers[i]
		m, err := t.Metric.New(ctx)
		faults = append(faults, within(fmt.Sprintf("triggers[%d].metric", i), err))
		o.Triggers = append(o.Triggers, control.Trigger{MetricSpec: m, Activation: t.Activation})
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	c, err := control.NewKEDA(o)
	return p.allocator(label("keda", differences(p, kedaDefaults())...), c, ctx, err)
}

// KPA are the parameters of kpa.
type KPA struct {
	Concurrency       float64           `yaml:"concurrency" try:"x0.05 x0.1 x0.2 x0.5 x1 x2" doc:"requests that a replica may hold at a time, in service or not"`
	TargetUtilization float64           `yaml:"target-utilization" try:"0.5 0.7 0.9" doc:"target, as a share of concurrency"`
	StableWindow      quantity.Duration `yaml:"stable-window" try:"30s 1m 2m" doc:"span of the mean that sets the number of replicas"`
	PanicWindow       quantity.Percent  `yaml:"panic-window" doc:"span of the mean that starts a panic, in percent of stable-window"`
	PanicThreshold    float64           `yaml:"panic-threshold" try:"1.5 2 5" doc:"panic begins if the load needs this multiple of the ready replicas"`
	MaxScaleUpRate    float64           `yaml:"max-scale-up-rate" doc:"the wanted number is at most this multiple of the ready replicas"`
	MaxScaleDownRate  float64           `yaml:"max-scale-down-rate" doc:"the wanted number is at least the ready replicas divided by this"`
	ScaleDownDelay    quantity.Duration `yaml:"scale-down-delay" try:"0s 2m 5m 10m" doc:"how long the largest wanted number is kept"`
	Grace             quantity.Duration `yaml:"scale-to-zero-grace-period" doc:"how long the last replica stays when none is wanted"`
	Replicas          `yaml:",inline"`
}

func kpaDefaults() *KPA {
	o := control.DefaultKPAOptions()
	return &KPA{
		Concurrency: o.Concurrency, TargetUtilization: o.TargetUtilization, StableWindow: quantity.Duration(o.StableWindow),
		PanicWindow: quantity.Percent(100 * o.PanicShare), PanicThreshold: o.PanicThreshold, MaxScaleUpRate: o.MaxScaleUpRate,
		MaxScaleDownRate: o.MaxScaleDownRate, Grace: quantity.Duration(o.Grace), Replicas: replicasDefaults(0, o.Period),
	}
}

func newKPA(p *KPA, ctx Context) (sim.Allocator, error) {
	c, err := control.NewKPA(control.KPAOptions{
		Concurrency: p.Concurrency, TargetUtilization: p.TargetUtilization, StableWindow: time.Duration(p.StableWindow),
		PanicShare: float64(p.PanicWindow) / 100, PanicThreshold: p.PanicThreshold, MaxScaleUpRate: p.MaxScaleUpRate,
		MaxScaleDownRate: p.MaxScaleDownRate, ScaleDownDelay: time.Duration(p.ScaleDownDelay), Grace: time.Duration(p.Grace),
		ReplicaRange: p.bounds(), Period: time.Duration(p.Period),
	})
	return p.allocator(label("kpa", differences(p, kpaDefaults())...), c, ctx, err)
}

// TargetTracking are the parameters of target-tracking.
type TargetTracking struct {
	Metric        ScalingMetric     `yaml:"metric" doc:"metric to keep at its target"`
	OutDatapoints int               `yaml:"scale-out-datapoints" try:"1 3" doc:"this many datapoints in a row above the target add replicas; a datapoint is the mean of a period"`
	InDatapoints  int               `yaml:"scale-in-datapoints" try:"5 15" doc:"this many datapoints in a row below the threshold remove replicas"`
	InThreshold   float64           `yaml:"scale-in-threshold" try:"0.7 0.9" doc:"share of the target below which the metric is low"`
	InStep        float64           `yaml:"scale-in-step" doc:"largest share of the replicas that is removed at a time, but at least one replica"`
	OutCooldown   quantity.Duration `yaml:"scale-out-cooldown" try:"0s 1m 5m" doc:"time after an addition in which only a larger addition follows"`
	InCooldown    quantity.Duration `yaml:"scale-in-cooldown" try:"1m 5m 15m" doc:"time after a removal in which no other removal follows"`
	NoScaleIn     bool              `yaml:"disable-scale-in" doc:"whether replicas are never removed"`
	Replicas      `yaml:",inline"`
}

func targetTrackingDefaults() *TargetTracking {
	o := control.DefaultTargetTrackingOptions()
	return &TargetTracking{
		Metric: WithDefaults[ScalingMetric]("utilization"), OutDatapoints: o.OutDatapoints, InDatapoints: o.InDatapoints,
		InThreshold: o.InThreshold, InStep: o.InStep, OutCooldown: quantity.Duration(o.OutCooldown), InCooldown: quantity.Duration(o.InCooldown),
		Replicas: replicasDefaults(1, o.Period),
	}
}

func newTargetTracking(p *TargetTracking, ctx Context) (sim.Allocator, error) {
	m, wrong := p.Metric.New(ctx)
	if wrong != nil {
		return nil, within("metric", wrong)
	}
	c, err := control.NewTargetTracking(control.TargetTrackingOptions{
		MetricSpec: m, OutDatapoints: p.OutDatapoints, InDatapoints: p.InDatapoints, InThreshold: p.InThreshold, InStep: p.InStep,
		OutCooldown: time.Duration(p.OutCooldown), InCooldown: time.Duration(p.InCooldown), NoScaleIn: p.NoScaleIn,
		ReplicaRange: p.bounds(), Period: time.Duration(p.Period),
	})
	return p.allocator(label("target-tracking", differences(p, targetTrackingDefaults())...), c, ctx, err)
}

// QueueLength are the parameters of queue-length.
type QueueLength struct {
	Target   float64           `yaml:"target" try:"x0.2 x0.5 x1 x2" doc:"waiting requests per replica"`
	Hold     quantity.Duration `yaml:"hold" try:"0s 2m 5m 10m" doc:"how long the largest wanted number is kept"`
	Replicas `yaml:",inline"`
}

func queueLengthDefaults() *QueueLength {
	o := control.DefaultQueueLengthOptions()
	return &QueueLength{Target: o.Target, Hold: quantity.Duration(o.Hold), Replicas: replicasDefaults(1, 0)}
}

func newQueueLength(p *QueueLength, ctx Context) (sim.Allocator, error) {
	c, err := control.NewQueueLength(control.QueueLengthOptions{
		Target: p.Target, Hold: time.Duration(p.Hold), ReplicaRange: p.bounds(), Period: time.Duration(p.Period),
	})
	return p.allocator(label("queue-length", differences(p, queueLengthDefaults())...), c, ctx, err)
}

// Schedule plans numbers of replicas by the clock of a run.
type Schedule struct {
	Windows []ScheduleWindow  `yaml:"windows" doc:"times with a wanted number of replicas of each model; where windows overlap, the largest number counts"`
	Every   quantity.Duration `yaml:"every" doc:"time after which the windows repeat; 0s: never"`
}

// ScheduleWindow asks for a number of replicas for a while.
type ScheduleWindow struct {
	From     quantity.Duration `yaml:"from" doc:"start, as time since the start of the run, or of the present repetition"`
	To       quantity.Duration `yaml:"to" doc:"end (exclusive), as time since the start of the run, or of the present repetition"`
	Replicas int               `yaml:"replicas" doc:"replicas of each model"`
}

// String returns the window.
func (w ScheduleWindow) String() string { return fmt.Sprintf("%s-%s: %d", w.From, w.To, w.Replicas) }

func scheduleDefaults() Schedule {
	return Schedule{Windows: []ScheduleWindow{{quantity.Duration(8 * time.Hour), quantity.Duration(20 * time.Hour), 2}}, Every: day}
}

func (s *Schedule) schedule() control.Schedule {
	made := control.Schedule{Every: time.Duration(s.Every)}
	for _, w := range s.Windows {
		made.Windows = append(made.Windows, control.ScheduleWindow{From: time.Duration(w.From), To: time.Duration(w.To), Replicas: w.Replicas})
	}
	return made
}

// Cron are the parameters of cron.
type Cron struct {
	Schedule `yaml:",inline"`
	Replicas `yaml:",inline"`
}

func cronDefaults() *Cron { return &Cron{scheduleDefaults(), replicasDefaults(1, 0)} }

func newCron(p *Cron, ctx Context) (sim.Allocator, error) {
	c, err := control.NewCron(control.CronOptions{Schedule: p.schedule(), ReplicaRange: p.bounds(), Period: time.Duration(p.Period)})
	return p.allocator(label("cron", differences(p, cronDefaults())...), c, ctx, err)
}
