package replay_test

import (
	"math"
	"strings"
	"testing"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
)

// TestTimesInAnotherUnitAreDoubted checks the warning about logs whose times are milliseconds read
// as seconds, or microseconds read as milliseconds.
func TestTimesInAnotherUnitAreDoubted(t *testing.T) {
	for text, want := range map[string]bool{
		"send,ttft,tpot,input,output\n0,0.1,0.02,100,50\n":      false,
		"send,ttft,tpot,input,output\n0,100,20,100,50\n":        true,
		"send,ttft_ms,tpot_ms,input,output\n0,0.1,0.02,100,5\n": true,
		// Has no output tokens to compare with.
		"send,ttft,e2e,input,output\n0,100,100,100,1\n": false,
	} {
		log, err := measured.ReadLog(calibratetest.Read(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if got := replay.UnitWarnings([]replay.MeasuredLoad{replay.OfLog("made", log, 0)}); (len(got) == 1 && strings.Contains(got[0], "units")) != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// TestRandomInstantsFillTheStage checks that a stage sends as many requests as its rate demands,
// over its whole length, with gaps as irregular as those of a Poisson process.
func TestRandomInstantsFillTheStage(t *testing.T) {
	p := measured.LoadPoint{Rate: 50, Requests: 5000, Input: measured.LengthSummary{Mean: 10}, Output: measured.LengthSummary{Mean: 10}, TTFT: 1, E2E: 2}
	for _, l := range []replay.LoadShape{{}, {Random: true}} {
		requests := replay.OfPoints([]measured.LoadPoint{p}, l)[0].Demand.Requests
		squares := 0.0
		for i := range requests[1:] {
			gap := requests[i+1].Arrival - requests[i].Arrival
			if gap < 0 {
				t.Fatal("requests are not in the order of their arrival")
			}
			squares += gap * gap * p.Rate * p.Rate
		}
		last := requests[len(requests)-1].Arrival
		if last < 99 || last > 100 {
			t.Errorf("%v: 5000 requests at 50/s end after %v s", l, last)
		}
		want := 1.0 // mean square of the gaps over the square of their mean
		if l.Random {
			want = 2
		}
		if got := squares / 4999; math.Abs(got-want) > 0.15 {
			t.Errorf("%v: gaps have the mean square %.2f, want %v", l, got, want)
		}
	}
}
