package optimize

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"
)

// mostKept bounds the memory for problems and their solutions, in bytes.
const mostKept = 64 << 20

// Memory remembers solved problems with their solutions, so that a problem is solved only once, in
// whatever order its lists are. DP takes the solution of LP from it. Its zero value is empty. It is
// safe for concurrent use. A solution depends on the solver and the problem alone, so it does not
// matter who asked first. A full memory remembers nothing more.
type Memory struct {
	mutex  sync.RWMutex
	solved map[string]*Solution // of arranged problems
	size   int
}

// Solve is the function Solve with a memory.
func (m *Memory) Solve(s Solver, p Problem) (Solution, error) {
	return inOrder(s, p, func(p Problem) (Solution, error) { return m.arranged(s, p) })
}

// arranged solves a problem whose lists are in the canonical order.
func (m *Memory) arranged(s Solver, p Problem) (Solution, error) {
	key := p.append(fmt.Appendf(nil, "%T%+v\x00", s, s))
	m.mutex.RLock()
	known := m.solved[string(key)]
	m.mutex.RUnlock()
	if known != nil {
		return known.clone(), nil
	}
	by := s
	if dp, is := s.(DP); is {
		by = recalling{dp, m}
	}
	found, err := verified(by, p)
	if err != nil {
		return Solution{}, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.size += 2 * len(key); m.size <= mostKept {
		if m.solved == nil {
			m.solved = map[string]*Solution{}
		}
		kept := found.clone()
		m.solved[string(key)] = &kept
	}
	return found, nil
}

// recalling is the solver DP with a memory of the solutions of LP.
type recalling struct {
	DP
	memory *Memory
}

// Solve implements Solver.
func (r recalling) Solve(p Problem) (Solution, error) {
	return r.DP.solve(p, func(*index) (Solution, error) { return r.memory.arranged(LP{}, p) })
}

// append appends a problem in a form that differs for problems that are not Equal.
func (p Problem) append(b []byte) []byte {
	number := func(v float64) { b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) }
	count := func(values ...int) {
		for _, v := range values {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	sizes := func(list []int64) {
		count(len(list))
		for _, v := range list {
			b = binary.AppendVarint(b, v)
		}
	}
	numbers := func(list []float64) {
		count(len(list))
		for _, v := range list {
			number(v)
		}
	}
	number(p.Penalty)
	number(p.AccuracyWeight)
	number(p.Budget)
	numbers(p.Demand)
	numbers(p.MinAccuracy)
	count(len(p.MinReplicas))
	count(p.MinReplicas...)
	count(len(p.Types))
	for i := range p.Types {
		t := &p.Types[i]
		number(t.Price)
		number(t.Switch)
		count(t.Min, t.Max, t.Reserved, t.Rented, t.Devices)
		sizes(t.Host)
		sizes(t.Device)
	}
	count(len(p.Configurations))
	for i := range p.Configurations {
		f := &p.Configurations[i]
		number(f.Capacity)
		number(f.Accuracy)
		number(f.Switch)
		count(f.Model, f.Type, f.Devices)
		sizes(f.Host)
		sizes(f.Device)
	}
	count(len(p.Present))
	for i := range p.Present {
		h := &p.Present[i]
		count(h.Type, h.Count, len(h.Loads))
		for _, l := range h.Loads {
			count(l.Configuration, l.Device, l.Replicas, len(l.Further))
			count(l.Further...)
		}
	}
	return b
}
