package engine_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/policies/health"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// fickle is a health lever that takes replicas out of rotation at random. As an observer, it checks
// that they get no request.
type fickle struct {
	t        *rapid.T
	draw     *kernel.Stream
	interval time.Duration
	out      map[fleet.ReplicaID]bool
	refused  int // decisions to take a replica out
}

func (f *fickle) Interval() time.Duration                  { return f.interval }
func (f *fickle) Answered(_ fleet.ReplicaID, ok bool) bool { return !ok }
func (f *fickle) InRotation(at fleet.ReplicaID) bool       { return !f.out[at] }
func (f *fickle) String() string                           { return "fickle" }

func (f *fickle) Judge(v *sim.View, m fleet.ModelID, _ bool) {
	for i := range v.Ready(m) {
		at := v.ReadyAt(m, i)
		if f.out[at] = f.draw.Float64() < 0.5; f.out[at] {
			f.refused++
		}
	}
}

func (f *fickle) Observe(fact *sim.Fact) {
	if fact.Kind == sim.RequestRouted && f.out[fact.Replica] {
		f.t.Fatalf("at %v replica %d is given a request, although it is out of rotation", fact.At, fact.Replica)
	}
}

// TestReplicasOutOfRotationGetNoRequests: in random worlds, no router gives a request to a replica
// that is out of rotation, and all invariants hold. A lever that takes none out changes nothing.
func TestReplicasOutOfRotationGetNoRequests(t *testing.T) {
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		plain := w.setup(t, step)
		idle := w.setup(t, step)
		idle.Health = health.NewNone()
		if d := cmp.Diff(recorded(t, plain, step), recorded(t, idle, step)); d != "" {
			t.Error(d)
		}
		s := w.setup(t, step)
		f := &fickle{t, kernel.NewStream(w.seed, 0, "fickle", 0), time.Duration(rapid.IntRange(1, 40).Draw(t, "interval")) * step, map[fleet.ReplicaID]bool{}, 0}
		s.Health, s.Observers = f, append(s.Observers, f)
		run(t, s)
		refused += f.refused
	})
	if refused == 0 {
		t.Error("no replica was ever taken out of rotation")
	}
}
