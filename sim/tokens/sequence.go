package tokens

import "wavetank/sim/kernel"

// none is the index of nothing.
const none int32 = -1

// EngineRequest is what a token replica is given.
type EngineRequest struct {
	Prompt   int32       // tokens, at least 1
	Output   int32       // tokens to emit, at least 1; with Computed at least 2
	Computed int32       // tokens of the prompt whose blocks come from a prefill replica; 0: none
	Emitted  kernel.Time // with Computed: when that replica emitted the first token
	Priority int64       // with Config.Priority: the smaller, the sooner
	Ordinal  int64       // position in the stream of requests
	Content  *Content    // nil: nothing in it is found again
}

// Content is what a request's tokens are, as far as other requests repeat it. With a Reply the
// segments are all of the prompt.
type Content struct {
	Prefix []Segment // what the prompt begins with, no longer than it
	Reply  uint64    // content of the output, if later prompts repeat it; otherwise 0
}

// Segment is a stretch of tokens, at least one, of a known content: equal prompts have equal
// segments. A segment that is shorter than another of the same content is its beginning.
type Segment struct {
	Content uint64
	Tokens  int32
}

// state says where a sequence is.
type state uint8

const (
	waiting state = iota
	prefilling
	decoding
)

// sequence is a request at a token replica. What every request needs comes first, one cache line of
// 64 bytes. While a sequence decodes, nothing of it changes from step to step: what it has emitted
// and computed follows from finish and the token clock (emittedAt, computedAt), and the fields
// marked "not kept" are those of the step before it began to decode.
type sequence struct {
	prompt   int32
	output   int32
	emitted  int32 // tokens; not kept while it decodes
	computed int32 // tokens in the cache, with those of the present step; not kept while it decodes
	chunk    int32 // tokens scheduled in the present step; not kept while it decodes
	held     int32 // blocks; not kept while it decodes
	next     int32 // next sequence in the running or the waiting list
	prev     int32
	named    int32 // leading blocks that it holds under a name
	state    state
	dirty    bool  // its blocks are named no more
	began    bool  // was scheduled before
	admitted int64 // number of its admission
	start    int64 // while it decodes: the steps of the replica when it began to
	finish   int64 // while it decodes: the token clock at which it has emitted its last token

	last     kernel.Time // when it emitted its last token; not kept while it decodes
	priority int64
	ordinal  int64
	content  *Content
	node     int32 // node of the prefix cache that has the last named block
	place    int32 // place in the heap of waiting sequences
	segment  int32 // first segment of its content whose blocks are not all named
	reached  int32 // tokens before that segment
	_        [16]byte
}

// target returns the tokens that must be computed before the next can be emitted. The sequence does
// not decode.
func (s *sequence) target() int32 { return s.prompt + s.emitted }

// brought returns the tokens of the prompt whose blocks came with a sequence that waits from a
// prefill replica.
func (s *sequence) brought() int32 { return s.computed }

// decode lets a sequence that has emitted a token decode, at a token clock after the given number
// of steps of the replica.
func (s *sequence) decode(clock, steps int64) {
	s.state, s.start, s.finish = decoding, steps, clock+int64(s.output-s.emitted)
}

// emittedAt returns the tokens that a decoding sequence has emitted at a token clock.
func (s *sequence) emittedAt(clock int64) int32 { return s.output - int32(s.finish-clock) }

// computedAt returns the tokens that a decoding sequence has in the cache at a token clock.
func (s *sequence) computedAt(clock int64) int32 { return int32(s.offset() + clock) }

// offset returns the tokens that a decoding sequence has in the cache less the token clock: a token
// is emitted before it is computed.
func (s *sequence) offset() int64 { return int64(s.prompt+s.output-1) - s.finish }

// Pool holds the sequences of all token replicas of a run by the identities of their requests.
type Pool struct {
	sequences []sequence
}

// at returns the sequence of a request, making room for it.
func (p *Pool) at(id int32) *sequence {
	for int(id) >= len(p.sequences) {
		p.sequences = append(p.sequences, make([]sequence, max(64, len(p.sequences)))...)
	}
	return &p.sequences[id]
}
