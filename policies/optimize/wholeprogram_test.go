package optimize

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/optimize/integer"
)

// solved returns the optimum of a problem's program.
func solved(t *rapid.T, p Problem) float64 {
	made, err := p.Program(PartNames{})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Validate(); err != nil {
		t.Fatal(err)
	}
	if len(made.Names) != made.Columns() || len(made.RowNames) != made.Height() {
		t.Fatalf("%d names for %d columns, %d for %d rows", len(made.Names), made.Columns(), len(made.RowNames), made.Height())
	}
	found, err := integer.Solve(context.Background(), made, integer.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	if found.Ending != integer.Optimal {
		t.Fatalf("the program is %v", found.Ending)
	}
	return found.Objective
}

// TestProgramIsTheProblemWhereReplicasFillMachines compares with an exhaustive search. If every
// replica takes a whole machine, all solutions of the program can be placed.
func TestProgramIsTheProblemWhereReplicasFillMachines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallProblem(t, true)
		if got, want := solved(t, p), exhaustive(p); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
			t.Fatalf("the program's optimum is %v, the problem's %v", got, want)
		}
	})
}

// TestProgramLiesBetweenRelaxationAndSolutions: the optimum of a problem's program is at least the
// bound of the linear relaxation, and at most the best solution found. It may be below the bounds
// of solutions, because these also consider the placement of replicas.
func TestProgramLiesBetweenRelaxationAndSolutions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallProblem(t, false)
		got := solved(t, p)
		found, err := Solve(Best{}, p)
		if err != nil {
			t.Fatal(err)
		}
		x := newIndex(p)
		relaxed, err := x.relax().solve(x)
		if err != nil {
			t.Fatal(err)
		}
		if slack := 1e-6 * (1 + math.Abs(got)); got > found.Objective+slack || got < relaxed.bound-slack {
			t.Fatalf("the program's optimum is %v, outside of bound %v and objective %v", got, relaxed.bound, found.Objective)
		}
	})
}

func TestProgramHasTheLabels(t *testing.T) {
	box := HostType{Price: 2, Max: 4, Rented: 1, Switch: 0.5, Host: []int64{4}}
	p := Problem{
		Demand: []float64{10, 4}, Penalty: 100, Budget: 6, AccuracyWeight: 0.1, MinAccuracy: []float64{80, 0}, Types: []HostType{box},
		Configurations: []Configuration{
			{Model: 0, Capacity: 3, Host: []int64{2}, Accuracy: 90, Switch: 0.1},
			{Model: 0, Capacity: 5, Host: []int64{2}, Accuracy: 70},
			{Model: 1, Capacity: 5, Host: []int64{1}, Accuracy: 70},
		},
	}
	p.Present = []FilledHosts{alone(p, 0, 1)}
	made, err := p.Program(PartNames{Models: []string{"vit", "bert"}, Types: []string{"box"}, Configurations: []string{"vit-l@box", "vit-s@box", "bert@box"}})
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{
		"kept.vit-l@box", "added.vit-l@box", "replicas.vit-s@box", "replicas.bert@box", "machines.box", "machines.box.2",
		"unserved.vit", "unserved.bert", "rate.vit-l@box", "rate.vit-s@box", "rate.bert@box",
	}
	rows := []string{"demand.vit", "accuracy.vit", "capacity.vit-l@box", "capacity.vit-s@box", "demand.bert", "capacity.bert@box", "room.7", "budget"}
	if !slices.Equal(made.Names, columns) {
		t.Errorf("columns are %q", made.Names)
	}
	if !slices.Equal(made.RowNames, rows) {
		t.Errorf("rows are %q", made.RowNames)
	}
}
