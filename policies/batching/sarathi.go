package batching

import (
	"errors"
	"fmt"
	"time"

	"wavetank/policies/capacity"
	"wavetank/sim/fleet"
)

// Sarathi sets the token budget of the steps of LLM engines. Prompts are computed in chunks within
// this budget, so no sequence waits too long for its next token. Batches of other deployments start
// at once, as with Greedy.
//
// Agrawal et al., "Taming throughput-latency tradeoff in LLM inference with Sarathi-Serve", OSDI
// 2024, section 4.3: a full step takes no longer than the objective per token; budgets are whole
// tiles of the GPU's matrix multiplication, and not so small that chunks cost throughput.
type Sarathi struct {
	Greedy
	budget int     // tokens in a step; 0: chosen by the objective
	keeps  float64 // share of the throughput that a smaller budget must have
}

// tile is the number of tokens that a matrix multiplication computes at a time (section 4.3).
const tile = 128

// DefaultKept is the default share of throughput that a smaller budget must keep: its tokens per
// second over those of the largest budget within the objective. A smaller budget leaves time for
// prompts that are longer than the mean.
const DefaultKept = 0.97

// NewSarathi returns the batcher. A budget above 0 holds for all engines, whatever the objective.
// But an engine gets at least as many tokens as its sequences need to decode, and at most its own
// budget.
func NewSarathi(budget int, keeps float64) (*Sarathi, error) {
	var faults []error
	if budget < 0 {
		faults = append(faults, fmt.Errorf("budget: %d is negative", budget))
	}
	if !(keeps > 0 && keeps <= 1) {
		faults = append(faults, fmt.Errorf("keeps: %v is not in (0, 1]", keeps))
	}
	return &Sarathi{budget: budget, keeps: keeps}, errors.Join(faults...)
}

// String returns "sarathi", with the parameters that differ from their defaults.
func (s *Sarathi) String() string {
	switch {
	case s.budget > 0:
		return fmt.Sprintf("sarathi(budget %d)", s.budget)
	case s.keeps != DefaultKept:
		return fmt.Sprintf("sarathi(keeps %v)", s.keeps)
	}
	return "sarathi"
}

// StepTokens implements sim.StepBatcher. If no budget keeps the objective, it returns the smallest
// one. It returns 0 if there is no objective per token, or if no replica computes prompts and
// answers in the same step.
func (s *Sarathi) StepTokens(c *fleet.Spec, d fleet.DeploymentID) int {
	k := &c.Deployments[d]
	duty := capacity.DutyOf(c, k, k.Lengths)
	least := min((duty.MaxSequences*(1+duty.Draft)+tile-1)/tile*tile, duty.MaxTokens)
	if s.budget > 0 {
		return min(max(s.budget, least), duty.MaxTokens)
	}
	held := perToken(c, k.Model)
	if held == 0 || !duty.Chunked || duty.PrefillFirst || duty.Role != capacity.Whole {
		return 0
	}
	rate := func(budget int) float64 { return float64(budget) / duty.FullStep(budget).Seconds() }
	largest := least
	for budget := least + tile; budget <= duty.MaxTokens && duty.FullStep(budget) <= held; budget += tile {
		largest = budget
	}
	budget := least
	for budget < largest && rate(budget) < s.keeps*rate(largest) {
		budget += tile
	}
	return budget
}

// perToken returns the shortest objective per token among the requests of a model; 0: none has one.
func perToken(c *fleet.Spec, m fleet.ModelID) time.Duration {
	least := c.Models[m].PerToken
	for i := range c.Classes {
		if o := c.Classes[i].PerToken; o > 0 && (least == 0 || o < least) {
			least = o
		}
	}
	return least
}
