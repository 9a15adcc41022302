package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// DeficitRoundRobin is LoadLimits whose classes take turns by deficit round robin. Each model has
// its own turns. Source: Shreedhar and Varghese, Efficient Fair Queueing Using Deficit Round Robin,
// SIGCOMM 1995.
//
//   - Classes with waiting requests stand in a line. The first has the turn.
//   - When its turn begins, the deficit of a class grows by its quantum.
//   - Its requests go on while the next one costs no more than the deficit, which falls by the cost
//     of each. Then the class goes to the end of the line, and keeps the rest of its deficit.
//   - A class without a waiting request leaves the line and loses its deficit. With its next
//     request it stands at the end of the line.
//   - A class to which no replica is open goes to the end of the line. It gets no quantum for that.
//
// So over any time in which two classes wait, what each has sent divided by its quantum differs by
// at most 1 plus, for each of the two, the largest cost divided by its quantum.
type DeficitRoundRobin struct {
	*LoadLimits
	quanta  []ClassQuantum
	cost    Cost
	amounts []int64  // per class: its quantum
	lines   [][]turn // per model: the classes with waiting requests, in the sequence of their turns
}

// ClassQuantum is what a class may send per turn, in units of the cost.
type ClassQuantum struct {
	Class  fleet.ClassID // -1: not known yet
	Name   string
	Amount int
}

// turn is the place of a class in the line.
type turn struct {
	class   fleet.ClassID
	backlog int64 // number of the backlog in which it came into line (see sim.View.Backlog)
	deficit int64
	begun   bool // its turn has begun: it has its quantum
	head    int  // place of its first request in the heads of Turn; -1: it has none
	closed  bool // in this call of Turn: no replica is open to its first request
}

// Cost says how much of its quantum a request uses.
type Cost string

// The costs of DeficitRoundRobin.
const (
	CostRequests Cost = "requests"
	CostTokens   Cost = "tokens"
)

// Choices implements strict.Chooser.
func (Cost) Choices() []string { return []string{string(CostRequests), string(CostTokens)} }

// mostQuantum is the largest quantum.
const mostQuantum = 1_000_000_000

// NewDeficitRoundRobin returns a gateway with the limits whose classes take turns. Every class
// needs a quantum.
func NewDeficitRoundRobin(limits *LoadLimits, cost Cost, quanta ...ClassQuantum) (*DeficitRoundRobin, error) {
	var faults []error
	if !slices.Contains(cost.Choices(), string(cost)) {
		faults = append(faults, fmt.Errorf("cost: %q is none of %s", cost, strings.Join(cost.Choices(), ", ")))
	}
	g := &DeficitRoundRobin{LoadLimits: limits, quanta: quanta, cost: cost}
	for _, q := range quanta {
		if q.Amount < 1 || q.Amount > mostQuantum {
			faults = append(faults, fmt.Errorf("quantum.%s: %d is outside [1, %d]", q.Name, q.Amount, mostQuantum))
		}
		if q.Class >= 0 {
			g.amounts = fleet.AtLeast(g.amounts, int32(q.Class))
			g.amounts[q.Class] = int64(q.Amount)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	g.On(func(f *sim.Fact) { g.count(f, 1); g.pay(f.Request) }, sim.RequestRouted)
	return g, nil
}

// Turn implements sim.Turning.
func (g *DeficitRoundRobin) Turn(v *sim.View, heads []*fleet.Request, open func(*fleet.Request) bool) int {
	line := g.renew(v, heads)
	for visits := 0; ; visits++ {
		if visits == len(line) && !g.skipRounds(line, heads) {
			return -1
		}
		t := &line[0]
		head := heads[t.head]
		switch {
		case t.closed || !open(head):
			t.closed = true
		default:
			if !t.begun {
				t.begun = true
				t.deficit += g.amounts[t.class]
			}
			if g.costOf(head) <= t.deficit {
				return t.head
			}
			t.begun = false
		}
		last := *t
		copy(line, line[1:])
		line[len(line)-1] = last
	}
}

// renew takes classes out of the line of a model whose queues have been empty since, and appends
// classes that have begun to wait, the earliest first. It returns the line.
func (g *DeficitRoundRobin) renew(v *sim.View, heads []*fleet.Request) []turn {
	m := heads[0].Model
	g.lines = fleet.AtLeast(g.lines, m)
	line := g.lines[m]
	for i := range line {
		line[i].head = -1
	}
	old := len(line)
	for i, r := range heads {
		backlog := v.Backlog(r)
		at := slices.IndexFunc(line[:old], func(t turn) bool { return t.class == r.Class && t.backlog == backlog })
		if at < 0 {
			line = append(line, turn{class: r.Class, backlog: backlog, head: i})
			continue
		}
		line[at].head, line[at].closed = i, false
	}
	slices.SortFunc(line[old:], func(a, b turn) int { return cmp.Compare(a.backlog, b.backlog) })
	line = slices.DeleteFunc(line, func(t turn) bool { return t.head < 0 })
	g.lines[m] = line
	return line
}

// skipRounds adds the quanta of the rounds in which no class could send anything. It is called
// after a round without a request, so that every open class waits for its next turn. It reports
// whether there is an open class.
func (g *DeficitRoundRobin) skipRounds(line []turn, heads []*fleet.Request) (some bool) {
	var rounds int64
	for _, t := range line {
		if t.closed {
			continue
		}
		missing, quantum := g.costOf(heads[t.head])-t.deficit, g.amounts[t.class]
		if n := (missing - 1) / quantum; !some || n < rounds {
			rounds = n
		}
		some = true
	}
	for i := range line {
		if t := &line[i]; !t.closed {
			t.deficit += rounds * g.amounts[t.class]
		}
	}
	return some
}

// pay takes the cost of a request that has gone on from the deficit of its class. A request that
// has not waited pays nothing that counts: the queue of its class was empty.
func (g *DeficitRoundRobin) pay(r *fleet.Request) {
	if int(r.Model) >= len(g.lines) {
		return
	}
	line := g.lines[r.Model]
	for i := range line {
		if t := &line[i]; t.class == r.Class {
			t.deficit -= g.costOf(r)
		}
	}
}

// costOf returns the cost of a request.
func (g *DeficitRoundRobin) costOf(r *fleet.Request) int64 {
	if g.cost == CostTokens {
		return max(1, int64(r.Input)+int64(r.Output))
	}
	return 1
}

// ByClass implements sim.Gateway.
func (*DeficitRoundRobin) ByClass() bool { return true }

// String returns the limits, with the quanta and the cost.
func (g *DeficitRoundRobin) String() string {
	parts := g.parts()
	for _, q := range g.quanta {
		parts = append(parts, fmt.Sprintf("quantum %s %d", q.Name, q.Amount))
	}
	if g.cost != CostRequests {
		parts = append(parts, "cost "+string(g.cost))
	}
	return "limits(" + strings.Join(parts, ", ") + ")"
}
