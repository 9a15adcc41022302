package outside

import (
	"encoding/json"
	"slices"
	"strconv"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Field is an attribute of something about which a policy outside of the program is asked. One of
// Text, Whole and Real is set; it reads the attribute. A text is a name of the scenario. Beside it,
// Place reads the place of this name in the scenario's list, from 0, for policies that only read
// numbers.
type Field[T any] struct {
	Name  string
	Text  func(*T) string
	Place func(*T) int64
	Whole func(*T) int64
	Real  func(*T) float64
	// Fixed says that it never changes.
	Fixed bool
}

// AskedRequest is a request about which a policy is asked.
type AskedRequest struct {
	View    *sim.View
	Request *fleet.Request
}

// class returns the place of the request's class, or -1 if it has none.
func (a *AskedRequest) class() int {
	if c := int(a.Request.Class); c < len(a.View.Spec().Classes) {
		return c
	}
	return -1
}

// AskedReplica is a replica that may get a request, or start a batch.
type AskedReplica struct {
	View *sim.View
	At   fleet.ReplicaID
}

// AskedModel is all replicas and requests of a model.
type AskedModel struct {
	View  *sim.View
	Model fleet.ModelID
}

// RequestFields are what a server knows about a request. Its output tokens and its work are not
// known before it is served.
var RequestFields = []Field[AskedRequest]{
	{
		Name:  "model",
		Text:  func(a *AskedRequest) string { return a.View.Spec().Models[a.Request.Model].Name },
		Place: func(a *AskedRequest) int64 { return int64(a.Request.Model) },
	},
	{Name: "number", Whole: func(a *AskedRequest) int64 { return a.Request.Ordinal }},
	{Name: "age", Real: func(a *AskedRequest) float64 { return a.View.Now().Sub(a.Request.Arrival).Seconds() }},
	{Name: "items", Real: func(a *AskedRequest) float64 { return float64(max(1, a.Request.Items)) }},
	{Name: "input", Whole: func(a *AskedRequest) int64 { return int64(a.Request.Input) }},
	{
		Name: "class",
		Text: func(a *AskedRequest) string {
			if c := a.class(); c >= 0 {
				return a.View.Spec().Classes[c].Name
			}
			return ""
		},
		Place: func(a *AskedRequest) int64 { return int64(a.class()) },
	},
	{Name: "tenant", Whole: func(a *AskedRequest) int64 { return int64(a.Request.Tenant) }},
	{Name: "session", Whole: func(a *AskedRequest) int64 { return a.Request.Session }},
	{Name: "attempt", Whole: func(a *AskedRequest) int64 { return int64(a.Request.Attempt) }},
}

// WaitingFields are what a batcher sees of a request in line: the places that it takes in a batch,
// the time until it is late, and what else is known about it.
var WaitingFields = slices.Concat([]Field[AskedRequest]{
	{Name: "places", Whole: func(a *AskedRequest) int64 { return int64(a.Request.Places()) }},
	{Name: "slack", Real: func(a *AskedRequest) float64 {
		due := a.Request.Arrival.Add(a.View.Spec().Objective(a.Request))
		return due.Sub(a.View.Now()).Seconds()
	}},
}, RequestFields)

// ReplicaFields are what a router or a batcher sees of a replica.
var ReplicaFields = []Field[AskedReplica]{
	{Name: "id", Fixed: true, Whole: func(c *AskedReplica) int64 { return int64(c.At) }},
	{
		Name:  "deployment",
		Text:  func(c *AskedReplica) string { return c.View.Deployment(c.At).Name },
		Place: func(c *AskedReplica) int64 { return int64(c.View.Replica(c.At).Deployment) },
		Fixed: true,
	},
	{Name: "machine", Fixed: true, Whole: func(c *AskedReplica) int64 { return int64(c.View.Replica(c.At).Machine) }},
	{Name: "outstanding", Whole: func(c *AskedReplica) int64 { return int64(c.View.Outstanding(c.At)) }},
	{Name: "queued", Whole: func(c *AskedReplica) int64 { return int64(c.View.Queued(c.At)) }},
	{Name: "free", Whole: func(c *AskedReplica) int64 { return int64(c.View.Free(c.At)) }},
	{Name: "capacity", Fixed: true, Real: func(c *AskedReplica) float64 { return c.View.Deployment(c.At).Capacity }},
	{Name: "max_batch", Fixed: true, Whole: func(c *AskedReplica) int64 { return int64(c.View.Deployment(c.At).MaxBatch) }},
	{Name: "prompt_tokens", Whole: func(c *AskedReplica) int64 { return c.View.PromptTokens(c.At) }},
	{Name: "kv_share", Real: func(c *AskedReplica) float64 {
		if c.View.Deployment(c.At).Tokens == nil {
			return 0
		}
		load := c.View.Tokens(c.At)
		return float64(load.Held) / float64(max(1, load.Blocks))
	}},
}

// ModelFields are what an admission rule sees of the model of a request.
var ModelFields = []Field[AskedModel]{
	{
		Name:  "name",
		Text:  func(l *AskedModel) string { return l.View.Spec().Models[l.Model].Name },
		Place: func(l *AskedModel) int64 { return int64(l.Model) },
	},
	{Name: "time", Real: func(l *AskedModel) float64 { return l.View.Now().Seconds() }},
	{Name: "ready", Whole: func(l *AskedModel) int64 { return int64(l.View.Ready(l.Model)) }},
	{Name: "open", Whole: func(l *AskedModel) int64 { return int64(l.View.Open(l.Model)) }},
	{Name: "waiting", Whole: func(l *AskedModel) int64 { return int64(l.View.Waiting(l.Model)) }},
	{Name: "pending", Whole: func(l *AskedModel) int64 { return int64(l.View.Pending(l.Model)) }},
}

// AppendJSON appends a JSON object of all fields of a value to a line.
func AppendJSON[T any](line []byte, fields []Field[T], of *T) []byte {
	for i := range fields {
		f := &fields[i]
		line = append(line, ",\""...)
		if i == 0 {
			line[len(line)-2] = '{'
		}
		line = append(append(line, f.Name...), "\":"...)
		switch {
		case f.Text != nil:
			line = appendText(line, f.Text(of))
		case f.Whole != nil:
			line = strconv.AppendInt(line, f.Whole(of), 10)
		default:
			line = strconv.AppendFloat(line, f.Real(of), 'g', -1, 64)
		}
	}
	return append(line, '}')
}

// appendText appends a string in JSON.
func appendText(line []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(text) // every string can be written
			return append(line, quoted...)
		}
	}
	return append(append(append(line, '"'), text...), '"')
}
