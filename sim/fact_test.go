package sim_test

import (
	"testing"

	"wavetank/sim"
)

func TestEveryKindOfFactHasAName(t *testing.T) {
	seen := map[string]sim.FactKind{}
	for k := range sim.FactKinds {
		name := k.String()
		if other, taken := seen[name]; taken || name == "" {
			t.Errorf("kind %d has the name %q, which kind %d has too: give it one in factNames", k, name, other)
		}
		seen[name] = k
	}
}

func TestHandlersWantWhatTheyHandle(t *testing.T) {
	var h sim.Handlers
	count := 0
	h.On(func(*sim.Fact) { count++ }, sim.RequestArrived, sim.Ended)
	for k := range sim.FactKinds {
		wanted := k == sim.RequestArrived || k == sim.Ended
		if h.Wants(k) != wanted || (h.Handler(k) != nil) != wanted {
			t.Errorf("%v is wanted: %v", k, h.Wants(k))
		}
	}
	h.Observe(&sim.Fact{Kind: sim.Ended})
	if h.Handler(sim.RequestArrived)(&sim.Fact{}); count != 2 {
		t.Errorf("two facts were handled %d times", count)
	}
}
