package batching

import (
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

// stage is a fleet of n ready replicas of one model, the first of which has a request queued that arrived at each instant
// given. Batches hold at most 4.
func stage(tb testing.TB, n int, arrivals ...kernel.Time) *fleet.Fleet {
	tb.Helper()
	law, err := profile.Linear(time.Millisecond, time.Millisecond, 4)
	if err != nil {
		tb.Fatal(err)
	}
	f := fleet.New(&fleet.Catalog{
		Kinds:    []string{"cpu"},
		Types:    []fleet.MachineType{{Name: "box", Cores: n, Max: 1}},
		Models:   []fleet.Model{{Name: "m", Variants: []fleet.VariantID{0}, QueueLimit: -1}},
		Variants: []fleet.Variant{{Name: "v"}},
		Deployments: []fleet.Deployment{{
			Name: "v@box", Need: fleet.Resources{Cores: 1}, Latency: law, MaxBatch: 4, Slots: 1, Capacity: 1,
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
		v := sim.ViewOf(stage(t, 1, at(c.queued)...), c.now)
		if got := c.batcher.Batch(v, 0); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestTimeoutNamesWhatItRefuses(t *testing.T) {
	_, err := NewTimeout(-1, -time.Second)
	const want = "max-batch: -1 is negative\nmax-delay: -1s is negative"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestLabelsShowWhatDiffersFromTheDefaults(t *testing.T) {
	for want, make := range map[string]func() (Timeout, error){
		"timeout":                             func() (Timeout, error) { return NewTimeout(0, DefaultMaxDelay) },
		"timeout(max-batch 8)":                func() (Timeout, error) { return NewTimeout(8, DefaultMaxDelay) },
		"timeout(max-delay 2ms)":              func() (Timeout, error) { return NewTimeout(0, 2*time.Millisecond) },
		"timeout(max-batch 8, max-delay 2ms)": func() (Timeout, error) { return NewTimeout(8, 2*time.Millisecond) },
	} {
		if b, err := make(); err != nil || b.String() != want {
			t.Errorf("label %q, error %v, want %q", b, err, want)
		}
	}
}

func TestBatchingAllocatesNothing(t *testing.T) {
	v := sim.ViewOf(stage(t, 1, 0, 0), 0)
	timeout, err := NewTimeout(0, DefaultMaxDelay)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []sim.Batcher{NewGreedy(), timeout} {
		if n := testing.AllocsPerRun(100, func() { b.Batch(v, 0) }); n != 0 {
			t.Errorf("%s: %v allocations per decision", b, n)
		}
	}
}

func BenchmarkBatch(b *testing.B) {
	timeout, err := NewTimeout(0, DefaultMaxDelay)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{8, 1000} {
		v := sim.ViewOf(stage(b, n, 0, 0), 0)
		for _, p := range []sim.Batcher{NewGreedy(), timeout} {
			b.Run(fmt.Sprintf("%s/%d", p, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p.Batch(v, 0)
				}
			})
		}
	}
}
