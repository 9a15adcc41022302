package metrics_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
	"wavetank/workload"
)

// Requests with services of 100 ms arrive at 100, 150, 900 and 950 ms. They finish at 200 (the end
// of the warm-up, not counted), 300, 1000 (the end of the duration, counted) and 1100 ms. The
// requests of 900 and 950 ms are the arrivals of the measured span. With a drain, the last is
// served within its objective of 150 ms. Without a drain it is unfinished.
func TestRatesCountWhatFinishedInTheSpan(t *testing.T) {
	for _, drain := range []time.Duration{0, 50 * time.Millisecond, time.Minute, -1} {
		values, _ := watch(t, []int{100, 150, 900, 950}, func(s *sim.Setup) { s.Drain = drain })
		near(t, values, map[string]float64{
			"all throughput": 2 / 0.8, "all goodput": 2 / 0.8, "all cost_per_1k": 1000 * 0.8 / 3600 / 2, "all cost_rate": 1, "all cost_month": 720, "all arrived": 2,
		})
		finished := 2.0
		if drain >= 0 && drain < 100*time.Millisecond {
			finished = 1
		}
		near(t, values, map[string]float64{"all slo_attainment": 50 * finished, "all unfinished": 2 - finished})
	}
}

// Six requests at 0 ms are gold and bronze in turns. Four finish, after 100 to 400 ms. The
// objective of gold is 150 ms, that of bronze 250 ms. The run lasts a second.
func TestRatesOfClassesAndTenants(t *testing.T) {
	values := serve(t, burst, metals, []string{"a", "b", "c"})
	near(t, values, map[string]float64{
		"all throughput": 4, "class:gold throughput": 2, "class:bronze throughput": 2, "tenant:a throughput": 2, "tenant:c throughput": 0,
		"all goodput": 2, "class:gold goodput": 1, "class:bronze goodput": 1, "tenant:a goodput": 2, "tenant:b goodput": 0,
	})
}

// slow turns the replica into a token replica with steps of 10 ms.
func slow(s *sim.Setup) {
	s.Spec.Deployments[0].Tokens = &tokens.Config{
		StepTime: profile.StepTime{Memory: profile.Form{Constant: 10e6 * profile.Grains}}, MaxSequences: 4, MaxTokens: 100, Chunked: true, Block: 16, Blocks: 10, Context: 100,
	}
}

// The request of 190 ms emits at 200, 210 and 220 ms. Its first token, and with it the prompt,
// count in the warm-up. The request of 980 ms emits at 990, 1000 and 1010 ms; the last is after the
// span. In the scope of a class, tokens count at the end of their request: the first request ends
// in the span, the other does not.
func TestTokensCountByTheirOwnInstant(t *testing.T) {
	for _, drain := range []time.Duration{0, -1} {
		values, _ := watch(t, nil, func(s *sim.Setup) {
			slow(s)
			s.Arrivals, s.Drain = &talk{script{190, 980}}, drain
			s.Spec.Classes = []fleet.Class{{Name: "only", Weight: 1}}
		})
		near(t, values, map[string]float64{
			"all output_tokens": 4 / 0.8, "all total_tokens": 8 / 0.8, "all cost_per_mtok": 1e6 * 0.8 / 3600 / 4,
			"class:only output_tokens": 3 / 0.8, "class:only total_tokens": 7 / 0.8, "all throughput": 1 / 0.8,
		})
	}
}

// A replica is planned for two requests at a time in 200 ms. One request alone takes 150 ms. With
// one running it serves (1/150)/(2/200) = 2/3 of its planned rate. The request of 300 ms runs for
// 30 ms.
func TestUtilizationOfTokenReplicasIsLoad(t *testing.T) {
	values, board := watch(t, nil, func(s *sim.Setup) {
		slow(s)
		latency, err := profile.Table([]profile.Point{{Size: 1, Latency: 150 * time.Millisecond}, {Size: 2, Latency: 200 * time.Millisecond}})
		if err != nil {
			t.Fatal(err)
		}
		d := &s.Spec.Deployments[0]
		d.Latency, d.MaxBatch = latency, 2
		s.Arrivals = &talk{script{300}}
	})
	near(t, values, map[string]float64{
		"all busy": 100 * 0.030 / 0.8, "all utilization": 100 * 0.020 / 0.8, "cpu utilization": 100 * 0.020 / 0.8,
		"all energy": (0.8*50 + 0.030*50) / 3.6e6, // power depends on whether requests run
	})
	for _, s := range rows.Samples(board.Series.TimeSeries()) {
		if s.Scope == "cpu" && s.Seconds == 0.5 && math.Abs(s.Value-100*0.020/0.25) > 1e-6 {
			t.Errorf("utilization is %v in the second step", s.Value)
		}
	}
}

func TestEnergyIsLeftOutWherePowerIsUnknown(t *testing.T) {
	values, _ := watch(t, []int{300}, func(s *sim.Setup) {
		s.Spec.Types[0].IdleWatts, s.Spec.Types[0].PeakWatts = 0, 0
	})
	if v, told := values["all energy"]; told {
		t.Errorf("the energy is %v", v)
	}
}

// The allocator has two machines from the start, releases one at 400 ms and orders one again at 600
// ms.
func TestWhatToRentIsToldAsLeastMeanAndMost(t *testing.T) {
	values, board := watch(t, nil, func(s *sim.Setup) {
		s.Spec.Types[0].Max, s.Period = 2, 100*time.Millisecond
		s.Allocator = &turns{want: []int{2, 2, 2, 2, 1, 1, 2, 2, 2, 2}}
	})
	near(t, values, map[string]float64{
		"machine:box machines_min": 1, "machine:box machines": 2 - 0.2/0.8, "machine:box machines_max": 2,
		"replica:model@box replicas_min": 1, "replica:model@box replicas": 2 - 0.2/0.8, "replica:model@box replicas_max": 2,
		"all machines": 2 - 0.2/0.8, "all cost_rate": 2 - 0.2/0.8,
	})
	var got []float64
	for _, s := range rows.Samples(board.Series.TimeSeries()) {
		if s.Scope == "machine:box" {
			got = append(got, math.Round(s.Value*1e9)/1e9)
		}
	}
	if want := []float64{2, 1.6, 1.6, 2}; !slices.Equal(got, want) {
		t.Errorf("machines over time are %v, want %v", got, want)
	}
}

// turns is an allocator with a list of how many machines it wants at each decision, each with one
// replica.
type turns struct{ want []int }

func (a *turns) Allocate(v *sim.View) (p sim.Plan, err error) {
	want := a.want[0]
	a.want = a.want[1:]
	for i := want; i < v.Live(); i++ {
		p.Stop = append(p.Stop, v.LiveAt(i))
	}
	for i := v.Live(); i < want; i++ {
		p.Load = append(p.Load, sim.Placement{Machine: sim.Booted(len(p.Boot))})
		p.Boot = append(p.Boot, 0)
	}
	return p, nil
}

func (*turns) String() string { return "turns" }

// Three requests have four input and three output tokens, with steps of 10 ms. The series have the
// requests in the system, and their tokens, at the ends of steps of 250 ms. The second request
// comes at a boundary, and runs from there on.
func TestSeriesOfWhatIsInTheSystem(t *testing.T) {
	_, board := watch(t, nil, func(s *sim.Setup) {
		slow(s)
		// they emit at 245, 255, 265; 255, 265, 275; 500, 510, 520 ms
		s.Arrivals = &talk{script{235, 245, 490}}
	})
	want := map[string][]float64{
		"all in_system": {2, 1, 0, 0}, "all waiting": {0, 0, 0, 0}, "all backlog_tokens": {2 + 7, 7, 0, 0},
		"all demand": {8, 4, 0, 0}, "all throughput": {0, 8, 4, 0}, "all running": {(0.010 + 2*0.005) / 0.25, (2*0.015 + 0.010 + 0.010) / 0.25, 0.020 / 0.25, 0},
	}
	got := map[string][]float64{}
	for _, s := range rows.Samples(board.Series.TimeSeries()) {
		if key := s.Scope + " " + s.Metric; want[key] != nil {
			got[key] = append(got[key], math.Round(s.Value*1e9)/1e9)
		}
	}
	for key, list := range want {
		for i := range list {
			list[i] = math.Round(list[i]*1e9) / 1e9
		}
		if !slices.Equal(got[key], list) {
			t.Errorf("%s is %v, want %v", key, got[key], list)
		}
	}
}

// A client has at most one request in flight, to a server that takes 100 ms. It wants to send at
// 150, 160, 850, 860, 870, 880 and 890 ms. It sends at 150, 250, 850 and 950 ms, and keeps the
// others back. In the span from 200 ms on five requests are wanted, and three of them are never
// sent. They wait 0, 90 and, until 1000 ms, 130, 120 and 110 ms.
func TestWhatIsHeldBackIsTold(t *testing.T) {
	values, _ := watch(t, nil, func(s *sim.Setup) {
		arrivals := script{150, 160, 850, 860, 870, 880, 890}
		capped, err := workload.Capped(closing{&arrivals}, 1)
		if err != nil {
			t.Fatal(err)
		}
		s.Arrivals = workload.Merge(capped)
		s.Spec.Models[0].Capped = true
	})
	near(t, values, map[string]float64{
		"all arrived": 3, "all wanted": 5, "all held_back": 3, "all client_wait_mean": (0.090 + 0.130 + 0.120 + 0.110) / 5, "all client_wait_max": 0.130,
	})
	values, _ = watch(t, []int{300}, nil)
	for _, metric := range []string{"wanted", "held_back", "client_wait_mean"} {
		if _, told := values["all "+metric]; told {
			t.Errorf("%s is reported where no client has a limit", metric)
		}
	}
}

// closing turns arrivals into a workload.Source.
type closing struct{ sim.Arrivals }

func (closing) Close() error { return nil }
