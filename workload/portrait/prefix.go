package portrait

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// Prefix is what prompts share, as an endless prefix cache would find it: blocks of a prompt that an earlier one, or an
// earlier one with its reply, began with. The last token of a prompt is never found, since it must be computed.
type Prefix struct {
	block  int32
	known  map[place]int32
	Named  int64 // requests whose content is known
	Tokens int64 // of all inputs
	Hit    int64 // of them found
}

// place is a content behind what comes before it; what is kept for it is its longest stretch so far.
type place struct{ before, content uint64 }

// after names what comes before a segment.
func (p place) after(length int32) uint64 {
	return kernel.Mix(p.before*0x9e3779b97f4a7c15 + p.content + uint64(length)<<40)
}

func (p *Prefix) add(r *fleet.Request) {
	p.Tokens += int64(r.Input)
	if r.Content == nil {
		return
	}
	p.Named++
	found, before, all := int32(0), uint64(0), true
	learn := func(s tokens.Segment) {
		at := place{before, s.Content}
		have := p.known[at]
		if all {
			found += min(have, s.Tokens)
			all = have >= s.Tokens
		}
		if s.Tokens > have {
			p.known[at] = s.Tokens
		}
		before = at.after(s.Tokens)
	}
	for _, s := range r.Content.Prefix {
		learn(s)
	}
	blocks := min(found, r.Input-1) / p.block
	p.Hit += int64(max(0, blocks)) * int64(p.block)
	if r.Content.Reply != 0 {
		learn(tokens.Segment{Content: r.Content.Reply, Tokens: r.Output})
	}
}

// Share is the share of all input tokens that is found.
func (p *Prefix) Share() float64 {
	if p.Tokens == 0 {
		return 0
	}
	return float64(p.Hit) / float64(p.Tokens)
}
