package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// starts draws boot times of machines and start-up times of replicas, if these times vary. The k-th
// boot of a machine type has the same draw under every policy, no matter when it begins. The same
// holds for the k-th start of a deployment. A mean of 0 needs no draw.
type starts struct {
	boots, loads []numbered    // per machine type, per deployment
	up           []kernel.Time // per machine: when its boot ends; policies do not see it in advance
}

// numbered is a stream with one draw for each boot of a machine type, or for each start of a
// deployment.
type numbered struct {
	stream *kernel.Stream
	next   uint64
}

func newStarts(s *sim.Setup) starts {
	v := starts{boots: make([]numbered, len(s.Spec.Types)), loads: make([]numbered, len(s.Spec.Deployments))}
	for t := range s.Spec.Types {
		if kind := &s.Spec.Types[t]; kind.BootDistribution != nil {
			v.boots[t].stream = kernel.NewStream(s.Seed, s.Replication, "boots/"+kind.Name, 0)
		}
	}
	for d := range s.Spec.Deployments {
		if made := &s.Spec.Deployments[d]; made.StartDistribution != nil {
			v.loads[d].stream = kernel.NewStream(s.Seed, s.Replication, "starts/"+made.Name, 0)
		}
	}
	return v
}

// boot draws how long the next machine of a type takes to boot.
func (s *starts) boot(t fleet.TypeID, kind *fleet.MachineType) time.Duration {
	return s.boots[t].vary(kind.Boot, kind.BootDistribution)
}

// load draws how long the next replica of a deployment starts up, before its weights are loaded.
func (s *starts) load(d fleet.DeploymentID, made *fleet.Deployment) time.Duration {
	return s.loads[d].vary(made.Load-made.Transfer, made.StartDistribution)
}

// vary draws the time of the next boot or start from its mean and its distribution.
func (n *numbered) vary(mean time.Duration, d fleet.Distribution) time.Duration {
	if d == nil || mean == 0 {
		return mean
	}
	n.stream.Rewind(n.next)
	n.next++
	return max(0, kernel.Seconds(mean.Seconds()*d.Work(n.stream)))
}
