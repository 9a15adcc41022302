package inorder

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestTakenDoesNotDependOnParallel: at any number of workers, take sees the results in order, up to
// the one that stops or the first error.
func TestTakenDoesNotDependOnParallel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, parallel := rapid.IntRange(0, 20).Draw(t, "n"), rapid.IntRange(0, 5).Draw(t, "parallel")
		stopAt, failAt := rapid.IntRange(0, 25).Draw(t, "stop"), rapid.IntRange(0, 25).Draw(t, "fail")
		wrong := errors.New("wrong")
		var seen []int
		err := Do(context.Background(), n, parallel, func(_ context.Context, i int) (int, error) {
			if i == failAt {
				return 0, wrong
			}
			return i, nil
		}, func(i int) bool {
			seen = append(seen, i)
			return i == stopAt
		})
		var want []int
		for i := range min(n, stopAt+1, failAt) {
			want = append(want, i)
		}
		fails := failAt < n && failAt <= stopAt
		if !slices.Equal(seen, want) || fails != errors.Is(err, wrong) {
			t.Fatalf("taken %v, %v; want %v, error %v", seen, err, want, fails)
		}
	})
}
