package calibratetest

import (
	"math"
	"math/rand/v2"
	"slices"

	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/tokens"
)

// Stepper is a second engine, independent of the simulated one. It goes step by step. The time of a
// step is any function of what the step holds, with a random error. The engine may schedule one
// step ahead, as vLLM does.
type Stepper struct {
	Config  tokens.Config
	Seconds func(StepWork) float64 // how long a step takes
	Jitter  float64                // relative standard deviation of a step
	Seed    uint64
}

// StepWork describes what a step holds: scheduled tokens, tokens of sequences with several tokens,
// pairs of such a token and a token that it attends to, sequences with one token, and the tokens
// that these have in the cache.
type StepWork struct{ Tokens, Prefill, Pairs, Decode, Context float64 }

// job is a request that the stepper serves.
type job struct {
	id, prompt, output     int
	computed, emitted, own int // tokens in the cache, tokens emitted, KV blocks
}

// stepping is the state of a stepper that serves a demand.
type stepping struct {
	*Stepper
	waiting, running []*job
	plan             map[*job]int // tokens of each sequence in the next step
	free, budget     int          // KV blocks, tokens of the next step
	preempted        int
}

// Serve serves all requests of a demand. It returns their log and the number of preemptions.
func (s *Stepper) Serve(d replay.Demand) (log []measured.LoggedRequest, preempted int) {
	g := rand.New(rand.NewPCG(s.Seed, 11))
	log = make([]measured.LoggedRequest, len(d.Requests))
	for i, r := range d.Requests {
		log[i] = measured.LoggedRequest{Sent: r.Arrival, Input: r.Input, Output: r.Output}
	}
	t := stepping{Stepper: s, free: s.Config.Blocks}
	next, done := 0, 0
	now, before := 0.0, 0.0 // the end of the last step, and of the one before it
	for done < len(log) {
		seen := now
		if s.Config.Ahead && len(t.running) > 0 {
			seen = before
		}
		if len(t.running)+len(t.waiting) == 0 {
			now = max(now, d.Requests[next].Arrival)
			seen = now
		}
		for next < len(log) && d.Requests[next].Arrival <= seen {
			r := d.Requests[next]
			t.waiting = append(t.waiting, &job{id: next, prompt: int(r.Input), output: int(r.Output)})
			next++
		}
		t.schedule()
		before = now
		now += s.Seconds(t.work()) * math.Max(0.2, 1+s.Jitter*g.NormFloat64())
		done += t.end(log, now)
	}
	return log, t.preempted
}

// take plans n tokens of a sequence, if there are KV blocks for them.
func (t *stepping) take(j *job, n int) bool {
	need := (j.computed+n+t.Config.Block-1)/t.Config.Block - j.own
	if need > t.free {
		return false
	}
	t.free -= need
	j.own += need
	t.plan[j] = n
	t.budget -= n
	return true
}

// schedule plans the next step: running sequences first, then waiting ones.
func (t *stepping) schedule() {
	t.budget, t.plan = t.Config.MaxTokens, map[*job]int{}
	robbed := t.preempted
	for i := 0; i < len(t.running); i++ {
		j := t.running[i]
		n := min(j.prompt+j.emitted-j.computed, t.budget)
		for n > 0 && !t.take(j, n) {
			if t.preempt() == j {
				break
			}
		}
	}
	for len(t.waiting) > 0 && len(t.running) < t.Config.MaxSequences && t.budget > 0 && robbed == t.preempted {
		j := t.waiting[0]
		if (j.prompt+j.emitted+t.Config.Block-1)/t.Config.Block > t.free || !t.take(j, min(j.prompt+j.emitted, t.budget)) {
			return
		}
		t.waiting, t.running = t.waiting[1:], append(t.running, j)
	}
}

// preempt takes the blocks of the last running sequence, which waits again.
func (t *stepping) preempt() *job {
	last := t.running[len(t.running)-1]
	t.running = t.running[:len(t.running)-1]
	t.budget += t.plan[last]
	delete(t.plan, last)
	t.free += last.own
	last.own, last.computed = 0, 0
	t.waiting = slices.Insert(t.waiting, 0, last)
	t.preempted++
	return last
}

// work describes the planned step.
func (t *stepping) work() (w StepWork) {
	for _, j := range t.running {
		n, at := float64(t.plan[j]), float64(j.computed)
		w.Tokens += n
		if n > 1 {
			w.Prefill += n
			w.Pairs += n * (at + n/2)
		} else if n == 1 {
			w.Decode++
			w.Context += at
		}
	}
	return w
}

// end ends the step at an instant. It returns how many requests end.
func (t *stepping) end(log []measured.LoggedRequest, now float64) (done int) {
	t.running = slices.DeleteFunc(t.running, func(j *job) bool {
		if j.computed += t.plan[j]; t.plan[j] == 0 || j.computed < j.prompt+j.emitted {
			return false
		}
		if j.emitted++; j.emitted == 1 {
			log[j.id].First = now
		}
		if j.emitted < j.output {
			return false
		}
		log[j.id].Last = now
		t.free += j.own
		done++
		return true
	})
	return done
}
