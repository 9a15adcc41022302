package tune

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"wavetank/scenarios/file"
	"wavetank/scenarios/reference"
	"wavetank/sim/kernel"
)

// search finds the cheapest setting of one policy that keeps every objective. It repeats these
// steps until the budget is spent:
//
//   - pass: for one parameter after another, race all values against the present setting;
//   - exchange: if no value was better, undo each change and make another instead, because a change
//     that was needed at first may be dearer than a later one;
//   - jump: if that was not better either, make random changes of two parameters.
type search struct {
	scenario     *file.Scenario
	policy       *file.Policy
	space        []Coordinate
	replications []int
	asked        []float64 // for each objective, percent of its requests that must be in time
	budget       int       // number of runs

	// run simulates a setting in a replication. It is called by several goroutines at a time.
	run func(ctx context.Context, c *setting, replication int) (reference.Measured, error)

	best   *setting // best setting that was simulated in every replication
	weight float64  // weight of a missed point; see ahead
	stage  int      // counts the changes of weight; a setting may race once in each
	spent  int
	out    bool                // the budget is spent
	idle   int                 // jumps in a row without a new setting
	seen   map[string]*setting // keys identify effects (file.Scenario.EffectOf)
	made   map[string]*setting // keys are the changes; nil: impossible
	jumps  *rand.Rand
}

const (
	jumpsAtOnce = 8  // settings with two changes in one race
	mostIdle    = 20 // jumps in a row without a new setting
)

// The weights of a missed point, as a factor on the cost. The search uses them one after another.
// With the last one, a missed point counts more than any cost.
const (
	firstWeight  = 1
	secondWeight = 8
	lexical      = 1e9
)

// find searches. It returns the setting as written, and leaves the best setting in best. After an
// error, best is the best setting so far. It is nil if not even the policy as written was simulated
// in all replications.
func (s *search) find(ctx context.Context) (written *setting, err error) {
	s.seen, s.made = map[string]*setting{}, map[string]*setting{}
	s.jumps = rand.New(kernel.NewStream(s.scenario.Seed, 0, "tune/"+s.policy.Name, 0))
	s.weight, s.stage = firstWeight, 1
	if written, err = s.with(nil); err != nil {
		return nil, err
	}
	if err := s.simulate(ctx, []*setting{written}, len(s.replications)); err != nil {
		return nil, err
	}
	s.worstFirst(written)
	present := written
	steps := []func(context.Context, *setting) (*setting, error){s.pass, s.exchange, s.jump}
	for at := 0; err == nil && !s.out && s.spent < s.budget && s.idle < mostIdle; {
		before := present
		present, err = steps[at](ctx, present)
		kept := s.appraise(present, len(s.replications)).Worst() == 0
		switch {
		case s.weight < lexical && (kept || present == before):
			present, at = s.harden(present, kept), 0
		case present != before:
			at, s.idle = 0, 0
		default:
			at = min(at+1, len(steps)-1)
		}
	}
	return written, err
}

// harden raises the weight of a missed point. Settings that lost a race may then race again. It
// returns the setting from which the search continues: the present one, or, with the last weight,
// the best one so far.
func (s *search) harden(present *setting, kept bool) *setting {
	s.stage++
	if s.weight == firstWeight && !kept {
		s.weight = secondWeight
		return present
	}
	s.weight = lexical
	return s.best
}

// worstFirst sorts the replications by how much the policy as written misses its objectives, the
// worst first. So a race begins in replications in which objectives are hard to keep.
func (s *search) worstFirst(c *setting) {
	order := make([]int, len(s.replications))
	for i := range order {
		order[i] = i
	}
	miss := func(i int) float64 { return slices.Max(reference.Appraise(s.asked, c.runs[i:i+1]).Missed) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(miss(b), miss(a)) })
	replications, runs := slices.Clone(s.replications), slices.Clone(c.runs)
	for i, at := range order {
		s.replications[i], c.runs[i] = replications[at], runs[at]
	}
}

// pass races the values of each parameter once.
func (s *search) pass(ctx context.Context, present *setting) (*setting, error) {
	for _, p := range s.space {
		if s.out {
			break
		}
		var list []*setting
		for _, value := range p.Values {
			list = s.add(list, present, present.changes, file.Change{Path: p.Path, Value: value})
		}
		better, err := s.race(ctx, present, list)
		if err != nil {
			return present, err
		}
		present = cmp.Or(better, present)
	}
	return present, nil
}

// exchange undoes each change: without another change, and with every other change of one
// parameter.
func (s *search) exchange(ctx context.Context, present *setting) (*setting, error) {
	for i := range present.changes {
		others := slices.Delete(slices.Clone(present.changes), i, i+1)
		list := s.add(nil, present, others)
		for _, p := range s.space {
			for _, value := range p.Values {
				list = s.add(list, present, others, file.Change{Path: p.Path, Value: value})
			}
		}
		better, err := s.race(ctx, present, list)
		if better != nil || err != nil {
			return cmp.Or(better, present), err
		}
	}
	return present, nil
}

// jump tries random changes of two parameters.
func (s *search) jump(ctx context.Context, present *setting) (*setting, error) {
	if len(s.space) < 2 {
		s.idle = mostIdle
		return present, nil
	}
	var list []*setting
	for range jumpsAtOnce {
		one := s.jumps.IntN(len(s.space))
		other := (one + 1 + s.jumps.IntN(len(s.space)-1)) % len(s.space)
		list = s.add(list, present, present.changes, s.drawn(s.space[one]), s.drawn(s.space[other]))
	}
	if s.idle++; len(list) > 0 {
		s.idle = 0
	}
	better, err := s.race(ctx, present, list)
	return cmp.Or(better, present), err
}

// drawn returns the change of a parameter to a random value.
func (s *search) drawn(p Coordinate) file.Change {
	return file.Change{Path: p.Path, Value: p.Values[s.jumps.IntN(len(p.Values))]}
}

// add appends to a list the setting with some changes and further ones. It leaves out impossible
// settings, the present one, settings that are already in the list, and settings that have raced in
// this stage.
func (s *search) add(list []*setting, present *setting, changes []file.Change, further ...file.Change) []*setting {
	merged := s.merge(changes, further)
	name := fmt.Sprint(merged)
	c, known := s.made[name]
	if !known {
		c, _ = s.with(merged) // an error means that the policy is impossible
		s.made[name] = c
	}
	if c == nil || c == present || c.raced == s.stage || slices.Contains(list, c) {
		return list
	}
	return append(list, c)
}

// merge joins changes and further changes, in the order of the space. A further change replaces a
// change with the same path.
func (s *search) merge(changes, further []file.Change) []file.Change {
	var list []file.Change
	for _, p := range s.space {
		at := func(c file.Change) bool { return c.Path == p.Path }
		if i := slices.IndexFunc(further, at); i >= 0 {
			list = append(list, further[i])
		} else if i := slices.IndexFunc(changes, at); i >= 0 {
			list = append(list, changes[i])
		}
	}
	return list
}

// needed returns the changes of a setting that have an effect.
func (s *search) needed(c *setting) []file.Change {
	list := c.changes
	for i := len(list) - 1; i >= 0; i-- {
		fewer := slices.Delete(slices.Clone(list), i, i+1)
		if same, err := s.with(fewer); err == nil && same == c {
			list = fewer
		}
	}
	return list
}

// with returns the setting with some changes. Changes with the same effect give the same setting.
func (s *search) with(changes []file.Change) (*setting, error) {
	policy, err := change(s.policy, changes)
	if err != nil {
		return nil, fmt.Errorf("policy %s with %s: %w", s.policy.Name, Describe(s.policy, changes), err)
	}
	key, err := s.scenario.EffectOf(&policy)
	if err != nil {
		return nil, err
	}
	c, known := s.seen[key]
	if !known {
		c = &setting{policy: policy, changes: changes, key: key}
		s.seen[key] = c
	}
	return c, nil
}
