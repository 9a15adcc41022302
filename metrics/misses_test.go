package metrics_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/sim/tokens"
)

// only checks that exactly one request missed, with the first of the given causes. A second one is
// the cause under given_up.
func only(t *testing.T, values map[string]float64, causes ...string) {
	t.Helper()
	for key, n := range values {
		name, is := strings.CutPrefix(key, "all ")
		if !is || !strings.HasPrefix(name, "missed_") && !strings.HasPrefix(name, "given_up_") {
			continue
		}
		want := 0.0
		for _, c := range causes {
			if c == name {
				want = 1
			}
		}
		if n != want {
			t.Errorf("%s is %v, want %v", name, n, want)
		}
	}
}

// ample changes a setup so that its planned capacity is above any load.
func ample(s *sim.Setup) { s.Spec.Deployments[0].Capacity = 1000 }

// pace is the control period of these tests, which is also the length of the windows.
const pace = 250 * time.Millisecond

// planned is an allocator that returns one plan after another.
type planned []func(v *sim.View) sim.Plan

func (a *planned) Allocate(v *sim.View) (p sim.Plan, err error) {
	if len(*a) > 0 {
		p = (*a)[0](v)
		*a = (*a)[1:]
	}
	return p, nil
}

func (*planned) String() string { return "planned" }

// another is a plan that orders one more machine with a replica.
func another(*sim.View) sim.Plan {
	return sim.Plan{Boot: []fleet.TypeID{0}, Load: []sim.Placement{{Machine: sim.Booted(0)}}, Capacity: []float64{20}, Each: []float64{10}}
}

// In each of these stories one request misses. A request takes 100 ms on the only replica, which
// has a planned capacity of 10/s. The objective is 150 ms. Windows are 250 ms long, so two requests
// in a window are 8/s, and three are 12/s.
func TestEachCauseHasItsStory(t *testing.T) {
	stories := map[string]struct {
		at     []int
		change func(*sim.Setup)
		causes []string
	}{
		"there is no room to wait": {[]int{300, 300}, func(s *sim.Setup) { ample(s); s.Spec.Models[0].QueueLimit = 0 },
			[]string{"missed_rejected", "given_up_service"}},
		"the batcher gives up what would be late": {[]int{300, 340}, func(s *sim.Setup) { s.Batcher, _ = batching.NewNexus(1) },
			[]string{"missed_dropped", "given_up_burst"}},
		"the machine fails, and the request is served again": {[]int{480}, func(s *sim.Setup) {
			s.Spec.Types[0].Failures = fleet.Failures{MTBF: 500 * time.Millisecond, Repair: 200 * time.Millisecond, Constant: true}
			s.Allocator, s.Period = simtest.Keeper{Replicas: 1}, 100*time.Millisecond
		}, []string{"missed_lost"}},
		"the machine fails, and the request with it": {[]int{480}, func(s *sim.Setup) {
			s.Spec.Types[0].Failures = fleet.Failures{MTBF: 500 * time.Millisecond, Repair: 200 * time.Millisecond, Constant: true}
			s.FailLost = true
		}, []string{"missed_lost"}},
		"the first machine boots": {[]int{300}, func(s *sim.Setup) { s.ColdStart, s.Spec.Types[0].Boot = true, 500*time.Millisecond },
			[]string{"missed_loading"}},
		"no machine is there or ordered": {[]int{300}, func(s *sim.Setup) { s.Allocator, s.Drain = &planned{}, 0 }, []string{"missed_unplanned"}},
		"three come to a fleet for two":  {[]int{250, 260, 450}, nil, []string{"missed_unplanned"}},
		"a second replica comes too late for the third": {[]int{250, 260, 450}, func(s *sim.Setup) {
			s.Spec.Types[0].Boot, s.Spec.Types[0].Max = 600*time.Millisecond, 2
			s.Allocator, s.Period = &planned{another, another}, pace
		}, []string{"missed_unready"}},
		"two come at once, and then nobody":              {[]int{300, 310}, nil, []string{"missed_burst"}},
		"one from before the span was late at its start": {[]int{0, 10, 20, 210}, ample, []string{"missed_behind"}},
		"the batcher waits for company": {[]int{300}, func(s *sim.Setup) {
			s.Spec.Deployments[0].Latency, _ = profile.Table([]profile.Point{{Size: 1, Latency: 100 * time.Millisecond}, {Size: 2, Latency: 110 * time.Millisecond}})
			s.Spec.Deployments[0].MaxBatch = 2
			s.Batcher, _ = batching.NewTimeout(2, 60*time.Millisecond)
		}, []string{"missed_batch"}},
		"the batcher waits for company, but not long": {[]int{300}, func(s *sim.Setup) {
			s.Spec.Deployments[0].Latency, _ = profile.Table([]profile.Point{{Size: 1, Latency: 200 * time.Millisecond}, {Size: 2, Latency: 210 * time.Millisecond}})
			s.Spec.Deployments[0].MaxBatch = 2
			s.Batcher, _ = batching.NewTimeout(2, 10*time.Millisecond)
		}, []string{"missed_service"}},
		"the turn of one comes late":   {[]int{300, 310}, ample, []string{"missed_service"}},
		"one gives up":                 {[]int{300, 310}, func(s *sim.Setup) { s.Spec.Models[0].Timeout = 50 * time.Millisecond }, []string{"missed_burst"}},
		"one is in service at the end": {[]int{980}, func(s *sim.Setup) { s.Drain = 0 }, []string{"missed_service"}},
		"one waits for company until the end": {[]int{980}, func(s *sim.Setup) {
			s.Spec.Deployments[0].Latency, _ = profile.Table([]profile.Point{{Size: 1, Latency: 100 * time.Millisecond}, {Size: 2, Latency: 110 * time.Millisecond}})
			s.Spec.Deployments[0].MaxBatch, s.Drain = 2, 0
			s.Batcher, _ = batching.NewTimeout(2, 60*time.Millisecond)
		}, []string{"missed_batch"}},
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			values, board := watch(t, story.at, story.change)
			only(t, values, story.causes...)
			cause := strings.Replace(story.causes[len(story.causes)-1], "given_up_", "missed_", 1)
			missed, late := overTime(board)
			if story.at[len(story.at)-1] < 250 {
				return // the first step is not measured, because the warm-up ends in it
			}
			if len(missed) != 1 || math.Abs(missed[cause]-1) > 1e-9 || math.Abs(late-1) > 1e-9 {
				t.Errorf("over time: %v requests missed, by cause %v; want one, %s", late, missed, cause)
			}
		})
	}
}

// overTime adds up the series of misses: the misses by cause, and the arrivals that were not in
// time.
func overTime(b *metrics.Board) (byCause map[string]float64, late float64) {
	byCause = map[string]float64{}
	arrived := map[float64]float64{}
	list := rows.Samples(b.Series.TimeSeries())
	length := map[float64]float64{} // of the step with this end
	since := 0.0
	for _, s := range list {
		if s.Metric == "demand" && s.Scope == rows.All {
			length[s.Seconds], since = s.Seconds-since, s.Seconds
			arrived[s.Seconds] = s.Value * length[s.Seconds]
		}
	}
	for _, s := range list {
		switch {
		case strings.HasPrefix(s.Metric, "missed_"):
			byCause[s.Metric] += s.Value * length[s.Seconds]
		case s.Metric == "slo_attainment" && s.Scope == rows.All:
			late += arrived[s.Seconds] * (1 - s.Value/100)
		}
	}
	return byCause, late
}

// TestCapacityComesWhileItBootsAndLoads has a machine that boots for 500 ms. Its replica has a
// planned capacity of 10/s, so 5 requests could have been served in this time.
func TestCapacityComesWhileItBootsAndLoads(t *testing.T) {
	for boot, want := range map[time.Duration]float64{500 * time.Millisecond: 5, 0: 0} {
		_, board := watch(t, []int{300}, func(s *sim.Setup) { s.ColdStart, s.Spec.Types[0].Boot = true, boot })
		sum, since := 0.0, 0.0
		for _, s := range rows.Samples(board.Series.TimeSeries()) {
			if s.Metric == "capacity_coming" {
				sum += s.Value * (s.Seconds - since)
				since = s.Seconds
			}
		}
		if math.Abs(sum-want) > 1e-9 {
			t.Errorf("boot of %v: %v requests, want %v", boot, sum, want)
		}
	}
}

// hard is a stream of requests whose services take several times as long as planned.
type hard struct {
	script
	work float64
}

func (s *hard) Next(r *fleet.Request) bool {
	ok := s.script.Next(r)
	r.Work = s.work
	return ok
}

func TestALongServiceIsItsOwnCause(t *testing.T) {
	values, _ := watch(t, nil, func(s *sim.Setup) { s.Arrivals = &hard{script{300}, 1.6} })
	only(t, values, "missed_service")
}

// llm turns the replica into a token replica with steps of 10 ms. It has a number of KV blocks of
// four tokens, and runs a number of sequences at a time. Requests have 4 input and 3 output tokens.
func llm(s *sim.Setup, blocks, sequences int, at ...int) {
	ample(s)
	s.Arrivals = &talk{at}
	s.Spec.Deployments[0].Tokens = &tokens.Config{
		StepTime:     profile.StepTime{Memory: profile.Form{Constant: 10e6 * profile.Grains}},
		MaxSequences: sequences, MaxTokens: 100, Chunked: true, Block: 4, Blocks: blocks, Context: 100,
	}
}

// Two requests begin with one block each. For its second token each needs another block, but there
// are only three in all. So the later request is preempted.
func TestAPreemptionForKVIsACause(t *testing.T) {
	values, _ := watch(t, nil, func(s *sim.Setup) {
		llm(s, 3, 2, 300, 300)
		s.Spec.Models[0].Target = 35 * time.Millisecond
	})
	only(t, values, "missed_kv")
}

// One request runs at a time, for 30 ms. The objective of the first token is 25 ms. Requests come
// at 150, 160, 165 and 201 ms; the first three before the measured span. The second starts at 180
// ms, not yet late, and has its first token at 190 ms. The third starts at 210 ms and is already
// late. The request of 201 ms has waited for it.
func TestLLMRequestsWaitBehindLateOnes(t *testing.T) {
	values, _ := watch(t, nil, func(s *sim.Setup) {
		llm(s, 10, 1, 150, 160, 165, 201)
		s.Spec.Models[0].FirstToken, s.Spec.Models[0].Target = 25*time.Millisecond, 0
	})
	only(t, values, "missed_behind")
}

// The prompt takes 10 ms, and the two further tokens 10 ms each on another machine. The cache of 4
// kB takes 40 ms over a link of 100 kB/s, or 4 ms over one of 1 MB/s. So the request ends after 70
// or 34 ms. A request whose cache has not arrived at the end of the run has the same cause.
func TestAKVCacheThatIsLateIsACause(t *testing.T) {
	story := func(network float64, objective, drain time.Duration) map[string]float64 {
		values, _ := watch(t, nil, func(s *sim.Setup) {
			llm(s, 10, 1, 300)
			c := s.Spec
			c.Models[0].Target, s.Drain, s.Router = objective, drain, routing.NewLeastOutstanding()
			c.Types[0].Network, c.Types[0].Max, c.Deployments[0].Tokens.TokenBytes = network, 2, 1000
			c.Models = append(c.Models, c.Models[0])
			c.Models[0].Decoder, c.Models[1].Name = 1, "decode"
			c.Deployments = append(c.Deployments, c.Deployments[0])
			c.Deployments[1].Model, c.Deployments[1].Name = 1, "decoder"
			s.Allocator = &planned{func(*sim.View) sim.Plan {
				return sim.Plan{Boot: []fleet.TypeID{0, 0}, Load: []sim.Placement{{Machine: sim.Booted(0)}, {Deployment: 1, Machine: sim.Booted(1)}}}
			}}
		})
		return values
	}
	only(t, story(1e5, 60*time.Millisecond, -1), "missed_transfer")
	only(t, story(1e6, 60*time.Millisecond, -1))
	only(t, story(1e5, 25*time.Millisecond, -1), "missed_service")
	only(t, story(1, 60*time.Millisecond, 0), "missed_transfer")
	if values, _ := watch(t, []int{300}, nil); values["all missed_service"] != 0 {
		t.Error(values)
	} else if _, told := values["all missed_transfer"]; told {
		t.Error("a fleet in which no cache moves has a count of transfers")
	}
}

// A request that no replica can ever serve has no cause under given_up.
func TestWhatNothingCanServeIsRejectedAlone(t *testing.T) {
	values, _ := watch(t, nil, func(s *sim.Setup) {
		llm(s, 1, 1, 300)
		s.Spec.Deployments[0].Capacity = 0
	})
	only(t, values, "missed_rejected")
}

// The allocator plans for 6/s. The windows of the measured span have loads of 8/s, 4/s and 0, after
// a window with 0. The errors are −2, 2 and 6. Those of the naive forecast, the load of the window
// before, are 8, 4 and 4. A replica costs 1 $/h and counts for 10/s. In the first window a request
// misses because the forecast was too low.
func TestForecastsAreHeldAgainstTheLoadThatCame(t *testing.T) {
	plan := func(v *sim.View) sim.Plan {
		p := sim.Plan{Demand: []float64{6}, Capacity: []float64{7}, Each: []float64{10}}
		if v.Live() == 0 {
			p.Boot, p.Load = []fleet.TypeID{0}, []sim.Placement{{Machine: sim.Booted(0)}}
		}
		return p
	}
	values, _ := watch(t, []int{300, 310, 600}, func(s *sim.Setup) { s.Allocator, s.Period = &planned{plan, plan, plan, plan}, pace })
	only(t, values, "missed_unplanned")
	near(t, values, map[string]float64{
		"all forecast_mae": 10. / 3, "all forecast_bias": 2, "all forecast_mase": 10. / 16, "all forecast_surplus": (2 + 6) * 0.25 / 3600 / 10,
		"all forecast_missed": 1,
	})
	// the price at the beginning of a window is used
	values, _ = watch(t, []int{300, 310, 600}, func(s *sim.Setup) {
		s.Allocator, s.Period = &planned{plan, plan, plan, plan}, pace
		s.Spec.Types[0].Prices = fleet.Timeline{{From: 600 * millisecond, Value: 3}}
	})
	near(t, values, map[string]float64{"all forecast_surplus": (2 + 6*3) * 0.25 / 3600 / 10})
	values, _ = watch(t, []int{300}, nil)
	if _, told := values["all forecast_mae"]; told {
		t.Error("an allocator that tells no demand has an error of its forecast")
	}
}

// The first machine boots until 500 ms, and its replica loads until 600 ms. A second is ordered at
// 250 ms and cancelled at 500 ms. A third is ordered at 500 ms and is up at 1000 ms, when its
// replica begins to load. The measured span begins at 200 ms. A machine costs 1 $/h, and 3 $/h from
// 400 ms on.
func TestMachinesThatDoNotServeYetArePaid(t *testing.T) {
	of := func(prices fleet.Timeline) map[string]float64 {
		values, _ := watch(t, []int{700}, func(s *sim.Setup) {
			s.Spec.Types[0].Prices = prices
			s.Spec.Types[0].Boot, s.Spec.Types[0].Max, s.Spec.Deployments[0].Load = 500*time.Millisecond, 3, 100*time.Millisecond
			s.ColdStart, s.Period = true, pace
			s.Allocator = &planned{another, another, func(v *sim.View) sim.Plan {
				p := another(v)
				p.Stop = []fleet.MachineID{1}
				return p
			}}
		})
		return values
	}
	near(t, of(nil), map[string]float64{
		"all cost_booting": (0.3 + 0.25 + 0.5) / 3600, "all cost_loading": 0.1 / 3600, "all cost_called_off": 0.25 / 3600,
	})
	near(t, of(fleet.Timeline{{From: 400 * millisecond, Value: 3}}), map[string]float64{
		"all cost_booting":    (0.2 + 0.1*3 + 0.15 + 0.1*3 + 0.5*3) / 3600,
		"all cost_loading":    0.1 * 3 / 3600,
		"all cost_called_off": (0.15 + 0.1*3) / 3600,
	})
}

// The load of the second replica, on a machine that is up, is cancelled after 100 ms.
func TestALoadThatIsCalledOffIsPaid(t *testing.T) {
	boot := func(*sim.View) sim.Plan {
		return sim.Plan{Boot: []fleet.TypeID{0, 0}, Load: []sim.Placement{{Machine: sim.Booted(0)}}}
	}
	load := func(*sim.View) sim.Plan { return sim.Plan{Load: []sim.Placement{{Machine: 1}}} }
	drain := func(*sim.View) sim.Plan { return sim.Plan{Drain: []fleet.ReplicaID{1}} }
	values, _ := watch(t, []int{300}, func(s *sim.Setup) {
		s.Spec.Types[0].Max, s.Spec.Deployments[0].Load = 2, 400*time.Millisecond
		s.Allocator, s.Period = &planned{boot, nothing, nothing, load, drain}, 100*time.Millisecond
	})
	near(t, values, map[string]float64{"all cost_booting": 0, "all cost_loading": 0.8 / 3600, "all cost_called_off": 0.1 / 3600})
}

func nothing(*sim.View) sim.Plan { return sim.Plan{} }
