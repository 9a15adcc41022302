package builtin

import (
	"math"
	"strings"
	"testing"
	"time"

	"wavetank/sim/quantity"
)

const millisecond = quantity.Duration(time.Millisecond)

func TestLineAndTableGiveTheSameLatency(t *testing.T) {
	line, err := Latency{Fixed: 2 * millisecond, Each: millisecond, Max: 8}.Batch()
	if err != nil {
		t.Fatal(err)
	}
	table, err := Latency{Table: map[int]quantity.Duration{1: 3 * millisecond, 8: 10 * millisecond}}.Batch()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 8; n++ {
		if want := time.Duration(2+n) * time.Millisecond; line.Latency(n) != want || table.Latency(n) != want {
			t.Errorf("batch %d: line %v, table %v, want %v", n, line.Latency(n), table.Latency(n), want)
		}
	}
}

func TestLatenciesThatAreNoModel(t *testing.T) {
	for want, l := range map[string]Latency{
		"at least one point":     {},
		"fixed must not be":      {Fixed: -1, Each: 1, Max: 1},
		"each must be positive":  {Fixed: 1, Max: 1},
		"largest batch 0":        {Fixed: 1, Each: 1},
		"largest batch -1":       {Fixed: 1, Each: 1, Max: -1},
		"longer than can be":     {Fixed: 1, Each: math.MaxInt64 / 2, Max: 3},
		"is larger than":         {Each: 1, Max: 1 << 20},
		"not both":               {Each: 1, Max: 1, Table: map[int]quantity.Duration{1: 1}},
		"which is not positive":  {Table: map[int]quantity.Duration{1: -1}},
		"smallest batch must be": {Table: map[int]quantity.Duration{0: 1, 1: 1}},
	} {
		if _, err := l.Batch(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", l, err, want)
		}
	}
}

func TestReplicaTakesAWholeGPUUnlessItSays(t *testing.T) {
	for want, p := range map[float64]Profile{0: {Device: CPU}, 1: {Device: "t4"}, 0.25: {Device: "t4", GPUShare: 0.25}} {
		if got := p.Share(); got != want {
			t.Errorf("%+v: got %v", p, got)
		}
	}
	v := Variant{Weights: 2}
	if (Profile{}).Load(v) != 2 || (Profile{Weights: 4}).Load(v) != 4 {
		t.Error("a profile's own weights do not come before the variant's")
	}
}

func TestReplicaFitsWhereAllItNeedsIs(t *testing.T) {
	m := Machine{Cores: 4, Memory: 8, GPU: "t4", GPUs: 1, GPUMemory: 16}
	for _, c := range []struct {
		profile Profile
		want    bool
	}{
		{Profile{Device: "t4", Cores: 4, Memory: 8, GPUMemory: 16}, true},
		{Profile{Device: CPU, Cores: 4, Memory: 8}, true},
		{Profile{Device: CPU, Cores: 5, Memory: 8}, false},
		{Profile{Device: CPU, Cores: 4, Memory: 9}, false},
		{Profile{Device: "l4", Cores: 4, Memory: 8, GPUMemory: 16}, false},
		{Profile{Device: "t4", Cores: 4, Memory: 8, GPUMemory: 17}, false},
	} {
		if got := c.profile.Fits(m); got != c.want {
			t.Errorf("%+v: got %v", c.profile, got)
		}
	}
}
