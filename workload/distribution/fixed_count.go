package distribution

import (
	"fmt"
)

type fixedCount int32

// FixedCount returns the distribution of one value.
func FixedCount(value int32) (Count, error) {
	if value < 1 || value > LargestCount {
		return nil, fmt.Errorf("fixed: value: %d lies outside 1 to %d", value, LargestCount)
	}
	return fixedCount(value), nil
}

// Only returns the value of a distribution that FixedCount has made; ok is false for others.
func Only(of Count) (value float64, ok bool) {
	c, ok := of.(fixedCount)
	return float64(c), ok
}

func (c fixedCount) At(float64) int32 { return int32(c) }
func (c fixedCount) String() string   { return fmt.Sprintf("fixed(%d)", int32(c)) }
