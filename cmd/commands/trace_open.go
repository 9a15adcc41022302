package commands

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/characterize"
	"wavetank/workload/table"
	"wavetank/workload/trace"
)

// traceOptions say how a trace is read.
type traceOptions struct {
	format, unit string
	columns      trace.Columns
	where        []string
	from, until  time.Duration
	clients      int
	rate         float64
	rates        trace.Rates
	pattern      string
	answers      characterize.Answers
}

func traceFlags(c *cobra.Command, o *traceOptions) {
	var known []string
	for _, f := range trace.Forms() {
		known = append(known, f.Name)
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "", "form of the trace (default: known by its first line): "+strings.Join(known, ", "))
	f.StringVar(&o.columns.Time, "time", "", "csv, jsonl: column of the arrival time")
	f.StringVar(&o.unit, "unit", "auto", "csv, jsonl: unit of the time: s, ms, us, ns, rfc3339, or auto: from the end of the column's name, a date, or the size of a number that counts from 1970; otherwise s")
	f.StringVar(&o.columns.Input, "input", "", "csv, jsonl: column of the input tokens")
	f.StringVar(&o.columns.Output, "output", "", "csv, jsonl: column of the output tokens")
	f.StringVar(&o.columns.Session, "session", "", "csv, jsonl: column of the session")
	f.StringVar(&o.columns.Delay, "delay", "", "csv, jsonl: column of the pause from the answer to the turn of the session before; its unit is at the end of its name, otherwise s")
	f.StringVar(&o.columns.Prefix, "prefix", "", "csv, jsonl: column with the numbers of the prompt's blocks")
	f.IntVar(&o.columns.Block, "prefix-block", 0, "csv, jsonl: tokens of a block in the column of --prefix")
	f.StringArrayVar(&o.where, "where", nil, "csv, jsonl: read only rows that meet a condition: COLUMN=VALUE, COLUMN!=VALUE, COLUMN>NUMBER; an empty value means an empty cell")
	f.BoolVar(&o.columns.SkipEmpty, "skip-empty", false, "csv, jsonl: leave out rows with an empty cell in one of the columns that are read")
	f.DurationVar(&o.columns.Disorder, "sort-within", 0, "csv, jsonl: sort rows whose times are up to this far out of order")
	f.DurationVar(&o.from, "from", 0, "leave out the requests before this time of the trace")
	f.DurationVar(&o.until, "until", 0, "leave out the requests from this time of the trace on")
	f.DurationVar(&o.answers.FirstToken, "first-token", 0, "time to the first token of an answer when the trace was recorded; pauses of conversations begin after the answer")
	f.DurationVar(&o.answers.PerToken, "per-token", 0, "time per further token when the trace was recorded")
	f.StringVar(&o.pattern, "pattern", "", "access-log: format of a line, as in the configuration of NGINX ($time_local …) or Envoy (%START_TIME% …)")
	f.Float64Var(&o.rate, "rate", 0, "lengths: requests per second, which come as in a Poisson process")
	f.StringVar(&o.rates.Series, "series", "", "rates: the series that is read, or all for their sum")
	f.StringVar(&o.rates.Per, "per", "", "rates: what the numbers count by: s, m or h (default: as the file says)")
	f.Float64Var(&o.columns.Share, "prefix-share", 0, "csv, jsonl: assumed share of each prompt that all prompts have in common, from their start")
	f.IntVar(&o.clients, "clients", 0, "servegen: read only this many clients, those that send most requests; 0: all")
}

// opened is a trace whose form is known.
type opened struct {
	path, format string
	open         characterize.Open
	unused       []string // columns that are not read
	timeless     bool     // the trace has no times
	options      traceOptions
}

// look returns the options for characterizing the trace, with blocks of the given number of tokens.
func (o traceOptions) look(block int) characterize.Reading {
	until := kernel.Never
	if o.until > 0 {
		until = kernel.Time(o.until)
	}
	return characterize.Reading{Block: block, From: kernel.Time(o.from), Until: until, Answers: o.answers}
}

// openTrace finds out the form of a trace.
func openTrace(path string, o traceOptions) (opened, error) {
	file, t := table.OnDisk(path), opened{path: path, format: o.format, options: o}
	if o.answers.FirstToken < 0 || o.answers.PerToken < 0 {
		return t, errors.New("--first-token, --per-token: a time is negative")
	}
	if o.from < 0 || o.until < 0 || o.until > 0 && o.until <= o.from {
		return t, fmt.Errorf("--from %v, --until %v: this is not part of a trace", o.from, o.until)
	}
	var err error
	switch {
	case t.format == "" && o.pattern != "":
		t.format = "access-log"
	case t.format == "" && o.columns.Time != "": // csv reads every table
		t.format = "csv"
	case t.format == "" && o.rates != (trace.Rates{}):
		t.format = "rates"
	}
	if t.format == "" {
		t.format, err = trace.Detect(file)
		if errors.Is(err, trace.ErrUnknownForm) {
			err = fmt.Errorf("%w (--format, --time, --input, --output)", err)
		}
		if err != nil {
			return t, err
		}
	}
	models, err := workload.Only(0)
	if err != nil {
		return t, err
	}
	lane := workload.Lane{Name: "trace", Seed: 1, Models: models}
	form, err := o.form(t.format)
	if err != nil {
		return t, err
	}
	start, err := t.prepare(file, form, models)
	if err != nil {
		return t, err
	}
	t.open = func() (workload.Source, error) { return start(lane) }
	t.unused, err = form.Unused(file)
	return t, err
}

// prepare returns the opener of the requests. Of a table of lengths, each row is read once. If no
// rate is given, its requests come at one per second, and the times are not shown.
func (t *opened) prepare(f table.File, form trace.RecordedForm, models *workload.Mix) (trace.Replayer, error) {
	p, is := form.(trace.Population)
	if !is {
		return form.Prepare(f, models)
	}
	if t.timeless = p.Rate == 0; t.timeless {
		p.Rate = 1
	}
	return p.InOrder(f)
}

// form returns the form with the given name. Its parameters are those of the flags.
func (o traceOptions) form(name string) (trace.RecordedForm, error) {
	switch name {
	case "servegen":
		return trace.ServeGen{Clients: o.clients}, nil
	case "csv", "jsonl":
		return o.mapping(name)
	case "rates":
		if err := o.rates.Check(); err != nil {
			return nil, fmt.Errorf("--per: %w", err)
		}
		return o.rates, nil
	case "access-log":
		return trace.AccessLog{Pattern: o.pattern}, nil
	case "lengths":
		return trace.Population{Rate: o.rate, Input: o.columns.Input, Output: o.columns.Output}, nil
	}
	for _, f := range trace.Forms() {
		if c, is := f.Form.(trace.Columns); is && f.Name == name {
			c.Answer = trace.AnswerTimes(o.answers)
			return c, nil
		}
		if f.Name == name {
			return f.Form, nil
		}
	}
	return nil, fmt.Errorf("--format: there is no form of trace %q; see --help", name)
}

// mapping returns the form csv or jsonl, with the columns that the flags name.
func (o traceOptions) mapping(format string) (c trace.Columns, err error) {
	c = o.columns
	c.JSON = format == "jsonl"
	if c.Where, err = o.conditions(); err != nil {
		return c, err
	}
	c.DelayUnit, c.Answer = table.Auto, trace.AnswerTimes(o.answers)
	if c.Unit, err = table.ParseUnit(o.unit); err != nil {
		return c, err
	}
	if err = c.Check(); err != nil {
		err = fmt.Errorf("--format %s: %w", format, err)
	}
	return c, err
}

// conditions returns the conditions of the flag --where.
func (o traceOptions) conditions() (list []table.Condition, err error) {
	var faults []error
	for _, w := range o.where {
		c, err := table.ParseCondition(w)
		if err != nil {
			faults = append(faults, fmt.Errorf("--where %s: %w", w, err))
		}
		list = append(list, c)
	}
	return list, errors.Join(faults...)
}

// named puts the path of the trace before an error, unless the error names the path already.
func (t opened) named(err error) error {
	if err != nil && !strings.Contains(err.Error(), t.path) {
		err = fmt.Errorf("%s: %w", t.path, err)
	}
	return err
}
