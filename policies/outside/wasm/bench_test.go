package wasm

import (
	"fmt"
	"strings"
	"testing"

	"wavetank/policies/outside/wasm/wasmtest"
	"wavetank/policies/policytest"
	"wavetank/sim/fleet"
)

var quota = Quota{DefaultSteps, DefaultMemory}

// BenchmarkRoute measures a choice among ready replicas by one attribute, with the two fields that
// the module reads and with all fields, and the same for a module that does not look at them: what
// the rows cost beside the module.
func BenchmarkRoute(b *testing.B) {
	blind := wasmtest.Common + "func route_reads () i64\ni64.const 9 \nend\nfunc route (i32 i32 i32) i32\ni32.const 0\nend\n"
	whole := func(text string) string { return strings.Replace(text, "i64.const 9 ", "i64.const 0x3ff", 1) }
	for _, c := range []struct{ name, text string }{
		{"reads", wasmtest.LeastOutstanding}, {"whole", whole(wasmtest.LeastOutstanding)}, {"blind", blind}, {"blind-whole", whole(blind)},
	} {
		m, err := Read("p.wasm", wasmtest.Assemble(c.text), Route, quota)
		if err != nil {
			b.Fatal(err)
		}
		for _, n := range []int{4, 16, 64} {
			b.Run(fmt.Sprint(c.name, "/", n), func(b *testing.B) {
				v, r, q := policytest.Ready(b, n), NewRouter(m, "p"), &fleet.Request{}
				b.ReportAllocs()
				for b.Loop() {
					if r.Route(v, q) != 0 {
						b.Fatal(r.Err())
					}
				}
			})
		}
	}
}
