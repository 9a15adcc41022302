package tokens

import (
	"math"

	"wavetank/sim/kernel"
)

// draws decides at random how many draft tokens are accepted.
//
// Whether a draft of a token is right depends on the token: its place in the answer and the luck of
// the request. So a request has the same draws under every policy. In a step, a sequence accepts
// the right drafts before the first wrong one. After a wrong draft, the step emits the right token
// itself. So the places that a step looks at were not looked at before, unless the sequence was
// preempted in between.
type draws struct {
	drafts int
	below  uint64 // a draft is right if 53 random bits are below it
}

func newDraws(c *Config) *draws {
	return &draws{drafts: c.Draft, below: uint64(math.Ceil(c.Acceptance * (1 << 53)))}
}

// accepted returns how many drafts are accepted in the step after a number of tokens.
func (d *draws) accepted(luck uint64, emitted int32) (n int32) {
	for int(n) < d.drafts && kernel.Mix(luck+uint64(emitted+n))>>11 < d.below {
		n++
	}
	return n
}

// growth returns how many blocks a decoding sequence takes in the next step, at whose beginning and
// end the token clock has these values. With random acceptance it draws the accepted drafts, at
// most as many as the sequence can emit.
func (r *Engine) growth(s *sequence, clock, next int64) int {
	after := s.computedAt(next)
	if r.special != nil && r.special.draws != nil {
		d := r.special.draws
		emitted := s.emittedAt(clock)
		s.jump = min(d.accepted(s.luck, emitted), s.output-emitted-1)
		after += s.jump
	}
	return int(r.blocks(after) - r.blocks(s.computedAt(clock)))
}

// jump lets a decoding sequence advance by the accepted drafts, beyond the token of the step.
func (r *Engine) jump(s *sequence) {
	if s.jump == 0 {
		return
	}
	r.phases[r.size.phase(-s.offset())]--
	s.finish -= int64(s.jump)
	r.phases[r.size.phase(-s.offset())]++
	r.context += int64(s.jump)
	r.special.jumped += int64(s.jump)
}

// resort puts the decoding sequences in the order in which they finish, after jumps.
func (r *Engine) resort() {
	dues := r.decoding.dues
	for i := range dues {
		s := &r.pool.sequences[dues[i].id]
		d := due{r.speed.reach(s.finish), dues[i].id}
		j := i
		for ; j > 0; j-- {
			if o := dues[j-1]; o.step < d.step || o.step == d.step && r.pool.sequences[o.id].admitted < s.admitted {
				break
			}
			dues[j] = dues[j-1]
		}
		dues[j] = d
	}
}
