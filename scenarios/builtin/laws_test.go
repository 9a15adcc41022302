package builtin

import (
	"testing"

	"wavetank/sim/profile"
)

// works are steps of few and many sequences, with short and long prompts and contexts.
var works = []profile.Work{
	{Sequences: 1, Decode: 1, Context: 100}, {Sequences: 1, Decode: 1, Context: 16000}, {Sequences: 16, Decode: 16, Context: 16 * 1000},
	{Sequences: 128, Decode: 128, Context: 128 * 800}, {Sequences: 1, Prefill: 512, Attention: 512 * 512}, {Sequences: 1, Prefill: 2048, Attention: 2048 * 2048},
	{Sequences: 65, Decode: 64, Context: 64 * 1000, Prefill: 1984, Attention: 1984 * 1984},
}

// TestNoStepIsFasterThanTheDataSheetAllows compares every LLM of the catalogue with the bound of
// its data sheets: no step takes less time than its operations at the peak, or than reading the
// weights that it needs. A mixture of experts needs the experts of one token.
func TestNoStepIsFasterThanTheDataSheetAllows(t *testing.T) {
	_, models := load(t)
	ideal := Roofline{ComputeEfficiency: 1, MemoryEfficiency: 1, Link: 1e15}
	steps := 0
	for _, m := range models {
		for _, v := range m.Variants {
			for _, p := range v.Devices {
				if p.Tokens == nil {
					continue
				}
				c, err := p.Engine(v, nil)
				if err != nil {
					t.Fatal(err)
				}
				least := *p.Tokens.Architecture
				least.Experts = least.ActiveExperts
				bound, err := ideal.StepTime(least, p.Device, p.GPUs)
				if err != nil {
					t.Fatal(err)
				}
				for _, w := range works {
					if steps++; c.StepTime.Time(w) < bound.Time(w) {
						t.Errorf("%s on %s: a step %+v takes %.3g ms, by the data sheet at least %.3g ms", v.Name, p.shape(), w,
							float64(c.StepTime.Time(w))/1e6/profile.Grains, float64(bound.Time(w))/1e6/profile.Grains)
					}
				}
			}
		}
	}
	if steps < 1000 {
		t.Errorf("only %d steps were compared", steps)
	}
}

// TestMoreWorkTakesNoLessTime adds work of each kind to steps of every shipped step-time model.
func TestMoreWorkTakesNoLessTime(t *testing.T) {
	shipped, err := StepTimes()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range shipped {
		model, err := f.StepTime.StepTime()
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range works {
			for name, add := range map[string]func(*profile.Work){
				"a sequence":        func(w *profile.Work) { w.Sequences, w.Decode = w.Sequences+1, w.Decode+1 },
				"a token of prompt": func(w *profile.Work) { w.Prefill++ },
				"context":           func(w *profile.Work) { w.Context += 100 },
				"attention":         func(w *profile.Work) { w.Attention += 1000 },
			} {
				more := w
				if add(&more); model.Time(more) < model.Time(w) {
					t.Errorf("%s: %+v takes less with %s more", f.Name, w, name)
				}
			}
		}
	}
}
