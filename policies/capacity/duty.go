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

// Replicas do a whole request (Whole), or only its prompt and first token (Prefill), or only the
// tokens after the first (Decode).
const (
	Whole Role = iota
	Prefill
	Decode
)

// String returns "", "/prefill" or "/decode". Labels of deployments end with it, so that the
// deployments of one network differ.
func (r Role) String() string { return [...]string{"", "/prefill", "/decode"}[r] }

// Duty is the work of an LLM engine whose requests all have the mean length. If a replica has
// several engines, it is one of them (tokens.Config.One).
type Duty struct {
	*tokens.Config
	Role          Role
	Input, Output float64 // mean tokens of a prompt and of an answer
}

// DutyOf returns the duty of an engine of a deployment that serves tokens, for requests of the
// given mean lengths.
func DutyOf(c *fleet.Spec, d *fleet.Deployment, mean fleet.PlannedLengths) *Duty {
	return &Duty{Config: d.Tokens.One(), Role: RoleOf(c, d.Model), Input: mean.Input, Output: mean.Output}
}

// Refuses says why the replica can never serve its part of a request of mean length. It returns ""
// if the replica can serve it.
func (u *Duty) Refuses() string {
	if u.Role == Prefill {
		return u.Config.Refuses(int32(u.Input), 1)
	}
	return u.Config.Refuses(int32(u.Input), int32(u.Output))
}

// Plan returns the largest number of requests that can run at a time so that all meet the
// objectives, and how long each of them takes, in seconds. The number is 0 if one request alone
// takes too long.
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
// one request at a time misses the objectives, the result is the throughput of one request at a
// time.
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

// most returns the largest number of sequences that can run at a time: as many as the KV cache
// holds. If the replica computes only prompts, it is also at most as many as one step computes.
func (u *Duty) most() int {
	blocks := float64(u.Blocks) * float64(u.Block)
	if u.Role == Prefill {
		step := max(1, math.Floor(float64(u.MaxTokens)/u.Input))
		return int(min(float64(u.MaxSequences), step, math.Floor(blocks/u.Input)))
	}
	return int(min(float64(u.MaxSequences), math.Floor(blocks/(u.Input+u.Output))))
}

// Lasts returns how long a request takes at the replica, in seconds, if the given number of
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

// Times returns three durations, if the given number of sequences run at a time: from the arrival
// of a request to its first token, of each further token, and from the arrival to the end.
//
// The first token comes at the end of the step that computes the prompt. Before this step the
// request waits for the end of a step under way. The step computes one prompt; if the replica
// computes only prompts, it computes as many as run at a time. If another replica does a part of
// the request, that part takes as long as for a request alone.
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
