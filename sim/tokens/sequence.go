package tokens

import "wavetank/sim/kernel"

// none is the index that stands for no element.
const none int32 = -1

// EngineRequest is a request as the engine of a token replica gets it.
type EngineRequest struct {
	Prompt   int32       // tokens, at least 1
	Output   int32       // tokens to emit, at least 1; with Computed at least 2
	Computed int32       // prompt tokens that a prefill replica has computed; 0: none
	Adapter  int32       // with Config.Adapters: its LoRA adapter, from 1; 0: none
	Emitted  kernel.Time // with Computed: when the prefill replica emitted the first token
	Priority int64       // with Config.Priority: the smallest is served first
	Ordinal  int64       // position in the stream of requests
	// with Config.RandomAcceptance: random bits of the request; they decide which drafts are
	// accepted
	Luck    uint64
	Content *Content // nil: no other request shares its tokens
}

// Content identifies the tokens of a request, as far as other requests share them. With a Reply,
// the segments cover the whole prompt.
type Content struct {
	Prefix []Segment // segments at the start of the prompt, not longer than the prompt
	Reply  uint64    // content of the output, if later prompts repeat it; otherwise 0
}

// Segment is a stretch of at least one token. Content stands for the tokens: equal prompts have
// equal segments. Of two segments with the same content, the shorter is the beginning of the
// longer.
type Segment struct {
	Content uint64
	Tokens  int32
}

// state is the state of a sequence.
type state uint8

const (
	waiting state = iota
	prefilling
	decoding
)

// sequence is a request at a token replica. The fields that every request needs come first and fill
// one cache line of 64 bytes. While a sequence decodes, no field changes from step to step. What it
// has emitted and computed then follows from finish and the token clock (emittedAt, computedAt).
// The fields marked "not kept" then have the values of the step before it began to decode.
type sequence struct {
	prompt  int32
	output  int32
	emitted int32 // tokens emitted; not kept while it decodes
	// tokens in the cache, including those of the present step; not kept while it decodes
	computed int32
	chunk    int32 // tokens scheduled in the present step; not kept while it decodes
	held     int32 // blocks that it holds; not kept while it decodes
	next     int32 // next sequence in the running or the waiting list
	prev     int32
	named    int32 // leading blocks that it holds and that have names
	state    state
	dirty    bool  // its further blocks get no names
	began    bool  // it was scheduled before
	admitted int64 // number of its admission
	start    int64 // while it decodes: the number of steps of the replica when it began to decode
	finish   int64 // while it decodes: the token clock at which it has emitted its last token

	last     kernel.Time // when it emitted its last token; not kept while it decodes
	priority int64
	ordinal  int64
	content  *Content
	node     int32  // node of the prefix cache that has the last named block
	place    int32  // index in the heap of waiting sequences
	segment  int32  // first segment of its content whose blocks are not all named
	reached  int32  // tokens before that segment
	adapter  int32  // LoRA adapter, from 1; 0: none
	jump     int32  // draft tokens that it accepts in the present step; with random acceptance
	luck     uint64 // EngineRequest.Luck
}

// target returns how many tokens must be computed before the next can be emitted. The sequence must
// not be decoding.
func (s *sequence) target() int32 { return s.prompt + s.emitted }

// brought returns the number of prompt tokens that a prefill replica has computed for a waiting
// sequence.
func (s *sequence) brought() int32 { return s.computed }

// decode lets a sequence that has emitted a token decode from now on. Clock is the present token
// clock, steps the present number of steps of the replica.
func (s *sequence) decode(clock, steps int64) {
	s.state, s.start, s.finish = decoding, steps, clock+int64(s.output-s.emitted)
}

// emittedAt returns how many tokens a decoding sequence has emitted at a value of the token clock.
func (s *sequence) emittedAt(clock int64) int32 { return s.output - int32(s.finish-clock) }

// computedAt returns how many tokens a decoding sequence has in the cache at a value of the token
// clock.
func (s *sequence) computedAt(clock int64) int32 { return int32(s.offset() + clock) }

// offset returns the number of tokens that a decoding sequence has in the cache, minus the token
// clock. The last emitted token is not in the cache yet.
func (s *sequence) offset() int64 { return int64(s.prompt+s.output-1) - s.finish }

// Pool holds what all token replicas of a run share. The zero value is ready.
type Pool struct {
	sequences []sequence // indexed by the identities of their requests
	speeds    map[*Config]*speed
	parts     map[*Config]*Config // configurations of the engines of groups
	// The results of the last calls of End, Begin and Report. Replicas share this memory, so that
	// it stays in the cache of the processor.
	outcomes []Outcome
	report   Steps
}

// speedOf returns the speed of replicas with a configuration.
func (p *Pool) speedOf(c *Config) *speed {
	v, known := p.speeds[c]
	if !known {
		if p.speeds == nil {
			p.speeds = map[*Config]*speed{}
		}
		v = newSpeed(c)
		p.speeds[c] = v
	}
	return v
}

// partOf returns the configuration of the engines of a replica.
func (p *Pool) partOf(c *Config) *Config {
	part, known := p.parts[c]
	if !known {
		if p.parts == nil {
			p.parts = map[*Config]*Config{}
		}
		part = c.Part()
		p.parts[c] = part
	}
	return part
}

// at returns the sequence of a request. It makes room for the sequence if needed.
func (p *Pool) at(id int32) *sequence {
	for int(id) >= len(p.sequences) {
		p.sequences = append(p.sequences, make([]sequence, max(64, len(p.sequences)))...)
	}
	return &p.sequences[id]
}
