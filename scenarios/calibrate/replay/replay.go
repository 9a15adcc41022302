// Package replay serves a demand on one simulated engine (package tokens) and compares the result
// with measurements. It also adds up the features of the steps for which each request waited. The
// time of a step is the sum of its features times the coefficients of the step-time model.
package replay

import (
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/scenarios/wording"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Demand is a list of requests that a client sends to one replica.
type Demand struct {
	Requests []TimedRequest // in the order of their arrival
	Cap      int            // largest number of requests in flight; others wait; 0: no limit
	Pause    float64        // seconds from the end of a request until it no longer counts for Cap
}

// TimedRequest is one request of a demand.
type TimedRequest struct {
	Arrival       float64 // seconds since the start
	Input, Output int32   // tokens
	Content       *tokens.Content
}

// ServedRequest says how one request was served. Instants are in seconds since the start.
type ServedRequest struct {
	Refused   string         // reason why it can never be served; "": it was served
	Sent      float64        // the client sent it
	First     float64        // the client saw its first token
	Last      float64        // the client saw its end, after the last token
	Queued    float64        // end of the step in which it was sent; Sent if the engine was idle
	Preempted int            // number of preemptions
	ToFirst   profile.Vector // features of the steps from queueing to the first token
	Decode    profile.Vector // features of the steps from the first to the last token
}

// engine is a replica of one engine or of several.
type engine interface {
	Enqueue(int32, tokens.EngineRequest)
	Wake(kernel.Time) kernel.Time
	Next() kernel.Time
	Step(kernel.Time) []tokens.Outcome
	Steps() *tokens.Steps
}

// replay serves a demand on one replica.
type replay struct {
	config   *tokens.Config
	demand   Demand
	served   []ServedRequest
	replica  engine
	features profile.Vector   // sum over all finished steps
	underWay []int32          // requests on the way to the replica, in order
	arrived  []int32          // requests queued during the present run of steps
	sent     []int32          // requests sent during the present run of steps
	begun    []profile.Vector // value of features when a request was queued or had its first token
	next     int              // next request to send
	inFlight int
	done     int
	ends     []kernel.Time // instants at which requests end, ascending
	onSteps  func(*tokens.Steps)
}

// Serve serves a demand on one empty replica and returns how each request was served.
func Serve(c *tokens.Config, d Demand) ([]ServedRequest, error) {
	return ServeWatched(c, d, func(*tokens.Steps) {})
}

// ServeWatched does the same as Serve, and calls onSteps with every run of steps.
func ServeWatched(c *tokens.Config, d Demand, onSteps func(*tokens.Steps)) ([]ServedRequest, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	r := replay{config: c, demand: d, served: make([]ServedRequest, len(d.Requests)), begun: make([]profile.Vector, len(d.Requests)), onSteps: onSteps}
	if r.replica = tokens.New(c, &tokens.Pool{}); c.Engines() > 1 {
		r.replica = tokens.NewGroup(c, &tokens.Pool{})
	}
	for r.done < len(d.Requests) {
		at := min(r.nextSend(), r.nextArrival(), r.replica.Next())
		if at == kernel.Never {
			return nil, fmt.Errorf("%d of %s never served", len(d.Requests)-r.done, wording.Counted(int64(len(d.Requests)), "request"))
		}
		for r.nextSend() <= at {
			r.send()
		}
		for r.nextArrival() <= at {
			r.enqueue(at)
		}
		if r.replica.Wake(at) == at {
			r.endSteps(at)
		}
	}
	return r.served, nil
}

// seconds converts an instant to seconds.
func seconds(t kernel.Time) float64 { return float64(t) / 1e9 }

// nextSend returns when the next request is sent.
func (r *replay) nextSend() kernel.Time {
	if r.next == len(r.served) {
		return kernel.Never
	}
	at := kernel.Time(math.Round(1e9 * r.demand.Requests[r.next].Arrival))
	if r.demand.Cap > 0 && r.inFlight >= r.demand.Cap {
		if len(r.ends) == 0 {
			return kernel.Never
		}
		return max(at, r.ends[0])
	}
	return at
}

// nextArrival returns when the next request reaches the replica.
func (r *replay) nextArrival() kernel.Time {
	if len(r.underWay) == 0 {
		return kernel.Never
	}
	return kernel.Time(math.Round(1e9 * r.served[r.underWay[0]].Sent)).Add(r.config.Before)
}

func (r *replay) send() {
	q, s := r.demand.Requests[r.next], &r.served[r.next]
	s.Sent = seconds(r.nextSend())
	s.Queued = s.Sent
	if r.demand.Cap > 0 && r.inFlight >= r.demand.Cap {
		r.ends = r.ends[1:]
		r.inFlight--
	}
	if s.Refused = r.config.Refuses(q.Input, q.Output); s.Refused != "" {
		r.done++
	} else {
		r.underWay, r.sent = append(r.underWay, int32(r.next)), append(r.sent, int32(r.next))
		r.inFlight++
	}
	r.next++
}

func (r *replay) enqueue(now kernel.Time) {
	id := r.underWay[0]
	r.underWay = r.underWay[1:]
	q := r.demand.Requests[id]
	content := q.Content
	if content == nil && r.config.PrefixCache {
		content = &tokens.Content{Prefix: []tokens.Segment{{Content: uint64(id) | 1<<63, Tokens: q.Input}}}
	}
	r.begun[id] = r.features
	r.served[id].Sent = seconds(now.Add(-r.config.Before))
	r.arrived = append(r.arrived, id)
	r.replica.Enqueue(id, tokens.EngineRequest{Prompt: q.Input, Output: q.Output, Ordinal: int64(id), Content: content})
}

// endSteps ends a run of steps, and records its effects on requests.
func (r *replay) endSteps(now kernel.Time) {
	outcomes := r.replica.Step(now)
	if run := r.replica.Steps(); run.Count > 0 {
		r.onSteps(run)
		begin := seconds(run.Begin)
		for _, id := range r.arrived {
			if within := r.served[id].Sent + r.config.Before.Seconds() - begin; within > 0 {
				r.begun[id] = r.features.Plus(featuresOf(run, &r.config.StepTime, stepsWithin(run, within)), 1)
			}
		}
		for _, id := range r.sent {
			if within := r.served[id].Sent - begin; within > 0 {
				r.served[id].Queued = begin + secondsOf(run, math.Ceil(stepsWithin(run, within)-1e-6))
			}
		}
		r.features, r.sent = r.features.Plus(featuresOf(run, &r.config.StepTime, float64(run.Count)), 1), r.sent[:0]
	}
	r.arrived = r.arrived[:0]
	for _, o := range outcomes {
		s := &r.served[o.ID]
		switch o.Kind {
		case tokens.Preempted:
			s.Preempted++
		case tokens.FirstToken:
			s.First = seconds(now.Add(r.config.PerToken))
			s.ToFirst, r.begun[o.ID] = r.features.Plus(r.begun[o.ID], -1), r.features
		case tokens.Finished:
			end := now.Add(r.config.PerToken*time.Duration(r.demand.Requests[o.ID].Output) + r.config.After)
			s.Last = seconds(end)
			s.Decode = r.features.Plus(r.begun[o.ID], -1)
			r.done++
			free := end.Add(kernel.Seconds(r.demand.Pause)) + 1
			at, _ := slices.BinarySearch(r.ends, free)
			r.ends = slices.Insert(r.ends, at, free)
		}
	}
}
