package study

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/scenarios"
)

// drawnShard draws a shard with up to five runs of one policy.
func drawnShard(t *rapid.T) *Shard {
	s := &Shard{Header: Header{Program: "0.1.0 abc", Scenario: "queue", Hash: "0123456789abcdef", Share: Share{1, 3}, Design: []byte(`{"seed":1}`)}, Whole: true}
	for r := range rapid.IntRange(0, 5).Draw(t, "runs") {
		f := finished(t, scenarios.Summary)
		f.Took = 0
		s.Runs = append(s.Runs, ShardRun{
			Run: Run{0, 2, r}, Key: scenarios.Key{Scenario: "s", Policy: "p", Seed: rapid.Uint64().Draw(t, "seed"), Replication: r},
			Label: scenarios.Label{Scenario: "queue", Policy: "hpa"}, Finished: f,
		})
	}
	return s
}

// TestShardsAreReadAsWritten: a shard is read as it was written. A cut one is not whole, and has
// only runs that were written. A changed byte is noticed. Any bytes are read without a panic.
func TestShardsAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawnShard(t)
		b, err := want.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadShard("", b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, exactly); diff != "" {
			t.Fatal(diff)
		}
		cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		if s, err := ReadShard("", b[:cut]); err == nil && (s.Whole || len(s.Runs) > len(want.Runs)) {
			t.Fatalf("%d of %d bytes are read as a whole shard with %d runs", cut, len(b), len(s.Runs))
		}
		changed := slices.Clone(b)
		changed[cut] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		if s, err := ReadShard("", changed); err == nil && s.Whole {
			t.Fatalf("a change of byte %d of %d is not noticed", cut, len(b))
		}
		any := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		_, _ = ReadShard("", any)
		_, _ = ReadShard("", appendFrame([]byte(shardMagic), headerFrame, any))
		_, _ = UnpackRuns(any)
	})
}

// TestSharesHoldEveryRunOnce: the shares of a study are its runs, each once and about as many in
// each. Runs with the same key are in one share, and so are all runs of a policy whose fleet is
// searched for. Tasks have the same names in another study with the same settings.
func TestSharesHoldEveryRunOnce(t *testing.T) {
	s := queues(t, nil, 1, rates, "replications=2,3", "policies=[static-best, static-mean, static-peak]")
	tasks, err := s.Tasks()
	if err != nil {
		t.Fatal(err)
	}
	all := s.Runs()
	for n := 1; n < 10; n++ {
		var together []Run
		in := map[scenarios.Key]int{}
		for k := range n {
			runs := Share{k, n}.Runs(tasks)
			if least := len(tasks) / n; len(runs) < least {
				t.Errorf("share %d/%d has %d runs of %d", k, n, len(runs), len(all))
			}
			for _, r := range runs {
				key, err := s.Cells[r.Cell].Experiment.Key(&s.Cells[r.Cell].Experiment.Scenario.Policies[r.Policy], r.Replication)
				if err != nil {
					t.Fatal(err)
				}
				if r.Policy == 0 { // static-best
					key.Replication = 1000 + int(s.Cells[r.Cell].Values[1][0])
				}
				if share, known := in[key]; known && share != k {
					t.Errorf("%v is in the shares %d and %d of %d", r, share, k, n)
				}
				in[key] = k
			}
			together = append(together, runs...)
		}
		sorted := func(list []Run) []Run {
			return slices.SortedFunc(slices.Values(list), func(a, b Run) int {
				return 1000*(a.Cell-b.Cell) + 100*(a.Policy-b.Policy) + a.Replication - b.Replication
			})
		}
		if diff := cmp.Diff(sorted(all), sorted(together)); diff != "" {
			t.Errorf("%d shares: %s", n, diff)
		}
	}
	// Two rates and three policies; the search depends on the number of replications.
	if want := 2*2 + 2*2*3; len(tasks) != want {
		t.Errorf("%d tasks, want %d", len(tasks), want)
	}
	other, err := queues(t, nil, 1, "workload[0].arrivals.poisson.rate=80/s,20/s", "policies=[static-peak]").Tasks()
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, task := range other {
		if slices.ContainsFunc(tasks, func(one Task) bool { return one.Name == task.Name }) {
			known++
		}
	}
	if known != 3 {
		t.Errorf("another study has %d tasks of the first, want the 3 of the rate and the policy that both have", known)
	}
}

func TestSharesAreWrittenAsRead(t *testing.T) {
	for _, text := range []string{"0/1", "7/8", "99999/100000"} {
		if s, err := ParseShare(text); err != nil || s.String() != text {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "1", "8/8", "-1/8", "0/0", "1/x", "0/8/2", "0/100001"} {
		if s, err := ParseShare(text); err == nil {
			t.Errorf("%q is read as %v", text, s)
		}
	}
}

// TestDraftsGoOn: what a process kept of a shard is found by the next one, all but a run that was
// being written. Drafts of other programs, and damaged ones, are left out. A complete shard leaves
// no draft.
func TestDraftsGoOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	h := &Header{Program: "0.1.0 abc", Scenario: "queue", Hash: "0123456789abcdef", Share: Share{0, 2}, Design: []byte(`{}`)}
	open := func(h *Header) *Draft {
		d, err := OpenDraft(dir, h)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	key := func(r int) scenarios.Key { return scenarios.Key{Scenario: "s", Policy: "p", Replication: r} }
	keep := func(d *Draft, r int) {
		if err := d.Keep(key(r), scenarios.Label{}, &scenarios.Finished{Detail: scenarios.Summary}); err != nil {
			t.Fatal(err)
		}
	}
	has := func(d *Draft) (list []int) {
		for r := range 9 {
			if is, err := d.Has(key(r), scenarios.Summary); err != nil {
				t.Fatal(err)
			} else if is {
				list = append(list, r)
			}
		}
		return list
	}
	one, two := open(h), open(h) // at the same time
	keep(one, 1)
	keep(one, 2)
	keep(two, 5)
	other := *h
	other.Program = "0.1.0 def"
	foreign := open(&other)
	keep(foreign, 7)
	for _, d := range []*Draft{one, two, foreign} {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, h.File()+".x"+PartEnding), []byte("nonsense"), 0o666); err != nil {
		t.Fatal(err)
	}
	path := one.file.Name()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b[:len(b)-1], 0o666); err != nil {
		t.Fatal(err)
	}
	next := open(h)
	if got := has(next); !slices.Equal(got, []int{1, 5}) {
		t.Errorf("found are %v, not 1 and 5", got)
	}
	if got, err := next.Find(key(1), scenarios.Whole); got != nil || err != nil {
		t.Errorf("a draft has the course of a run: %v, %v", got, err)
	}
	keep(next, 2)
	if err := next.Remove(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// BenchmarkShard writes and reads a shard of a thousand runs with 200 rows each.
func BenchmarkShard(b *testing.B) {
	one := rapid.Custom(func(t *rapid.T) *scenarios.Finished { return finished(t, scenarios.Summary) }).Example(1)
	one.Measures = slices.Repeat(one.Measures, 200/max(1, len(one.Measures))+1)
	s := &Shard{Header: Header{Design: []byte("{}")}}
	for r := range 1000 {
		s.Runs = append(s.Runs, ShardRun{Run: Run{0, 0, r}, Finished: one})
	}
	for b.Loop() {
		data, err := s.Bytes()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ReadShard("", data); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(data))/1000, "bytes/run")
	}
}
