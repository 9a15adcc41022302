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

// search is the search for the setting of one policy that costs least and keeps every objective. It
// goes from a present setting along the coordinates: one parameter after another, each of its
// values against the present one. Where no value of one parameter is better, each change is taken
// back in exchange for another, since what was needed at first may be dearer than what was found
// later. Where that is no better either, changes of two parameters at random are tried until the
// budget is spent.
type search struct {
	scenario     *file.Scenario
	policy       *file.Policy
	space        []Coordinate
	replications []int
	asked        []float64 // per objective, percent of its requests that must be in time
	budget       int       // runs

	// run simulates a setting in a replication. It is called by several goroutines at a time.
	run func(ctx context.Context, c *setting, replication int) (reference.Measured, error)

	best   *setting // of all that were simulated in every replication
	weight float64  // of a point that the present setting misses; see ahead
	stage  int      // of the order in which settings are ahead
	spent  int
	out    bool                // of budget
	idle   int                 // jumps in a row of which no new setting came
	seen   map[string]*setting // by what they do
	made   map[string]*setting // by what is changed; nil: there can be none
	jumps  *rand.Rand
}

const (
	jumpsAtOnce = 8  // settings with two changes that race
	mostIdle    = 20 // times in a row that no new setting comes of a jump
)

// Weights of a point that is missed: at first it counts as much as the cost, then as eight times
// that, and then more than any cost.
const (
	firstWeight  = 1
	secondWeight = 8
	lexical      = 1e9
)

// find searches. What it found is in best: nil where not even the policy as it is written was
// simulated in all replications. It returns the setting as written. After an error, best is that
// until then.
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

// harden makes a point that is missed count more, and lets settings race again that have lost. It
// returns where to go on from: once nothing counts as much as what is missed, the best so far.
func (s *search) harden(present *setting, kept bool) *setting {
	s.stage++
	if s.weight == firstWeight && !kept {
		s.weight = secondWeight
		return present
	}
	s.weight = lexical
	return s.best
}

// worstFirst puts the replications in the order in which the policy as it is written misses its
// objectives. So a race begins where settings differ most in what counts.
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

// pass goes once through all parameters.
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

// exchange takes each change back, alone and for every other change of a parameter.
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

// jump tries changes of two parameters at random.
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

// add appends the setting with some changes and further ones to a list. It leaves out what cannot
// be, what is the present one, what is in the list, and what has lost already in this order.
func (s *search) add(list []*setting, present *setting, changes []file.Change, further ...file.Change) []*setting {
	merged := s.merge(changes, further)
	name := fmt.Sprint(merged)
	c, known := s.made[name]
	if !known {
		c, _ = s.with(merged) // an error says that there can be no such policy
		s.made[name] = c
	}
	if c == nil || c == present || c.raced == s.stage || slices.Contains(list, c) {
		return list
	}
	return append(list, c)
}

// merge returns changes with further ones in place of those of the same path, in the order of the
// space.
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

// needed returns the changes of a setting without those that change nothing.
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

// with returns the setting with some changes. Settings that do the same are one.
func (s *search) with(changes []file.Change) (*setting, error) {
	policy, err := change(s.policy, changes)
	if err != nil {
		return nil, fmt.Errorf("policy %s with %s: %w", s.policy.Name, Describe(s.policy, changes), err)
	}
	key, err := keyOf(s.scenario, &policy)
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
