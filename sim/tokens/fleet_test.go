package tokens

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// stepTime14B returns a step-time model like that of a 14-billion-parameter model on an H100: steps
// of 8 to 12 ms.
func stepTime14B() profile.StepTime {
	form := func(c profile.Coefficients) profile.Form {
		f, err := profile.NewForm(c)
		if err != nil {
			panic(err)
		}
		return f
	}
	return profile.StepTime{
		Compute:  form(profile.Coefficients{Constant: 1e-3, Prefill: 35e-6, Decode: 35e-6, Attention: 1e-9}),
		Memory:   form(profile.Coefficients{Constant: 8.4e-3, Context: 60e-9}),
		Overhead: form(profile.Coefficients{Constant: 3e-4, Sequence: 5e-6}),
	}
}

func config14B() *Config {
	return &Config{StepTime: stepTime14B(), MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 12000, Context: 1 << 15}
}

// arrival is a request of a load.
type arrival struct {
	gap            int64
	prompt, output int32
	content        *Content
	adapter        int32
}

// load draws arrivals of a Poisson process with a rate per second. The lengths are normal and
// clamped.
func load(rate, mean, deviation float64, output int32) []arrival {
	g := rand.New(rand.NewPCG(1, 2))
	length := func() int32 { return int32(min(max(math.Round(mean+deviation*g.NormFloat64()), 1), 4*mean)) }
	all := make([]arrival, 1<<14)
	for i := range all {
		all[i] = arrival{gap: 1 + int64(g.ExpFloat64()*1e9/rate), prompt: length(), output: length()}
		if output > 0 {
			all[i].output = output
		}
	}
	return all
}

// server is a replica as a fleet sees it.
type server interface {
	// arrive takes a request and returns the instant of the next step.
	arrive(now kernel.Time, ordinal int64, a *arrival) kernel.Time
	// step ends a run and begins the next. It returns how many requests finished, the instant of
	// the next call, and the number of steps that ended.
	step(now kernel.Time) (finished int, next kernel.Time, steps int)
}

// full is a replica of the package. It shares identities of requests with the other replicas.
type full struct {
	*Engine
	unused *[]int32
}

func (f full) arrive(now kernel.Time, ordinal int64, a *arrival) kernel.Time {
	id := int32(len(f.pool.sequences))
	if n := len(*f.unused); n > 0 {
		id, *f.unused = (*f.unused)[n-1], (*f.unused)[:n-1]
	} else {
		f.pool.at(id)
		for spare := id + 1; spare < int32(len(f.pool.sequences)); spare++ {
			*f.unused = append(*f.unused, spare)
		}
	}
	f.Enqueue(id, EngineRequest{Prompt: a.prompt, Output: a.output, Ordinal: ordinal, Content: a.content, Adapter: a.adapter})
	return f.Wake(now)
}

func (f full) step(now kernel.Time) (finished int, next kernel.Time, steps int) {
	for _, o := range f.Step(now) {
		if o.Kind == Finished {
			*f.unused = append(*f.unused, o.ID)
			finished++
		}
	}
	return finished, f.Next(), f.Steps().Count
}

// fleet drives several servers. Requests go to them in turn.
type fleet struct {
	queue   kernel.Queue[int32]
	servers []server
	due     []kernel.Time // per server: instant of its valid event
	steps   int
}

func newFleet(n int, one func() server) *fleet {
	f := &fleet{due: make([]kernel.Time, n)}
	for i := range n {
		f.servers = append(f.servers, one())
		f.due[i] = kernel.Never
	}
	return f
}

// fleetOf returns replicas of the package.
func fleetOf(c *Config, n int) *fleet {
	pool, unused := &Pool{}, new([]int32)
	return newFleet(n, func() server { return full{New(c, pool), unused} })
}

func (f *fleet) wake(i int32, at kernel.Time) {
	if at != kernel.Never && at != f.due[i] {
		f.queue.Schedule(at, i)
	}
	f.due[i] = at
}

// serve serves a number of requests. After the last of all it begins again with the first.
func (f *fleet) serve(all []arrival, requests int) {
	next, k, in := f.queue.Now(), 0, 0
	for finished := 0; finished < requests; {
		if in < requests && next <= f.queue.Peek() {
			i := int32(in % len(f.servers))
			f.wake(i, f.servers[i].arrive(next, int64(in), &all[k]))
			in++
			if k++; k == len(all) {
				k = 0
			}
			next += kernel.Time(all[k].gap)
			continue
		}
		at, i, _ := f.queue.Next()
		if at != f.due[i] {
			continue
		}
		done, due, steps := f.servers[i].step(at)
		finished += done
		f.steps += steps
		f.due[i] = kernel.Never
		f.wake(i, due)
	}
}

// TestServingAllocatesNothing counts the allocations for requests without contents, after the
// replicas have grown to their size.
func TestServingAllocatesNothing(t *testing.T) {
	for _, c := range []*Config{config14B(), cached(config14B())} {
		f := fleetOf(c, 4)
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

// TestReadingAllocatesNothing counts the allocations of the calls that routers make at every
// arrival.
func TestReadingAllocatesNothing(t *testing.T) {
	r := New(cached(config14B()), &Pool{})
	q := EngineRequest{Prompt: 512, Output: 8, Content: &Content{Prefix: []Segment{{1, 300}, {2, 212}}}}
	r.Enqueue(0, q)
	at := r.Wake(0)
	r.Step(at)
	if n := testing.AllocsPerRun(100, func() { r.Matched(at, &q); r.Held(at) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	// its last token is never found, so neither is its last block
	if got := r.Matched(at, &q); got != 496 {
		t.Errorf("%d tokens are matched", got)
	}
}
