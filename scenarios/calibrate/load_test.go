package calibrate

import (
	"strings"
	"testing"

	"wavetank/sim/profile"
)

// TestWayOfMeasuringIsFoundWithTheLaw measures points with one request per client, and steadily; the fit tells which it was.
func TestWayOfMeasuringIsFoundWithTheLaw(t *testing.T) {
	text := "input,output,concurrency,ttft,tpot\n1000,40,8,1,1\n1000,40,32,1,1\n2000,80,8,1,1\n2000,80,32,1,1\n500,20,16,1,1\n"
	points, err := ReadPoints(read(t, text), 0)
	if err != nil {
		t.Fatal(err)
	}
	c := engine(t)
	for _, made := range []Load{{Waves: 1}, {Spread: 0.2}} {
		measured := Experiments(points, made)
		for i := range measured {
			o, err := measured[i].Run(&c)
			if err != nil {
				t.Fatal(err)
			}
			measured[i].Rows[0].TTFT, measured[i].Rows[0].E2E = o[0].TTFT, o[0].E2E
		}
		blank := c
		blank.Law = profile.Step{}
		fit, list, found, err := FitLoads(Options{Config: blank, Shape: "linear"}, Loads(points), func(l Load) ([]Experiment, error) {
			list := Experiments(points, l)
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
		for _, m := range Compare(list, fit.Outcomes, func(bool) bool { return true }) {
			if m.Off > 0.1 {
				t.Errorf("%v: %s is off by %.1f %%", made, m.Name, 100*m.Off)
			}
		}
	}
}

// TestTimesInAnotherUnitAreDoubted reads milliseconds as seconds, and microseconds as milliseconds.
func TestTimesInAnotherUnitAreDoubted(t *testing.T) {
	for text, want := range map[string]bool{
		"send,ttft,tpot,input,output\n0,0.1,0.02,100,50\n":      false,
		"send,ttft,tpot,input,output\n0,100,20,100,50\n":        true,
		"send,ttft_ms,tpot_ms,input,output\n0,0.1,0.02,100,5\n": true,
		"send,ttft,e2e,input,output\n0,100,100,100,1\n":         false, // says nothing of tokens
	} {
		log, err := ReadLog(read(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if got := Doubts([]Experiment{OfLog("made", log, 0)}); (len(got) == 1 && strings.Contains(got[0], "units")) != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
