package engine_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"wavetank/policies/batching"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// auditor routes to the least loaded replica. At every decision it compares the answers of the view
// for each measure with a search through all ready replicas.
type auditor struct {
	t        *testing.T
	measures []*fleet.Measure
	asked    int
	fleet    *fleet.Fleet // the fleet, taken from the last call of a measure
}

func (a *auditor) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	v.Least(r.Model, a.measures[2])
	for i, by := range a.measures {
		best, least := fleet.NoReplica, math.Inf(1)
		for n := range v.Ready(r.Model) {
			at := v.ReadyAt(r.Model, n)
			replica := v.Replica(at)
			key := []float64{
				float64(v.Outstanding(at)),
				float64(v.Queued(at)) + float64(replica.Executing)/(1<<20),
				a.fleet.WorkEnd(at),
			}[i]
			if v.Outstanding(at) == 0 && v.WorkLeft(at) != 0 {
				a.t.Fatalf("at %v: idle replica %d has %v of work", v.Now(), at, v.WorkLeft(at))
			}
			if key < least || key == least && at < best {
				best, least = at, key
			}
		}
		if got, _ := v.Least(r.Model, by); got != best {
			a.t.Fatalf("at %v: replica %d is the least by measure %d, want %d", v.Now(), got, i, best)
		}
	}
	a.asked++
	at, _ := v.Least(r.Model, a.measures[a.asked%len(a.measures)])
	return at
}

func (*auditor) String() string { return "auditor" }

// lined is an order with a discipline. Its ranks alternate.
type lined struct{ discipline sim.Discipline }

func (l lined) Rank(_ *sim.View, r *fleet.Request) int64 { return sim.RankOfWork(r.Work) }
func (l lined) Discipline() sim.Discipline               { return l.discipline }
func (lined) String() string                             { return "lined" }

// TestViewKnowsTheLeastUnderEveryDiscipline runs requests with random works on replicas that fail
// and are repaired. Some requests give up.
func TestViewKnowsTheLeastUnderEveryDiscipline(t *testing.T) {
	disciplines := []sim.Discipline{sim.FirstCome, sim.Line, sim.PreemptByRank, sim.PreemptByRemaining, sim.Share, sim.LeastServed}
	for _, discipline := range disciplines {
		t.Run(fmt.Sprint(discipline), func(t *testing.T) {
			latency, err := profile.Linear(5*time.Millisecond, 5*time.Millisecond, 3)
			if err != nil {
				t.Fatal(err)
			}
			c := simtest.OneModel(latency, 2, 6)
			c.Models[0].Timeout = 200 * time.Millisecond
			c.Types[0].Failures = fleet.Failures{MTBF: 2 * time.Second, Repair: 100 * time.Millisecond}
			arrivals := simtest.Poisson(4, 0, 1100, true)
			arrivals.Count = 4000
			a := &auditor{t: t}
			a.measures = []*fleet.Measure{fleet.LeastOutstanding, fleet.LeastQueued, {Key: func(f *fleet.Fleet, at fleet.ReplicaID) float64 {
				a.fleet = f
				return f.WorkEnd(at)
			}}}
			setup := sim.Setup{
				Spec: c, Arrivals: arrivals, Levers: sim.Levers{Order: lined{discipline}, Router: a, Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 6}}, Duration: time.Hour, Drain: -1,
			}
			if err := engine.Run(t.Context(), setup); err != nil {
				t.Fatal(err)
			}
			if a.asked < 4000 {
				t.Errorf("asked %d times", a.asked)
			}
		})
	}
}
