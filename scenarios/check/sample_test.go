package check

import (
	"testing"

	"wavetank/scenarios/build"
)

func TestManyStreamsShareTheSample(t *testing.T) {
	for streams, want := range map[int]int{0: 40_000, 1: 40_000, 100: 40_000, 200: 20_000, 1000: 4_000, 10_000: 1_000} {
		e := New(&build.Built{Traffic: make([]build.Traffic, streams)})
		if got := e.sample(); got != want {
			t.Errorf("%d requests of each of %d streams, want %d", got, streams, want)
		}
	}
}
