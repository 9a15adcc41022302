package control

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

// drawn returns a random horizon whose needs are whole numbers.
func drawn(r *rand.Rand, periods, dead int) *horizon {
	h := &horizon{prices: prices{capacity: 1, hour: 1, added: float64(r.IntN(8)), most: 9}, rent: float64(1 + r.IntN(4))}
	for range periods {
		h.need = append(h.need, float64(r.IntN(8)))
	}
	ready := float64(r.IntN(4))
	for range dead {
		h.committed = append(h.committed, ready)
		ready += float64(r.IntN(3))
	}
	h.committed = append(h.committed, ready)
	return h
}

// cost returns the cost of a path.
func (h *horizon) cost(path []int) (sum float64) {
	was := h.start()
	for t, x := range path {
		serve := float64(x)
		if t < len(h.committed)-1 {
			serve = min(serve, h.committed[t])
		}
		sum += h.rent*float64(x) + h.added*float64(max(0, x-was)) + h.missing(h.rent)*max(0, h.need[t]-serve)
		was = x
	}
	return sum
}

// program returns the linear program of a horizon. Its variables are x, s and u of every period.
func (h *horizon) program() *program.Program {
	var b program.Builder
	n, inf := len(h.need), math.Inf(1)
	for t := range n {
		most := inf
		if t < len(h.committed)-1 {
			most = float64(h.start())
		}
		b.Column(h.rent, 0, most)
	}
	for range n {
		b.Column(h.added, 0, inf)
	}
	for range n {
		b.Column(h.missing(h.rent), 0, inf)
	}
	for t := range n {
		before := 0.
		if t == 0 {
			before = float64(h.start())
		}
		added, served := b.Row(-inf, before), b.Row(h.need[t], inf)
		b.Add(added, t, 1)
		b.Add(added, n+t, -1)
		if t > 0 {
			b.Add(added, t-1, -1)
		}
		b.Add(served, t, 1)
		b.Add(served, 2*n+t, 1)
		if t < len(h.committed)-1 {
			b.Add(b.Row(h.need[t]-h.committed[t], inf), 2*n+t, 1)
		}
	}
	return b.Program()
}

// TestTheHorizonIsTheOptimumOfItsLinearProgram compares paths with a solver, with and without dead
// times.
func TestTheHorizonIsTheOptimumOfItsLinearProgram(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 150 {
		dead := r.IntN(4)
		h := drawn(r, dead+1+r.IntN(8), dead)
		solved, err := linear.Solve(t.Context(), h.program(), linear.Controls{})
		if err != nil || solved.Status != linear.Optimal {
			t.Fatal(err, solved.Status)
		}
		if got := h.cost(h.path()); math.Abs(got-solved.Objective) > 1e-6*(1+got) {
			t.Fatalf("%+v: path %v costs %v, the linear program %v", h, h.path(), got, solved.Objective)
		}
	}
}

// TestOnePeriodWithoutSwitchingFollows: a horizon of one period has as many replicas as needed.
func TestOnePeriodWithoutSwitchingFollows(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 100 {
		h := drawn(r, 1, 0)
		h.added, h.need[0] = 0, 7*r.Float64()
		if got, want := h.now(), int(math.Ceil(h.need[0])); got != want {
			t.Fatalf("%v replicas for %v", got, h.need[0])
		}
	}
}

// TestTheWholeTruthCostsTheLeast: a horizon that knows the true load until the end costs as much,
// step by step, as the offline optimum.
func TestTheWholeTruthCostsTheLeast(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 100 {
		whole := drawn(r, 12, 0)
		solved, err := linear.Solve(t.Context(), whole.program(), linear.Controls{})
		if err != nil || solved.Status != linear.Optimal {
			t.Fatal(err, solved.Status)
		}
		var path []int
		step := *whole
		for k := range whole.need {
			step.need = whole.need[k:]
			n := step.now()
			path, step.committed = append(path, n), []float64{float64(n)}
		}
		if got := whole.cost(path); math.Abs(got-solved.Objective) > 1e-6*(1+got) {
			t.Fatalf("%+v: path %v costs %v, the optimum %v", whole, path, got, solved.Objective)
		}
	}
}

// TestWhatIsOrderedComesLate: the load rises in three periods. If an order takes three periods, it
// is made now. If it takes one period, it is not made yet.
func TestWhatIsOrderedComesLate(t *testing.T) {
	need := []float64{1, 1, 1, 4, 4, 4, 4, 4}
	for dead, want := range map[int]int{0: 1, 1: 1, 2: 1, 3: 4, 4: 4} {
		h := &horizon{prices: prices{capacity: 1, hour: 1, added: 1, most: 9}, rent: 1, need: need}
		for range dead + 1 {
			h.committed = append(h.committed, 1)
		}
		if got := h.now(); got != want {
			t.Errorf("orders take %d periods: %d replicas now, want %d", dead, got, want)
		}
	}
}
