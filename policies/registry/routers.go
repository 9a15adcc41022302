package registry

import (
	"slices"
	"time"

	"wavetank/policies/outside/script"
	"wavetank/policies/outside/wasm"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/quantity"
)

// Router is the choice of a router.
type Router struct {
	choice[routers, sim.Router]
}

type routers struct{}

func (routers) entries() []Entry[sim.Router] { return slices.Concat(Routers(), added.Routers) }

// Routers returns the table of routers.
func Routers() []Entry[sim.Router] {
	return []Entry[sim.Router]{
		plain("round-robin", "Gives the requests of a model to its ready replicas in turn.", "",
			func() sim.Router { return routing.NewRoundRobin() }),
		plain("weighted-round-robin", "Gives requests to the replicas in turn, in proportion to their planned capacities.",
			"nginx, smooth weighted round-robin", func() sim.Router { return routing.NewWeightedRoundRobin() }),
		drawn("random", "Gives each request to a ready replica drawn at random.", "", routing.NewRandom),
		plain("least-outstanding", "Gives each request to the replica with the fewest unfinished requests.", "",
			func() sim.Router { return routing.NewLeastOutstanding() }),
		plain("join-shortest-queue", "Gives each request to the replica with the fewest waiting requests.",
			"Winston, J. Appl. Prob. 1977", func() sim.Router { return routing.NewShortestQueue() }),
		tuned("power-of-two", "Samples two replicas at random and takes the one with fewer unfinished requests.",
			"Mitzenmacher, IEEE TPDS 2001", powerOfTwoDefaults,
			func(p *PowerOfTwo, ctx Context) (sim.Router, error) {
				return routing.NewPowerOfTwo(p.Choices, p.Replacement, ctx.Seed, ctx.Replication)
			}),
		drawn("join-idle-queue", "Gives each request to the replica that has been idle longest, or else to any.",
			"Lu et al., Perform. Eval. 2011", routing.NewIdleQueue),
		plain("least-work-left", "Gives each request to the replica with the least work left; it knows the sizes of requests.",
			"Harchol-Balter, Crovella and Murta, JPDC 1999", func() sim.Router { return routing.NewWorkLeft() }),
		tuned("peak-ewma", "Weighs unfinished requests with a latency estimate that rises at once and falls slowly.",
			"Finagle's peak EWMA", peakEWMADefaults, func(p *PeakEWMA, _ Context) (sim.Router, error) {
				return routing.NewPeakEWMA(time.Duration(p.Decay))
			}),
		plain("capacity-weighted", "Gives each request to the replica with the fewest unfinished requests per planned capacity.",
			"Linux Virtual Server, weighted least connections", func() sim.Router { return routing.NewCapacityWeighted() }),
		tuned("index-packing", "Fills replicas one after the other, so that the last ones fall idle.",
			"Gandhi et al., ACM TOCS 2012", indexPackingDefaults, func(p *IndexPacking, _ Context) (sim.Router, error) {
				return routing.NewIndexPacking(p.Room, p.Recent)
			}),
		tuned("consistent-hashing", "Sends a session or tenant to the replica that its hash selects, unless this replica is overloaded.",
			"Mirrokni, Thorup and Zadimoghaddam, SODA 2018", consistentHashingDefaults,
			func(p *ConsistentHashing, _ Context) (sim.Router, error) {
				return routing.NewConsistentHashing(p.Bound)
			}),
		tuned("session-affinity", "Keeps a session on its replica, unless this replica is overloaded.", "",
			sessionAffinityDefaults, func(p *SessionAffinity, _ Context) (sim.Router, error) {
				return routing.NewSessionAffinity(p.Imbalance, p.Sessions)
			}),
		tuned("least-tokens", "Gives each LLM request to the replica whose unfinished requests have the fewest prompt tokens.", "",
			staleDefaults, func(p *Stale, _ Context) (sim.Router, error) {
				return routing.NewLeastTokens(time.Duration(p.Staleness))
			}),
		tuned("least-kv", "Gives each LLM request to the replica with the smallest share of its KV blocks in use.", "",
			staleDefaults, func(p *Stale, _ Context) (sim.Router, error) { return routing.NewLeastKV(time.Duration(p.Staleness)) }),
		tuned("prefix-aware", "Weighs the part of a prompt that a replica has cached against the replica's unfinished prompts.", "",
			prefixAwareDefaults, func(p *PrefixAware, _ Context) (sim.Router, error) {
				return routing.NewPrefixAware(p.Weight, p.Imbalance, time.Duration(p.Staleness))
			}),
		tuned("pairing", "Lets an LLM request decode on the machine that computed its prompt, unless the replica there is overloaded.", "",
			pairingDefaults, func(p *Pairing, _ Context) (sim.Router, error) { return routing.NewPairing(p.Imbalance) }),
		tuned("locality-failover", "Gives a request to replicas in the zone of its client, or else in its region; others get some when too many of these are out of rotation.",
			"Istio, locality failover; Envoy, priority levels", localityFailoverDefaults, func(p *LocalityFailover, ctx Context) (sim.Router, error) {
				return routing.NewLocalityFailover(float64(p.Overprovisioning), ctx.Seed, ctx.Replication)
			}),
		plain("central-queue", "Keeps the requests of a model in one queue until a replica can start them.",
			"the single queue of M/M/c", func() sim.Router { return routing.NewCentralQueue() }),
		scripted("Asks the function score of a Starlark file about each replica; the highest score gets the request.", script.Score, script.ScoreParameters,
			func(p *Starlark, label string, _ Context) sim.Router { return script.NewRouter(p.program, label) }),
		compiled("Asks the function route of a WebAssembly module which of the open replicas gets a request.", wasm.Route,
			func(m *wasm.Module, label string) sim.Router { return wasm.NewRouter(m, label) }),
		commandRouter(),
	}
}

// drawn returns the entry of a router that only needs random numbers.
func drawn[R sim.Router](name, about, source string, make func(seed uint64, replication int) R) Entry[sim.Router] {
	return Entry[sim.Router]{Name: name, About: about, Source: source, New: func(_ any, ctx Context) (sim.Router, error) {
		return make(ctx.Seed, ctx.Replication), nil
	}}
}

// PowerOfTwo are the parameters of power-of-two.
type PowerOfTwo struct {
	Choices     int  `yaml:"choices" doc:"replicas sampled for each request"`
	Replacement bool `yaml:"replacement" doc:"whether a replica can be sampled twice"`
}

func powerOfTwoDefaults() *PowerOfTwo { return &PowerOfTwo{Choices: routing.DefaultChoices} }

// PeakEWMA are the parameters of peak-ewma.
type PeakEWMA struct {
	Decay quantity.Duration `yaml:"decay" doc:"time in which an estimate falls to 1/e of its value, at least 1ms"`
}

func peakEWMADefaults() *PeakEWMA { return &PeakEWMA{Decay: quantity.Duration(routing.DefaultDecay)} }

// IndexPacking are the parameters of index-packing.
type IndexPacking struct {
	Room   int  `yaml:"room" doc:"unfinished requests that fill a replica; 0: as many as it can have in service"`
	Recent bool `yaml:"recent" doc:"whether the replica whose load changed last comes first, instead of the oldest"`
}

func indexPackingDefaults() *IndexPacking { return &IndexPacking{} }

// ConsistentHashing are the parameters of consistent-hashing.
type ConsistentHashing struct {
	Bound float64 `yaml:"bound" doc:"largest load of a replica relative to the average, at least 1"`
}

func consistentHashingDefaults() *ConsistentHashing {
	return &ConsistentHashing{Bound: routing.DefaultBound}
}

// SessionAffinity are the parameters of session-affinity.
type SessionAffinity struct {
	Imbalance int `yaml:"imbalance" doc:"unfinished requests that a session's replica may have more than the least loaded one"`
	Sessions  int `yaml:"sessions" doc:"sessions remembered; if there are more, the one unused for longest is forgotten"`
}

func sessionAffinityDefaults() *SessionAffinity {
	return &SessionAffinity{Imbalance: routing.DefaultImbalance, Sessions: routing.DefaultSessions}
}

// Stale are the parameters of routers that only depend on reports of the load.
type Stale struct {
	Staleness quantity.Duration `yaml:"staleness,omitempty" doc:"how often replicas report their load; always known when left out"`
}

func staleDefaults() *Stale { return &Stale{} }

// PrefixAware are the parameters of prefix-aware.
type PrefixAware struct {
	Weight    float64           `yaml:"weight" doc:"weight of cached blocks, from 0 to 1; the blocks of unfinished prompts have the weight 1 − weight"`
	Imbalance int               `yaml:"imbalance" doc:"by how many unfinished requests replicas may differ before balance comes first"`
	Staleness quantity.Duration `yaml:"staleness,omitempty" doc:"how often replicas report their load; always known when left out"`
}

func prefixAwareDefaults() *PrefixAware {
	return &PrefixAware{Weight: routing.DefaultPrefixWeight, Imbalance: routing.DefaultPrefixImbalance}
}

// LocalityFailover are the parameters of locality-failover.
type LocalityFailover struct {
	Overprovisioning quantity.Factor `yaml:"overprovisioning" doc:"a level has all its requests while the share of its replicas in rotation times this is at least 100 %"`
}

func localityFailoverDefaults() *LocalityFailover {
	return &LocalityFailover{Overprovisioning: routing.DefaultOverprovisioning}
}

// Pairing are the parameters of pairing.
type Pairing struct {
	Imbalance int `yaml:"imbalance" doc:"unfinished requests that a replica of the same machine may have more than the least loaded one"`
}

func pairingDefaults() *Pairing { return &Pairing{Imbalance: routing.DefaultImbalance} }
