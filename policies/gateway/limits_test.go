package gateway_test

import (
	"strings"
	"testing"

	"wavetank/policies/gateway"
)

func TestLimitsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		concurrency, queue int
		kv                 float64
		reserves           []gateway.ClassReserve
		want               []string
	}{
		{-1, -2, 1.5, nil, []string{"concurrency: -1 is negative", "queue-depth: -2 is negative", "kv-share: 1.5 is outside [0, 1]"}},
		{0, 0, 0, nil, []string{"concurrency: this gateway has no limit; write gateway: none"}},
		{4, 0, 0, []gateway.ClassReserve{{Name: "a", Places: 3}, {Name: "b", Places: 1}}, []string{"reserved: 4 places are reserved of a concurrency of 4; leave one for every class"}},
		{0, 5, 0, []gateway.ClassReserve{{Name: "a", Places: 3}}, []string{"reserved: 3 places are reserved of a concurrency of 0; leave one for every class"}},
		{4, 0, 0, []gateway.ClassReserve{{Name: "a", Places: -1}}, []string{"reserved.a: -1 is negative"}},
		{4, 0, 0, []gateway.ClassReserve{{Name: "a", Places: 3}}, nil},
	} {
		_, err := gateway.NewLoadLimits(c.concurrency, c.queue, c.kv, c.reserves...)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != strings.Join(c.want, "\n") {
			t.Errorf("%+v: told is %q, want %q", c, got, c.want)
		}
	}
}
