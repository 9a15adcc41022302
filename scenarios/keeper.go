package scenarios

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
)

// RunKeeper keeps the results of runs from one command to the next. The ledger of scenarios/study
// is one. A RunKeeper is safe for concurrent use.
type RunKeeper interface {
	// Find returns the results of a run with at least the given detail, or nil if they are not
	// kept.
	Find(k Key, d Detail) (*Finished, error)
	// Keep keeps the results of a run. Results with more detail replace those with less. Once Keep
	// returns, the results stay even if the process is killed.
	Keep(k Key, label Label, f *Finished) error
}

// Key identifies a run of one version of the program. Runs with equal keys have equal results.
type Key struct {
	// Scenario is a digest of the scenario and of the files that it reads, without its name, seed,
	// policies and number of replications.
	Scenario string
	// Policy is a digest of the policy: its allocator, its levers, and the fleet or the schedule
	// that was found for it if it is a reference. The name of the policy is not part of it.
	Policy      string
	Seed        uint64
	Replication int // counted from 0
}

// Label names a run for people.
type Label struct{ Scenario, Policy string }

// Key returns the key of a run of a policy that need not be in the scenario and needs no search.
func (e *Experiment) Key(p *file.Policy, replication int) (Key, error) {
	return e.key(p, replication, &ReferenceSetting{})
}

func (e *Experiment) key(p *file.Policy, replication int, with *ReferenceSetting) (Key, error) {
	world, err := e.world.Get(context.Background(), struct{}{}, e.digest)
	if err != nil {
		return Key{}, err
	}
	effect, err := e.Scenario.EffectOf(p)
	if err != nil {
		return Key{}, err
	}
	return Key{Scenario: world, Policy: digest(effect + with.text()), Seed: e.Scenario.Seed, Replication: replication}, nil
}

// digest returns Key.Scenario.
func (e *Experiment) digest() (string, error) {
	s := e.Scenario
	s.Name, s.About, s.Seed, s.Policies, s.Baseline, s.Replications = "", "", 0, nil, "", 1
	text, err := strict.Encode(s)
	if err != nil {
		return "", err
	}
	all := string(text)
	for _, in := range e.Inputs {
		all += fmt.Sprintln(in.File, in.SHA256)
	}
	return digest(all), nil
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// text writes everything of the setting that a run depends on. It is empty if there is no search.
func (s *ReferenceSetting) text() string {
	text := s.unsought
	if s.constant != nil {
		t := *s.constant
		if t.Optimality != nil {
			text += fmt.Sprintf(" optimality %+v", *t.Optimality)
		}
		t.Optimality = nil
		text += fmt.Sprintf(" constant %+v", t)
	}
	if s.schedule != nil {
		text += fmt.Sprintf(" schedule %+v", *s.schedule)
	}
	if s.batcher != "" {
		text += " batcher " + s.batcher
	}
	return text
}

// kept returns the results of a run of a policy with a setting: those that the Keeper has, or else
// those of a simulation, which the Keeper then keeps. If again is true, the run is simulated in any
// case.
func (e *Experiment) kept(ctx context.Context, p *file.Policy, replication int, with *ReferenceSetting, d Detail, again bool, simulate func() (*Finished, error)) (f *Finished, before bool, err error) {
	if e.Keeper == nil {
		f, err = simulate()
		return f, false, err
	}
	k, err := e.key(p, replication, with)
	if err != nil {
		return nil, false, err
	}
	if !again {
		if f, err = e.Keeper.Find(k, d); err != nil || f != nil {
			return f, err == nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if f, err = simulate(); err != nil {
		return nil, false, err
	}
	f.cut(d)
	return f, false, e.Keeper.Keep(k, Label{e.Scenario.Name, p.Name}, f)
}

// cut leaves out what a detail does not hold.
func (f *Finished) cut(d Detail) {
	if f.Detail = min(f.Detail, d); f.Detail < Whole {
		f.Full = FullResults{}
	}
}
