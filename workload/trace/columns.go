package trace

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"wavetank/sim/fleet"
	"wavetank/workload/table"
)

// Columns is the form of a trace of one request per row. It names the columns, of comma-separated
// values or of JSON lines, that have what a request needs. An empty name is what the trace lacks.
type Columns struct {
	JSON bool // an object per line is expected, not comma-separated values

	Time string
	Unit table.Unit // of Time

	Model  string                   // without it the mix of the lane decides
	Models map[string]fleet.ModelID // values of Model; another value is an error
	Work   string                   // without it the distribution of the lane decides
	Mean   float64                  // value of Work that stands for work 1; 0 stands for 1

	Items   string // items that a request carries; without it the lane decides
	Input   string // input tokens
	Output  string // output tokens
	Session string // any text: equal texts are one session; an empty cell is none

	// Prefix lists the numbers of the blocks that the prompt begins with. Equal numbers are equal
	// contents.
	Prefix string
	Block  int    // tokens of such a block; the last one of a prompt is cut at its input
	Hit    string // tokens at the start of the prompt that an earlier prompt began with, too

	Failed bool        // a row without output is a request that failed: it is left out, and counted
	Where  []Condition // rows that do not meet them all are left out

	// Optional names those of the above that may be missing. Then it is as if they had no name.
	Optional []string
}

// Condition is a value that a column must have.
type Condition struct{ Column, Value string }

// AzureLLM is the form of the Azure LLM inference traces of 2023 and 2024.
func AzureLLM() Columns {
	return Columns{Time: "TIMESTAMP", Unit: table.DateTime, Input: "ContextTokens", Output: "GeneratedTokens"}
}

// Mooncake is the form of the traces published with Qin et al., "Mooncake: Trading more storage for
// less computation" (FAST 2025). A block of a prompt has 512 tokens.
func Mooncake() Columns {
	return Columns{
		JSON: true, Time: "timestamp", Unit: table.Milliseconds, Input: "input_length",
		Output: "output_length", Prefix: "hash_ids", Block: 512,
	}
}

// BurstGPT is the form of the trace published with Wang et al., "BurstGPT: a real-world workload
// dataset to optimize LLM serving systems" (KDD 2025). A model and a log type may be required of
// its rows; an empty one stands for any.
func BurstGPT(model, logType string) Columns {
	c := Columns{
		Time: "Timestamp", Unit: table.Seconds, Input: "Request tokens", Output: "Response tokens", Session: "Session ID",
		Failed: true, Optional: []string{"Session ID"},
	}
	for _, w := range []Condition{{"Model", model}, {"Log Type", logType}} {
		if w.Value != "" {
			c.Where = append(c.Where, w)
		}
	}
	return c
}

// LengthTable is the form of a table of lengths. It says how much of each prompt an endless prefix
// cache finds.
func LengthTable() Columns {
	return Columns{Time: "arrival_ns", Unit: table.Nanoseconds, Input: "input_tokens", Output: "output_tokens", Hit: "ideal_prefix_hit_tokens_block16"}
}

// Check returns what is wrong with the columns, and fills in their defaults.
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
	wrong(c.Unit < table.Seconds || c.Unit > table.DateTime, "unit: %d is unknown", int(c.Unit))
	wrong(c.Model != "" && len(c.Models) == 0, "models: column %q needs a model for each of its values", c.Model)
	wrong(!(c.Mean > 0 && c.Mean <= math.MaxFloat64), "mean: %g must be above 0", c.Mean)
	wrong(c.Prefix != "" && (c.Block < 1 || c.Block > 1<<20), "block-size: %d tokens of a block are outside 1 to %d", c.Block, 1<<20)
	wrong(c.Prefix == "" && c.Block != 0, "block-size: there is no column of the prefix")
	wrong((c.Prefix != "" || c.Hit != "") && c.Input == "", "input: a prefix needs the input tokens")
	wrong(c.Prefix != "" && c.Hit != "", "cached: the prefix is given already")
	wrong(c.Failed && c.Output == "", "output: without it no failure can be told")
	for i, w := range c.Where {
		wrong(w.Column == "", "where[%d]: no column given", i)
	}
	return errors.Join(faults...)
}

// namedColumn is a column that is read, and where its place is kept.
type namedColumn struct {
	column   string
	place    *int
	optional bool
}

// named lists the columns that are read. The places of the others become −1.
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
	add(c.Input, &p.input)
	add(c.Output, &p.output)
	add(c.Session, &p.session)
	add(c.Prefix, &p.prefix)
	add(c.Hit, &p.hit)
	p.where = make([]int, len(c.Where))
	for i, w := range c.Where {
		add(w.Column, &p.where[i])
	}
	return list
}

// names lists the columns that a trace of this form has at least.
func (c *Columns) names() (needed []string) {
	for _, n := range c.named(&places{}) {
		if !n.optional {
			needed = append(needed, n.column)
		}
	}
	return needed
}

// places are those of the columns; −1 if there is none.
type places struct {
	time, model, work, items, input, output, session, prefix, hit int
	where                                                         []int
}
