package health

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// standing returns a fleet of ready replicas of one model.
func standing(t *testing.T, replicas int) *fleet.Fleet {
	t.Helper()
	latency, err := profile.Linear(time.Millisecond, time.Millisecond, 1)
	if err != nil {
		t.Fatal(err)
	}
	return simtest.Ready(t, simtest.OneModel(latency, 1, replicas), replicas)
}

func at(f *fleet.Fleet, seconds int) *sim.View {
	return sim.ViewOf(f, kernel.Time(time.Duration(seconds)*time.Second))
}

// out lists the replicas out of rotation.
func out(h sim.Health, replicas int) (list []fleet.ReplicaID) {
	for r := range fleet.ReplicaID(replicas) {
		if !h.InRotation(r) {
			list = append(list, r)
		}
	}
	return list
}

// fail lets a replica fail so often in a row that it is an outlier.
func fail(t *testing.T, e *OutlierEjection, v *sim.View, r fleet.ReplicaID) {
	t.Helper()
	for n := 1; n <= e.Failures; n++ {
		if judge := e.Answered(r, false); judge != (n == e.Failures) {
			t.Fatalf("failure %d of replica %d asks for a decision: %v", n, r, judge)
		}
	}
	e.Judge(v, 0, false)
}

// TestEjectionsFollowEnvoy goes through the rules one after another: failures in a row, the largest
// share, longer ejections, ends at sweeps only, and panic.
func TestEjectionsFollowEnvoy(t *testing.T) {
	o := DefaultOutlierOptions
	o.MaxEjectedShare = 40
	e, err := NewOutlierEjection(o)
	if err != nil {
		t.Fatal(err)
	}
	f := standing(t, 5)
	e.Judge(at(f, 0), 0, true)
	for range 4 {
		e.Answered(0, false)
	}
	e.Answered(0, true) // an answer in time: failures count from 0 again
	expect := func(seconds int, want ...fleet.ReplicaID) {
		t.Helper()
		if got := out(e, 5); len(got) != len(want) || len(got) > 0 && got[0] != want[0] || len(got) > 1 && got[1] != want[1] {
			t.Errorf("at %d s replicas %v are out of rotation, want %v", seconds, got, want)
		}
	}
	fail(t, e, at(f, 1), 0)
	expect(1, 0)
	fail(t, e, at(f, 2), 1) // 20 % are ejected, below the 40 %
	expect(2, 0, 1)
	fail(t, e, at(f, 3), 2) // 40 % are ejected
	expect(3, 0, 1)
	e.Judge(at(f, 20), 0, true)
	expect(20, 0, 1)
	e.Judge(at(f, 31), 0, true)
	expect(31, 1)
	e.Judge(at(f, 32), 0, true)
	expect(32)
	// The count of replica 0 fell to 0 at the sweep at 32 s, that of replica 1 is still 1.
	fail(t, e, at(f, 33), 1)
	e.Judge(at(f, 80), 0, true) // 47 s: less than twice 30 s
	expect(80, 1)
	e.Judge(at(f, 93), 0, true)
	expect(93)
	o.MaxEjectedShare = 100
	if e, err = NewOutlierEjection(o); err != nil {
		t.Fatal(err)
	}
	e.Judge(at(f, 0), 0, true)
	fail(t, e, at(f, 1), 0)
	fail(t, e, at(f, 1), 1)
	expect(1, 0, 1)
	fail(t, e, at(f, 1), 2) // only 40 % are left: all are used
	expect(1)
}

// TestProbesWaitBehindRequests: a replica is out of rotation after so many probes in a row found a
// request that waits for longer than the timeout, and back after so many that did not.
func TestProbesWaitBehindRequests(t *testing.T) {
	r, err := NewReadiness(ReadinessOptions{Period: 10 * time.Second, Timeout: time.Second, Failures: 2, Successes: 2})
	if err != nil {
		t.Fatal(err)
	}
	f := standing(t, 2)
	id, _ := f.Admit(&fleet.Request{Work: 1, Arrival: kernel.Time(9 * time.Second)})
	f.Give(id, 1)
	for i, want := range []int{0, 0, 1, 1, 0, 0} { // replicas out of rotation
		if i == 3 {
			f.Abandon(id)
			f.Forget(id)
		}
		r.Judge(at(f, 10*(i+1)), 0, true)
		if list := out(r, 2); len(list) != want || want == 1 && list[0] != 1 {
			t.Errorf("after probe %d replicas %v are out of rotation, want %d", i+1, list, want)
		}
	}
}

func TestHealthLeversNameWhatTheyRefuse(t *testing.T) {
	_, one := NewOutlierEjection(OutlierOptions{MaxEjectedShare: 101, Panic: -1, MaxEjection: -1})
	_, two := NewReadiness(ReadinessOptions{})
	for _, c := range []struct {
		err  error
		want []string
	}{
		{one, []string{"consecutive-failures: 0 is below 1", "interval: 0s is not above 0s", "base-ejection-time: 0s is not above 0s", "max-ejection-time: -1ns is less than base-ejection-time, 0s", "max-ejection-percent: 101 % is outside 0 % to 100 %", "panic-threshold: -1 % is outside 0 % to 100 %"}},
		{two, []string{"period: 0s is not above 0s", "timeout: 0s is not above 0s", "failure-threshold: 0 is below 1", "success-threshold: 0 is below 1"}},
	} {
		if got := c.err.Error(); got != strings.Join(c.want, "\n") {
			t.Errorf("told is %q, want %q", got, c.want)
		}
	}
}

// TestBothTakesOutWhatEitherDoes: replica 0 fails three times in a row, and replica 1 has a request
// that waits. Probes come every 5 s, sweeps every 10 s.
func TestBothTakesOutWhatEitherDoes(t *testing.T) {
	o, r := DefaultOutlierOptions, ReadinessOptions{Period: 5 * time.Second, Timeout: time.Second, Failures: 2, Successes: 1}
	o.Failures, o.BaseEjection = 3, 12*time.Second
	b, err := NewBoth(o, r)
	if err != nil {
		t.Fatal(err)
	}
	if b.Interval() != 5*time.Second {
		t.Errorf("the interval is %v", b.Interval())
	}
	f := standing(t, 3)
	id, _ := f.Admit(&fleet.Request{Work: 1})
	f.Give(id, 1)
	for n := range 3 {
		if judge := b.Answered(0, false); judge != (n == 2) {
			t.Errorf("failure %d asks for a decision: %v", n, judge)
		}
	}
	b.Judge(at(f, 1), 0, false)
	// Replica 0 is ejected until the first sweep after 13 s.
	// Replica 1 has failed two probes at 10 s.
	for i, want := range [][]fleet.ReplicaID{{0}, {0, 1}, {0, 1}, {1}} {
		b.Judge(at(f, 5*(i+1)), 0, true)
		if got := out(b, 3); !slices.Equal(got, want) {
			t.Errorf("at %d s replicas %v are out of rotation, want %v", 5*(i+1), got, want)
		}
	}
	r.Period = 3 * time.Second
	if _, err := NewBoth(o, r); err == nil || err.Error() != "readiness: period: 3s and the interval 10s of outlier-ejection: the longer is no whole multiple of the shorter" {
		t.Error(err)
	}
	o.Failures, r.Timeout = 0, 0
	if _, err := NewBoth(o, r); err == nil || err.Error() != "outlier-ejection: consecutive-failures: 0 is below 1\nreadiness: timeout: 0s is not above 0s" {
		t.Error(err)
	}
}

// BenchmarkJudge times a check of a hundred replicas.
func BenchmarkJudge(b *testing.B) {
	latency, err := profile.Linear(time.Millisecond, time.Millisecond, 1)
	if err != nil {
		b.Fatal(err)
	}
	v := sim.ViewOf(simtest.Ready(b, simtest.OneModel(latency, 1, 100), 100), 0)
	outliers, err := NewOutlierEjection(DefaultOutlierOptions)
	if err != nil {
		b.Fatal(err)
	}
	readiness, err := NewReadiness(DefaultReadinessOptions)
	if err != nil {
		b.Fatal(err)
	}
	both, err := NewBoth(DefaultOutlierOptions, DefaultReadinessOptions)
	if err != nil {
		b.Fatal(err)
	}
	for _, h := range []sim.Health{outliers, readiness, both} {
		b.Run(h.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.Judge(v, 0, true)
			}
		})
	}
}
