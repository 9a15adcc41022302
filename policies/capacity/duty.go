package capacity

import (
	"math"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// Role says which part of an LLM request the replicas of a deployment do.
type Role int

// Replicas do a whole request, or only its prompt and first token, or only the tokens after it.
const (
	Whole Role = iota
	Prefill
	Decode
)

// String returns "", "/prefill" or "/decode". It tells deployments of one network apart.
func (r Role) String() string { return [...]string{"", "/prefill", "/decode"}[r] }

// Duty is what a replica of an LLM engine does for requests of mean length.
type Duty struct {
	*tokens.Config
	Role          Role
	Input, Output float64 // mean tokens of a prompt and of an answer
}

// DutyOf returns what a replica of a deployment that serves tokens does for requests of mean
// lengths.
func DutyOf(c *fleet.Spec, d *fleet.Deployment, mean fleet.PlannedLengths) *Duty {
	return &Duty{Config: d.Tokens, Role: RoleOf(c, d.Model), Input: mean.Input, Output: mean.Output}
}

// Refuses says why the replica can never serve its part of a request of mean length. It returns ""
// where the replica can.
func (u *Duty) Refuses() string {
	if u.Role == Prefill {
		return u.Config.Refuses(int32(u.Input), 1)
	}
	return u.Config.Refuses(int32(u.Input), int32(u.Output))
}

// Plan returns the largest number of requests that can run at a time while each meets the
// objectives, and how long each then takes, in seconds. The number is 0 if one alone is too slow.
func (u *Duty) Plan(o fleet.Objectives) (sequences int, each float64) {
	low, high := 0, u.most()
	for low < high {
		if n := (low + high + 1) / 2; o.Met(u.Times(float64(n))) {
			low = n
		} else {
			high = n - 1
		}
	}
	return low, u.Lasts(max(1, float64(low)))
}

// Throughput returns the requests per second that the replica serves within the objectives. If even
// one request at a time misses them, it is the throughput of one at a time.
func (u *Duty) Throughput(o fleet.Objectives) float64 {
	n, each := u.Plan(o)
	return max(1, float64(n)) / each
}

// RoleOf returns which part of a request the replicas of a model do.
func RoleOf(c *fleet.Spec, m fleet.ModelID) Role {
	switch {
	case c.Models[m].Decoder > 0:
		return Prefill
	case c.Decodes(m):
		return Decode
	}
	return Whole
}

// most returns the most sequences that can run at a time: as many as the KV cache holds, and, if
// the replica computes only prompts, as one step computes.
func (u *Duty) most() int {
	blocks := float64(u.Blocks) * float64(u.Block)
	if u.Role == Prefill {
		step := max(1, math.Floor(float64(u.MaxTokens)/u.Input))
		return int(min(float64(u.MaxSequences), step, math.Floor(blocks/u.Input)))
	}
	return int(min(float64(u.MaxSequences), math.Floor(blocks/(u.Input+u.Output))))
}

// Lasts returns how long a request takes at the replica, in seconds, when the given number of
// sequences run at a time.
func (u *Duty) Lasts(sequences float64) float64 {
	switch u.Role {
	case Prefill:
		return prefillSeconds(u.Config, sequences, u.Input)
	case Decode:
		return decodeSeconds(u.Config, sequences, u.Input, u.Output)
	}
	return wholeSeconds(u.Config, sequences, u.Input, u.Output)
}

// Times returns when a request has its first token, the time of each further one, and its end, when
// the given number of sequences are served at a time.
//
// The first token comes after the rest of a step under way and after the step of the prompt. In
// that step the prompt is alone. If the replica computes only prompts, the step has as many prompts
// as are served at a time. The part of other replicas takes as long as for a request that is alone
// there.
func (u *Duty) Times(sequences float64) (first, further, end time.Duration) {
	each := u.Lasts(sequences)
	switch u.Role {
	case Prefill:
		rest := decodeSeconds(u.Config, 1, u.Input, u.Output)
		return kernel.Seconds(2 * each), 0, kernel.Seconds(2*each + rest)
	case Decode:
		prompt := prefillSeconds(u.Config, 1, u.Input)
		return 0, kernel.Seconds(each / max(1, u.Output-1)), kernel.Seconds(prompt + each)
	}
	step := each / max(1, u.Output)
	prompt := wholeSeconds(u.Config, 1, u.Input, 1)
	if u.Output <= 1 { // no token follows the first
		return kernel.Seconds(prompt + step), 0, kernel.Seconds(each)
	}
	return kernel.Seconds(prompt + step), kernel.Seconds(step), kernel.Seconds(each)
}
