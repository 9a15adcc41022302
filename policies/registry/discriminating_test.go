package registry

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/quantity"
	"wavetank/sim/simtest/golden"
)

// decisions returns the first fleet of every allocator on the discriminating case, by name.
func decisions(t *testing.T, s *policytest.Case) map[string]policytest.FirstPlan {
	t.Helper()
	all := map[string]policytest.FirstPlan{}
	for _, e := range ready(Allocators()) {
		a, err := e.New(literal(e), Context{
			Spec: s.Spec, Period: policytest.Period, Offered: s.Offered, Capacity: allocation.Planned{Spec: s.Spec},
		})
		if err != nil {
			t.Fatal(err)
		}
		d, err := policytest.Decide(s, a)
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		all[e.Name] = d
	}
	return all
}

// literal returns the parameters for the comparison. No error budget raises demands, since larger
// ones have plans in which solvers agree. Auto-adjust gets its rule alone, on each model's cheapest
// deployment. Cron and fixed get a schedule and numbers, because they do not look at the load.
func literal(e Entry[sim.Allocator]) any {
	params := e.Params()
	switch p := params.(type) {
	case *Staged:
		p.ErrorBudget = 1
		if e.Name == "auto-adjust" {
			p.Plan, p.Hold, p.Horizon, p.Backlog, p.KeepLoading = "cheapest", 0, 1, false, false
		}
	case *Cron:
		p.Windows = []ScheduleWindow{{From: quantity.Duration(20 * time.Second), To: quantity.Duration(time.Minute), Replicas: 3}}
	case *Fixed:
		p.Replicas = Named{"vision@large": 2, "text": 5}
	}
	return params
}

// TestTheRuleOfAutoAdjustDiffersFromTheOptimizers: the optimizers may find the same plan, but the
// rule of auto-adjust does not find it. TestAllAllocatorsDifferOnTheDiscriminatingFleet compares
// the optimizers.
func TestTheRuleOfAutoAdjustDiffersFromTheOptimizers(t *testing.T) {
	all := decisions(t, policytest.Discriminating())
	for _, name := range []string{"greedy", "dp", "lp", "milp"} {
		if slices.Equal(all[name].Replicas, all["auto-adjust"].Replicas) {
			t.Errorf("%s and auto-adjust both want %v", name, all[name].Replicas)
		}
	}
}

func TestNobodyMeetsTheDiscriminatingLoadCheaperThanDynamicProgramming(t *testing.T) {
	s := policytest.Discriminating()
	all := decisions(t, s)
	least := all["dp"]
	if !least.Meets(s) {
		t.Fatalf("dp plans %v for %v", least.Capacity, s.Rates[0])
	}
	for name, d := range all {
		if d.Meets(s) && d.Cost < least.Cost-1e-9 {
			t.Errorf("%s costs %v $/h, dp %v", name, d.Cost, least.Cost)
		}
	}
	for _, name := range []string{"greedy", "lp", "auto-adjust", "follow", "hpa"} {
		if d := all[name]; !d.Meets(s) {
			t.Errorf("%s plans %v for %v, which the limits allow", name, d.Capacity, s.Rates[0])
		}
	}
}

// courses returns the lines of policytest.Course for every allocator on a case, by name.
func courses(t *testing.T, s *policytest.Case) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, e := range ready(Allocators()) {
		a, err := e.New(literal(e), Context{
			Spec: s.Spec, Period: policytest.Period, Offered: s.Offered, Capacity: allocation.Planned{Spec: s.Spec},
		})
		if err != nil {
			t.Fatal(err)
		}
		if all[e.Name], err = policytest.Course(s, a); err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
	}
	return all
}

// TestAllAllocatorsDifferOnTheDiscriminatingFleet leaves out best and milp, which may decide like
// one of the solvers that they begin with, and static-best, which decides like static-peak without
// a search. Scalers are also compared under a longer load, because their rules differ only after
// minutes.
func TestAllAllocatorsDifferOnTheDiscriminatingFleet(t *testing.T) {
	all, swinging := courses(t, policytest.Discriminating()), courses(t, policytest.Swinging())
	for i, a := range ready(Allocators()) {
		for _, b := range ready(Allocators())[:i] {
			if alone := []string{"best", "milp", "static-best"}; slices.Contains(alone, a.Name) || slices.Contains(alone, b.Name) {
				continue
			}
			if slices.Equal(all[a.Name], all[b.Name]) && slices.Equal(swinging[a.Name], swinging[b.Name]) {
				t.Errorf("%s and %s both go\n%s\n%s", a.Name, b.Name, strings.Join(all[a.Name], "\n"), strings.Join(swinging[a.Name], "\n"))
			}
		}
	}
}

// TestCoursesOfTheScalersAreTheGoldenOnes fails if the decision of any scaler changes under a load
// that swings. The tests of policies/allocation/control test what must hold for each scaler.
func TestCoursesOfTheScalersAreTheGoldenOnes(t *testing.T) {
	checkCourses(t, "testdata/discriminating-scalers.txt", scalers(), policytest.Swinging())
}

// TestCoursesOfTheDiscriminatingFleetAreTheGoldenOnes fails if the decision of any allocator
// changes. The tests above test what must hold for them.
func TestCoursesOfTheDiscriminatingFleetAreTheGoldenOnes(t *testing.T) {
	checkCourses(t, "testdata/discriminating.txt", ready(Allocators()), policytest.Discriminating())
}

// checkCourses compares what allocators do on a case with a golden file.
func checkCourses(t *testing.T, path string, entries []Entry[sim.Allocator], s *policytest.Case) {
	t.Helper()
	all := courses(t, s)
	var text strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&text, "%s\n", e.Name)
		for _, line := range all[e.Name] {
			fmt.Fprintf(&text, "  %s\n", line)
		}
	}
	golden.Check(t, path, text.String())
}

// places returns the row of policytest.Places for every placer, by name.
func places(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, e := range Placers() {
		p, err := e.New(nil, Context{})
		if err != nil {
			t.Fatal(err)
		}
		if all[e.Name], err = policytest.Places(p); err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
	}
	return all
}

func TestAllPlacersDifferOnTheDiscriminatingTargets(t *testing.T) {
	all := places(t)
	for i, a := range Placers() {
		for _, b := range Placers()[:i] {
			if all[a.Name] == all[b.Name] {
				t.Errorf("%s and %s both place %s", a.Name, b.Name, all[a.Name])
			}
		}
	}
}

// TestPlacesOfTheDiscriminatingTargetsAreTheGoldenOnes fails if the decision of any placer changes.
// The tests of policies/allocation/place test what must hold for them.
func TestPlacesOfTheDiscriminatingTargetsAreTheGoldenOnes(t *testing.T) {
	all := places(t)
	var text strings.Builder
	for _, e := range Placers() {
		fmt.Fprintf(&text, "%-12s %s\n", e.Name, all[e.Name])
	}
	golden.Check(t, "testdata/discriminating-places.txt", text.String())
}

// batches returns the decisions of every batcher on the discriminating line, by name.
func batches(t *testing.T, scenes []policytest.Scene) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, e := range ready(Batchers()) {
		b, err := e.New(nil, Context{})
		if err != nil {
			t.Fatal(err)
		}
		if all[e.Name], err = policytest.Batches(b, scenes); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestAllBatchersDifferOnTheDiscriminatingLine leaves out batchers that only set the steps of
// engines. Their batches are those of greedy.
func TestAllBatchersDifferOnTheDiscriminatingLine(t *testing.T) {
	all := batches(t, policytest.DiscriminatingLine())
	if !slices.Equal(all["sarathi"], all["greedy"]) {
		t.Errorf("sarathi decides %v and greedy %v", all["sarathi"], all["greedy"])
	}
	delete(all, "sarathi")
	for i, a := range ready(Batchers()) {
		for _, b := range ready(Batchers())[:i] {
			if slices.Equal(all[a.Name], all[b.Name]) {
				t.Errorf("%s and %s both decide %v", a.Name, b.Name, all[a.Name])
			}
		}
	}
}

// TestBatchesOfTheDiscriminatingLineAreTheGoldenOnes fails if the decision of any batcher changes.
// The tests of policies/batching test what must hold for them.
func TestBatchesOfTheDiscriminatingLineAreTheGoldenOnes(t *testing.T) {
	scenes := policytest.DiscriminatingLine()
	all := batches(t, scenes)
	var text strings.Builder
	for i, s := range scenes {
		fmt.Fprintf(&text, "%s\n", s.Name)
		for _, e := range ready(Batchers()) {
			fmt.Fprintf(&text, "  %-10s %s\n", e.Name, all[e.Name][i])
		}
	}
	golden.Check(t, "testdata/discriminating-line.txt", text.String())
}
