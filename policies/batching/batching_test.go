package batching

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

const ms = kernel.Time(time.Millisecond)

// stage returns a fleet of n ready replicas of one model. If varied is set, requests may have
// several items. At the first replica one request waits for each given instant, at which it
// arrived. Batches hold at most 4 items.
func stage(tb testing.TB, n int, varied bool, arrivals ...kernel.Time) *fleet.Fleet {
	tb.Helper()
	latency, err := profile.Linear(time.Millisecond, time.Millisecond, 4)
	if err != nil {
		tb.Fatal(err)
	}
	f := fleet.New(&fleet.Spec{
		Kinds:    []string{"cpu"},
		Types:    []fleet.MachineType{{Name: "box", Cores: n, Max: 1}},
		Models:   []fleet.Model{{Name: "m", Variants: []fleet.VariantID{0}, QueueLimit: -1, Varied: varied}},
		Variants: []fleet.Variant{{Name: "v"}},
		Deployments: []fleet.Deployment{{
			Name: "v@box", Need: fleet.Resources{Cores: 1}, Latency: latency, MaxBatch: 4, Slots: 1, Capacity: 1,
		}},
	})
	on, err := f.Order(0, 0, 0)
	if err != nil {
		tb.Fatal(err)
	}
	f.Boot(on)
	for range n {
		at, err := f.Place(0, on, 0, 0)
		if err != nil {
			tb.Fatal(err)
		}
		f.MakeReady(at, 0)
	}
	for _, at := range arrivals {
		id, _ := f.Admit(&fleet.Request{Arrival: at})
		f.Give(id, 0)
	}
	return f
}

func TestBatchersDecideAsTheirRuleSays(t *testing.T) {
	timeout := func(maxBatch int, delay time.Duration) sim.Batcher {
		b, err := NewTimeout(maxBatch, delay)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	at := func(count int) (arrivals []kernel.Time) {
		for i := range count {
			arrivals = append(arrivals, 10*ms+kernel.Time(i)*ms)
		}
		return arrivals
	}
	wait := func(until kernel.Time) sim.BatchDecision { return sim.BatchDecision{Until: until} }
	start := func(n int) sim.BatchDecision { return sim.BatchDecision{Count: n} }
	for _, c := range []struct {
		name    string
		batcher sim.Batcher
		queued  int
		now     kernel.Time
		want    sim.BatchDecision
	}{
		{"greedy takes one", NewGreedy(), 1, 10 * ms, start(1)},
		{"greedy takes all", NewGreedy(), 3, 12 * ms, start(3)},
		{"greedy stops at the largest batch", NewGreedy(), 7, 16 * ms, start(4)},
		{"timeout waits for the oldest", timeout(0, 5*time.Millisecond), 3, 12 * ms, wait(15 * ms)},
		{"timeout starts what is there", timeout(0, 5*time.Millisecond), 3, 15 * ms, start(3)},
		{"timeout starts what is there late", timeout(0, 5*time.Millisecond), 3, 40 * ms, start(3)},
		{"timeout starts a full batch", timeout(0, 5*time.Millisecond), 5, 14 * ms, start(4)},
		{"timeout starts its own full batch", timeout(2, 5*time.Millisecond), 3, 12 * ms, start(2)},
		{"timeout never exceeds the deployment", timeout(64, 5*time.Millisecond), 9, 12 * ms, start(4)},
		{"timeout without delay is greedy", timeout(0, 0), 3, 12 * ms, start(3)},
		{"timeout beyond the clock waits for company", timeout(0, math.MaxInt64), 3, 12 * ms, wait(kernel.Never)},
	} {
		v := sim.ViewOf(stage(t, 1, false, at(c.queued)...), c.now)
		if got := c.batcher.Batch(v, 0); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestBatchersNameWhatTheyRefuse(t *testing.T) {
	refused := func(_ any, err error) error { return err }
	for want, err := range map[string]error{
		"max-batch: -1 is negative\nmax-delay: -1s is negative":         refused(NewTimeout(-1, -time.Second)),
		"preferred: 0 is below 1\nmax-delay: -1s is negative":           refused(NewTriton([]int{4, 0}, -time.Second)),
		"batch: -1 is negative":                                         refused(NewNexus(-1)),
		`sizes: "odd" is neither all nor powers-of-two`:                 refused(NewClockwork("odd")),
		"step: 0 is outside (0, 1e6]\nbackoff: 1 is outside (0, 1)":     refused(NewAIMD(0, 1)),
		"step: NaN is outside (0, 1e6]\nbackoff: NaN is outside (0, 1)": refused(NewAIMD(math.NaN(), math.NaN())),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestLabelsShowWhatDiffersFromTheDefaults(t *testing.T) {
	label := func(b fmt.Stringer, err error) string { return fmt.Sprint(b, err) }
	for want, got := range map[string]string{
		"timeout":                             label(NewTimeout(0, DefaultMaxDelay)),
		"timeout(max-batch 8)":                label(NewTimeout(8, DefaultMaxDelay)),
		"timeout(max-delay 2ms)":              label(NewTimeout(0, 2*time.Millisecond)),
		"timeout(max-batch 8, max-delay 2ms)": label(NewTimeout(8, 2*time.Millisecond)),
		"triton":                              label(NewTriton(nil, DefaultQueueDelay)),
		"triton(preferred 2 4, max-delay 0s)": label(NewTriton([]int{4, 2, 4}, 0)),
		"nexus":                               label(NewNexus(0)),
		"nexus(batch 8)":                      label(NewNexus(8)),
		"clockwork":                           label(NewClockwork(EverySize)),
		"clockwork(sizes powers-of-two)":      label(NewClockwork(PowersOfTwo)),
		"aimd":                                label(NewAIMD(DefaultStep, DefaultBackoff)),
		"aimd(step 2, backoff 0.5)":           label(NewAIMD(2, 0.5)),
	} {
		if want+" <nil>" != got {
			t.Errorf("label %q, want %q", got, want)
		}
	}
}

// every returns all batchers, with parameters that make them do their work.
func every(tb testing.TB) []sim.Batcher {
	tb.Helper()
	timeout, err1 := NewTimeout(0, DefaultMaxDelay)
	triton, err2 := NewTriton([]int{2, 4}, DefaultQueueDelay)
	nexus, err3 := NewNexus(0)
	aimd, err4 := NewAIMD(DefaultStep, DefaultBackoff)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		tb.Fatal(err)
	}
	return []sim.Batcher{NewGreedy(), timeout, triton, nexus, aimd, clock(tb, EverySize), clock(tb, PowersOfTwo), NewProteus()}
}

func TestBatchingAllocatesNothing(t *testing.T) {
	for _, items := range []float32{0, 2.5} {
		v := sim.ViewOf(line(t, asked{at: 0}, asked{at: 5, items: items}, asked{at: 6, tight: true}, asked{at: 6}), 9*ms)
		for _, b := range every(t) {
			if n := testing.AllocsPerRun(100, func() { b.Batch(v, 0) }); n != 0 {
				t.Errorf("%s, %v items: %v allocations per decision", b, items, n)
			}
		}
	}
	aimd := every(t)[4].(*AIMD)
	aimd.Batch(sim.ViewOf(line(t, asked{}), 0), 0)
	start := &sim.Fact{Kind: sim.BatchStarted, Count: 1, Span: relaxed}
	end := &sim.Fact{Kind: sim.BatchFinished, Count: 1, At: kernel.Time(relaxed)}
	batch := func() {
		aimd.Observe(start)
		aimd.Observe(end)
	}
	if n := testing.AllocsPerRun(100, batch); n != 0 {
		t.Errorf("%s: %v allocations per batch", aimd, n)
	}
}

func BenchmarkBatch(b *testing.B) {
	for _, n := range []int{3, 1000} { // requests in line
		v := sim.ViewOf(line(b, make([]asked, n)...), 0)
		for _, p := range every(b) {
			b.Run(fmt.Sprintf("%s/%d", p, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p.Batch(v, 0)
				}
			})
		}
	}
}
