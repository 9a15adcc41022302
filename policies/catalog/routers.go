package catalog

import (
	"wavetank/policies/routing"
	"wavetank/sim"
)

// Router is the choice of a router.
type Router struct {
	choice[routers, sim.Router]
}

type routers struct{}

func (routers) entries() []Entry[sim.Router] { return Routers() }

// Routers returns the table of routers.
func Routers() []Entry[sim.Router] {
	return []Entry[sim.Router]{
		plain("round-robin", "Gives the requests of a model to its ready replicas in turn.", "",
			func() sim.Router { return routing.NewRoundRobin() }),
		plain("least-outstanding", "Gives each request to the replica with the fewest unfinished requests.", "",
			func() sim.Router { return routing.NewLeastOutstanding() }),
		tuned("power-of-two", "Samples two replicas at random and takes the one with fewer unfinished requests.",
			"Mitzenmacher, IEEE TPDS 2001", powerOfTwoDefaults,
			func(p *PowerOfTwo, ctx Context) (sim.Router, error) {
				return routing.NewPowerOfTwo(p.Choices, p.Replacement, ctx.Seed, ctx.Replication)
			}),
		plain("central-queue", "Keeps the requests of a model in one queue until a replica can start them.",
			"the single queue of M/M/c", func() sim.Router { return routing.NewCentralQueue() }),
	}
}

// PowerOfTwo are the parameters of power-of-two.
type PowerOfTwo struct {
	Choices     int  `yaml:"choices" doc:"replicas sampled for each request"`
	Replacement bool `yaml:"replacement" doc:"whether a replica can be sampled twice"`
}

func powerOfTwoDefaults() *PowerOfTwo { return &PowerOfTwo{Choices: routing.DefaultChoices} }
