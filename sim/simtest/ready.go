package simtest

import (
	"testing"

	"wavetank/sim/fleet"
)

// Ready returns a fleet of a spec with ready replicas of deployment 0, one on each machine.
func Ready(t testing.TB, c *fleet.Spec, replicas int) *fleet.Fleet {
	t.Helper()
	f := fleet.New(c)
	for range replicas {
		on, err := f.Order(c.Deployments[0].Type, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.Boot(on)
		at, err := f.Place(0, on, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.MakeReady(at, 0)
	}
	return f
}
