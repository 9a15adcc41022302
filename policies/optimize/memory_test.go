package optimize

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// TestEachNumberOfAProblemCounts: a memory does not take one problem for another.
func TestEachNumberOfAProblemCounts(t *testing.T) {
	made := func() Problem {
		p := realistic(2, 2, 1, 50, 5)
		p.MinAccuracy, p.MinReplicas = []float64{0, 1}, []int{0, 2}
		p.Present = []FilledHosts{alone(p, 0, 1)}
		return p
	}
	if !bytes.Equal(made().append(nil), made().append(nil)) {
		t.Error("a problem is not equal to itself")
	}
	for name, change := range map[string]func(*Problem){
		"demand":         func(p *Problem) { p.Demand[1]++ },
		"models":         func(p *Problem) { p.Demand = p.Demand[:1] },
		"penalty":        func(p *Problem) { p.Penalty++ },
		"accuracy":       func(p *Problem) { p.AccuracyWeight++ },
		"budget":         func(p *Problem) { p.Budget++ },
		"floor":          func(p *Problem) { p.MinAccuracy[0]++ },
		"least replicas": func(p *Problem) { p.MinReplicas[0]++ },
		"price":          func(p *Problem) { p.Types[1].Price++ },
		"max":            func(p *Problem) { p.Types[1].Max++ },
		"min":            func(p *Problem) { p.Types[1].Min++ },
		"reserved":       func(p *Problem) { p.Types[1].Reserved++ },
		"rented":         func(p *Problem) { p.Types[1].Rented++ },
		"boot":           func(p *Problem) { p.Types[1].Switch++ },
		"host":           func(p *Problem) { p.Types[1].Host[0]++ },
		"devices":        func(p *Problem) { p.Types[1].Devices++ },
		"device":         func(p *Problem) { p.Types[0].Device[0]++ },
		"model":          func(p *Problem) { p.Configurations[1].Model++ },
		"type":           func(p *Problem) { p.Configurations[1].Type-- },
		"capacity":       func(p *Problem) { p.Configurations[1].Capacity++ },
		"need":           func(p *Problem) { p.Configurations[1].Host[0]++ },
		"device need":    func(p *Problem) { p.Configurations[0].Device[0]++ },
		"device number":  func(p *Problem) { p.Configurations[0].Devices++ },
		"its accuracy":   func(p *Problem) { p.Configurations[1].Accuracy++ },
		"present":        func(p *Problem) { p.Present[0].Count++ },
		"present loads":  func(p *Problem) { p.Present[0].Loads[0].Replicas++ },
		"load":           func(p *Problem) { p.Configurations[1].Switch++ },
	} {
		p := made()
		if change(&p); bytes.Equal(p.append(nil), made().append(nil)) {
			t.Errorf("%s: a change makes no difference", name)
		}
	}
}

// counting is a solver that counts its calls, and fails if it is told to.
type counting struct {
	name  string
	calls *int
	fails bool
}

func (c counting) String() string { return c.name }

func (c counting) Solve(p Problem) (Solution, error) {
	*c.calls++
	if c.fails {
		return Solution{}, errors.New("no")
	}
	return GreedyCover{}.Solve(p)
}

// TestAMemorySolvesAProblemOnce: each solver has its own solutions, errors are not remembered, and
// a full memory still answers.
func TestAMemorySolvesAProblemOnce(t *testing.T) {
	var m Memory
	calls := 0
	p, q := realistic(2, 2, 1, 50, 5), realistic(3, 2, 1, 50, 5)
	solve := func(s counting, p Problem, want int) *Solution {
		t.Helper()
		s.calls = &calls
		found, err := m.Solve(s, p)
		if err != nil != s.fails || calls != want {
			t.Fatalf("%d calls, error %v; want %d calls", calls, err, want)
		}
		return &found
	}
	first := solve(counting{name: "a"}, p, 1)
	if again := solve(counting{name: "a"}, p, 1); !again.sameAs(first) {
		t.Error("another solution of the same problem")
	}
	solve(counting{name: "a"}, q, 2)
	solve(counting{name: "b"}, p, 3)
	solve(counting{name: "b", fails: true}, q, 4)
	solve(counting{name: "b"}, q, 5)
	m.size = mostKept
	solve(counting{name: "c"}, p, 6)
	solve(counting{name: "c"}, p, 7)
	solve(counting{name: "a"}, p, 7)
}

// TestAMemoryServesManyAtOnce: all that ask get the same numbers.
func TestAMemoryServesManyAtOnce(t *testing.T) {
	var m Memory
	p := realistic(3, 2, 1, 50, 5)
	want, err := Solve(GreedyCover{}, p)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if found, err := m.Solve(GreedyCover{}, p); err != nil || !found.sameAs(&want) {
				t.Errorf("%v, error %v; want %v", found, err, want)
			}
		})
	}
	all.Wait()
}

// TestAMemoryChangesNoSolution: DP takes the solution of LP from the memory. Whether LP was asked
// before, in another order of the lists, or never, the solutions are those without a memory.
func TestAMemoryChangesNoSolution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := located(t)
		var cold, warm Memory
		o := p.canonical()
		if _, err := warm.Solve(LP{}, o.arranged(p)); err != nil {
			t.Fatal(err)
		}
		for _, s := range []Solver{DP{}, LP{}} {
			want, err := Solve(s, p)
			if err != nil {
				t.Fatal(err)
			}
			for name, m := range map[string]*Memory{"cold": &cold, "warm": &warm} {
				if found, err := m.Solve(s, p); err != nil || !found.sameAs(&want) || found.Method != want.Method || found.Exact != want.Exact {
					t.Fatalf("%s, %s: %+v, error %v; want %+v", s, name, found, err, want)
				}
			}
		}
	})
}

// BenchmarkMemory is what a decision costs whose problem is known.
func BenchmarkMemory(b *testing.B) {
	var m Memory
	p := realistic(10, 5, 1, 50, 5)
	for b.Loop() {
		if _, err := m.Solve(GreedyCover{}, p); err != nil {
			b.Fatal(err)
		}
	}
}
