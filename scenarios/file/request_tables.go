package file

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
	"wavetank/workload/table"
	"wavetank/workload/trace"
)

// PublishedTrace replays a trace of a form that has no parameters.
type PublishedTrace struct {
	Trace `yaml:",inline"`
	form  trace.RecordedForm
}

// Form implements Recorded.
func (t *PublishedTrace) Form(Identities) (trace.RecordedForm, error) {
	return t.form, nil
}

// SessionTrace replays a trace whose later turns may come some time after the answer before: that
// of the run, or one that is assumed to take a known time.
type SessionTrace struct {
	Trace          `yaml:",inline"`
	AnswersOfTurns `yaml:",inline"`
}

// AnswersOfTurns says how long the answers before later turns take.
type AnswersOfTurns struct {
	FirstToken quantity.Duration `yaml:"first-token,omitempty" doc:"assumed time to the first token of an answer, after which a delay of a later turn begins; without this key and per-token, later turns wait for the answers of the run"`
	PerToken   quantity.Duration `yaml:"per-token,omitempty" doc:"assumed time per further token of an answer"`
}

// Form implements Recorded.
func (t *SessionTrace) Form(Identities) (trace.RecordedForm, error) {
	c := trace.Mooncake()
	t.answer(&c)
	return c, nil
}

// answer says what later turns wait for: answers that take a known time, or those of the run.
func (t *AnswersOfTurns) answer(c *trace.Columns) {
	c.Answer = trace.AnswerTimes{FirstToken: time.Duration(t.FirstToken), PerToken: time.Duration(t.PerToken)}
	c.Waits = c.Answer == trace.AnswerTimes{}
}

// Check implements strict.Checker.
func (t *AnswersOfTurns) Check(_ *strict.Node, report func(path, message string)) {
	if t.FirstToken < 0 {
		report("first-token", fmt.Sprintf("%v is negative", t.FirstToken))
	}
	if t.PerToken < 0 {
		report("per-token", fmt.Sprintf("%v is negative", t.PerToken))
	}
}

// AccessLogTrace replays the requests of an access log.
type AccessLogTrace struct {
	Trace   `yaml:",inline"`
	Pattern string `yaml:"pattern,omitempty" doc:"format of a line, as in the configuration of NGINX or Envoy; a usual one when not given"`
}

// Form implements Recorded.
func (t *AccessLogTrace) Form(Identities) (trace.RecordedForm, error) {
	return trace.AccessLog{Pattern: t.Pattern}, nil
}

// RateTrace draws requests as in a Poisson process whose rate a file gives.
type RateTrace struct {
	Trace  `yaml:",inline"`
	Series string `yaml:"series,omitempty" doc:"the series that is read, or all for the sum of all; the only one when not given"`
	Per    string `yaml:"per,omitempty" doc:"what the numbers count by: s, m or h; as the file says when not given"`
}

// Form implements Recorded.
func (t *RateTrace) Form(Identities) (trace.RecordedForm, error) {
	return trace.Rates{Series: t.Series, Per: t.Per}, nil
}

// Check implements strict.Checker.
func (t *RateTrace) Check(_ *strict.Node, report func(path, message string)) {
	if err := (trace.Rates{Per: t.Per}).Check(); err != nil {
		report("per", err.Error())
	}
}

// LengthTrace draws requests as in a Poisson process. Each has the lengths of a random row of a
// file.
type LengthTrace struct {
	Trace  `yaml:",inline"`
	Rate   quantity.Rate `yaml:"rate,required" doc:"mean rate"`
	Input  string        `yaml:"input,omitempty" doc:"column of the input tokens; by its usual names when not given"`
	Output string        `yaml:"output,omitempty" doc:"column of the output tokens; by its usual names when not given"`
}

// Form implements Recorded.
func (t *LengthTrace) Form(Identities) (trace.RecordedForm, error) {
	return trace.Population{Rate: float64(t.Rate), Input: t.Input, Output: t.Output}, nil
}

// Check implements strict.Checker.
func (t *LengthTrace) Check(_ *strict.Node, report func(path, message string)) {
	if !(t.Rate > 0) {
		report("rate", fmt.Sprintf("%v is not above 0", t.Rate))
	}
}

// BurstGPT replays a BurstGPT trace without its failed requests.
type BurstGPT struct {
	Trace   `yaml:",inline"`
	Only    string `yaml:"only,omitempty" doc:"value of the column Model whose rows are replayed, e.g. GPT-4; all when not given"`
	LogType string `yaml:"log-type,omitempty" doc:"value of the column Log Type whose rows are replayed, e.g. API log; all when not given"`
}

// Form implements Recorded.
func (t *BurstGPT) Form(Identities) (trace.RecordedForm, error) {
	return trace.BurstGPT(t.Only, t.LogType), nil
}

// RowTrace replays a trace with one request per row. Its fields name the columns.
type RowTrace struct {
	Trace          `yaml:",inline"`
	AnswersOfTurns `yaml:",inline"`
	Time           string            `yaml:"time,required" doc:"column of the instant"`
	Unit           TimeUnit          `yaml:"unit" doc:"unit of the instant: s, ms, us, ns, rfc3339 for date and time, or auto: from the end of the column's name, a date, or the size of a number that counts from 1970; otherwise s"`
	Model          string            `yaml:"model,omitempty" doc:"column of the model; without it the stream decides"`
	Models         map[string]string `yaml:"models,omitempty" doc:"names of models for the values in the column model"`
	Work           string            `yaml:"work,omitempty" doc:"column of the service time, relative to mean"`
	Mean           float64           `yaml:"mean,omitempty" doc:"value of the column work that means the latency of the profile; 1 when not given"`
	Items          string            `yaml:"items,omitempty" doc:"column of the items that a request carries, whole numbers; without it the stream decides"`
	Class          string            `yaml:"class,omitempty" doc:"column of the class; without it the stream decides"`
	Classes        map[string]string `yaml:"classes,omitempty" doc:"names of classes for the values in the column class; the values themselves when not given"`
	Tenant         string            `yaml:"tenant,omitempty" doc:"column of the tenant; without it the stream decides"`
	Tenants        map[string]string `yaml:"tenants,omitempty" doc:"names of tenants for the values in the column tenant; the values themselves when not given"`
	Input          string            `yaml:"input,omitempty" doc:"column of the input tokens"`
	Output         string            `yaml:"output,omitempty" doc:"column of the output tokens"`
	Session        string            `yaml:"session,omitempty" doc:"column of the session, any text; requests with equal texts belong together"`
	Delay          string            `yaml:"delay,omitempty" doc:"column of the pause from the answer to the turn before, of the same session, to this turn: a row with a delay needs no instant. Its unit is at the end of the column's name, as in think_ms, otherwise s"`
	Prefix         string            `yaml:"prefix,omitempty" doc:"column of the numbers of the blocks with which the prompt begins; equal numbers mean equal contents"`
	Block          int               `yaml:"block-size,omitempty" was:"block" doc:"tokens of a block in the column prefix"`
	Hit            string            `yaml:"cached,omitempty" was:"hit" doc:"column of the number of tokens at the start of the prompt that are the same in an earlier prompt; instead of prefix"`
	Share          float64           `yaml:"prefix-share,omitempty" doc:"assumed share of each prompt that all prompts have in common, from their start; instead of prefix"`
	Failed         bool              `yaml:"failed,omitempty" doc:"true: a row without output is a request that failed, which is left out"`
	Where          map[string]string `yaml:"where,omitempty" doc:"columns and the values that they must have; other rows are left out. A value may begin with !=, >, >=, < or <=; an empty value means an empty cell"`
	Skip           bool              `yaml:"skip-empty,omitempty" doc:"true: rows with an empty cell in one of the columns are left out"`
	Within         quantity.Duration `yaml:"sort-within,omitempty" doc:"rows whose instants are up to this far out of order are sorted"`
}

// TimeUnit says how an instant is written.
type TimeUnit string

// Choices implements strict.Chooser.
func (TimeUnit) Choices() []string { return table.Units() }

// check returns faults of the parameters. It does not read the trace.
func (t *RowTrace) check() error {
	c, err := t.mapping(Identities{})
	if err == nil {
		err = c.Check()
	}
	return errors.Join(t.Trace.check(), err)
}

// mapping returns the names of the columns, and the models, classes and tenants for the reader of
// the trace.
func (t *RowTrace) mapping(known Identities) (trace.Columns, error) {
	unit, err := table.ParseUnit(string(t.Unit))
	if err != nil {
		return trace.Columns{}, err
	}
	c := trace.Columns{
		Time: t.Time, Unit: unit, Model: t.Model, Work: t.Work, Mean: t.Mean, Items: t.Items, Input: t.Input, Output: t.Output,
		Session: t.Session, Delay: t.Delay, DelayUnit: table.Auto, Prefix: t.Prefix, Block: t.Block, Hit: t.Hit, Failed: t.Failed,
		Share: t.Share, SkipEmpty: t.Skip, Disorder: time.Duration(t.Within),
		Class: t.Class, Classes: translated(t.Classes, known.Classes), Tenant: t.Tenant, Tenants: translated(t.Tenants, known.Tenants),
	}
	t.answer(&c)
	var faults []error
	if t.Delay == "" && (t.FirstToken != 0 || t.PerToken != 0) {
		faults = append(faults, errors.New("first-token, per-token: they are for turns with a delay, and no column of delays is named"))
	}
	for _, column := range slices.Sorted(maps.Keys(t.Where)) {
		where, err := table.NewCondition(column, t.Where[column])
		if err != nil {
			faults = append(faults, fmt.Errorf("where: %w", err))
		}
		c.Where = append(c.Where, where)
	}
	if len(t.Models) > 0 {
		c.Models = map[string]fleet.ModelID{}
	}
	for _, value := range slices.Sorted(maps.Keys(t.Models)) {
		name := t.Models[value]
		id, is := known.Models[name]
		if !is && known.Models != nil {
			faults = append(faults, fmt.Errorf("models: %s is not a model of the workload", name))
		}
		c.Models[value] = id
	}
	return c, errors.Join(faults...)
}

// Keys returns the keys that name a column of the trace. For a column in a condition, the key is a
// path below where.
func (t *RowTrace) Keys(column string) (list []string) {
	for _, k := range []struct{ key, column string }{
		{"time", t.Time}, {"model", t.Model}, {"work", t.Work}, {"items", t.Items}, {"class", t.Class}, {"tenant", t.Tenant}, {"input", t.Input}, {"output", t.Output},
		{"session", t.Session}, {"delay", t.Delay}, {"prefix", t.Prefix}, {"cached", t.Hit},
	} {
		if k.column == column {
			list = append(list, k.key)
		}
	}
	if _, ok := t.Where[column]; ok {
		list = append(list, JoinPath("where", column))
	}
	return list
}

// modelColumn returns the column that names the model of a request, or "".
func (t *RowTrace) modelColumn() string { return t.Model }

// HasWork reports whether the trace has a column of the work of its requests.
func (t *RowTrace) HasWork() bool { return t.Work != "" }

// HasItems reports whether the trace has a column of the items of its requests.
func (t *RowTrace) HasItems() bool { return t.Items != "" }

// CSV replays comma-separated values with a header.
type CSV struct {
	RowTrace `yaml:",inline"`
}

// Form implements Recorded.
func (t *CSV) Form(known Identities) (trace.RecordedForm, error) {
	c, err := t.mapping(known)
	return c, err
}

// JSONLines replays a trace with one JSON object per line. Its columns are the members of these
// objects.
type JSONLines struct {
	RowTrace `yaml:",inline"`
}

// Form implements Recorded.
func (t *JSONLines) Form(known Identities) (trace.RecordedForm, error) {
	c, err := t.mapping(known)
	c.JSON = true
	return c, err
}

// ServeGen draws requests from the clients that a ServeGen folder describes.
type ServeGen struct {
	Trace   `yaml:",inline"`
	Clients int `yaml:"clients,omitempty" doc:"number of clients to replay, those that send most; all when not given"`
}

// Form implements Recorded.
func (t *ServeGen) Form(Identities) (trace.RecordedForm, error) {
	return trace.ServeGen{Clients: t.Clients}, nil
}

// Check implements strict.Checker.
func (t *ServeGen) Check(_ *strict.Node, report func(path, message string)) {
	if t.Clients < 0 {
		report("clients", fmt.Sprintf("%d is negative", t.Clients))
	}
}
