package place

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// placers lists all placers.
var placers = []allocation.Placer{BestFit{}, FirstFit{}, FirstStart{}, DotProduct{}, Norm{}, &Spread{MaxSkew: 1}}

// cores draws the cores of replicas in random order. The replicas fill the given number of machines
// exactly, so no fewer machines can hold them.
func cores(t *rapid.T, capacity int) (sizes []int, machines int) {
	machines = rapid.IntRange(2, 9).Draw(t, "machines")
	if rapid.Bool().Draw(t, "halves") { // and one machine of small replicas
		for range 2 * (machines - 1) {
			sizes = append(sizes, capacity/2, capacity/2/(machines-1))
		}
		return sizes, machines
	}
	for range machines {
		for left := capacity; left > 0; {
			part := rapid.SampledFrom([]int{capacity/2 + 1, capacity/3 + 1, capacity/7 + 1, 1 + left/2, left}).Draw(t, "part")
			part = min(part, left)
			sizes, left = append(sizes, part), left-part
		}
	}
	if rapid.Bool().Draw(t, "small first") {
		slices.Sort(sizes)
		return sizes, machines
	}
	return rapid.Permutation(sizes).Draw(t, "order"), machines
}

// oneByOne lets a placer place replicas one after the other. It returns how many machines it rents.
func oneByOne(t *rapid.T, p allocation.Placer, sizes []int, capacity int) int {
	c := policytest.Pair()
	shape := c.Deployments[0]
	c.Models, c.Variants, c.Deployments = c.Models[:1], c.Variants[:1], nil
	c.Types = []fleet.MachineType{{Name: "machine", Cores: capacity, Price: 1, Max: len(sizes)}}
	different := slices.Compact(slices.Sorted(slices.Values(sizes)))
	for _, size := range different {
		shape.Need = fleet.Resources{Cores: size}
		c.Deployments = append(c.Deployments, shape)
	}
	f, want, each := fleet.New(c), make([]int, len(different)), allocation.Planned{Spec: c}.Each()
	for _, size := range sizes {
		want[slices.Index(different, size)]++
		plan, err := p.Place(sim.ViewOf(f, 0), allocation.Targets{Chosen: allocation.Chosen{Replicas: want}, Each: each, Demand: []float64{0}, Shortfall: []float64{0}})
		if err != nil {
			t.Fatal(err)
		}
		if err := policytest.CarryOut(f, &plan); err != nil {
			t.Fatal(err)
		}
	}
	return f.Machines()
}

// TestReplicasThatComeOneByOneAreOnFewMachines: first fit and best fit rent at most 1.7 times as
// many machines as are needed, for any order of replicas (Dósa and Sgall 2013 and 2014). With a
// single resource, norm is best fit.
func TestReplicasThatComeOneByOneAreOnFewMachines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const capacity = 420
		sizes, fewest := cores(t, capacity)
		for _, p := range []allocation.Placer{FirstFit{}, BestFit{}, FirstStart{}, Norm{}} {
			if n := oneByOne(t, p, sizes, capacity); n < fewest || n > fewest*17/10 {
				t.Fatalf("%s rents %d machines, %d are enough for %v", p, n, fewest, sizes)
			}
		}
	})
}
