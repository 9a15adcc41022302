package fit

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// TestOneModelServesAllReplicas fits one model to the logs of two replicas that have the same
// step-time model and different loads.
func TestOneModelServesAllReplicas(t *testing.T) {
	c := calibratetest.Engine(t)
	list := []replay.MeasuredLoad{calibratetest.Logged(t, c, calibratetest.Draws(150, 2, 1), 0), calibratetest.Logged(t, c, calibratetest.Draws(150, 6, 2), 0)}
	list[0].Replica, list[1].Replica = "a", "b"
	replay.HoldOut(list, 2, 0)
	blank := c
	blank.StepTime = profile.StepTime{}
	fit, err := ToMeasurements(FitOptions{Config: blank}, list)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range replay.Compare(list, fit.Simulated, func(held bool) bool { return held }) {
		if off := m.Simulated/m.Measured - 1; math.Abs(off) > 0.02 {
			t.Errorf("%s is off by %.1f %%", m.Name, 100*off)
		}
	}
}

// TestWholeTimesAloneGiveAModel fits a model to a log without the times of first tokens. The fit
// then gives no errors of TTFT and TPOT.
func TestWholeTimesAloneGiveAModel(t *testing.T) {
	c := calibratetest.Engine(t)
	list := []replay.MeasuredLoad{calibratetest.Logged(t, c, calibratetest.Draws(300, 5, 1), 0)}
	for i := range list[0].Rows {
		list[0].Rows[i].TTFT = 0
	}
	replay.HoldOut(list, 2, 0)
	blank := c
	blank.StepTime = profile.StepTime{}
	fit, err := ToMeasurements(FitOptions{Config: blank}, list)
	if err != nil {
		t.Fatal(err)
	}
	metrics := replay.Compare(list, fit.Simulated, func(held bool) bool { return held })
	if len(metrics) != 1 || metrics[0].Name != "E2E" || math.Abs(metrics[0].Simulated/metrics[0].Measured-1) > 0.02 {
		t.Errorf("%+v", metrics)
	}
}

// TestQueueTimesBoundTheTimeBefore fits a model to a log with queue times. The fitted time before
// scheduling may be longer than these times leave room for by one step at most: an engine that
// schedules ahead lets requests wait for one more step, and the log does not say whether the engine
// did so.
func TestQueueTimesBoundTheTimeBefore(t *testing.T) {
	c := calibratetest.Engine(t)
	list := []replay.MeasuredLoad{calibratetest.Logged(t, c, calibratetest.Draws(200, 5, 1), 0)}
	for i := range list[0].Rows {
		r := &list[0].Rows[i]
		r.Queue = r.TTFT - 0.002
		r.TTFT, r.E2E = r.TTFT+0.5, r.E2E+0.5
		r.Queue += 0.5
	}
	blank := c
	blank.StepTime = profile.StepTime{}
	fit, err := ToMeasurements(FitOptions{Config: blank}, list)
	if err != nil {
		t.Fatal(err)
	}
	if fit.Before > 40*time.Millisecond {
		t.Errorf("a request waits %v before it can be scheduled", fit.Before)
	}
}

func TestWhatMeasurementsDoNotTellIsNamed(t *testing.T) {
	shape := ModelShape{Parameters: []Parameter{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}}}
	unknown, vague := identifiability(shape, [][]float64{{1, 2, 0, 5}, {2, 4, 0, 1}, {3, 6.01, 0, 1}, {4, 8, 0, 7}})
	if !slices.Equal(unknown, []string{"c"}) || !slices.Equal(vague, []string{"a", "b"}) {
		t.Errorf("unknown %v, vague %v", unknown, vague)
	}
}

// TestAnEngineThatSchedulesAheadIsToldApart makes a log with an engine that schedules ahead, and
// compares it with the fits for both kinds of engine.
func TestAnEngineThatSchedulesAheadIsToldApart(t *testing.T) {
	c := calibratetest.Engine(t)
	c.Ahead = true
	list := []replay.MeasuredLoad{calibratetest.Logged(t, c, calibratetest.Draws(200, 3, 1), 0)}
	off := map[bool]float64{}
	for _, ahead := range []bool{true, false} {
		blank := tokens.Config{Ahead: ahead, MaxSequences: c.MaxSequences, MaxTokens: c.MaxTokens, Chunked: true, Block: 16, Blocks: c.Blocks, Context: c.Context}
		fit, err := ToMeasurements(FitOptions{Config: blank}, list)
		if err != nil {
			t.Fatal(err)
		}
		off[ahead] = replay.Compare(list, fit.Simulated, func(bool) bool { return true })[0].MeanAbsolute
	}
	if off[true] > off[false]/2 {
		t.Errorf("first tokens are off by %v with the engine that made them, by %v with the other", off[true], off[false])
	}
}
