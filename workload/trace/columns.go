package trace

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/workload/table"
)

// Columns is the form of a trace with one request per row. It names the columns with the properties
// of a request. An empty name means that the trace lacks the property.
type Columns struct {
	JSON bool // the file must have a JSON object per line, not comma-separated values

	Time string
	Unit table.Unit // unit of Time

	Model  string                   // model; without it, models are drawn by the mix of the lane
	Models map[string]fleet.ModelID // model of each value of Model; another value is an error
	// work; without it, works are drawn by the distribution of the lane
	Work string
	Mean float64 // value of Work that counts as work 1; 0: 1

	Items string // items of a request; without it, items are drawn by the lane
	// Class and Tenant are the columns of the class and the tenant, any text. Without them, the
	// lane draws both.
	Class, Tenant string
	// Classes and Tenants give the identity of each text; another text is an error. If one is nil,
	// the texts are collected for the Summary, and all requests have the identity 0.
	Classes map[string]fleet.ClassID
	Tenants map[string]fleet.TenantID

	Input  string // input tokens
	Output string // output tokens
	// session, any text: requests with equal texts are one session; empty: no session
	Session string

	// Prefix is a list of numbers of the blocks at the beginning of the prompt. Blocks with equal
	// numbers have equal contents.
	Prefix string
	// Chat and Parent name a request and the one that it continues. All that continue each other
	// are one session. Without a parent, Parent is −1.
	Chat, Parent string
	// Delay is the pause before a turn of a session, counted from the answer to the turn before. A
	// row has it in place of a time. Answers take as long as Answer says.
	Delay     string
	DelayUnit table.Unit // Auto: from the end of the column's name, otherwise seconds
	Answer    AnswerTimes
	// Waits says that a replay waits for the answers of its own run: the source of a Replayer is a
	// workload.Turns if some rows have a delay.
	Waits bool

	// Share is the assumed share of each prompt that an earlier prompt has, too, from its start.
	Share float64

	Block int    // tokens of such a block; the last block of a prompt may have fewer
	Hit   string // tokens at the start of the prompt that an earlier prompt shares

	Failed bool // a row with an output of 0 is a failed request: it is left out, and counted
	// rows that do not meet all conditions are left out; a missing member of a JSON object is empty
	Where     []table.Condition
	SkipEmpty bool // rows with an empty cell in one of the columns are left out

	// Disorder is how far a timestamp may be before an earlier row's. Rows are then sorted.
	Disorder time.Duration

	// Optional lists columns that may be missing. A missing column counts as if it had no name.
	Optional []string
}

// AnswerTimes says how long answers take.
type AnswerTimes struct {
	FirstToken time.Duration // from the arrival to the first token
	PerToken   time.Duration // for each further token
}

// of returns the length of an answer.
func (a AnswerTimes) of(output int32) time.Duration {
	return a.FirstToken + time.Duration(max(0, output-1))*a.PerToken
}

// AzureLLM is the form of the Azure LLM inference traces of 2023 and 2024, and of the trace of
// multimodal requests of 2025, whose images are not used.
func AzureLLM() Columns {
	return Columns{Time: "TIMESTAMP", Unit: table.DateTime, Input: "ContextTokens", Output: "GeneratedTokens"}
}

// Mooncake is the form of the traces published with Qin et al., "Mooncake: Trading more storage for
// less computation" (FAST 2025). A block of a prompt has 512 tokens.
func Mooncake() Columns {
	return Columns{
		JSON: true, Time: "timestamp", Unit: table.Milliseconds, Input: "input_length",
		Output: "output_length", Prefix: "hash_ids", Block: 512, Session: "session_id", Delay: "delay", DelayUnit: table.Milliseconds, Optional: []string{"session_id", "delay"},
	}
}

// QwenBailian is the form of the traces published with Wang et al., "KVCache Cache in the Wild"
// (USENIX ATC 2025). A block of a prompt has 16 tokens.
func QwenBailian() Columns {
	return Columns{
		JSON: true, Time: "timestamp", Unit: table.Seconds, Input: "input_length", Output: "output_length", Prefix: "hash_ids", Block: 16,
		Chat: "chat_id", Parent: "parent_chat_id",
	}
}

// BurstGPT is the form of the trace published with Wang et al., "BurstGPT: a real-world workload
// dataset to optimize LLM serving systems" (KDD 2025). Rows with another model or log type are left
// out. An empty model or log type means any.
func BurstGPT(model, logType string) Columns {
	c := Columns{
		Time: "Timestamp", Unit: table.Seconds, Input: "Request tokens", Output: "Response tokens", Session: "Session ID",
		Failed: true, Optional: []string{"Session ID"},
	}
	for _, w := range []table.Condition{{Column: "Model", Value: model}, {Column: "Log Type", Value: logType}} {
		if w.Value != "" {
			c.Where = append(c.Where, w)
		}
	}
	return c
}

// LengthTable is the form of a table of lengths. One column says how many tokens of each prompt an
// unlimited prefix cache finds.
func LengthTable() Columns {
	return Columns{Time: "arrival_ns", Unit: table.Nanoseconds, Input: "input_tokens", Output: "output_tokens", Hit: "ideal_prefix_hit_tokens_block16"}
}

// Check returns the faults of the columns, and fills in their defaults.
func (c *Columns) Check() error {
	var faults []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	if c.Mean == 0 {
		c.Mean = 1
	}
	wrong(c.Time == "", "time: no column given")
	wrong(c.Unit < table.Seconds || c.Unit > table.Auto, "unit: %d is unknown", int(c.Unit))
	wrong(c.Model != "" && len(c.Models) == 0, "models: column %q needs a model for each of its values", c.Model)
	wrong(!(c.Mean > 0 && c.Mean <= math.MaxFloat64), "mean: %g must be above 0", c.Mean)
	wrong(c.Prefix != "" && (c.Block < 1 || c.Block > 1<<20), "block-size: %d tokens, want 1 to %d", c.Block, 1<<20)
	wrong(c.Prefix == "" && c.Block != 0, "block-size: there is no column of the prefix")
	wrong((c.Prefix != "" || c.Hit != "") && c.Input == "", "input: a prefix needs the input tokens")
	wrong(c.Prefix != "" && c.Hit != "", "cached: the prefix is given already")
	wrong(!(c.Share >= 0 && c.Share <= 1), "prefix-share: %g is outside 0 to 1", c.Share)
	wrong(c.Share > 0 && (c.Prefix != "" || c.Hit != "" || c.Input == ""), "prefix-share: it needs the input tokens, and no prefix")
	wrong(c.Delay != "" && c.Session == "", "delay: it needs the session, whose turn before it counts from")
	wrong(c.Delay != "" && c.SkipEmpty, "skip-empty: a row with a delay has no time, and is not left out")
	if c.Delay != "" && c.DelayUnit == table.Auto {
		c.DelayUnit = table.UnitFrom(c.Delay, nil)
	}
	wrong(c.Failed && c.Output == "", "output: without it, failed requests cannot be recognized")
	wrong(c.Disorder < 0 || c.Disorder > mostDisorder, "sort-within: %v is not between 0s and %v", c.Disorder, mostDisorder)
	for i, w := range c.Where {
		wrong(w.Column == "", "where[%d]: no column given", i)
	}
	return errors.Join(faults...)
}

// mostDisorder is the upper limit on Columns.Disorder.
const mostDisorder = 24 * time.Hour

// namedColumn is a column that is read, with the variable for its place.
type namedColumn struct {
	column   string
	place    *int
	optional bool
}

// named lists the columns that are read. It sets the places of all columns to −1.
func (c *Columns) named(p *places) []namedColumn {
	var list []namedColumn
	add := func(column string, place *int) {
		if *place = -1; column != "" {
			list = append(list, namedColumn{column, place, slices.Contains(c.Optional, column)})
		}
	}
	add(c.Time, &p.time)
	add(c.Model, &p.model)
	add(c.Work, &p.work)
	add(c.Items, &p.items)
	add(c.Class, &p.class)
	add(c.Tenant, &p.tenant)
	add(c.Input, &p.input)
	add(c.Output, &p.output)
	add(c.Session, &p.session)
	add(c.Prefix, &p.prefix)
	add(c.Hit, &p.hit)
	add(c.Chat, &p.chat)
	add(c.Parent, &p.parent)
	add(c.Delay, &p.delay)
	p.where = make([]int, len(c.Where))
	for i, w := range c.Where {
		add(w.Column, &p.where[i])
	}
	return list
}

// names lists the columns that every trace of this form has.
func (c *Columns) names() (needed []string) {
	for _, n := range c.named(&places{}) {
		if !n.optional {
			needed = append(needed, n.column)
		}
	}
	return needed
}

// places holds the place of each column; −1: there is no such column.
type places struct {
	time, model, work, items, class, tenant, input, output, session, prefix, hit, chat, parent, delay int
	where                                                                                             []int
}
