package capacity

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

func TestExplore(t *testing.T) {
	name := os.Getenv("S")
	if name == "" {
		t.Skip()
	}
	var changes []file.Change
	for _, c := range strings.Fields(os.Getenv("SET")) {
		k, v, _ := strings.Cut(c, "=")
		changes = append(changes, file.Change{Path: k, Value: v})
	}
	f, err := file.Load(name, changes)
	if err != nil {
		t.Fatal(err)
	}
	b, err := build.Build(f)
	if err != nil {
		t.Fatal(err)
	}
	levers := b.Scenario.LeversOf(&b.Scenario.Policies[0])
	began := time.Now()
	s := NewSamples(b)
	if _, err := s.get(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	fmt.Println("samples", time.Since(began))
	tab := New(b, levers, s).Within(context.Background())
	began = time.Now()
	for d := range b.Spec.Deployments {
		one := &b.Spec.Deployments[d]
		if only := os.Getenv("ONLY"); !strings.Contains(one.Name, only) {
			continue
		}
		line := fmt.Sprintf("%-50s T %8.2f", one.Name, one.Capacity/b.Scenario.Planning.Utilization)
		for n := 1; n <= 16; n *= 2 {
			at := time.Now()
			r, err := tab.Rate(fleet.DeploymentID(d), n)
			if err != nil {
				t.Fatal(err)
			}
			line += fmt.Sprintf("  %.3f (%3d ms)", r/float64(n)/one.Capacity*b.Scenario.Planning.Utilization, time.Since(at).Milliseconds())
		}
		fmt.Println(line)
	}
	fmt.Println("all", time.Since(began))
}
