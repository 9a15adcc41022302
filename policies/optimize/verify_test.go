package optimize

import (
	"strings"
	"testing"
)

func TestVerifyCatchesWhatIsWrong(t *testing.T) {
	p := realistic(2, 3, 2, 50, 100)
	p.Budget = 1000
	for name, spoil := range map[string]func(*Solution){
		"a replica too many": func(a *Solution) { a.Layout[0].Loads[0].Replicas += 1000 },
		"a rate too high":    func(a *Solution) { a.Rates[0] += 1000 },
		"a machine unpaid":   func(a *Solution) { a.Layout[0].Count++ },
		"a wrong sum":        func(a *Solution) { a.Cost /= 2 },
		"a hidden shortfall": func(a *Solution) { a.Shortfall[0] = 5 },
		"a bound too high":   func(a *Solution) { a.Bound = a.Objective + 1 },
	} {
		a, err := GreedyCover{}.Solve(p)
		if err != nil || Verify(p, a) != nil {
			t.Fatal(err, Verify(p, a))
		}
		spoil(&a)
		if Verify(p, a) == nil {
			t.Errorf("%s was not caught", name)
		}
	}
}

// liar is a solver whose solution has more replicas than its layout.
type liar struct{ GreedyCover }

func (l liar) Solve(p Problem) (Solution, error) {
	found, err := l.GreedyCover.Solve(p)
	found.Replicas[0]++
	return found, err
}

func (liar) String() string { return "liar" }

func TestASolutionThatDoesNotHoldIsAnErrorThatNamesTheSolver(t *testing.T) {
	p := realistic(2, 3, 1, 100, 40)
	if _, err := Solve(GreedyCover{}, p); err != nil {
		t.Error(err)
	}
	if _, err := Solve(liar{}, p); err == nil || !strings.HasPrefix(err.Error(), "liar returned a wrong solution: ") {
		t.Errorf("error %v", err)
	}
}

// BenchmarkVerify times the verification. It should take little time compared with BenchmarkSolve,
// because every solution is verified.
func BenchmarkVerify(b *testing.B) {
	p := realistic(4, 10, 3, 2000, 40)
	for _, s := range solvers {
		b.Run(s.String(), func(b *testing.B) {
			found, err := s.Solve(p)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := Verify(p, found); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
