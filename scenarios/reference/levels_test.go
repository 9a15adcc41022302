package reference

import (
	"testing"

	"pgregory.net/rapid"
)

// TestSettleFindsTheLeastLevelOfEveryGroup searches for random thresholds from random starting
// levels. No combination of levels is tried twice.
func TestSettleFindsTheLeastLevelOfEveryGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		levels := rapid.IntRange(1, 60).Draw(t, "levels")
		groups := rapid.IntRange(1, 4).Draw(t, "groups")
		least, start := make([]int, groups), make([]int, groups)
		for g := range least {
			// A value equal to levels means that no level suffices.
			least[g] = rapid.IntRange(0, levels).Draw(t, "least")
			start[g] = rapid.IntRange(0, levels-1).Draw(t, "start")
		}
		tries := 0
		found, kept, err := settle(t.Context(), levels, start, rapid.IntRange(1, 9).Draw(t, "step"), func(level []int) ([]bool, error) {
			tries++
			good := make([]bool, groups)
			for g := range good {
				good[g] = level[g] >= least[g]
			}
			return good, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for g, want := range least {
			if reached := want < levels; kept[g] != reached || reached && found[g] != want || !reached && found[g] != levels-1 {
				t.Fatalf("group %d: level %d, kept %v; the least is %d of %d", g, found[g], kept[g], want, levels)
			}
		}
		if most := 2 * (levels + 1); tries > most {
			t.Fatalf("%d tries for %d levels", tries, levels)
		}
	})
}
