package check

import (
	"cmp"
	"slices"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
	"wavetank/sim/tokens"
)

// judge finds out how a request fares if it is alone in the fleet, on the deployments that serve it
// best. Other requests never make it faster. So a request that is late alone is late under every
// policy and with any number of replicas.
//
// There is one exception: a batch may take the mean work of its requests, so small requests make a
// large request in the same batch faster. If works differ, the judge assumes that all other
// requests of the batch have no work, and takes the batch size that helps most. If no policy knows
// works, it takes random requests instead (mates).
type judge struct {
	catalog *fleet.Spec
	models  [][]server       // deployments of each model, the fastest first
	known   map[uint64]int32 // for each content, the tokens that a prefix cache may hold
	mates   []*batchmates    // for each model; nil: works are equal, or some policy knows them
	least   []float64        // for each model, the items of its smallest requests
	varied  []bool           // for each model: works differ, and a batch takes their mean

	// laws holds the step-time file of each deployment; nil: it has none.
	laws []*builtin.StepTimeFile
}

// server is an idle replica of a deployment.
type server struct {
	id    fleet.DeploymentID
	alone *tokens.Alone // its engine; nil: it works on batches
	batch time.Duration // shortest time for a request of one item and mean work
}

// fate says how a request fares alone.
type fate struct {
	refused bool    // every replica refuses it
	met     bool    // it meets its objectives on some deployment
	late    [3]bool // late on every deployment: first token, further tokens, end
}

// The objectives of a request, as indices into fate.late.
const (
	firstToken = iota
	perToken
	wholeAnswer
)

// newJudge returns the judge for a specification. Each list has an entry for each model:
//
//   - varied: the works of its requests differ;
//   - blind: the works are drawn from one distribution, and no policy knows them;
//   - least: the items of its smallest requests.
func newJudge(c *fleet.Spec, laws []*builtin.StepTimeFile, varied, blind []bool, least []float64) *judge {
	j := &judge{catalog: c, laws: laws, models: make([][]server, len(c.Models)), known: map[uint64]int32{}, mates: make([]*batchmates, len(c.Models)), varied: slices.Clone(varied), least: least}
	for m := range j.varied {
		j.varied[m] = varied[m] && c.Models[m].Combine == fleet.CombineMean
	}
	for i := range c.Deployments {
		d := &c.Deployments[i]
		s := server{id: fleet.DeploymentID(i), batch: d.Latency.Latency(1)}
		if d.Tokens != nil {
			s.alone = tokens.NewAlone(d.Tokens)
		}
		for n := 2; j.varied[d.Model] && n <= d.MaxBatch; n++ {
			s.batch = min(s.batch, d.Latency.Latency(n)/time.Duration(n))
		}
		j.models[d.Model] = append(j.models[d.Model], s)
	}
	for m := range j.mates {
		if j.varied[m] && blind[m] && !c.Models[m].Varied {
			j.mates[m] = newBatchmates(c, fleet.ModelID(m))
		}
	}
	for _, list := range j.models {
		slices.SortStableFunc(list, func(a, b server) int {
			return cmp.Compare(c.Deployments[a.id].Latency.Latency(1), c.Deployments[b.id].Latency.Latency(1))
		})
	}
	return j
}

// fate returns how a request of one model fares. It stops at the first deployment on which it meets
// its objectives.
func (j *judge) fate(r *fleet.Request) fate {
	o := j.catalog.Objectives(r)
	f := fate{refused: true, late: [3]bool{o.FirstToken > 0, o.PerToken > 0, o.Latency > 0}}
	found := j.found(r)
	for _, s := range j.models[r.Model] {
		first, latency, ok := j.times(s, r, found)
		if !ok {
			continue
		}
		each := time.Duration(0)
		if r.Output > 1 {
			each = (latency - first) / time.Duration(r.Output-1)
		}
		for k, took := range [3]time.Duration{first, each, latency} {
			most := [3]time.Duration{o.FirstToken, o.PerToken, o.Latency}[k]
			f.late[k] = f.late[k] && took > most
		}
		f.refused = false
		if f.met = o.Met(first, each, latency); f.met {
			break
		}
	}
	return f
}

// passage returns how a request of a pipeline with these branches fares. Stages follow each other.
// Each takes as long as its slowest branch.
func (j *judge) passage(branches []fleet.Request) (f fate) {
	p, total := &j.catalog.Pipelines[branches[0].Pipeline-1], time.Duration(0)
	for i := 0; i < len(branches); {
		slowest := time.Duration(0)
		for range p.Stages[branches[i].Stage] {
			took, ok := j.fastest(&branches[i])
			f.refused = f.refused || !ok
			slowest = max(slowest, took)
			i++
		}
		total += slowest
	}
	f.met = total <= j.catalog.Objective(&branches[0])
	f.late[wholeAnswer] = !f.met
	return f
}

// fastest returns how long a request takes alone on the deployment that serves it fastest. Ok is
// false if every replica refuses it.
func (j *judge) fastest(r *fleet.Request) (latency time.Duration, ok bool) {
	found := j.found(r)
	for _, s := range j.models[r.Model] {
		if _, took, served := j.times(s, r, found); served && (!ok || took < latency) {
			latency, ok = took, true
		}
	}
	return latency, ok
}

// times returns how long after its arrival a request has its first token and its end, if it is
// alone at a replica. Ok is false if the replica refuses it. If other replicas decode, it continues
// on the one that ends first, after its KV cache has moved there.
func (j *judge) times(s server, r *fleet.Request, found int32) (first, latency time.Duration, ok bool) {
	d := &j.catalog.Deployments[s.id]
	if d.Tokens == nil {
		return 0, j.atBest(s, d, r), d.Holds(r)
	}
	decoder := j.catalog.Models[d.Model].Decoder
	output := r.Output
	if decoder > 0 {
		output = 1
	}
	if r.Input < 1 || r.Output < 1 || d.Tokens.Refuses(r.Input, output) != "" {
		return 0, 0, false
	}
	if !d.Tokens.PrefixCache {
		found = 0
	}
	prefilled, latency := s.alone.Serve(r.Input, found, output)
	if decoder == 0 || r.Output < 2 {
		return prefilled, latency, true
	}
	for _, other := range j.models[decoder] {
		to := &j.catalog.Deployments[other.id]
		if to.Tokens == nil || to.Tokens.Refuses(r.Input, r.Output) != "" {
			continue
		}
		if seen, end := capacity.HandedOver(j.catalog, d, to, other.alone, r, prefilled); !ok || end < latency {
			first, latency, ok = seen, end, true
		}
	}
	return first, latency, ok
}

// atBest returns the shortest time of a request, alone or in the best batch (see judge).
func (j *judge) atBest(s server, d *fleet.Deployment, r *fleet.Request) time.Duration {
	m := &j.catalog.Models[r.Model]
	if !m.Varied && m.Combine == fleet.CombineMean {
		return time.Duration(min(r.Work*float64(s.batch), float64(quantity.Longest)))
	}
	least := min(d.Alone(m, r, 1), time.Duration(quantity.Longest))
	for others := 1; j.varied[r.Model] && r.Places()+others <= d.MaxBatch; others++ {
		batch := d.Latency.LatencyOf(r.Size() + float64(others)*j.least[r.Model])
		least = min(least, profile.Stretched(batch, r.Work/float64(1+others)))
	}
	return least
}

// found returns how many tokens at the start of a prompt also began earlier prompts. It remembers
// the tokens of this prompt.
func (j *judge) found(r *fleet.Request) (found int32) {
	if r.Content == nil {
		return 0
	}
	missed := false
	for _, segment := range r.Content.Prefix {
		if known := min(j.known[segment.Content], segment.Tokens); !missed {
			found += known
			missed = known < segment.Tokens
		}
		j.known[segment.Content] = max(j.known[segment.Content], segment.Tokens)
	}
	if reply := r.Content.Reply; reply != 0 {
		j.known[reply] = max(j.known[reply], r.Output)
	}
	return found
}
