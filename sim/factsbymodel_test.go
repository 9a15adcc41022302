package sim_test

import (
	"fmt"
	"testing"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// diary records the facts of the kinds that it wants.
type diary struct {
	sim.Handlers
	seen []string
}

func newDiary(kinds ...sim.FactKind) *diary {
	d := &diary{}
	d.On(func(f *sim.Fact) { d.seen = append(d.seen, fmt.Sprint(f.Kind, f.Model)) }, kinds...)
	return d
}

// TestFactsGoToTheLeverOfTheirModel: a lever sees the facts of its models and those without a
// model, if it wants their kinds.
func TestFactsGoToTheLeverOfTheirModel(t *testing.T) {
	first, second := newDiary(sim.RequestArrived, sim.MachineUp), newDiary(sim.RequestFinished, sim.MachineUp)
	facts := sim.NewFactsByModel([]any{first, "no observer", second}, []int{0, 1, 2, 2})
	if !facts.Wants(sim.RequestFinished) || !facts.Wants(sim.RequestArrived) || facts.Wants(sim.Ended) {
		t.Error("the kinds that are wanted are not those that some lever wants")
	}
	for _, kind := range []sim.FactKind{sim.RequestArrived, sim.RequestFinished, sim.MachineUp} {
		for m := range fleet.ModelID(4) {
			if kind == sim.MachineUp {
				m = -1
			}
			facts.Observe(&sim.Fact{Kind: kind, Model: m})
		}
	}
	if got := fmt.Sprint(first.seen); got != "[request-arrived 0 machine-up -1 machine-up -1 machine-up -1 machine-up -1]" {
		t.Error(got)
	}
	if got := fmt.Sprint(second.seen); got != "[request-finished 2 request-finished 3 machine-up -1 machine-up -1 machine-up -1 machine-up -1]" {
		t.Error(got)
	}
}
