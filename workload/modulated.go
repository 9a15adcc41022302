package workload

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// State is a state of a Markov-modulated Poisson process.
type State struct {
	Rate float64       // requests per second while it lasts
	Stay time.Duration // mean time that it lasts, exponentially distributed; 1 µs to 10 years
	// relative chances of the states that may follow; nil: the next state of the list
	Next []float64
}

// Modulated is a Markov-modulated Poisson process (Fischer and Meier-Hellstern, "The
// Markov-modulated Poisson process (MMPP) cookbook", Performance Evaluation 1993). Arrivals are
// Poisson, at the rate of the present state of a Markov chain. The process is stationary: the first
// state is drawn in proportion to the shares of time of the states.
type Modulated struct {
	states []State
	next   []*distribution.Choice[int]
	first  *distribution.Choice[int]
	rate   float64
}

// MMPP returns the process of some states, at most 1000. If State.Next is nil, each state is
// followed by the next of the list, and the last by the first.
func MMPP(states []State) (*Modulated, error) {
	if n := len(states); n == 0 || n > 1000 {
		return nil, fmt.Errorf("states: %d given, want 1 to 1000", n)
	}
	p := &Modulated{states: slices.Clone(states)}
	var faults []error
	for i, s := range states {
		field := fmt.Sprintf("states[%d]", i)
		if err := distribution.Within(field+".rate", s.Rate, 0, MaxRate); err != nil {
			faults = append(faults, err)
		}
		if s.Stay < time.Microsecond || s.Stay > 10*365*24*time.Hour {
			faults = append(faults, fmt.Errorf("%s.mean-sojourn: %v lies outside 1µs to 10 years", field, s.Stay))
		}
		next, err := followers(field+".next", s.Next, i, len(states))
		if err != nil {
			faults = append(faults, err)
		}
		p.next = append(p.next, next)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return p, p.settle()
}

// followers returns the choice of the state after state i of n.
func followers(field string, chances []float64, i, n int) (*distribution.Choice[int], error) {
	if chances == nil {
		return distribution.NewChoice([]int{(i + 1) % n}, []float64{1})
	}
	if len(chances) != n {
		return nil, fmt.Errorf("%s: %d chances for %d states", field, len(chances), n)
	}
	var faults []error
	all := make([]int, n)
	for j, c := range chances {
		all[j] = j
		if err := distribution.Within(fmt.Sprintf("%s[%d]", field, j), c, 0, 1e100); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if sum(chances) == 0 {
		return nil, fmt.Errorf("%s: all are zero", field)
	}
	return distribution.NewChoice(all, chances)
}

// settle computes the shares of time of the states, and the mean rate.
func (p *Modulated) settle() error {
	visits, err := p.visits()
	if err != nil {
		return err
	}
	all, weights, total := make([]int, len(visits)), make([]float64, len(visits)), 0.0
	for i, v := range visits {
		all[i], weights[i] = i, v*p.states[i].Stay.Seconds()
		total += weights[i]
		p.rate += weights[i] * p.states[i].Rate
	}
	if p.first, err = distribution.NewChoice(all, weights); err != nil {
		return err
	}
	p.rate /= total
	if visit := total / sum(visits); p.rate > 0 && p.rate*visit < 1e-6 {
		return fmt.Errorf("states: fewer than one arrival comes in a million changes of state")
	}
	return nil
}

func sum(x []float64) (total float64) {
	for _, v := range x {
		total += v
	}
	return total
}

// visits returns how often the chain comes to each state, relative to the first. It uses the
// elimination of Grassmann, Taksar and Heyman, "Regenerative analysis and steady state
// distributions for Markov chains" (Operations Research 1985), which is precise because it has no
// subtractions.
func (p *Modulated) visits() ([]float64, error) {
	n := len(p.states)
	chance := make([][]float64, n)
	for i, next := range p.next {
		chance[i] = make([]float64, n)
		next.Each(func(j int, share float64) { chance[i][j] = share })
	}
	for k := n - 1; k > 0; k-- {
		back := sum(chance[k][:k])
		if back <= 0 {
			return nil, fmt.Errorf("states[%d].next: no earlier state can be reached again from this state", k)
		}
		for i := range k {
			if chance[i][k] == 0 {
				continue
			}
			chance[i][k] /= back
			for j := range k {
				chance[i][j] += chance[i][k] * chance[k][j]
			}
		}
	}
	visits := make([]float64, n)
	visits[0] = 1
	for k := 1; k < n; k++ {
		for i := range k {
			visits[k] += visits[i] * chance[i][k]
		}
	}
	return visits, nil
}

// Rate returns the mean rate per second, the same at every instant.
func (p *Modulated) Rate(kernel.Time) float64 { return p.rate }

// String names the process with its parameters.
func (p *Modulated) String() string {
	texts := make([]string, len(p.states))
	for i, s := range p.states {
		texts[i] = fmt.Sprintf("%g/s for %v", s.Rate, s.Stay)
	}
	return fmt.Sprintf("mmpp(%s)", strings.Join(texts, ", "))
}

// Start begins a realisation.
func (p *Modulated) Start(s *kernel.Stream) Instants {
	if p.rate == 0 {
		return silence{}
	}
	chain := *s
	chain.Rewind(math.MaxUint64)
	m := &modulated{process: p, stream: s, chain: &chain}
	m.enter(p.first.Draw(m.chain))
	return m
}

type modulated struct {
	process *Modulated
	stream  *kernel.Stream
	chain   *kernel.Stream // draws of the chain, so that other rates do not change its states
	clock   Clock
	state   int
	left    float64 // nanoseconds until the state ends
}

func (m *modulated) enter(state int) {
	m.state = state
	m.left = m.chain.Exponential() * float64(m.process.states[state].Stay)
}

func (m *modulated) Next() kernel.Time {
	for {
		gap := math.Inf(1)
		if rate := m.process.states[m.state].Rate; rate > 0 {
			gap = m.stream.Exponential() * 1e9 / rate
		}
		if gap < m.left {
			m.left -= gap
			return m.clock.Advance(gap)
		}
		// An exponential gap has no memory, so it is drawn again in the next state.
		if m.clock.Advance(m.left) == kernel.Never {
			return kernel.Never
		}
		m.enter(m.process.next[m.state].Draw(m.chain))
	}
}
