package fit

import (
	"testing"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// TestWayOfMeasuringIsFoundWithTheModel makes measured points in two ways: with one request per
// client, and in a steady state. The fit must find out which way was used.
func TestWayOfMeasuringIsFoundWithTheModel(t *testing.T) {
	text := "input,output,concurrency,ttft,tpot\n1000,40,8,1,1\n1000,40,32,1,1\n2000,80,8,1,1\n2000,80,32,1,1\n500,20,16,1,1\n"
	points, err := measured.ReadPoints(calibratetest.Read(t, text), 0)
	if err != nil {
		t.Fatal(err)
	}
	c := calibratetest.Engine(t)
	for _, made := range []replay.LoadShape{{Waves: 1}, {Spread: 0.2}} {
		measured := replay.OfPoints(points, made)
		for i := range measured {
			o, err := measured[i].Simulate(&c)
			if err != nil {
				t.Fatal(err)
			}
			measured[i].Rows[0].TTFT, measured[i].Rows[0].E2E = o[0].TTFT, o[0].E2E
		}
		blank := c
		blank.StepTime = profile.StepTime{}
		fit, list, found, err := ToLikeliestLoad(FitOptions{Config: blank, Shape: "linear"}, replay.UsualShapes(points), func(l replay.LoadShape) ([]replay.MeasuredLoad, error) {
			list := replay.OfPoints(points, l)
			for i := range list {
				list[i].Rows[0].TTFT, list[i].Rows[0].E2E = measured[i].Rows[0].TTFT, measured[i].Rows[0].E2E
			}
			return list, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if found != made {
			t.Errorf("measured with %v, found %v", made, found)
		}
		for _, m := range replay.Compare(list, fit.Simulated, func(bool) bool { return true }) {
			if m.MeanAbsolute > 0.1 {
				t.Errorf("%v: %s is off by %.1f %%", made, m.Name, 100*m.MeanAbsolute)
			}
		}
	}
}
