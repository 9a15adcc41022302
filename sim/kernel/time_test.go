package kernel

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAddIsExactUpToNever compares Add with whole numbers of any size.
func TestAddIsExactUpToNever(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := Time(rapid.Int64Range(0, math.MaxInt64).Draw(t, "at"))
		d := time.Duration(rapid.Int64().Draw(t, "span"))
		want := new(big.Int).Add(big.NewInt(int64(at)), big.NewInt(int64(d)))
		if at == Never || want.Cmp(big.NewInt(int64(Never))) > 0 {
			want.SetInt64(int64(Never))
		}
		if got := at.Add(d); int64(got) != want.Int64() {
			t.Errorf("%d and %d make %d, want %d", at, d, got, want)
		}
	})
}

func TestAddSaturatesAtNever(t *testing.T) {
	for _, c := range []struct {
		at   Time
		d    time.Duration
		want Time
	}{
		{5, 7, 12},
		{5, -7, -2},
		{Never, -1, Never},
		{Never, math.MaxInt64, Never},
		{Never - 1, 1, Never},
		{Never - 1, 2, Never},
		{1, math.MaxInt64, Never},
		{0, math.MaxInt64, Never},
		{0, math.MinInt64, math.MinInt64},
	} {
		if got := c.at.Add(c.d); got != c.want {
			t.Errorf("%d and %d make %d, want %d", c.at, c.d, got, c.want)
		}
	}
}
