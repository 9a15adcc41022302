package routing

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// PowerOfTwo samples a few open replicas uniformly and gives the request to the one with the
// fewest unfinished requests. Ties go to the replica that was sampled first. Source: Mitzenmacher,
// "The power of two choices in randomized load balancing", IEEE TPDS, 2001.
type PowerOfTwo struct {
	choices     int
	replacement bool
	stream      *kernel.Stream
	drawn       []int // positions drawn for one request, ascending
}

// DefaultChoices is the default number of replicas that PowerOfTwo samples.
const DefaultChoices = 2

// maxChoices bounds the sample, because sorting it by insertion takes quadratic time.
const maxChoices = 1000

// NewPowerOfTwo returns a router that samples the given number of replicas, with or without
// replacement. It draws from a stream of its own, named after the seed and the replication.
func NewPowerOfTwo(choices int, replacement bool, seed uint64, replication int) (*PowerOfTwo, error) {
	if choices < 1 || choices > maxChoices {
		return nil, fmt.Errorf("choices: %d is outside [1, %d]", choices, maxChoices)
	}
	return &PowerOfTwo{
		choices:     choices,
		replacement: replacement,
		stream:      kernel.NewStream(seed, replication, "routing/power-of-two", 0),
		drawn:       make([]int, 0, choices),
	}, nil
}

// Route implements sim.Router.
func (p *PowerOfTwo) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	n := v.Open(r.Model)
	if n == 0 {
		return fleet.NoReplica
	}
	draws := p.choices
	if !p.replacement {
		draws = min(draws, n)
	}
	p.drawn = p.drawn[:0]
	best, least := fleet.NoReplica, 0
	for range draws {
		at := v.OpenAt(r.Model, p.draw(n))
		if load := v.Outstanding(at); best == fleet.NoReplica || load < least {
			best, least = at, load
		}
	}
	return best
}

// draw returns a position below n, drawn uniformly. Without replacement it draws among the
// positions that were not drawn before for this request.
func (p *PowerOfTwo) draw(n int) int {
	if p.replacement {
		return p.stream.IntN(n)
	}
	position, rank := p.stream.IntN(n-len(p.drawn)), 0
	for rank < len(p.drawn) && p.drawn[rank] <= position { // skips the positions that were drawn
		position++
		rank++
	}
	p.drawn = slices.Insert(p.drawn, rank, position)
	return position
}

// String returns "power-of-two", with the parameters that differ from their defaults.
func (p *PowerOfTwo) String() string {
	var parts []string
	if p.choices != DefaultChoices {
		parts = append(parts, fmt.Sprintf("choices %d", p.choices))
	}
	if p.replacement {
		parts = append(parts, "replacement")
	}
	if len(parts) == 0 {
		return "power-of-two"
	}
	return "power-of-two(" + strings.Join(parts, ", ") + ")"
}
