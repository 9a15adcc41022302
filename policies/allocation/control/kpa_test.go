package control

import (
	"strings"
	"testing"
	"time"

	"wavetank/sim/kernel"
)

// TestKPAFollowsTheGoldenTrace replays a published trace of the autoscaler, row by row.
func TestKPAFollowsTheGoldenTrace(t *testing.T) {
	rows := golden(t, "kpa_trace.csv")
	o := DefaultKPAOptions()
	k := &kpa{KPAOptions: o, allowed: 1000}
	k.first(0, 1)
	for _, row := range rows {
		n := numbers(t, row[:6])
		now, ready := kernel.Time(kernel.Seconds(n[0])), int(n[1])
		got := k.decide(now, ready, n[2], n[3])
		if panics := strings.EqualFold(row[6], "true"); k.panic.on != panics || got != int(numbers(t, row[7:])[0]) {
			t.Errorf("at %v: panic %v, %d replicas, want %v, %s", now, k.panic.on, got, panics, row[7])
		}
	}
	if len(rows) < 50 {
		t.Errorf("only %d rows", len(rows))
	}
}

func TestAHundredRequestsOnATargetOfSevenTakeFifteen(t *testing.T) {
	o := DefaultKPAOptions()
	o.Concurrency = 10
	k := &kpa{KPAOptions: o, allowed: 1000}
	n := k.first(0, 1)
	for at := 2.; at <= 120; at += 2 {
		s := seen(at, n, map[Signal]float64{Concurrency: 100})
		s.start = s.end.Add(-2 * time.Second)
		k.watch(s)
		n = k.next(s)
	}
	if n != 15 {
		t.Errorf("%d replicas, want 15", n)
	}
}

func TestKPAGoesToZeroAfterAnEmptyMinuteAndTheGrace(t *testing.T) {
	k := &kpa{KPAOptions: DefaultKPAOptions(), allowed: 10}
	n := k.first(0, 1)
	gone := 0.
	for at := 2.; at <= 200; at += 2 {
		requests := 0.
		if at <= 20 {
			requests = 5
		}
		s := seen(at, n, map[Signal]float64{Concurrency: requests})
		s.start = s.end.Add(-2 * time.Second)
		k.watch(s)
		if n = k.next(s); n == 0 && gone == 0 {
			gone = at
		}
	}
	if gone != 20+60+30 {
		t.Errorf("the last replica goes at %v s, want at 110 s", gone)
	}
	s := seen(201, 0, map[Signal]float64{Concurrency: 0})
	s.stranded = 1
	s.start, s.end = s.end.Add(-3*time.Second), s.end.Add(-time.Second)
	if n := k.next(s); n != 1 {
		t.Errorf("a request waits: %d replicas, want 1", n)
	}
}

func TestKPADelaysTheWayDown(t *testing.T) {
	o := DefaultKPAOptions()
	o.ScaleDownDelay = 5 * time.Minute
	k := &kpa{KPAOptions: o, allowed: 10}
	n := k.first(0, 1)
	fell := 0.
	for at := 2.; at <= 600; at += 2 {
		requests := 60.
		if at <= 100 {
			requests = 130
		}
		s := seen(at, n, map[Signal]float64{Concurrency: requests})
		s.start = s.end.Add(-2 * time.Second)
		k.watch(s)
		if next := k.next(s); next < n && fell == 0 {
			fell = at
			n = next
		} else {
			n = next
		}
	}
	// The mean of a minute asks for two replicas as long as more than eight seconds of the minute
	// were at 130, which is until 150 s.
	if fell != 450 {
		t.Errorf("the number falls at %v s, want at 450 s", fell)
	}
}

func TestATrailIsWeighedByTime(t *testing.T) {
	at := func(s float64) kernel.Time { return kernel.Time(kernel.Seconds(s)) }
	var l trail
	if _, ok := l.mean(time.Minute); ok {
		t.Error("a mean of nothing")
	}
	l.add(span{at(0), at(10), 1})
	l.add(span{at(0), at(10), 5}) // ignored: this time is known already
	l.add(span{at(10), at(12), 4})
	for over, want := range map[time.Duration]float64{time.Second: 4, 4 * time.Second: 2.5, time.Minute: 1.5} {
		if got, _ := l.mean(over); got != want {
			t.Errorf("over %v: %v, want %v", over, got, want)
		}
	}
	l.forget(at(11))
	if got, _ := l.mean(time.Minute); got != 4 {
		t.Errorf("after forgetting %v, want 4", got)
	}
}
