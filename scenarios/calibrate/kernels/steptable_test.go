package kernels

import (
	"math"
	"strings"
	"testing"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/sim/profile"
)

// TestStepTableHasTheTimesOfItsTables compares steps at and between the sizes of small tables. Two
// numbers of sequences lack a context, as in profiles whose KV cache was full.
func TestStepTableHasTheTimesOfItsTables(t *testing.T) {
	files := map[string]string{"tp1/dense.csv": denseRows, "tp1/per_sequence.csv": sequenceRows, "tp1/moe.csv": expertRows,
		"tp1/attention.csv": attentionRows + "0,0,5,60,40\n51,0,1,10,20\n51,0,11,10,40\n101,0,1,10,40\n"}
	s, err := Open(folder(t, files), ProfileOptions{Model: "net", Network: small(8), Graphs: 16})
	if err != nil {
		t.Fatal(err)
	}
	table := StepTable(s.StepTimer)
	if faults := strict.Validate(&table); len(faults) > 0 {
		t.Fatal(faults)
	}
	model, err := (builtin.Coefficients{Table: &table}).StepTime()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []StepShape{
		{Decodes: 1, Context: 10}, {Decodes: 1, Context: 60}, {Decodes: 3, Context: 10}, {Decodes: 11, Context: 110}, {Decodes: 5, Context: 110},
		{Chunk: 1}, {Chunk: 51, Before: 50}, {Chunk: 100, Before: 100}, {Chunk: 51, Decodes: 1, Context: 10}, {Chunk: 76, Decodes: 1, Context: 10}, {Chunk: 51, Decodes: 11, Context: 10},
	} {
		w := profile.Work{
			Sequences: int64(step.sequences()), Decode: int64(step.Decodes), Context: int64(step.Decodes * step.Context),
			Prefill: int64(step.Chunk), Attention: int64(step.Chunk * (2*step.Before + step.Chunk)),
		}
		got, want := float64(model.Time(w))/(1e9*profile.Grains), s.Time(step)
		// Times have four digits, and the time of few experts is not linear in the tokens.
		if math.Abs(got-want) > 2e-3*want {
			t.Errorf("%+v takes %.5g µs, the tables say %.5g µs", step, got*1e6, want*1e6)
		}
	}
}

// TestRanksShareTheExperts has two ranks with one token each. The two tokens go through
// 4·(1 − (3/4)²) = 1.75 of the four experts of each GPU, on which half of the pairs of tokens and
// experts are computed: as many as those of one token through all experts. Each expert takes 10 µs.
// The exchange of 512 bytes for each token is two messages of 512 bytes.
func TestRanksShareTheExperts(t *testing.T) {
	files := map[string]string{"tp1/dense.csv": denseRows, "tp1/attention.csv": attentionRows, "tp1/moe.csv": "tokens,activated_experts,time_us\n1,1,10\n1,8,80\n100,1,10\n100,8,80\n"}
	s, err := Open(folder(t, files), ProfileOptions{Model: "net", Network: small(8), Ranks: 2, Link: 1e9, Latency: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	step := StepShape{Decodes: 1, Context: 10}
	near(t, "a step of two ranks", s.Time(step), 1+4*3+2*10+2*5+2*(17.5+2*(1+0.512)))
	table := StepTable(s.StepTimer)
	model, err := (builtin.Coefficients{Table: &table}).StepTime()
	if err != nil {
		t.Fatal(err)
	}
	if faults := strict.Validate(&table); len(faults) > 0 || table.Ranks != 2 {
		t.Errorf("%d ranks: %v", table.Ranks, faults)
	}
	w := profile.Work{Sequences: 1, Decode: 1, Context: 10}
	model.Table = model.Table.OfOneRank()
	got := float64(model.Time(w)) / (1e9 * profile.Grains)
	if want := s.Time(step); math.Abs(got-want) > 1e-3*want {
		t.Errorf("the step takes %v s with the table, want %v", got, want)
	}
	table.Experts = nil
	if faults := strict.Validate(&table); len(faults) != 1 || !strings.Contains(faults.Error(), "there are no experts that ranks could share") {
		t.Errorf("ranks without experts: %v", faults)
	}
	if _, err := Open(folder(t, files), ProfileOptions{Model: "net", Network: small(8), Ranks: 2}); err == nil || !strings.Contains(err.Error(), "give the link") {
		t.Errorf("ranks without a link: %v", err)
	}
}

// TestContextsThatDifferAreThoseOfTheProfile reads a table of contexts that differ only if the
// profile says so, or if it is asked for, and notes why it is used or left out.
func TestContextsThatDifferAreThoseOfTheProfile(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		meta  string
		asked *bool
		want  float64 // factor of attention
		note  string  // its end
	}{
		{"skew_fit: {enabled: true}", nil, 1.5, "because meta.yaml says skew_fit: {enabled: true}"},
		{"skew_fit: {enabled: false}", nil, 1, "left out, because meta.yaml says skew_fit: {enabled: false}"},
		{"model: net", nil, 1, "left out, because meta.yaml does not say skew_fit: {enabled: true}"},
		{"skew_fit: {enabled: true}", &no, 1, "left out, as asked"},
		{"skew_fit: {enabled: false}", &yes, 1.5, "for contexts that differ fourfold, as asked"},
	} {
		files := map[string]string{
			"meta.yaml": c.meta + "\n", "tp1/dense.csv": denseRows, "tp1/attention.csv": attentionRows,
			"tp1/skew.csv": "regime,n,t_mean_us,t_skew_us\npure,2,10,15\npure,8,20,30\n",
		}
		s, err := Open(folder(t, files), ProfileOptions{Model: "net", Network: small(1), Skew: c.asked})
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.meta, s.Time(StepShape{Decodes: 1, Context: 10}), 1+4*3+2*10+2*5*c.want)
		if len(s.Notes) != 1 || !strings.HasSuffix(s.Notes[0], c.note) {
			t.Errorf("%s: the notes are %q", c.meta, s.Notes)
		}
	}
}
