package capacity

import (
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// talks is a sample of conversations, with the instants of their turns. A lower rate has fewer
// conversations, and a higher rate more. The times between turns do not change, so a prefix cache
// still holds the earlier turns.
type talks struct {
	requests []fleet.Request
	owner    map[uint64]int64 // for each content of prompts, its only conversation; 0: several
	span     time.Duration    // time from the first request to the last
}

// repeats reports whether prompts share contents with only few other prompts, as in conversations.
// Then their order matters. If there are only few different contents, such as system prompts, every
// replica soon holds all of them, and the order does not matter.
func repeats(requests []fleet.Request) bool {
	const times = 20 // mean repetitions of a content above which there are few contents
	contents, parts := map[uint64]bool{}, 0
	for i := range requests {
		c := requests[i].Content
		if c == nil {
			continue
		}
		parts++
		for _, segment := range c.Prefix {
			contents[segment.Content] = true
		}
	}
	return len(contents)*times > parts
}

// newTalks returns the conversations of requests. It returns nil if prompts repeat others without a
// session, as in some traces.
func newTalks(requests []fleet.Request) *talks {
	t := &talks{requests: requests, owner: map[uint64]int64{}}
	for i := range requests {
		r := &requests[i]
		if r.Content == nil {
			continue
		}
		if r.Session == 0 {
			return nil
		}
		for _, segment := range r.Content.Prefix {
			if owner, known := t.owner[segment.Content]; known && owner != r.Session {
				t.owner[segment.Content] = 0
			} else if !known {
				t.owner[segment.Content] = r.Session
			}
		}
	}
	if t.span = requests[len(requests)-1].Arrival.Sub(requests[0].Arrival); t.span == 0 {
		return nil
	}
	return t
}

// turn is one request of a conversation, in one copy of the conversation.
type turn struct {
	at      time.Duration // instant since the start of the run
	request int32
	copy    int32
}

// at returns the first turns of a run at a rate, in requests per second, but at most the given
// number of turns. A hash of the number of a conversation decides whether it takes part. So all
// conversations of a low rate also take part at a higher rate. Further copies of conversations are
// shifted evenly in time.
func (t *talks) at(rate float64, most int) (list []turn) {
	share := rate * t.span.Seconds() / float64(len(t.requests))
	copies := max(1, int(math.Ceil(share)))
	until := t.span
	if many := float64(most) / rate; many < t.span.Seconds() {
		until = kernel.Seconds(1.2 * many)
	}
	for copy := range copies {
		shift := t.span * time.Duration(copy) / time.Duration(copies)
		for i := range t.requests {
			r := &t.requests[i]
			who := uint64(r.Session)
			if who == 0 {
				who = ^uint64(i)
			}
			at := (r.Arrival.Sub(t.requests[0].Arrival) + shift) % (t.span + 1)
			if at <= until && float64(kernel.Mix(who^uint64(copy)<<48)>>11)/(1<<53) < share/float64(copies) {
				list = append(list, turn{at, int32(i), int32(copy)})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b turn) int { return int(a.at - b.at) })
	if len(list) > most {
		list = list[:most]
	}
	if len(list) == 0 {
		return []turn{{}}
	}
	stretch := float64(len(list)) / (rate * max(1e-9, list[len(list)-1].at.Seconds()))
	for i := range list { // corrects the rate, because the hash takes slightly too many or too few
		list[i].at = time.Duration(float64(list[i].at) * stretch)
	}
	return list
}

// fill fills in the request of a turn. In further copies, contents of a single conversation get new
// names.
func (t *talks) fill(at turn, r *fleet.Request) {
	*r = t.requests[at.request]
	r.Arrival = kernel.Time(at.at)
	r.Entered = r.Arrival
	if at.copy == 0 {
		return
	}
	if r.Session != 0 {
		r.Session += int64(at.copy) << 40
	}
	if r.Content == nil {
		return
	}
	own := tokens.Content{Prefix: slices.Clone(r.Content.Prefix), Reply: t.named(r.Content.Reply, at.copy)}
	for i := range own.Prefix {
		own.Prefix[i].Content = t.named(own.Prefix[i].Content, at.copy)
	}
	r.Content = &own
}

// named returns the name of a content in a copy. Contents of several conversations keep their
// names.
func (t *talks) named(content uint64, copy int32) uint64 {
	if owner, known := t.owner[content]; content == 0 || known && owner == 0 {
		return content
	}
	return kernel.Mix(content + uint64(copy))
}
