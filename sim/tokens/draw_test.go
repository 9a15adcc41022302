package tokens_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// drawForm draws the coefficients of a form. Per is the constant of a typical step, in grains.
func drawForm(t *rapid.T, name string, per int64) profile.Form {
	coefficient := func(feature string, most int64) int64 {
		if !rapid.Bool().Draw(t, name+" has "+feature) {
			return 0
		}
		return rapid.Int64Range(0, most).Draw(t, name+" "+feature)
	}
	return profile.Form{
		Constant: coefficient("constant", per), Sequence: coefficient("sequence", per/4), Prefill: coefficient("prefill", per/8),
		Attention: coefficient("attention", per/256), Decode: coefficient("decode", per/4), Context: coefficient("context", per/16),
	}
}

// drawTable draws a small table, with the times of a form.
func drawTable(t *rapid.T, per int64) *profile.StepTable {
	axis := func(name string) []int64 {
		list := rapid.SliceOfNDistinct(rapid.Int64Range(0, 120), 1, 4, rapid.ID).Draw(t, name)
		slices.Sort(list)
		return list
	}
	times := func(name string, most int64, axes ...[]int64) profile.StepGrid {
		all := 1
		for _, a := range axes {
			all *= len(a)
		}
		return profile.StepGrid{Axes: axes, Time: rapid.SliceOfN(rapid.Int64Range(0, most), all, all).Draw(t, name)}
	}
	curve := func(name string) profile.StepCurve {
		g := times(name, per, axis(name+" sizes"))
		return profile.StepCurve{At: g.Axes[0], Time: g.Time}
	}
	table := &profile.StepTable{
		Graphs: rapid.SampledFrom([]int64{0, 4, 512}).Draw(t, "graphs"), Tokens: curve("tokens"), Sequences: curve("sequences"), Experts: curve("experts"),
		Decode:  times("decode", per, axis("decoding sequences"), axis("context")),
		Prefill: times("prefill", per, axis("cached"), axis("computed")),
	}
	if rapid.Bool().Draw(t, "mixed") {
		table.Mixed = times("mixed steps", per, axis("computed"), axis("cached"), axis("sequences"), axis("context"))
	}
	width := len(table.Decode.Axes[1])
	for i := range table.Decode.Time {
		if i%width > 0 {
			table.Decode.Time[i] = max(table.Decode.Time[i], table.Decode.Time[i-1])
		}
	}
	return table
}

// drawConfig draws a small replica, so that blocks, budget and sequences run out.
func drawConfig(t *rapid.T) *tokens.Config {
	per := rapid.SampledFrom([]int64{1, 1 << 20, 7e6 << 20, 1e9 << 20}).Draw(t, "grains of a step")
	c := &tokens.Config{
		StepTime:     profile.StepTime{Compute: drawForm(t, "compute", per), Memory: drawForm(t, "memory", per), Overhead: drawForm(t, "overhead", per)},
		MaxSequences: rapid.IntRange(1, 8).Draw(t, "sequences"),
		Chunked:      rapid.Bool().Draw(t, "chunked"),
		Block:        rapid.SampledFrom([]int{1, 4, 5, 16}).Draw(t, "block"),
		Blocks:       rapid.IntRange(4, 40).Draw(t, "blocks"),
		Context:      500,
		PrefixCache:  rapid.Bool().Draw(t, "prefix cache"),
		Priority:     rapid.IntRange(0, 3).Draw(t, "priority") == 0,
		WholePrompt:  rapid.Bool().Draw(t, "whole prompt"),
		Ahead:        rapid.Bool().Draw(t, "ahead"),
		PrefillReads: rapid.IntRange(0, 3).Draw(t, "prefill reads") == 0,
		PrefillFirst: rapid.IntRange(0, 3).Draw(t, "prefill first") == 0,
	}
	if rapid.IntRange(0, 2).Draw(t, "mixture") == 0 {
		c.StepTime.Experts = profile.Mixture{Count: 8, Active: rapid.Int64Range(1, 8).Draw(t, "active experts"), Each: rapid.Int64Range(0, per/8).Draw(t, "each expert")}
	}
	if rapid.IntRange(0, 2).Draw(t, "has a table") == 0 {
		c.StepTime.Table = drawTable(t, per)
	}
	crowded := rapid.IntRange(0, 4).Draw(t, "crowded") == 0 // prefills use up the budget
	c.Priority = c.Priority || crowded
	if rapid.IntRange(0, 2).Draw(t, "long prefill") == 0 || crowded {
		c.LongPrefill = rapid.IntRange(1, 20).Draw(t, "long prefill tokens")
	}
	if rapid.IntRange(0, 2).Draw(t, "speculative") == 0 || crowded {
		c.Draft = rapid.IntRange(1, 5).Draw(t, "draft")
		c.Acceptance = rapid.Float64Range(0, 0.95).Draw(t, "acceptance")
		c.RandomAcceptance = rapid.Bool().Draw(t, "random acceptance")
	}
	if rapid.IntRange(0, 3).Draw(t, "adapters") == 0 {
		a := &tokens.Adapters{Slots: rapid.IntRange(1, 3).Draw(t, "slots"), Copy: time.Duration(rapid.IntRange(0, 9).Draw(t, "copy")), Fetch: time.Duration(rapid.IntRange(0, 99).Draw(t, "fetch"))}
		a.Host = a.Slots + rapid.IntRange(0, 2).Draw(t, "host")
		c.Adapters = a
	}
	if c.PrefixCache && rapid.Bool().Draw(t, "offload") {
		c.Offload = &tokens.Offload{Blocks: rapid.IntRange(1, 60).Draw(t, "host blocks"), Grains: rapid.Int64Range(0, per/4).Draw(t, "copy of a block")}
	}
	spare := 60
	if crowded {
		spare = 3
	}
	c.MaxTokens = c.MaxSequences*(1+c.Draft) + rapid.IntRange(0, spare).Draw(t, "spare budget")
	return c
}

// drawContent draws segments from a few contents, so that prompts share them. Some do not end at
// the end of a block.
func drawContent(t *rapid.T, prompt int32, replies []act) *tokens.Content {
	if rapid.IntRange(0, 3).Draw(t, "no content") == 0 {
		return nil
	}
	content := &tokens.Content{Reply: rapid.Uint64Range(0, 3).Draw(t, "reply") * 100}
	left := prompt
	// it continues an earlier prompt and its reply
	if len(replies) > 0 && rapid.Bool().Draw(t, "follows") {
		before := rapid.SampledFrom(replies).Draw(t, "before").request
		if before.Content != nil && before.Content.Reply != 0 && before.Prompt+before.Output < prompt {
			content.Prefix = append(content.Prefix, before.Content.Prefix...)
			content.Prefix = append(content.Prefix, tokens.Segment{Content: before.Content.Reply, Tokens: before.Output})
			left -= before.Prompt + before.Output
		}
	}
	for left > 0 && rapid.IntRange(0, 4).Draw(t, "ends") > 0 {
		n := min(left, rapid.SampledFrom([]int32{1, 2, 3, 5, 6, 8, 16, 30}).Draw(t, "segment"))
		content.Prefix = append(content.Prefix, tokens.Segment{Content: rapid.Uint64Range(1, 3).Draw(t, "content"), Tokens: n})
		left -= n
	}
	if left > 0 {
		if content.Reply > 0 || rapid.Bool().Draw(t, "covered") {
			content.Prefix = append(content.Prefix, tokens.Segment{Content: rapid.Uint64Range(1, 3).Draw(t, "content"), Tokens: left})
		}
	}
	return content
}

func drawRequest(t *rapid.T, c *tokens.Config, before []act) (q tokens.EngineRequest) {
	q = tokens.EngineRequest{
		Prompt:   rapid.Int32Range(1, 90).Draw(t, "prompt"),
		Output:   rapid.Int32Range(1, 60).Draw(t, "output"),
		Priority: rapid.Int64Range(0, 2).Draw(t, "priority"),
		Ordinal:  int64(len(before)),
		Luck:     uint64(len(before)) << 32,
	}
	for c.Refuses(q.Prompt, q.Output) != "" {
		q.Prompt, q.Output = max(q.Prompt/2, 1), max(q.Output/2, 1)
	}
	if rapid.IntRange(0, 7).Draw(t, "prefilled elsewhere") == 0 && q.Output > 1 {
		q.Computed = q.Prompt
	}
	if c.Adapters != nil {
		q.Adapter = rapid.Int32Range(0, 6).Draw(t, "adapter")
	}
	if c.PrefixCache {
		q.Content = drawContent(t, q.Prompt, before)
	}
	return q
}

// drawActs draws the acts of a driver.
func drawActs(t *rapid.T, c *tokens.Config) (acts []act) {
	var arrivals []act
	unit := max(c.StepTime.Time(profile.Work{Sequences: 2, Prefill: 20, Decode: 1, Context: 50})/profile.Grains, 1)
	for range rapid.IntRange(1, 40).Draw(t, "acts") {
		a := act{what: "arrive", id: int32(len(arrivals))}
		switch rapid.IntRange(0, 9).Draw(t, "act") {
		case 0:
			a.what = "held"
		case 1:
			a.what = "matched"
		case 3:
			a.what = "report"
		case 2:
			a.what = "withdraw"
			a.id = rapid.Int32Range(0, 40).Draw(t, "withdrawn")
		case 4:
			a.what = "abort"
			a.id = rapid.Int32Range(0, 40).Draw(t, "aborted")
		case 5:
			if rapid.Bool().Draw(t, "slows") {
				a.what, a.factor = "slow", rapid.SampledFrom([]float64{1, 1.37, 2, 40}).Draw(t, "factor")
			}
		}
		if a.what == "arrive" || a.what == "matched" {
			a.request = drawRequest(t, c, arrivals)
		}
		switch rapid.IntRange(0, 3).Draw(t, "when") {
		case 0:
		case 1:
			a.steps = rapid.IntRange(1, 20).Draw(t, "steps")
		default:
			a.after = time.Duration(rapid.Int64Range(0, 20*unit).Draw(t, "after"))
		}
		if n := len(acts); n > 0 && a.after == 0 && a.steps == 0 {
			acts[n-1].quiet = rapid.Bool().Draw(t, "quiet")
		}
		if a.what == "arrive" {
			a.request.Emitted = 0
			arrivals = append(arrivals, a)
		}
		acts = append(acts, a)
	}
	return acts
}
