package wasm

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"wavetank/policies/outside"
	"wavetank/policies/outside/wasm/wasmtest"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// answer asks a router, whose function has the given instructions and ends with its result.
func answer(t *testing.T, q Quota, instructions string) (fleet.ReplicaID, error) {
	t.Helper()
	text := wasmtest.Common + "func route (i32 i32 i32) i32 locals i32\n" + instructions + "\nend\n"
	m, err := Read("p.wasm", wasmtest.Assemble(text), Route, q)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRouter(m, "p")
	at := r.Route(policytest.Ready(t, 16), &fleet.Request{Ordinal: 12})
	return at, r.Err()
}

// TestStepsAreCounted: the largest numbers of rounds, and of bytes of a range, that a limit allows.
func TestStepsAreCounted(t *testing.T) {
	rounds := func(n int) string {
		return fmt.Sprintf("loop\nlocal.get 3\ni32.const 1\ni32.add\nlocal.tee 3\ni32.const %d\ni32.lt_u\nbr_if 0\nend\ni32.const 3", n)
	}
	fill := func(bytes int) string {
		return fmt.Sprintf("i32.const 4096\ni32.const 0\ni32.const %d\nmemory.fill\ni32.const 3", bytes)
	}
	copied := strings.Replace(fill(5*64), "memory.fill", "memory.copy", 1)
	for _, c := range []struct {
		name, text string
		steps      int
		ok         bool
	}{
		{"99 rounds and a call", rounds(99), 100, true},
		{"100 rounds and a call", rounds(100), 100, false},
		{"a fill of 99 steps and a call", fill(100*64 - 1), 100, true},
		{"a fill of 100 steps and a call", fill(100 * 64), 100, false},
		{"a copy of 5 steps and a call", copied, 6, true},
		{"a copy beyond the limit", copied, 5, false},
		{"a call of a call", "i32.const 8\ncall 1\ndrop\ni32.const 3", 2, true},
		{"a call too many", "i32.const 8\ncall 1\ndrop\ni32.const 3", 1, false},
	} {
		at, err := answer(t, Quota{c.steps, DefaultMemory}, c.text)
		if want := fmt.Sprintf("p.wasm, in route: a decision took more than %d steps (max-steps)", c.steps); !c.ok && (at != sim.Failed || err == nil || err.Error() != want) {
			t.Errorf("%s: %v, error %v, want %s", c.name, at, err, want)
		}
		if c.ok && err != nil {
			t.Errorf("%s: %v, %v", c.name, at, err)
		}
	}
}

// TestMemoryIsLimited: a module gets pages up to the limit, and learns that it gets no more.
func TestMemoryIsLimited(t *testing.T) {
	grow := func(pages int) string {
		return fmt.Sprintf("i32.const %d\nmemory.grow", pages) // the pages before, or -1
	}
	if at, err := answer(t, Quota{DefaultSteps, 5 * page}, grow(3)); at != 2 || err != nil {
		t.Errorf("%v, %v, want the 2 pages before", at, err)
	}
	if at, err := answer(t, Quota{DefaultSteps, 5 * page}, grow(4)); at != fleet.NoReplica || err != nil {
		t.Errorf("%v, %v, want no replica", at, err)
	}
}

// TestRowsHoldTheFields: a module finds the fields at their places in the rows.
func TestRowsHoldTheFields(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want fleet.ReplicaID
	}{
		{"number of the request", "local.get 0\ni64.load 8\ni32.wrap_i64", 12},
		{"replicas", "local.get 2\ni32.const -1\ni32.add", 15},
		{"id of the third replica", "local.get 1\ni64.load 160\ni32.wrap_i64", 2},
		{"deployment", "local.get 1\ni64.load 8\ni32.wrap_i64", 1},
		{"class", "local.get 0\ni64.load 40\ni32.wrap_i64", fleet.NoReplica},
	} {
		if at, err := answer(t, quota, c.text); at != c.want || err != nil {
			t.Errorf("%s: %v, %v, want %v", c.name, at, err, c.want)
		}
	}
}

// TestTheBufferGrowsWithTheFleet: more replicas than at first get rows, too.
func TestTheBufferGrowsWithTheFleet(t *testing.T) {
	m, err := Read("p.wasm", wasmtest.Assemble(wasmtest.LeastOutstanding), Route, quota)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 40, 300} {
		r := NewRouter(m, "p")
		for _, n := range []int{1, n, 2} {
			if at := r.Route(policytest.Ready(t, n), &fleet.Request{}); at != 0 {
				t.Errorf("%d replicas: %v, %v", n, at, r.Err())
			}
		}
	}
	r := NewRouter(m, "p")
	want := "p.wasm: wavetank_buffer returned the address 64; 262144 bytes from there are not all in its memory of 131072 bytes"
	if at := r.Route(policytest.Ready(t, 2000), &fleet.Request{}); at != sim.Failed || r.Err().Error() != want {
		t.Errorf("%v, %v, want %s", at, r.Err(), want)
	}
}

// TestInstancesAreApart: runs at the same time have memories of their own.
func TestInstancesAreApart(t *testing.T) {
	const count = "i32.const 32\ni32.const 32\ni64.load 0\ni64.const 1\ni64.add\ni64.store 0\ni32.const 32\ni32.load 0"
	m, err := Read("p.wasm", wasmtest.Assemble(wasmtest.Common+"func route (i32 i32 i32) i32\n"+count+"\nend\n"), Route, quota)
	if err != nil {
		t.Fatal(err)
	}
	v := policytest.Ready(t, 16)
	var runs sync.WaitGroup
	for range 4 {
		runs.Go(func() {
			r := NewRouter(m, "p")
			for i := range fleet.ReplicaID(10) {
				if at := r.Route(v, &fleet.Request{}); at != i+1 {
					t.Errorf("decision %d is %v, %v", i, at, r.Err())
				}
			}
		})
	}
	runs.Wait()
}

// TestABatcherSeesTheFirstInLine: a module sees at most 1,024 requests, each with its fields, and
// the times of batches.
func TestABatcherSeesTheFirstInLine(t *testing.T) {
	text := strings.Replace(wasmtest.Common, "memory 2", "memory 4", 1) + `
func batch (i32 i32 i32 i32 i32) i32
	local.get 0
	local.get 3
	i64.load 112                 ;; number of the second request
	i64.store 0                  ;; drop
	local.get 0
	local.get 2
	f64.load 8                   ;; time of a batch of two
	f64.store 8                  ;; wait
	local.get 4
	i32.const 1024
	i32.div_u                    ;; starts one if it sees 1,024
end
`
	m, err := Read("p.wasm", wasmtest.Assemble(text), Batch, quota)
	if err != nil {
		t.Fatal(err)
	}
	c := policytest.Mixed()
	f := fleet.New(c)
	on, err := f.Order(c.Deployments[1].Type, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Boot(on)
	if _, err := f.Place(1, on, 0, 0); err != nil {
		t.Fatal(err)
	}
	f.MakeReady(0, 0)
	b := NewBatcher(m, "p")
	for i := range mostWaiting + 5 {
		id, _ := f.Admit(&fleet.Request{Ordinal: int64(i), Model: c.Deployments[1].Model, Work: 1})
		f.Give(id, 0)
		if i != 1 && i != mostWaiting+4 {
			continue
		}
		d := b.Batch(sim.ViewOf(f, 3), 0)
		want := sim.BatchDecision{Drop: 1, Count: (i + 1) / mostWaiting, Until: kernel.Time(3).Add(c.Deployments[1].Latency.Latency(2))}
		if d != want || b.Err() != nil {
			t.Errorf("%+v, %v, want %+v", d, b.Err(), want)
		}
	}
}

// TestVersionOneIsKept: the rows of version 1 have these fields at these places for ever.
func TestVersionOneIsKept(t *testing.T) {
	if got, want := row(outside.RequestFields, requestRow), "model i64, number i64, age f64, items f64, input i64, class i64, tenant i64, session i64, attempt i64"; got != want {
		t.Errorf("requests: %s", got)
	}
	if got, want := row(outside.ReplicaFields, replicaRow), "id i64, deployment i64, machine i64, outstanding i64, queued i64, free i64, capacity f64, max_batch i64, prompt_tokens i64, kv_share f64"; got != want {
		t.Errorf("replicas: %s", got)
	}
	if got, want := row(outside.WaitingFields, waitingRow), "places i64, slack f64, "+row(outside.RequestFields, requestRow); got != want {
		t.Errorf("waiting requests: %s", got)
	}
}

// row writes the fields of a row with their types.
func row[T any](fields []outside.Field[T], bytes int) string {
	var all []string
	for _, f := range fields[:bytes/word] {
		kind := " i64"
		if f.Real != nil {
			kind = " f64"
		}
		all = append(all, f.Name+kind)
	}
	return strings.Join(all, ", ")
}

// TestTheDocumentTellsTheRows: docs/policies.md lists the fields of the rows in their order.
func TestTheDocumentTellsTheRows(t *testing.T) {
	text, err := os.ReadFile("../../../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"request": row(outside.RequestFields, requestRow), "replica": row(outside.ReplicaFields, replicaRow),
		"waiting request": row(outside.WaitingFields, waitingRow), "decision": "drop i64, wait f64",
	} {
		words := strings.Split(want, ", ")
		for i, w := range words {
			name, kind, _ := strings.Cut(w, " ")
			words[i] = fmt.Sprintf("`%s` %s", name, kind)
		}
		if line := fmt.Sprintf("\n| %s | %d | %s |\n", name, word*len(words), strings.Join(words, ", ")); !strings.Contains(string(text), line) {
			t.Errorf("docs/policies.md does not have this line:%s", line)
		}
	}
}

// TestMeteringKeepsTheRest: what is inserted is all that changes, and valid modules have sections
// in their order.
func TestMeteringKeepsTheRest(t *testing.T) {
	before := wasmtest.Assemble("table 3\n" + wasmtest.LeastOutstanding)
	after, err := meter(before, 7)
	if err != nil {
		t.Fatal(err)
	}
	var order []byte
	for _, s := range sections(after) {
		order = append(order, s.id)
		old := find(sections(before), s.id)
		if n, _ := binary.Uvarint(s.content); n != size(old) && n != size(old)+1 {
			t.Errorf("section %d has %d entries, and had %d", s.id, n, size(old))
		}
		if s.id == tableSection && !slices.Equal(s.content, old) {
			t.Error("the table has changed")
		}
	}
	if want := []byte{typeSection, functionSection, tableSection, 5, globalSection, exportSection, codeSection}; !slices.Equal(order, want) {
		t.Errorf("the sections are %v, want %v", order, want)
	}
}

// TestLongNumbersAreSkipped: −1.0 as the bits of an i64 takes ten bytes, whose last ones do not fit
// into an unsigned number of 64 bits.
func TestLongNumbersAreSkipped(t *testing.T) {
	r := reader{constant64, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xf8, 0xbf, 0x7f, 0x0b}
	if code, err := r.instruction(); code != constant64 || err != nil || len(r) != 1 {
		t.Errorf("instruction 0x%x with error %v leaves %v", code, err, r)
	}
}
