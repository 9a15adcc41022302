package workload

import (
	"math"
	"testing"

	"wavetank/sim/fleet"
	"wavetank/workload/distribution"
)

// cascade returns three stages. The second has two branches. Some requests end after the first or
// the second stage.
func cascade(first, second float64, work distribution.Service) []Stage {
	return []Stage{
		{Branches: []Branch{{Model: 3}}, Continue: first},
		{Branches: []Branch{{Model: 1, Work: work}, {Model: 2}}, Continue: second},
		{Branches: []Branch{{Model: 0, Work: distribution.Exponential()}}},
	}
}

// pipedBy returns requests at 100/s with their branches, request by request.
func pipedBy(t *testing.T, stages []Stage, labels Labels, n int) [][]fleet.Request {
	t.Helper()
	l := lane("pipes")
	l.Work = distribution.Exponential()
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
	l.Work = distribution.Exponential()
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
	one, other := pipedBy(t, cascade(1, 0.5, nil), Labels{}, n), pipedBy(t, cascade(0.3, 0.5, must(distribution.Erlang(2))), Labels{}, n)
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

// rounds returns three stages. The second may be passed again. From the third, requests may go back
// to the first.
func rounds(inner, outer Feedback) []Stage {
	return []Stage{
		{Branches: []Branch{{Model: 0}}, Continue: 1},
		{Branches: []Branch{{Model: 1}, {Model: 2, Work: distribution.Exponential()}}, Continue: 1, Feedback: inner},
		{Branches: []Branch{{Model: 3, Work: distribution.Exponential()}}, Feedback: outer},
	}
}

// visits counts how often a request passes each stage, and checks that its branches come in the
// order of the stages.
func visits(t *testing.T, stages []Stage, group []fleet.Request) []int {
	t.Helper()
	count := make([]int, len(stages))
	for i, after := 0, -1; i < len(group); {
		stage := int(group[i].Stage)
		if stage != after+1 && (after < 0 || stages[after].Feedback.Chance == 0 || stage != stages[after].Feedback.From) {
			t.Fatalf("stage %d comes after stage %d", stage, after)
		}
		for _, b := range stages[stage].Branches {
			if group[i].Model != b.Model || int(group[i].Stage) != stage || int(group[i].Branches) != len(group)-1-i {
				t.Fatalf("branch %d is %+v", i, group[i])
			}
			i++
		}
		count[stage]++
		after = stage
	}
	return count
}

func TestRequestsPassStagesAsOftenAsTheirLoopsSay(t *testing.T) {
	const n = 20_000
	for _, c := range []struct{ inner, outer Feedback }{
		{Feedback{Chance: 0.3, From: 1}, Feedback{}},
		{Feedback{}, Feedback{Chance: 0.6, From: 0}},
		{Feedback{Chance: 0.5, From: 1, MaxReturns: 2}, Feedback{Chance: 0.4, From: 0}},
		{Feedback{Chance: 1, From: 0, MaxReturns: 3}, Feedback{Chance: 0.7, From: 0, MaxReturns: 1}},
	} {
		stages := rounds(c.inner, c.outer)
		want := must(Visits([]Feedback{{}, c.inner, c.outer}))
		var sum, squares [3]float64
		most := 0
		for _, group := range pipedBy(t, stages, Labels{}, n) {
			count := visits(t, stages, group)
			for i, k := range count {
				sum[i] += float64(k)
				squares[i] += float64(k * k)
			}
			most = max(most, count[2])
		}
		for i := range sum {
			mean := sum[i] / n
			if band := 4*math.Sqrt((squares[i]/n-mean*mean)/n) + 1e-9; math.Abs(mean-want[i]) > band {
				t.Errorf("%+v: stage %d is passed %v times, want %v ± %v", c, i, mean, want[i], band)
			}
		}
		if c.outer.MaxReturns > 0 && most != c.outer.MaxReturns+1 {
			t.Errorf("%+v: the last stage is passed up to %d times", c, most)
		}
	}
}

func TestRoundsOfALoopAreGeometric(t *testing.T) {
	// Computed by hand: with probability 1/2 of going back, half of the requests pass once, a
	// quarter twice and an eighth three times. If a request goes back at most twice, the remaining
	// quarter passes three times.
	const n = 40_000
	for _, c := range []struct {
		most int
		want []float64
	}{{0, []float64{0.5, 0.25, 0.125}}, {2, []float64{0.5, 0.25, 0.25}}} {
		stages := []Stage{{Branches: []Branch{{Model: 0}}, Feedback: Feedback{Chance: 0.5, MaxReturns: c.most}}}
		passed := make([]float64, 100)
		for _, group := range pipedBy(t, stages, Labels{}, n) {
			passed[len(group)]++
		}
		for i, want := range c.want {
			if got, band := passed[i+1]/n, 4*math.Sqrt(want*(1-want)/n); math.Abs(got-want) > band {
				t.Errorf("most %d: %v of the requests pass %d times, want %v ± %v", c.most, got, i+1, want, band)
			}
		}
	}
}

func TestALoopMovesNoDrawOfFirstVisitsOrOfAnotherRequest(t *testing.T) {
	const n = 2000
	plain := pipedBy(t, rounds(Feedback{}, Feedback{}), Labels{}, n)
	some := pipedBy(t, rounds(Feedback{Chance: 0.3, From: 1}, Feedback{}), Labels{}, n)
	more := pipedBy(t, rounds(Feedback{Chance: 0.6, From: 1}, Feedback{}), Labels{}, n)
	for i := range n {
		if len(some[i]) > len(more[i]) {
			t.Fatalf("request %d goes back less often with the larger chance", i)
		}
		if some[i][0].Arrival != plain[i][0].Arrival || some[i][2].Work != plain[i][2].Work || some[i][len(some[i])-1].Work != plain[i][3].Work {
			t.Fatalf("request %d has other draws at its first visits with a loop", i)
		}
		for b := range len(some[i]) - 1 { // all visits of some[i] before the last stage
			if some[i][b].Work != more[i][b].Work {
				t.Fatalf("branch %d of request %d has the work %v and %v", b, i, some[i][b].Work, more[i][b].Work)
			}
		}
	}
}

func TestImpossibleLoopsAreNamed(t *testing.T) {
	_, err := Visits([]Feedback{{Chance: 1}, {Chance: 0.5, From: 2}, {Chance: 1.5, From: -1}, {Chance: 0.1, MaxReturns: -1, From: 1}})
	mentions(t, err, "stages[0].feedback: probability: a request would go back for ever", "stages[1].feedback: from: stage 2 does not exist or comes after stage 1",
		"stages[2].feedback: probability: 1.5 lies outside", "stages[2].feedback: from: stage -1", "stages[3].feedback: max-returns: -1")
	_, err = Visits([]Feedback{{}, {Chance: 0.5, From: 0}, {Chance: 0.5, From: 1}})
	mentions(t, err, "stages[2].feedback: from: the loop overlaps the loop of stage 1")
	l := lane("pipes")
	_, err = l.Pipe(instants(), 1, rounds(Feedback{Chance: 0.99, From: 0}, Feedback{Chance: 0.99, From: 0}))
	mentions(t, err, "a request has 30100 branches on average, more than 1000")
}
