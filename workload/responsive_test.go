package workload

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// afterSecond answers every request after a second.
func afterSecond(*fleet.Request) time.Duration { return time.Second }

func TestNoMoreAreInFlightThanTheCap(t *testing.T) {
	const n = 4000
	plain := func() Source { return must(lane("open").Synthetic(must(Poisson(10)))) }
	free := take(t, plain(), n)
	for _, limit := range []int{1, 8, 1000} {
		got := take(t, Answered(must(Capped(plain(), limit)), afterSecond), n)
		for i, r := range got {
			sent := free[i].Arrival // or the end of request i-limit, if that is later
			if i >= limit {
				sent = max(sent, got[i-limit].Arrival.Add(time.Second))
			}
			if r.Arrival != sent || r.Work != free[i].Work {
				t.Fatalf("at most %d: request %d is sent at %v, want %v", limit, i, r.Arrival, sent)
			}
		}
	}
}

func TestACapOnConversationsDelaysThem(t *testing.T) {
	c := talk(0)
	src := Answered(must(Capped(talking(c), 2)), afterSecond)
	var flying []kernel.Time
	last := kernel.Time(0)
	for _, r := range take(t, src, 3000) {
		for len(flying) > 0 && flying[0] <= r.Arrival {
			flying = flying[1:]
		}
		if len(flying) >= 2 || r.Arrival < last {
			t.Fatalf("a request comes at %v after %v while %d are in flight", r.Arrival, last, len(flying))
		}
		last = r.Arrival
		flying = append(flying, r.Arrival.Add(time.Second))
	}
	if rate := 3000 / last.Seconds(); rate < 1.9 || rate > 2.01 {
		t.Errorf("two at a time, a second each, come at %g/s", rate)
	}
}

func TestMergedRequestsGoBackToTheirSource(t *testing.T) {
	of := func(model fleet.ModelID) Lane {
		return Lane{Name: fmt.Sprint(model), Seed: 1, Models: must(Only(model))}
	}
	clients := must(of(1).Conversations(ClosedLoop{Clients: 3, Pause: Pause{Mean: time.Second}}))
	capped := must(Capped(must(of(2).Synthetic(must(Poisson(20)))), 5))
	merged := Answered(Merge(must(of(0).Synthetic(must(Poisson(4)))), clients, capped), afterSecond)
	per, last := map[fleet.ModelID]float64{}, kernel.Time(0)
	const n = 20_000
	for i, r := range take(t, merged, n) {
		if r.Arrival < last || r.Ordinal != int64(i) {
			t.Fatalf("request %d has the ordinal %d and comes at %v after %v", i, r.Ordinal, r.Arrival, last)
		}
		last = r.Arrival
		per[r.Model]++
	}
	for model, rate := range map[fleet.ModelID]float64{0: 4, 1: 3.0 / 2, 2: 5} {
		if got := per[model] / last.Seconds(); got < 0.95*rate || got > 1.05*rate {
			t.Errorf("model %d has %g requests per second, want %g", model, got, rate)
		}
	}
}

// TestMergingPlainStreamsWithOneThatWaitsMovesNone merges two plain streams with clients that send
// nothing until all compared requests have come.
func TestMergingPlainStreamsWithOneThatWaitsMovesNone(t *testing.T) {
	streams := func() []Source {
		return []Source{must(lane("a").Synthetic(must(Poisson(4)))), must(lane("b").Synthetic(must(GammaRenewal(4, 2))))}
	}
	late := talking(ClosedLoop{Clients: 3, Pause: Pause{Mean: 1000 * time.Hour}})
	with, without := take(t, Merge(append(streams(), late)...), 1000), take(t, Merge(streams()...), 1000)
	for i := range with {
		if with[i] != without[i] {
			t.Fatalf("request %d is %+v, alone %+v", i, with[i], without[i])
		}
	}
}

func TestErrorsOfMergedStreamsAreTold(t *testing.T) {
	bad := &broken{*instants(1), errors.New("line 3")}
	for _, src := range []Source{Merge(bad, talking(ClosedLoop{Clients: 1})), Merge(must(Capped(bad, 1)), instants(3))} {
		var r fleet.Request
		for range 3 {
			src.Next(&r)
		}
		mentions(t, src.Err(), "line 3")
		mentions(t, src.Close(), "line 3")
	}
}

func TestStreamsThatWaitCannotBeScaled(t *testing.T) {
	src := talking(ClosedLoop{Clients: 1})
	l := lane("x")
	for what, err := range map[string]error{
		"compress": second(Compress(src, 2)), "thin": second(l.Thin(src, 0.5)), "superpose": second(l.Superpose(src, 2, time.Second)), "window": second(Window(src, 0, 9)),
	} {
		mentions(t, err, what+": the requests of this stream wait for answers")
	}
	mentions(t, second(Capped(src, 0)), "max-concurrency: 0")
}

func TestMeasuredLoadOfAClosedLoop(t *testing.T) {
	src := Answered(talking(ClosedLoop{Clients: 30, Pause: Pause{2 * time.Second, distribution.Exponential()}}), afterSecond)
	rates := must(Measure(src, 4, 1000*time.Second, kernel.Time(2000*time.Second)))
	sum := 0.0
	for _, window := range rates {
		for _, r := range window {
			sum += r / float64(len(rates))
		}
	}
	if sum < 9.8 || sum > 10.2 { // 30 / (1 s + 2 s)
		t.Errorf("30 clients offer %g requests per second, want 10", sum)
	}
}

// TestWhatACapHoldsBackIsKnown runs a capped stream together with a plain one for half a minute.
// Some requests of the capped stream are sent in that time, the others are still kept back at its
// end. The instants at which the sender wanted to send them are the arrivals of the same stream
// without a cap.
func TestWhatACapHoldsBackIsKnown(t *testing.T) {
	of := func(model fleet.ModelID, name string) Lane {
		l := lane(name)
		l.Models = must(Only(model))
		return l
	}
	const until = kernel.Time(30 * time.Second)
	for _, limit := range []int{1, 5, 1000} {
		stream := func() Source { return must(of(1, "capped").Synthetic(must(Poisson(20)))) }
		src := Merge(must(Capped(stream(), limit)), must(of(0, "plain").Synthetic(must(Poisson(4))))).(withholding)
		var dues []kernel.Time
		var flying kernel.Queue[int64]
		sent, waited := 0, 0
		var r fleet.Request
		for min(src.When(), flying.Peek()) < until {
			if flying.Peek() <= src.When() {
				at, caller, _ := flying.Next()
				src.Ended(caller, &fleet.Request{}, at)
				continue
			}
			src.Next(&r)
			flying.Schedule(r.Arrival.Add(time.Second), src.Caller())
			switch due := src.Due(); {
			case due > r.Arrival || r.Model == 0 && due < r.Arrival:
				t.Fatalf("a request of model %d that comes at %v was to be sent at %v", r.Model, r.Arrival, due)
			case r.Model == 1:
				dues = append(dues, due)
				sent++
				if due < r.Arrival {
					waited++
				}
			}
		}
		for src.Withheld(until, &r) {
			dues = append(dues, r.Arrival)
		}
		var want []kernel.Time
		for all := stream(); all.Next(&r) && r.Arrival < until; {
			want = append(want, r.Arrival)
		}
		if !slices.Equal(dues, want) {
			t.Errorf("%d in flight: %d requests were to be sent, %d without a cap", limit, len(dues), len(want))
		}
		if capped := limit < 20; (waited > 0) != capped || (sent < len(want)) != capped || capped && sent > limit*30 {
			t.Errorf("%d in flight: %d of %d are sent, %d of them late", limit, sent, len(want), waited)
		}
	}
}
