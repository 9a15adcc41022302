package allocation

import (
	"errors"
	"slices"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// sampledLengths is a capacity that notes for which models its lengths were asked.
type sampledLengths struct {
	Planned
	asked *[]fleet.ModelID
	err   error
}

func (s sampledLengths) Lengths(m fleet.ModelID) (fleet.PlannedLengths, error) {
	*s.asked = append(*s.asked, m)
	return fleet.PlannedLengths{Input: 500, Output: 100}, s.err
}

func (s sampledLengths) RateFor(d fleet.DeploymentID, n int, mean fleet.PlannedLengths) (float64, fleet.PlannedLengths, error) {
	rate, err := s.Rate(d, n)
	return rate, mean, err
}

func (sampledLengths) First(int) int { return 0 }

// TestLengthsAreAskedOfModelsWithTokensAlone: sampling the requests of other models would be wasted
// work.
func TestLengthsAreAskedOfModelsWithTokensAlone(t *testing.T) {
	c := wordsAndImages(t)
	for _, wrong := range []error{nil, errors.New("none")} {
		var asked []fleet.ModelID
		o := DefaultDemandOptions()
		o.Capacity = sampledLengths{Planned{Spec: c}, &asked, wrong}
		e, err := NewExpect(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = e.Estimate(windowOf(c, 1, 300, 1000)); !errors.Is(err, wrong) {
			t.Errorf("error %v, want %v", err, wrong)
		}
		if want := []fleet.ModelID{1}; !slices.Equal(asked, want) {
			t.Errorf("asked for the lengths of models %v, want %v", asked, want)
		}
	}
}

// windowOf returns a view at the end of the k-th second. In that second the given number of
// requests of the second model came, with the given number of prompt tokens each.
func windowOf(c *fleet.Spec, k, requests, prompt int) *sim.View {
	w := sim.Expectation(c, []float64{0, float64(requests)}, time.Second)
	w.Start, w.End = kernel.Time(k-1)*kernel.Time(time.Second), kernel.Time(k)*kernel.Time(time.Second)
	w.Models[1].Prompt = int64(requests * prompt)
	return sim.ViewOf(fleet.New(c), w.End).WithWindow(w, time.Second)
}

// TestLengthsOfAWindowCountOnce: an allocator that a request wakes within a period plans as it did
// at the beginning of the period.
func TestLengthsOfAWindowCountOnce(t *testing.T) {
	c := wordsAndImages(t)
	e, err := NewExpect(DefaultDemandOptions())
	if err != nil {
		t.Fatal(err)
	}
	var loads []float64
	for _, k := range []int{1, 1, 1, 2} {
		d, err := e.Estimate(windowOf(c, k, 100, 1000))
		if err != nil {
			t.Fatal(err)
		}
		loads = append(loads, d.Load[1])
	}
	if loads[1] != loads[0] || loads[2] != loads[0] || loads[3] <= loads[0] {
		t.Errorf("loads %v: want three equal ones and a larger one", loads)
	}
}
