package file

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/workload/distribution"
)

// Clients is a closed loop: a fixed number of senders. Each waits for an answer before it sends its
// next request.
type Clients struct {
	Count     int       `yaml:"count,required" doc:"number of clients; each has at most one request in flight"`
	ThinkTime ThinkTime `yaml:"think-time,omitempty" doc:"time from the end of a request or conversation to the next one of the client; also before its first one"`
}

const mostClients = 1_000_000

// Conversation makes each request of a stream a turn of a conversation.
type Conversation struct {
	Turns     TokenLengths  `yaml:"turns,required" doc:"requests of a conversation"`
	ThinkTime ThinkTime     `yaml:"think-time,omitempty" doc:"time from an answer to the next turn"`
	Input     *TokenLengths `yaml:"input,omitempty" doc:"new tokens of the turns after the first; the stream's input when not given"`
	Output    *TokenLengths `yaml:"output,omitempty" doc:"tokens of the answers after the first; the stream's output when not given"`
	Context   int32         `yaml:"context-window,omitempty" was:"context" doc:"largest number of tokens of a prompt and its answer together; the oldest turns are left out of the prompt until it fits; no limit when not given"`
}

// ThinkTime is a random pause.
type ThinkTime struct {
	Mean         quantity.Duration `yaml:"mean" doc:"mean time"`
	Distribution Service           `yaml:"distribution" was:"law" doc:"distribution of the think time, scaled to the mean"`
}

// SetDefaults implements strict.Defaulter.
func (t *ThinkTime) SetDefaults() { t.Distribution.Choose("deterministic", nil) }

// Check implements strict.Checker.
func (t *ThinkTime) Check(_ *strict.Node, report func(path, message string)) {
	nonNegative(report, "mean", t.Mean)
}

// SetDefaults implements strict.Defaulter.
func (c *Clients) SetDefaults() { c.ThinkTime.SetDefaults() }

// SetDefaults implements strict.Defaulter.
func (c *Conversation) SetDefaults() { c.ThinkTime.SetDefaults() }

// Check implements strict.Checker.
func (c *Clients) Check(_ *strict.Node, report func(path, message string)) {
	if c.Count < 1 || c.Count > mostClients {
		report("count", fmt.Sprintf("%d is outside 1 to %d", c.Count, mostClients))
	}
}

// Check implements strict.Checker.
func (c *Conversation) Check(_ *strict.Node, report func(path, message string)) {
	if c.Context < 0 || c.Context > distribution.LargestCount {
		report("context-window", fmt.Sprintf("%d is outside 1 to %d", c.Context, distribution.LargestCount))
	}
}
