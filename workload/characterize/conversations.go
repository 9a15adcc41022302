package characterize

import (
	"cmp"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Conversations describes the conversations of a stream. If requests have sessions, each session is
// a conversation. Otherwise a request continues a conversation if its prompt shares the system
// prompt with the last prompt of the conversation, and at least half of the tokens after it.
type Conversations struct {
	Starts   Flow  // first turns
	Followed int64 // number of turns after the first
	// those whose prompt is at least as long as the last prompt and its answer together
	Grown       int64
	First       LengthCounts // prompts of first turns, without the system prompt
	FirstOutput LengthCounts
	FirstJoint  JointLengths
	// tokens that a later turn adds to the last prompt and its answer, at least 1
	Later       LengthCounts
	LaterOutput LengthCounts
	Pauses      ThinkTimes // think times from an answer to the next turn
	Longest     int32      // tokens of the longest prompt with its answer

	answers Answers
	prefix  *Prefix
	// a prompt with at least this many different continuations is a system prompt
	least    int32
	talks    []talk
	sessions map[int64]int32
	turns    []turning
	systems  map[int32]*spoken // counts by number of tokens of the system prompt
}

// Answers says how long answers took when the stream was recorded. 0 means unknown.
type Answers struct{ FirstToken, PerToken time.Duration }

// For returns how long the answer to a request took: FirstToken plus PerToken for each further
// token.
func (a Answers) For(r *fleet.Request) time.Duration {
	return a.FirstToken + time.Duration(max(0, r.Output-1))*a.PerToken
}

// talk is a conversation so far.
type talk struct {
	ended         kernel.Time // when its last answer ended
	input, output int32       // tokens of its last turn
	system        int32       // tokens of its system prompt
	turn          int32       // number of its last turn, from 0
}

// turning counts the conversations that had a certain turn, and those that went on after it.
type turning struct{ came, went int64 }

// spoken counts the conversations whose system prompt has a certain length. It also counts these
// system prompts.
type spoken struct {
	talks    int64
	variants map[int32]bool // nodes at which these system prompts end
}

const mostTurns = 256 // turns that are counted separately

// newConversations returns empty conversations for a second reading. Prefix must have seen all
// requests of the stream.
func newConversations(prefix *Prefix, requests int64, answers Answers) *Conversations {
	t := &Conversations{
		Starts: newFlow(), answers: answers, prefix: prefix, least: int32(max(fewestKids, requests/1000)),
		sessions: map[int64]int32{}, systems: map[int32]*spoken{}, turns: make([]turning, mostTurns),
	}
	for i := range prefix.nodes {
		prefix.nodes[i].talk = 0
	}
	return t
}

// fewestKids is the least number of different continuations of a system prompt. A turn of a
// conversation has few.
const fewestKids = 8

// add adds a request and reports whether it is the first of a conversation.
func (t *Conversations) add(r *fleet.Request) bool {
	at := t.locate(r)
	i, follows := int32(0), false
	if r.Session != 0 {
		i, follows = t.sessions[r.Session]
	} else if at.owner > 0 {
		i = at.owner - 1
		follows = 2*(at.shared-at.system) >= t.talks[i].input-t.talks[i].system
	}
	if follows {
		t.follow(r, &t.talks[i])
	} else {
		i = int32(len(t.talks))
		t.talks = append(t.talks, talk{system: at.system})
		t.begin(r, at)
	}
	own := &t.talks[i]
	own.ended, own.input, own.output = r.Arrival.Add(t.answers.For(r)), r.Input, r.Output
	t.turns[own.turn].came++
	t.Longest = max(t.Longest, r.Input+r.Output)
	if r.Session != 0 {
		t.sessions[r.Session] = i
	}
	for _, s := range at.own {
		t.prefix.nodes[s.node].talk = i + 1
	}
	return !follows
}

// spot says where a prompt belongs among the prompts so far.
type spot struct {
	node   int32  // node at which its system prompt ends; −1: it has none
	system int32  // tokens of the system prompt
	shared int32  // tokens that it shares with the last prompt of a conversation
	owner  int32  // that conversation, from 1; 0: none
	own    []step // its path after the system prompt
}

func (t *Conversations) locate(r *fleet.Request) spot {
	at := spot{node: -1}
	if r.Content == nil {
		return at
	}
	t.prefix.walk(r, false)
	path, length := t.prefix.path, int32(0)
	at.own = path
	for i, s := range path[:min(len(path), len(r.Content.Prefix))] {
		length += s.size
		switch n := t.prefix.nodes[s.node]; {
		// the prompt shares only a part of the node, so it is unknown which conversation goes on
		case s.size < n.tokens:
			return at
		case n.kids >= t.least && length < r.Input:
			at = spot{node: s.node, system: length, own: path[i+1:]}
		case n.talk > 0:
			at.shared, at.owner = length, n.talk
		}
	}
	return at
}

// begin records a first turn.
func (t *Conversations) begin(r *fleet.Request, at spot) {
	t.Starts.add(r.Arrival)
	t.First.add(max(1, r.Input-at.system))
	t.FirstOutput.add(r.Output)
	t.FirstJoint.add(max(1, r.Input-at.system), r.Output)
	s := t.systems[at.system]
	if s == nil {
		s = &spoken{variants: map[int32]bool{}}
		t.systems[at.system] = s
	}
	s.talks++
	s.variants[at.node] = true
}

// follow records a further turn.
func (t *Conversations) follow(r *fleet.Request, before *talk) {
	grown := r.Input - before.input - before.output
	if grown >= 0 {
		t.Grown++
	}
	t.Followed++
	t.Later.add(max(1, grown))
	t.LaterOutput.add(r.Output)
	t.Pauses.next[bin(uint64(max(0, r.Arrival-before.ended)))]++
	t.turns[before.turn].went++
	before.turn = min(before.turn+1, mostTurns-1)
}

// finish counts the think times that were cut off by the end of the stream.
func (t *Conversations) finish(last kernel.Time) {
	for _, c := range t.talks {
		t.Pauses.never[bin(uint64(max(0, last-c.ended)))]++
	}
	t.Pauses.estimate()
}

// Mean is the mean number of turns of a conversation in the stream.
func (t *Conversations) Mean() float64 {
	return float64(t.Starts.Requests+t.Followed) / float64(t.Starts.Requests)
}

// visits returns the parameters of independent sessions with the same mean number of requests. The
// number of open sessions is such that the requests of a session have the measured mean distance.
func (t *Conversations) visits() *IndependentSessions {
	rate := float64(t.Starts.Requests+t.Followed) / max(1e-3, t.Starts.Span().Seconds())
	return &IndependentSessions{Requests: t.Mean(), Open: int(min(1e6, max(1, math.Round(rate*t.Pauses.Mean()))))}
}

// PromptKind is the set of all system prompts with the same length.
type PromptKind struct {
	Tokens   int32   // 0: no system prompt
	Variants int     // number of different system prompts
	Share    float64 // share of the conversations that have it
}

const (
	mostSystems = 16
	rareSystem  = 0.01 // share of conversations below which a kind is left out
)

// Systems returns the kinds of system prompts, the most frequent first. It returns none if hardly
// any conversation has a system prompt.
func (t *Conversations) Systems() (kinds []PromptKind) {
	all := float64(t.Starts.Requests)
	for tokens, s := range t.systems {
		if share := float64(s.talks) / all; tokens > 0 && share >= rareSystem {
			kinds = append(kinds, PromptKind{tokens, len(s.variants), share})
		}
	}
	slices.SortFunc(kinds, func(a, b PromptKind) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Tokens, b.Tokens))
	})
	kinds = kinds[:min(len(kinds), mostSystems)]
	rest := 1.0
	for _, k := range kinds {
		rest -= k.Share
	}
	if len(kinds) > 0 && rest >= rareSystem {
		kinds = append(kinds, PromptKind{0, 1, rest})
	}
	return kinds
}

// turnDistribution returns the distribution of the number of turns. The probability that a
// conversation goes on after a turn is the share that went on, corrected for the conversations that
// the end of the stream cut off.
func (t *Conversations) turnDistribution() LengthDistribution {
	went := float64(t.Followed) / float64(t.Starts.Requests+t.Followed)
	raise := 1.0
	if went > 0 {
		raise = max(1, t.Pauses.Continues/went)
	}
	var rest turning // later turns, which few conversations reached
	for i := len(t.turns) - 1; i >= 0; i-- {
		rest.came, rest.went = rest.came+t.turns[i].came, rest.went+t.turns[i].went
		if t.turns[i].came >= fewest {
			break
		}
	}
	chance := func(turn int) float64 {
		c := rest
		if t.turns[turn].came >= fewest {
			c = t.turns[turn]
		}
		return min(0.99, raise*float64(c.went)/float64(max(1, c.came)))
	}
	d, left := LengthDistribution{Kind: "histogram"}, 1.0
	for turn := 0; turn < mostTurns-1 && left > 1e-5; turn++ {
		ends := left * (1 - chance(turn))
		if ends > 0 {
			d.Bins = append(d.Bins, LengthBin{turn + 1, turn + 1, ends})
		}
		left -= ends
	}
	if len(d.Bins) == 1 {
		return LengthDistribution{Kind: "fixed", Value: d.Bins[0].From}
	}
	return d
}

// IndependentSessions are sessions whose prompts do not build on each other.
type IndependentSessions struct {
	Requests float64 // mean number of requests of a session
	Open     int     // mean number of sessions that are open at a time
}

// fewest is the least number of instants in a step, or of conversations that had a turn, for which
// a rate or a share is computed. With fewer it would be noise.
const fewest = 12
