package tokens

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// law14B is about that of a model of 14 billion parameters on an H100: steps of 8 to 12 ms.
func law14B() profile.Step {
	form := func(c profile.Coefficients) profile.Form {
		f, err := profile.NewForm(c)
		if err != nil {
			panic(err)
		}
		return f
	}
	return profile.Step{
		Compute:  form(profile.Coefficients{Constant: 1e-3, Prefill: 35e-6, Decode: 35e-6, Attention: 1e-9}),
		Memory:   form(profile.Coefficients{Constant: 8.4e-3, Context: 60e-9}),
		Overhead: form(profile.Coefficients{Constant: 3e-4, Sequence: 5e-6}),
	}
}

func config14B() *Config {
	return &Config{Law: law14B(), MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 12000, Context: 1 << 15}
}

// arrival is a request of a load.
type arrival struct {
	gap            int64
	prompt, output int32
}

// load draws arrivals of a Poisson process of a rate per second; the lengths are normal, clamped.
func load(rate, mean, deviation float64, output int32) []arrival {
	g := rand.New(rand.NewPCG(1, 2))
	length := func() int32 { return int32(min(max(math.Round(mean+deviation*g.NormFloat64()), 1), 4*mean)) }
	all := make([]arrival, 1<<14)
	for i := range all {
		all[i] = arrival{int64(g.ExpFloat64() * 1e9 / rate), length(), length()}
		if output > 0 {
			all[i].output = output
		}
	}
	return all
}

// fleet drives replicas, to which requests go in turn.
type fleet struct {
	queue    kernel.Queue[wake]
	pool     Pool
	replicas []*Replica
	due      []kernel.Time // of the wake that counts
	unused   []int32
	steps    int
	finished int
}

type wake struct{ replica int32 }

func newFleet(c *Config, n int) *fleet {
	f := &fleet{due: make([]kernel.Time, n)}
	for i := range n {
		f.replicas = append(f.replicas, New(c, &f.pool))
		f.due[i] = kernel.Never
	}
	return f
}

func (f *fleet) wake(i int32, at kernel.Time) {
	if at != kernel.Never && at != f.due[i] {
		f.queue.Schedule(at, wake{i})
	}
	f.due[i] = at
}

// serve serves so many requests.
func (f *fleet) serve(all []arrival, requests int) {
	next, k, in := f.queue.Now(), 0, 0
	free := int32(len(f.pool.sequences))
	for f.finished = 0; f.finished < requests; {
		if in < requests && next <= f.queue.Peek() {
			id := free
			if n := len(f.unused); n > 0 {
				id, f.unused = f.unused[n-1], f.unused[:n-1]
			} else {
				free++
			}
			a := &all[k]
			i := int32(in % len(f.replicas))
			f.replicas[i].Enqueue(id, Request{Prompt: a.prompt, Output: a.output, Ordinal: int64(in)})
			f.wake(i, f.replicas[i].Wake(next))
			in++
			if k++; k == len(all) {
				k = 0
			}
			next = next.Add(1)
			next += kernel.Time(all[k].gap)
			continue
		}
		at, e, _ := f.queue.Next()
		if at != f.due[e.replica] {
			continue
		}
		r := f.replicas[e.replica]
		for _, o := range r.Step(at) {
			if o.Kind == Finished {
				f.unused = append(f.unused, o.ID)
				f.finished++
			}
		}
		f.steps += r.Steps().Count
		f.due[e.replica] = kernel.Never
		f.wake(e.replica, r.Next())
	}
}

// TestServingAllocatesNothing counts what requests without contents allocate when the replicas have grown.
func TestServingAllocatesNothing(t *testing.T) {
	for _, c := range []*Config{config14B(), cached(config14B())} {
		f := newFleet(c, 4)
		all := load(40, 256, 100, 0)
		f.serve(all, 20000)
		if n := testing.AllocsPerRun(10, func() { f.serve(all, 1000) }); n != 0 {
			t.Errorf("prefix cache %v: 1000 requests allocate %v times", c.PrefixCache, n)
		}
	}
}

func cached(c *Config) *Config {
	c.PrefixCache = true
	return c
}
