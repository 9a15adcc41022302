package workload

import (
	"math"
	"testing"

	"wavetank/sim/fleet"
)

// cascade is two stages, the second of two branches, behind which some requests go on to a third.
func cascade(first, second float64, law Service) []Stage {
	return []Stage{
		{Branches: []Branch{{Model: 3}}, Continue: first},
		{Branches: []Branch{{Model: 1, Work: law}, {Model: 2}}, Continue: second},
		{Branches: []Branch{{Model: 0, Work: Exponential()}}},
	}
}

// piped returns requests at 100/s with their branches, request by request.
func pipedBy(t *testing.T, stages []Stage, labels Labels, n int) [][]fleet.Request {
	t.Helper()
	l := lane("pipes")
	l.Work = Exponential()
	src := must(l.Pipe(must(l.Label(must(l.Synthetic(must(Poisson(100)))), labels)), 7, stages))
	var groups [][]fleet.Request
	for len(groups) < n {
		group := take(t, src, 1)
		groups = append(groups, append(group, take(t, src, int(group[0].Branches))...))
	}
	return groups
}

func TestARequestIsFollowedByItsBranches(t *testing.T) {
	models := []fleet.ModelID{3, 1, 2, 0}
	l := lane("pipes")
	l.Work = Exponential()
	plain := take(t, must(l.Synthetic(must(Poisson(100)))), 1000)
	for i, group := range pipedBy(t, cascade(0.5, 0.5, nil), Labels{Classes: twoClasses}, 1000) {
		if n := len(group); n != 1 && n != 3 && n != 4 {
			t.Fatalf("request %d has %d branches", i, n)
		}
		for b, r := range group {
			if r.Model != models[b] || r.Pipeline != 7 || r.Arrival != plain[i].Arrival || r.Class != group[0].Class || int(r.Branches) != len(group)-1-b {
				t.Fatalf("branch %d of request %d is %+v", b, i, r)
			}
		}
		if group[0].Work != plain[i].Work {
			t.Fatalf("request %d has the work %v, without a pipeline %v", i, group[0].Work, plain[i].Work)
		}
	}
}

func TestRequestsGoOnWithTheChancesOfTheStages(t *testing.T) {
	const n = 40_000
	second, third := 0.0, 0.0
	for _, group := range pipedBy(t, cascade(0.4, 0.7, nil), Labels{}, n) {
		if len(group) > 1 {
			second++
		}
		if len(group) > 3 {
			third++
		}
	}
	for _, c := range []struct{ got, want float64 }{{second, 0.4}, {third, 0.28}} {
		if band := 4 * math.Sqrt(c.want*(1-c.want)/n); math.Abs(c.got/n-c.want) > band {
			t.Errorf("%v of the requests came to a stage, want %v ± %v", c.got/n, c.want, band)
		}
	}
}

func TestAChangeOfOneStageMovesNoDrawOfAnother(t *testing.T) {
	const n = 2000
	one, other := pipedBy(t, cascade(1, 0.5, nil), Labels{}, n), pipedBy(t, cascade(0.3, 0.5, must(Erlang(2))), Labels{}, n)
	for i := range n {
		if (len(one[i]) > 3) != (len(other[i]) > 3) && len(other[i]) > 1 {
			t.Fatalf("whether request %d comes to the third stage depends on the chance of the second", i)
		}
		if len(other[i]) > 3 && (one[i][0].Work != other[i][0].Work || one[i][3].Work != other[i][3].Work) {
			t.Fatalf("the works of request %d depend on those of another branch", i)
		}
	}
}

func TestMergedPipelinesKeepTheirBranchesTogether(t *testing.T) {
	both := Stage{Branches: []Branch{{Model: 0}, {Model: 1}, {Model: 2}}}
	at := func() Source { return instants(1, 1, 2, 2, 2, 3) }
	a, b := lane("a"), lane("b")
	src := Merge(must(a.Pipe(at(), 1, []Stage{both})), at(), must(b.Pipe(at(), 2, []Stage{both})))
	all := take(t, src, 100)
	if len(all) != 6+2*3*6 {
		t.Fatalf("%d requests", len(all))
	}
	for i := 0; i < len(all); i += 1 + int(all[i].Branches) {
		for b := range int(all[i].Branches) {
			if next := all[i+1+b]; next.Pipeline != all[i].Pipeline || next.Input != all[i].Input {
				t.Fatalf("request %d is %+v, with a branch of another behind it: %+v", i, all[i], next)
			}
		}
	}
	rates := must(Measure(must(a.Pipe(at(), 1, []Stage{both})), 3, 10, 10))
	if rates[0][0] != 6e8 || rates[0][2] != 6e8 {
		t.Errorf("the branches ask for %v per second", rates[0])
	}
}

func TestImpossiblePipelinesAreNamed(t *testing.T) {
	l := lane("pipes")
	_, err := l.Pipe(instants(), 1, []Stage{{Continue: 1.5}, {}})
	mentions(t, err, "stages[0]: there is no branch", "stages[0].continue: 1.5", "stages[1]: there is no branch", "0 branches")
	_, err = l.Pipe(instants(), 1, []Stage{{Branches: make([]Branch, 1001)}})
	mentions(t, err, "1001 branches")
}
