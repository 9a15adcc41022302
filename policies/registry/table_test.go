package registry

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/policies/allocation/plan"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
)

// freshChoices returns a fresh choice of every kind.
func freshChoices() map[string]PolicyChoice {
	all := map[string]PolicyChoice{}
	for _, kind := range Kinds() {
		all[kind.Name] = kind.Fresh()
	}
	return all
}

func TestEveryNameCanBeChosenWithItsDefaults(t *testing.T) {
	for kind, s := range freshChoices() {
		seen := map[string]bool{}
		for _, name := range s.Names() {
			if seen[name] {
				t.Errorf("%s %s is registered twice", kind, name)
			}
			seen[name] = true
			params, known := s.Params(name)
			if !known {
				t.Errorf("%s %s is not known", kind, name)
			}
			if s.Needs(name) != "" {
				continue // it has no useful defaults
			}
			for _, p := range []any{nil, params} {
				s.Choose(name, p)
				if err := s.Validate(); err != nil {
					t.Errorf("%s %s with its defaults: %v", kind, name, err)
				}
				if got := s.Label(); got != name && !strings.HasPrefix(got, name+"(") || got != name && name != "auto-adjust" {
					t.Errorf("%s %s with its defaults is labelled %q", kind, name, got)
				}
			}
		}
	}
}

func TestEveryParameterIsDocumented(t *testing.T) {
	for kind, s := range freshChoices() {
		for _, name := range s.Names() {
			params, _ := s.Params(name)
			if params == nil {
				continue
			}
			again, _ := s.Params(name)
			if params == again {
				t.Errorf("the parameters of %s %s are shared", kind, name)
			}
			documented(t, kind+" "+name, reflect.TypeOf(params).Elem())
		}
	}
}

func documented(t *testing.T, of string, params reflect.Type) {
	t.Helper()
	for i := range params.NumField() {
		f := params.Field(i)
		if !f.IsExported() {
			continue
		}
		if f.Anonymous {
			if f.Tag.Get("yaml") != ",inline" {
				t.Errorf("%s: %s is not inline", of, f.Name)
			}
			documented(t, of, f.Type)
			continue
		}
		if f.Tag.Get("yaml") == "" || f.Tag.Get("doc") == "" {
			t.Errorf("%s: %s has no yaml or doc tag", of, f.Name)
		}
	}
}

func TestEveryEntryIsDescribed(t *testing.T) {
	for kind, choice := range freshChoices() {
		for _, name := range choice.Names() {
			if about, _ := choice.Describe(name); !strings.HasSuffix(about, ".") {
				t.Errorf("%s %s: %q is not a sentence", kind, name, about)
			}
		}
	}
}

func TestUnknownNamesAreAnsweredWithTheKnownOnes(t *testing.T) {
	_, err := Lookup(Batchers(), "eager")
	if want := `"eager" is none of greedy, timeout, triton, nexus, aimd, clockwork, proteus, sarathi, wasm`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if _, known := new(Router).Params("clairvoyant"); known {
		t.Error("a router called clairvoyant is known")
	}
	if err := new(Allocator).Validate(); err == nil {
		t.Error("an allocator of which nothing was chosen is valid")
	}
}

func TestParametersOfAnotherPolicyAreRefused(t *testing.T) {
	var b Batcher
	b.Choose("timeout", &PowerOfTwo{})
	if _, err := b.New(Context{}); err == nil {
		t.Error("accepted")
	}
}

// scaled returns changed parameters of hpa.
func scaled(change func(*HPA)) any { p := hpaDefaults(); change(p); return p }

// tracked returns changed parameters of target-tracking.
func tracked(change func(*TargetTracking)) any { p := targetTrackingDefaults(); change(p); return p }

func TestFaultsNameTheirParameter(t *testing.T) {
	adjust := func(change func(*Staged)) any { p := autoAdjustDefaults(); change(p); return p }
	for _, c := range []struct {
		lever  PolicyChoice
		name   string
		params any
		want   string
	}{
		{&Router{}, "power-of-two", &PowerOfTwo{Choices: 0}, "choices: 0 is outside [1, 1000]"},
		{&Batcher{}, "timeout", &Timeout{MaxBatch: -1}, "max-batch: -1 is negative"},
		{&Batcher{}, "triton", &Triton{Preferred: []int{0}}, "preferred: 0 is below 1"},
		{&Batcher{}, "sarathi", &Sarathi{Budget: -1, Keeps: 1}, "budget: -1 is negative"},
		{&Batcher{}, "sarathi", &Sarathi{Keeps: 1.5}, "keeps: 1.5 is not in (0, 1]"},
		{&Batcher{}, "nexus", &Nexus{Batch: -1}, "batch: -1 is negative"},
		{&Batcher{}, "aimd", &AIMD{Step: 1, Backoff: 2}, "backoff: 2 is outside (0, 1)"},
		{&Admission{}, "token-bucket", &TokenBucket{Burst: 1, By: "model"}, "rate: 0/s is outside (0, 1e12]"},
		{&Admission{}, "token-bucket", &TokenBucket{Rate: 1, Burst: 1, By: "user"}, `by: "user" is none of model, class, tenant, all`},
		{&Admission{}, "bounded-queue", &BoundedQueue{}, "limit: 0 is below 1"},
		{&Gateway{}, "limits", &GatewayLimits{Concurrency: -1}, "concurrency: -1 is negative"},
		{&Gateway{}, "limits", &GatewayLimits{Queue: 5, Quantum: map[string]int{"gold": 0}, Cost: "requests"}, "quantum.gold: 0 is outside [1, 1000000000]"},
		{&Gateway{}, "limits", &GatewayLimits{Queue: 5, Quantum: map[string]int{"gold": 1}, Cost: "work"}, `cost: "work" is none of requests, tokens`},
		{&Gateway{}, "limits", &GatewayLimits{Queue: 5, Cost: "tokens"}, "cost: tokens is without effect, because no class has a quantum"},
		{&Order{}, "fair", &Fair{By: "user", Cost: "requests"}, `by: "user" is none of class, tenant`},
		{&Order{}, "fair", &Fair{By: "class", Cost: "time"}, `cost: "time" is none of requests, tokens, work`},
		{&Order{}, "fair", &Fair{By: "class", Cost: "work", Shares: map[string]float64{"gold": 0}}, "shares.gold: 0 is outside [0.001, 1000]"},
		{&Admission{}, "bounded-queue", &BoundedQueue{Limit: 1, Classes: map[string]int{"gold": -1}}, "classes.gold: -1 is negative"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.Alpha = -1 }), "alpha: -1 is outside (0, 100]"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.AlphaDown = -0.5 }), "alpha-down: -0.5 is outside (0, 100]"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.Headroom = 0 }), "headroom: 0 is not a positive number"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.Horizon = -1 }), "horizon: -1 is outside [1, 10000]"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.MinReplicas = -1 }), "min-replicas: -1 is outside [0, 10000]"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.Nodes = 5 }), "nodes: the plan best searches none; only milp does"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.Plan, p.Nodes = "milp", -1 }), "nodes: -1 is outside [0, 1000000]"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.Forecast.Choose("ewma", &EWMA{Alpha: 7}) }), "forecast: ewma: alpha is 7; it must be above 0 and at most 1"},
		{&Allocator{}, "auto-adjust", adjust(func(p *Staged) { p.Placer.Choose("no-fit", nil) }), `placer: "no-fit" is none of ` + strings.Join(names(Placers()), ", ")},
		{&Allocator{}, "hpa", scaled(func(p *HPA) { p.Target = -1 }), "target: -1 is outside (0, 1]"},
		{&Allocator{}, "hpa", scaled(func(p *HPA) { p.MinReplicas = 0 }), "min-replicas: 0 needs a metric that exists without replicas: waiting or concurrency"},
		{&Allocator{}, "hpa", scaled(func(p *HPA) { p.Metrics = watched("kv-share", 1.5) }), "metrics[0]: target: 1.5 is outside (0, 1]"},
		{&Allocator{}, "keda", &KEDA{Triggers: []Trigger{{}}}, `triggers[0].metric: "" is none of ` + strings.Join(names(ScalingMetrics()), ", ")},
		{&Allocator{}, "fixed", &Fixed{Replicas: map[string]int{"a": -1}, Placer: WithDefaults[Placer]("best-fit")}, "replicas.a: -1 is outside [0, 10000]"},
	} {
		c.lever.Choose(c.name, c.params)
		if err := c.lever.Validate(); err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", c.name, err, c.want)
		}
		if got := c.lever.Label(); got != c.name {
			t.Errorf("%s that cannot be made is labelled %q", c.name, got)
		}
	}
}

// TestNodesAreThoseOfTheSearch: 0 leaves them to the solver.
func TestNodesAreThoseOfTheSearch(t *testing.T) {
	for _, nodes := range []int{0, 7} {
		planner, err := PlanRule("milp").planner(nodes, plan.SolvedOptions{})
		if want := fmt.Sprintf("solver:{Nodes:%d ", nodes); err != nil || !strings.Contains(fmt.Sprintf("%+v", planner), want) {
			t.Errorf("the planner is %+v (%v), want %s", planner, err, want)
		}
	}
}

func TestAllFaultsAreReportedTogether(t *testing.T) {
	p := autoAdjustDefaults()
	p.Alpha, p.Headroom = -1, -1
	p.Forecast.Choose("holt", &Holt{})
	var a Allocator
	a.Choose("auto-adjust", p)
	for _, parameter := range []string{"alpha: ", "headroom: ", "forecast: "} {
		if err := a.Validate(); err == nil || !strings.Contains("\n"+err.Error(), "\n"+parameter) {
			t.Errorf("error %v does not name %s", err, parameter)
		}
	}
}

// watched returns a list of one metric.
func watched(name string, target float64) []ScalingMetric {
	var m ScalingMetric
	m.Choose(name, &Target{target})
	return []ScalingMetric{m}
}

func TestLabelsTellWhatDiffersFromTheDefaults(t *testing.T) {
	solving := func(rule PlanRule, change func(*Staged)) any { p := stagedDefaults(rule); change(p); return p }
	for _, c := range []struct {
		lever  PolicyChoice
		name   string
		params any
		want   string
	}{
		{&Router{}, "power-of-two", &PowerOfTwo{Choices: 3, Replacement: true}, "power-of-two(choices 3, replacement)"},
		{&Batcher{}, "timeout", &Timeout{MaxBatch: 16, MaxDelay: quantity.Duration(5 * time.Millisecond)}, "timeout(max-batch 16)"},
		{&Batcher{}, "triton", &Triton{Preferred: []int{8, 4}}, "triton(preferred 4 8, max-delay 0s)"},
		{&Batcher{}, "nexus", &Nexus{Batch: 8}, "nexus(batch 8)"},
		{&Batcher{}, "sarathi", &Sarathi{Budget: 512, Keeps: 0.97}, "sarathi(budget 512)"},
		{&Batcher{}, "aimd", &AIMD{Step: 2, Backoff: 0.8}, "aimd(step 2, backoff 0.8)"},
		{&Admission{}, "token-bucket", &TokenBucket{Rate: 50, Burst: 5, By: "tenant"}, "token-bucket(rate 50/s, burst 5, by tenant)"},
		{&Admission{}, "early-drop", &EarlyDrop{Estimate: false}, "early-drop(alone)"},
		{&Admission{}, "bounded-queue", &BoundedQueue{Limit: 50, Classes: map[string]int{"silver": 10, "gold": 20}}, "bounded-queue(limit 50, gold 20, silver 10)"},
		{&Gateway{}, "limits", &GatewayLimits{Concurrency: 32, Queue: 5, KVShare: 0.9, Reserved: map[string]int{"gold": 4}}, "limits(concurrency 32, kv-share 0.9, gold 4)"},
		{&Gateway{}, "limits", &GatewayLimits{Queue: 5, KVShare: 0.8, Quantum: map[string]int{"gold": 4000, "tin": 500}, Cost: "tokens"}, "limits(quantum gold 4000, quantum tin 500, cost tokens)"},
		{&Order{}, "fair", &Fair{By: "class", Cost: "tokens", Shares: map[string]float64{"gold": 2, "silver": 0.5}}, "fair(cost tokens, gold 2, silver 0.5)"},
		{&Allocator{}, "auto-adjust", nil, "auto-adjust"},
		{&Allocator{}, "greedy", solving("greedy", func(p *Staged) { p.Forecast.Choose("ridge", nil) }), "greedy(ridge)"},
		{&Allocator{}, "dp", solving("dp", func(p *Staged) { p.Forecast.Choose("ewma", &EWMA{0.5}); p.Headroom = 1.2 }), "dp(ewma(0.5), headroom 1.2)"},
		{&Allocator{}, "lp", solving("lp", func(p *Staged) { p.Margin = 0.9; p.Placer.Choose("first-fit", nil) }), "lp(margin 0.9)+first-fit"},
		{&Allocator{}, "hpa", scaled(func(p *HPA) { p.Target = 0.5 }), "hpa(target 0.5)"},
		{&Allocator{}, "hpa", scaled(func(p *HPA) { p.Metrics = append(watched("utilization", 0.5), watched("waiting", 5)...) }), "hpa(metrics [utilization(target 0.5) waiting])"},
		{&Allocator{}, "hpa", scaled(func(p *HPA) { p.Behavior.ScaleDown.Stabilization = 0 }), "hpa(behavior scale-down stabilization 0s)"},
		{&Allocator{}, "target-tracking", tracked(func(p *TargetTracking) { p.Metric.Choose("concurrency", nil) }), "target-tracking(concurrency)"},
		{&Allocator{}, "fixed", &Fixed{Replicas: map[string]int{"prefill": 2, "decode": 6}, Placer: WithDefaults[Placer]("best-fit")}, "fixed(replicas 6 decode, 2 prefill)"},
	} {
		c.lever.Choose(c.name, c.params)
		if got := c.lever.Label(); got != c.want {
			t.Errorf("label %q, want %q", got, c.want)
		}
	}
}

func TestSeasonsAreCountedInControlPeriods(t *testing.T) {
	for period, want := range map[time.Duration]string{time.Hour: "seasonal-naive(24)", 15 * time.Minute: "seasonal-naive(96)"} {
		var f Forecaster
		f.Choose("seasonal-naive", nil)
		made, err := f.New(Context{Period: period})
		if err != nil || fmt.Sprint(made) != want {
			t.Errorf("%v, %v, want %s", made, err, want)
		}
	}
}

// TestClairvoyantPoliciesAreMarked: an allocator is marked if and only if it needs the load of the
// run.
func TestClairvoyantPoliciesAreMarked(t *testing.T) {
	for _, e := range ready(Allocators()) {
		var a Allocator
		a.Choose(e.Name, nil)
		_, err := a.New(Context{})
		if asks := err != nil && strings.Contains(err.Error(), "offered load"); asks != a.Clairvoyant() {
			t.Errorf("%s: clairvoyant is %v, error %v", e.Name, a.Clairvoyant(), err)
		}
	}
}

func TestClassLimitsNameClassesOfTheSpec(t *testing.T) {
	var a Admission
	var g Gateway
	var o Order
	var turns Gateway
	a.Choose("bounded-queue", &BoundedQueue{Limit: 5, Classes: map[string]int{"gold": 2, "tin": 1}})
	g.Choose("limits", &GatewayLimits{Concurrency: 5, Reserved: map[string]int{"gold": 2, "tin": 1}})
	turns.Choose("limits", &GatewayLimits{Concurrency: 5, Quantum: map[string]int{"gold": 2, "silver": 2, "tin": 1}, Cost: "requests"})
	o.Choose("fair", &Fair{By: "class", Cost: "requests", Shares: map[string]float64{"gold": 2, "tin": 1}})
	c := &fleet.Spec{Classes: []fleet.Class{{Name: "silver"}, {Name: "gold"}}}
	for parameter, lever := range map[string]interface {
		Lever
		Validate() error
	}{"classes": &a, "reserved": &g, "quantum": &turns, "shares": &o} {
		err := lever.Check(Context{Spec: c})
		if want := parameter + ".tin: there is no such class"; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		if err := lever.Validate(); err != nil {
			t.Errorf("%s without a specification: %v", parameter, err)
		}
	}
}

func TestEveryClassNeedsAQuantum(t *testing.T) {
	var g Gateway
	g.Choose("limits", &GatewayLimits{Concurrency: 5, Quantum: map[string]int{"gold": 2}, Cost: "requests"})
	err := g.Check(Context{Spec: &fleet.Spec{Classes: []fleet.Class{{Name: "silver"}, {Name: "gold"}, {Name: "tin"}}}})
	want := "quantum: the class silver has none; every class needs one\nquantum: the class tin has none; every class needs one"
	if err == nil || err.Error() != want {
		t.Errorf("told is %v, want %s", err, want)
	}
}

// ready leaves out the policies that have a parameter without a default.
func ready[L any](table []Entry[L]) []Entry[L] {
	return slices.DeleteFunc(table, func(e Entry[L]) bool { return e.Needs != "" })
}
