package characterize

import (
	"cmp"
	"math"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Conversations are how requests follow each other. A conversation is the requests of a session;
// without sessions it is requests whose prompt begins with at least half of what the prompt before
// them adds to its system prompt.
type Conversations struct {
	Starts      Flow         // first turns
	Followed    int64        // turns after the first
	Grown       int64        // those whose prompt is no shorter than the last prompt and answer
	First       LengthCounts // inputs of first turns, without the system prompt
	FirstOutput LengthCounts
	FirstJoint  JointLengths
	Later       LengthCounts // tokens that later turns add to that prompt and answer, at least 1
	LaterOutput LengthCounts
	Pauses      ThinkTimes // from an answer to the next turn
	Longest     int32      // prompt with its answer

	answers  Answers
	prefix   *Prefix
	least    int32 // different continuations of a system prompt
	talks    []talk
	sessions map[int64]int32
	turns    []turning
	systems  map[int32]*spoken // by tokens
}

// Answers is how long answers took where a stream was recorded, as far as that is known.
type Answers struct{ FirstToken, PerToken time.Duration }

// For returns how long the answer to a request took.
func (a Answers) For(r *fleet.Request) time.Duration {
	return a.FirstToken + time.Duration(max(0, r.Output-1))*a.PerToken
}

// talk is a conversation so far.
type talk struct {
	ended         kernel.Time // when its last answer was there
	input, output int32       // of its last turn
	system        int32       // tokens of its system prompt
	turn          int32       // number of its last turn, from 0
}

// turning counts conversations that came to a turn, and those that went on behind it.
type turning struct{ came, went int64 }

// spoken counts the conversations that begin with system prompts of a length, and these.
type spoken struct {
	talks    int64
	variants map[int32]bool // nodes
}

const mostTurns = 256 // turns that are told apart

// newConversations returns the conversations of requests whose prompts have been walked.
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

// fewestKids is how many different prompts go on behind a system prompt; behind a turn of a
// conversation, few do.
const fewestKids = 8

// add adds a request and tells whether it is the first of a conversation.
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

// spot is where a prompt stands.
type spot struct {
	node   int32  // node at which its system prompt ends; −1: there is none
	system int32  // tokens of the system prompt
	shared int32  // tokens of all that it shares with a conversation
	owner  int32  // the only conversation at the node, from 1; 0: none
	own    []step // its path behind the system prompt
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
		case s.size < n.tokens: // a part of the node: which conversation goes on is not known
			return at
		case n.kids >= t.least && length < r.Input:
			at = spot{node: s.node, system: length, own: path[i+1:]}
		case n.talk > 0:
			at.shared, at.owner = length, n.talk
		}
	}
	return at
}

// begin notes a first turn.
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

// follow notes a further turn.
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

// finish counts the conversations that were waited for until the stream ended.
func (t *Conversations) finish(last kernel.Time) {
	for _, c := range t.talks {
		t.Pauses.never[bin(uint64(max(0, last-c.ended)))]++
	}
	t.Pauses.estimate()
}

// Mean is the mean number of turns that were seen.
func (t *Conversations) Mean() float64 {
	return float64(t.Starts.Requests+t.Followed) / float64(t.Starts.Requests)
}

// visits returns sessions that as many requests belong to. As many are open at a time as let the
// requests of one come as far apart as they do.
func (t *Conversations) visits() *IndependentSessions {
	rate := float64(t.Starts.Requests+t.Followed) / max(1e-3, t.Starts.Span().Seconds())
	return &IndependentSessions{Requests: t.Mean(), Open: int(min(1e6, max(1, math.Round(rate*t.Pauses.Mean()))))}
}

// PromptKind is a kind of system prompts: those that are as long as each other.
type PromptKind struct {
	Tokens   int32 // 0: none
	Variants int
	Share    float64 // share of the conversations that have it
}

const (
	mostSystems = 16
	rareSystem  = 0.01 // share of conversations below which a kind is left out
)

// Systems returns the kinds of system prompts. The kinds that most conversations begin with come
// first. There are none if hardly any conversation has one.
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

// turnDistribution returns the distribution of the number of turns. The chance that a conversation
// goes on after a turn is the share that did, raised by what the end of the stream cut off.
func (t *Conversations) turnDistribution() LengthDistribution {
	went := float64(t.Followed) / float64(t.Starts.Requests+t.Followed)
	raise := 1.0
	if went > 0 {
		raise = max(1, t.Pauses.Continues/went)
	}
	var rest turning // of turns that few came to
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

// fewest is the number of instants of a step, or of conversations that came to a turn, below which
// a rate is noise.
const fewest = 12
