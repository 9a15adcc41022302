package metrics_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// sent is a request of a class and a tenant.
type sent struct {
	ms     int
	class  fleet.ClassID
	tenant fleet.TenantID
}

type senders []sent

func (s *senders) Next(r *fleet.Request) bool {
	if len(*s) == 0 {
		return false
	}
	one := (*s)[0]
	*r = fleet.Request{Arrival: kernel.Time(one.ms) * kernel.Time(time.Millisecond), Work: 1, Class: one.class, Tenant: one.tenant}
	*s = (*s)[1:]
	return true
}

func (s *senders) Err() error { return nil }

// serve runs requests on one server that takes 100 ms for each. The run takes a second, without
// warm-up. The model's objective is 250 ms. Requests give up after 350 ms in the queue. It returns
// the numbers of the metrics.
func serve(t *testing.T, requests []sent, classes []fleet.Class, tenants []string) map[string]float64 {
	t.Helper()
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: 100 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	c.Models[0].Target, c.Models[0].Timeout = 250*time.Millisecond, 350*time.Millisecond
	c.Classes, c.Tenants = classes, tenants
	arrivals := senders(requests)
	b := metrics.NewBoard(c, metrics.MeasuredSpan{Until: kernel.Time(time.Second)}, time.Second)
	if err := engine.Run(t.Context(), sim.Setup{
		Spec: c, Arrivals: &arrivals, Levers: sim.Levers{Router: routing.NewCentralQueue(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Duration: time.Second, Drain: -1, Observers: b.Observers(),
	}); err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, m := range b.Measures() {
		key := m.Scope + " " + m.Metric
		if _, twice := values[key]; twice {
			t.Errorf("%s is measured twice", key)
		}
		values[key] = m.Value
	}
	return values
}

// burst has six requests at 0 ms. Four have latencies of 100, 200, 300 and 400 ms, and two give up
// at 350 ms. The objective of gold is 150 ms; that of bronze is that of the model, 250 ms.
var burst = []sent{{0, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 1, 1}, {0, 0, 1}, {0, 1, 2}}

var metals = []fleet.Class{{Name: "gold", Target: 150 * time.Millisecond, Weight: 3}, {Name: "bronze", Weight: 1}}

func TestClassesOfAHandWorkedRun(t *testing.T) {
	values := serve(t, burst, metals, nil)
	near(t, values, map[string]float64{
		// Gold: latencies of 100 and 300 ms, and one request gave up.
		"class:gold arrived": 3, "class:gold throughput": 2, "class:gold goodput": 1, "class:gold slo_attainment": 100. / 3,
		"class:gold latency_mean": 0.2, "class:gold latency_p50": 0.3, "class:gold timed_out": 1, "class:gold rejected": 0, "class:gold dropped": 0,
		// Bronze: latencies of 200 and 400 ms, and one request gave up.
		"class:bronze arrived": 3, "class:bronze throughput": 2, "class:bronze goodput": 1, "class:bronze slo_attainment": 100. / 3,
		"class:bronze latency_mean": 0.3, "class:bronze timed_out": 1,
		"all arrived": 6, "all goodput": 2, "all weighted_attainment": 100. / 3,
	})
	// Gold has three requests, none in time, and weight 3. Bronze has one, in time, and weight 1.
	// So the weighted attainment is 1/(3×3 + 1).
	changed := []sent{{0, 1, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}}
	near(t, serve(t, changed, metals, nil), map[string]float64{
		"class:gold slo_attainment": 0, "class:bronze slo_attainment": 100, "all weighted_attainment": 100. / 10, "all slo_attainment": 25,
	})
	for key := range values {
		if strings.HasPrefix(key, "tenant:") || strings.Contains(key, "fairness") {
			t.Errorf("%s is measured without tenants", key)
		}
	}
}

// With the model's objective of 250 ms, both requests of tenant a are in time, none of b's three
// (300 ms, 400 ms, one gave up), and not the one of c. Jain's index of 1, 0, 0 is 1/3. If c has no
// request, the index of 1, 0 is 1/2.
func TestTenantsOfAHandWorkedRun(t *testing.T) {
	tenants := []string{"a", "b", "c"}
	near(t, serve(t, burst, nil, tenants), map[string]float64{
		"tenant:a arrived": 2, "tenant:a goodput": 2, "tenant:a slo_attainment": 100, "tenant:a latency_mean": 0.15, "tenant:a timed_out": 0,
		"tenant:b arrived": 3, "tenant:b goodput": 0, "tenant:b slo_attainment": 0, "tenant:b latency_mean": 0.35, "tenant:b timed_out": 1,
		"tenant:c arrived": 1, "tenant:c throughput": 0, "tenant:c slo_attainment": 0, "tenant:c timed_out": 1,
		"all fairness": 1. / 3, "all tenant_attainment_min": 0, "all tenant_attainment_max": 100,
	})
	near(t, serve(t, burst[:5], nil, tenants), map[string]float64{"all fairness": 1. / 2, "tenant:c arrived": 0})
	// a has 1 of 1 in time, b 1 of 2 (the other takes 300 ms), so the index is 1.5²/(2 × 1.25).
	near(t, serve(t, []sent{{0, 0, 0}, {0, 0, 1}, {0, 0, 1}}, nil, tenants[:2]), map[string]float64{
		"all fairness": 0.9, "all tenant_attainment_min": 50, "all tenant_attainment_max": 100,
	})
	values := serve(t, nil, nil, tenants)
	for _, key := range []string{"all fairness", "all tenant_attainment_min", "tenant:a slo_attainment"} {
		if v, ok := values[key]; ok {
			t.Errorf("%s is %v without a request", key, v)
		}
	}
	if v, ok := serve(t, burst[:2], nil, tenants[:1])["all fairness"]; ok {
		t.Errorf("the fairness of one tenant is %v", v)
	}
}

func TestOfManyTenantsOnlyTheSummaryIsKept(t *testing.T) {
	for _, n := range []int{metrics.MostTenants, metrics.MostTenants + 1} {
		tenants := make([]string, n)
		for i := range tenants {
			tenants[i] = fmt.Sprintf("t%d", i+1)
		}
		values := serve(t, []sent{{0, 0, 0}, {0, 0, 1}, {0, 0, fleet.TenantID(n - 1)}}, nil, tenants)
		near(t, values, map[string]float64{"all fairness": 2. / 3, "all tenant_attainment_min": 0, "all tenant_attainment_max": 100})
		if _, one := values["tenant:t1 arrived"]; one != (n == metrics.MostTenants) {
			t.Errorf("with %d tenants the first is measured by itself: %v", n, one)
		}
	}
}

// The numbers of all classes, and of all tenants, sum up to those of all requests.
func TestPartiesAddUpToTheWhole(t *testing.T) {
	values := serve(t, burst, metals, []string{"a", "b", "c"})
	for _, metric := range []string{"arrived", "throughput", "goodput", "timed_out", "rejected", "dropped", "unfinished"} {
		whole := values["all "+metric]
		if classes := values["class:gold "+metric] + values["class:bronze "+metric]; classes != whole {
			t.Errorf("%s is %v over the classes, %v in all", metric, classes, whole)
		}
		if tenants := values["tenant:a "+metric] + values["tenant:b "+metric] + values["tenant:c "+metric]; tenants != whole {
			t.Errorf("%s is %v over the tenants, %v in all", metric, tenants, whole)
		}
	}
}
