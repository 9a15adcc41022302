package optimize

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/optimize/vectorpacking"
)

// packedBy packs replicas by a rule: one replica for each request per second of a problem's demand.
func packedBy(p Problem, rule vectorpacking.Rule) []*machineFill {
	replicas := make([]int, len(p.Configurations))
	for c := range replicas {
		replicas[c] = int(p.Demand[p.Configurations[c].Model])
	}
	return newIndex(p).batch(0, replicas).pack(rule, math.MaxInt)
}

// fullBins draws items that fill the given number of bins exactly, so no fewer bins can hold them.
// Some items are a bit larger than a half, a third or a seventh of a bin. Such items are worst for
// first fit.
func fullBins(t *rapid.T, capacity int64) (items [][]int64, bins int) {
	bins = rapid.IntRange(1, 12).Draw(t, "bins")
	for range bins {
		for left := capacity; left > 0; {
			part := rapid.SampledFrom([]int64{capacity/2 + 1, capacity/3 + 1, capacity/4 + 1, capacity/7 + 1, 1 + left/2, left}).Draw(t, "part")
			part = min(part, left)
			items, left = append(items, []int64{part}), left-part
		}
	}
	return items, bins
}

// TestLargeItemsFirstAreNearTheFewestBins tests the proved bounds: 11/9 times the fewest bins, plus
// 6/9 of a bin for first fit decreasing (Dósa 2007), or plus four bins for best fit decreasing
// (Johnson 1974).
func TestLargeItemsFirstAreNearTheFewestBins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const capacity = 420
		items, fewest := fullBins(t, capacity)
		p := packingProblem([]int64{capacity}, items)
		for _, rule := range vectorpacking.Rules {
			used, more := len(packedBy(p, rule)), map[string]float64{"ffd-sum": 6. / 9, "ffd-prod": 6. / 9, "bfd-sum": 4}[rule.Name]
			if used < fewest || more > 0 && float64(used) > 11./9*float64(fewest)+more+1e-9 {
				t.Fatalf("%s packs %d machines, %d are enough for %v", rule.Name, used, fewest, items)
			}
		}
	})
}

// TestPackingAnewKeepsTheReplicas: for every rule, a packing has every replica once, no machine is
// overfull, and no machine is empty.
func TestPackingAnewKeepsTheReplicas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallProblem(t, rapid.Bool().Draw(t, "whole"))
		x := newIndex(p)
		replicas := make([]int, len(p.Configurations))
		for c := range replicas {
			if x.perMachine[c] > 0 && p.Configurations[c].Capacity > 0 {
				replicas[c] = rapid.IntRange(0, 9).Draw(t, "replicas")
			}
		}
		for k := range p.Types {
			b := x.batch(k, replicas)
			patterns, _ := byPatterns(b, math.MaxInt)
			ways := map[string][]*machineFill{"patterns": patterns}
			for _, rule := range vectorpacking.Rules {
				ways[rule.Name] = b.pack(rule, math.MaxInt)
			}
			for name, machines := range ways {
				if machines == nil && (name == "patterns" || len(b.list) == 0) {
					continue
				}
				if len(machines) < b.fewest() {
					t.Fatalf("%s packs %d machines, fewer than %d", name, len(machines), b.fewest())
				}
				checkHeld(t, b, machines)
			}
		}
	})
}

// checkHeld checks that machines hold the replicas of a batch.
func checkHeld(t *rapid.T, b *batch, machines []*machineFill) {
	held := make([]int, len(b.Configurations))
	for _, p := range machines {
		if anyNegative(p.host) || anyNegative(p.devices) || len(p.loads) == 0 {
			t.Fatalf("a machine with %v has %v left on the host and %v on its devices", p.loads, p.host, p.devices)
		}
		for _, l := range p.loads {
			held[l.Configuration] += l.Replicas
		}
	}
	for i, c := range b.list {
		if held[c] != b.counts[i] {
			t.Fatalf("%d replicas of configuration %d are packed, not %d", held[c], c, b.counts[i])
		}
	}
}

// TestEveryRuleSavesMachinesSomewhere: for each rule there are items that it packs on fewer
// machines than all other rules. So every rule is useful.
func TestEveryRuleSavesMachinesSomewhere(t *testing.T) {
	alone := map[string]int{}
	for seed := range uint64(3000) {
		p := randomItems(seed)
		var used []int
		for _, rule := range vectorpacking.Rules {
			used = append(used, len(packedBy(p, rule)))
		}
		fewest := slices.Min(used)
		if at := slices.Index(used, fewest); !slices.Contains(used[at+1:], fewest) {
			alone[vectorpacking.Rules[at].Name]++
		}
	}
	for _, rule := range vectorpacking.Rules {
		if alone[rule.Name] == 0 {
			t.Errorf("%s is never alone the best: %v", rule.Name, alone)
		}
	}
	t.Log(alone)
}

// randomItems returns a packing problem: up to sixty items that need two or three resources.
func randomItems(seed uint64) Problem {
	r := rand.New(rand.NewPCG(seed, 11))
	width := 2 + r.IntN(2)
	capacity := slices.Repeat([]int64{100}, width)
	items := make([][]int64, 10+r.IntN(50))
	for i := range items {
		for range width {
			items[i] = append(items[i], int64(1+r.IntN(10+10*(1+r.IntN(5)))))
		}
	}
	return packingProblem(capacity, items)
}

// TestTiesOfPackingsGoToTheFirst: a replica that needs 20 goes to the first of two machines with 60
// free. Of two equal configurations, the replicas of the first one come first.
func TestTiesOfPackingsGoToTheFirst(t *testing.T) {
	p := packingProblem([]int64{100}, [][]int64{{61}, {60}, {60}, {20}, {20}})
	twin := p.Configurations[2]
	twin.Model = 3
	p.Configurations, p.Demand = append(p.Configurations, twin), append(p.Demand, 1)
	for _, rule := range vectorpacking.Rules {
		var held [][]int
		for _, m := range packedBy(p, rule) {
			var list []int
			for _, l := range m.loads {
				list = append(list, l.Configuration)
			}
			held = append(held, list)
		}
		if want := [][]int{{0, 2}, {1, 2, 3}, {1}}; !reflect.DeepEqual(held, want) {
			t.Errorf("%s: the machines hold configurations %v, want %v", rule.Name, held, want)
		}
	}
}

func BenchmarkPack(b *testing.B) {
	p := randomItems(1)
	for m := range p.Demand {
		p.Demand[m] = 10
	}
	for _, rule := range vectorpacking.Rules {
		b.Run(rule.Name, func(b *testing.B) {
			for b.Loop() {
				packedBy(p, rule)
			}
		})
	}
}
