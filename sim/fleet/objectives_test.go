package fleet

import (
	"testing"
	"time"
)

func TestWhatAClassLeavesOutIsItsModels(t *testing.T) {
	c := Spec{
		Models:  []Model{{Target: 9, FirstToken: 8}, {PerToken: 7}},
		Classes: []Class{{}, {FirstToken: 1, PerToken: 2}, {Target: 3}},
	}
	for _, w := range []struct {
		model ModelID
		class ClassID
		want  Objectives
	}{
		{0, 0, Objectives{8, 0, 9}}, {1, 0, Objectives{0, 7, 0}}, {0, 1, Objectives{1, 2, 9}}, {1, 1, Objectives{1, 2, 0}},
		{0, 2, Objectives{8, 0, 3}}, {1, 2, Objectives{0, 7, 3}},
	} {
		r := Request{Model: w.model, Class: w.class}
		if got := c.Objectives(&r); got != w.want || c.Objective(&r) != w.want.Latency {
			t.Errorf("model %d, class %d: %+v, want %+v", w.model, w.class, got, w.want)
		}
	}
	c.Classes = nil
	if got := c.Objectives(&Request{}); got != (Objectives{8, 0, 9}) {
		t.Errorf("without classes: %+v", got)
	}
}

func TestObjectivesAreMetTogether(t *testing.T) {
	all := Objectives{FirstToken: 3, PerToken: 2, Latency: 10}
	for _, c := range []struct {
		o                        Objectives
		first, perToken, latency time.Duration
		met                      bool
		planned                  time.Duration // Planned for 4 output tokens
	}{
		{Objectives{}, 99, 99, 99, true, 0},
		{all, 3, 2, 10, true, 10}, {all, 4, 2, 10, false, 10}, {all, 3, 3, 10, false, 10}, {all, 3, 2, 11, false, 10},
		{Objectives{FirstToken: 3, PerToken: 2}, 3, 2, 1000, true, 9}, {Objectives{PerToken: 2}, 99, 3, 9, false, 6},
	} {
		if got := c.o.Met(c.first, c.perToken, c.latency); got != c.met {
			t.Errorf("%+v met by %d, %d, %d: %v", c.o, c.first, c.perToken, c.latency, got)
		}
		if got := c.o.Planned(4); got != c.planned {
			t.Errorf("%+v: four tokens are planned to take %d, want %d", c.o, got, c.planned)
		}
	}
}
