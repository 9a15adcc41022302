package fleet

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestARankedLineIsTakenInOrder: requests come by rank and then by arrival, for any number of
// requests read.
func TestARankedLineIsTakenInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ranks := rapid.SliceOfN(rapid.Int64Range(0, 9), 1, 3*nearby).Draw(t, "ranks")
		f, q := &Fleet{byRank: true}, emptyQueue
		for i, rank := range ranks {
			s := slot{rank: rank}
			s.Ordinal = int64(i)
			f.requests = append(f.requests, s)
			f.push(&q, RequestID(i))
		}
		var want []RequestID
		for i := range ranks {
			want = append(want, RequestID(i))
		}
		slices.SortStableFunc(want, func(a, b RequestID) int { return int(ranks[a] - ranks[b]) })
		look := rapid.IntRange(1, len(ranks)).Draw(t, "look")
		var got []RequestID
		f.inLine(&q, func(id RequestID) bool {
			got = append(got, id)
			return len(got) < look
		})
		if !slices.Equal(got, want[:look]) {
			t.Fatalf("%v, want %v", got, want[:look])
		}
	})
}
