package profile

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// small is a table with round numbers, in millions of grains.
func small() *StepTable {
	table := &StepTable{
		Graphs:    16,
		Tokens:    StepCurve{At: []int64{1, 8, 108}, Time: []int64{1000, 1700, 11700}},
		Sequences: StepCurve{At: []int64{1, 11}, Time: []int64{50, 60}},
		Experts:   StepCurve{At: []int64{1}, Time: []int64{7}},
		Decode:    StepGrid{Axes: [][]int64{{1, 11}, {10, 110, 210}}, Time: []int64{5000, 15000, 16000, 25000, 125000, 126000}},
		Prefill:   StepGrid{Axes: [][]int64{{0, 100}, {1, 101}}, Time: []int64{2000, 22000, 4000, 44000}},
	}
	for _, list := range [][]int64{table.Tokens.Time, table.Sequences.Time, table.Experts.Time, table.Decode.Time, table.Prefill.Time} {
		for i := range list {
			list[i] *= 1e6
		}
	}
	return table
}

func TestTableIsLinearBetweenItsTimes(t *testing.T) {
	table := small()
	for _, c := range []struct {
		what string
		work Work
		want float64
	}{
		{"a place of the table", Work{Sequences: 1, Decode: 1, Context: 110}, 1000 + 50 + 7 + 15000},
		{"between contexts", Work{Sequences: 1, Decode: 1, Context: 60}, 1000 + 50 + 7 + 10000},
		{"between sequences and contexts, in a graph of 8", Work{Sequences: 6, Decode: 6, Context: 6 * 60}, 1700 + 55 + 7 + (10000+75000)/2},
		{"below the first context", Work{Sequences: 1, Decode: 1, Context: 3}, 1000 + 50 + 7 + 5000},
		{"beyond the last context", Work{Sequences: 1, Decode: 1, Context: 310}, 1000 + 50 + 7 + 17000},
		{"beyond the last number of sequences", Work{Sequences: 21, Decode: 21, Context: 21 * 10}, 1700 + 13*100 + 70 + 7 + 45000},
		{"a prompt", Work{Sequences: 1, Prefill: 51, Attention: 51 * (2*50 + 51)}, 1700 + 43*100 + 50 + 7 + 18000},
		{"a prompt and a sequence that decodes", Work{Sequences: 2, Decode: 1, Context: 10, Prefill: 51, Attention: 51 * 51}, 1700 + 44*100 + 51 + 7 + 12000 + 5000},
		{"two prompts of 30 have the pairs of one of 42.4", Work{Sequences: 2, Prefill: 60, Attention: 2 * 30 * 30}, 1700 + 52*100 + 51 + 7 + 2000 + (math.Sqrt(1800)-1)*200},
		{"no work", Work{}, 1000 + 50 + 7},
	} {
		if got := float64(table.Time(&c.work)) / 1e6; math.Abs(got-c.want) > 1e-3 {
			t.Errorf("%s takes %v, want %v", c.what, got, c.want)
		}
	}
	table.Mixed = StepGrid{Axes: [][]int64{{1, 101}, {0}, {1, 3}, {10, 20}}, Time: []int64{100e6, 200e6, 300e6, 400e6, 1100e6, 1200e6, 1300e6, 1400e6}}
	if got := table.Time(&Work{Sequences: 3, Decode: 2, Context: 2 * 15, Prefill: 51, Attention: 51 * 51}); got != (1700+45*100+52+7+750)*1e6 {
		t.Errorf("the middle of a table of steps with prompts takes %d", got)
	}
}

// drawn draws a grid whose times do not fall along the last axis.
func drawn(t *rapid.T, axes ...[]int64) StepGrid {
	g, all := StepGrid{Axes: axes}, 1
	for _, a := range axes {
		all *= len(a)
	}
	g.Time = rapid.SliceOfN(rapid.Int64Range(0, 1e15), all, all).Draw(t, "times")
	for i := range g.Time {
		if i%len(axes[len(axes)-1]) > 0 {
			g.Time[i] = max(g.Time[i], g.Time[i-1])
		}
	}
	return g
}

func drawnAxis(t *rapid.T) []int64 {
	list := rapid.SliceOfNDistinct(rapid.Int64Range(0, 3000), 1, 5, rapid.ID).Draw(t, "axis")
	slices.Sort(list)
	return list
}

// TestPiecesAreTheTable compares the pieces of a table, which the engine sums up, with the
// interpolation of its grid. The slope of a piece is rounded to whole grains, so they may differ by
// half a grain for each token.
func TestPiecesAreTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := &StepTable{Decode: drawn(t, drawnAxis(t), drawnAxis(t))}
		last := table.Decode.Axes[0][len(table.Decode.Axes[0])-1]
		n := rapid.Int64Range(1, max(1, last)).Draw(t, "sequences")
		context := n * rapid.Int64Range(0, 4000).Draw(t, "mean context")
		context += rapid.Int64Range(0, n-1).Draw(t, "rest")
		p := table.Decoding(n, context<<fraction)
		if context < p.From || context >= p.Until || p.Slope < 0 {
			t.Fatalf("the piece of %d is %+v", context, p)
		}
		want := table.Decode.value(float64(n), float64(context)/float64(n))
		if got := float64(p.At(context, 0, 1<<fraction)); math.Abs(got-want) > float64(context-p.From)+2+1e-9*want {
			t.Errorf("%d sequences with %d tokens take %v, want %v: %+v", n, context, got, want, p)
		}
		rate := rapid.Int64Range(1<<fraction, 5<<fraction).Draw(t, "rate")
		steps := p.Steps(n, context<<fraction, rate)
		if inside := context<<fraction + (steps-1)*n*rate; steps < 1 || inside >= p.Until<<fraction || inside+n*rate < p.Until<<fraction {
			t.Errorf("%d steps begin within %+v", steps, p)
		}
	})
}

func TestNoStepOfATableIsShorterThanTheLeast(t *testing.T) {
	table := small()
	for _, w := range []Work{{}, {Sequences: 1, Decode: 1}, {Sequences: 1, Prefill: 5, Attention: 25}} {
		if got := table.Time(&w); got < table.Least() {
			t.Errorf("%+v takes %d, less than %d", w, got, table.Least())
		}
	}
	s := StepTime{Table: table}
	if err := s.Holds(11, 108, 210); err != nil {
		t.Error(err)
	}
	table.Tokens.Time[2] = math.MaxInt64
	if s.Holds(11, 108, 210) == nil || s.Holds(1<<21, 1, 1) == nil {
		t.Error("a step that takes too long passes")
	}
}
