package characterize

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Prefix is what prompts share, as an endless prefix cache finds it: the blocks of a prompt that an
// earlier prompt, or one with its reply, began with. The last token of a prompt is never found,
// since it must be computed.
type Prefix struct {
	block  int32
	places map[place]int32 // of the nodes
	nodes  []node
	path   []step // of the last request
	reuse  reuse
	Named  int64 // requests whose content is known
	Tokens int64 // of all inputs
	Hit    int64 // tokens of inputs that a cache finds
}

// place is a content, after the contents before it.
type place struct{ before, content uint64 }

// after identifies the contents before a segment.
func (p place) after(length int32) uint64 {
	return kernel.Mix(p.before*0x9e3779b97f4a7c15 + p.content + uint64(length)<<40)
}

// node is a place that a prompt came to.
type node struct {
	tokens int32 // its longest stretch so far
	kids   int32 // different contents that came behind it
	talk   int32 // the conversation that came to it last, from 1; 0: none yet
	at     int32 // its place in time in the reuse
}

// step is a segment of a request on its way.
type step struct {
	node  int32
	size  int32 // tokens
	found int32 // tokens that a cache may have
}

// walk finds the nodes of a request. The last is that of the reply where it is named. All tokens
// that are found stand before the first that are not. To learn is to make new nodes and to count
// what comes after them.
func (p *Prefix) walk(r *fleet.Request, learn bool) {
	p.path = p.path[:0]
	before, all, parent, length := uint64(0), true, int32(-1), int32(0)
	visit := func(content uint64, size int32) {
		at := place{before, content}
		i, known := p.places[at]
		if !known {
			i = int32(len(p.nodes))
			p.nodes = append(p.nodes, node{at: -1})
			p.places[at] = i
			if learn && parent >= 0 {
				p.nodes[parent].kids++
			}
		}
		s := step{node: i, size: size}
		if all {
			s.found = min(p.nodes[i].tokens, size)
			all = s.found == size
		}
		p.nodes[i].tokens = max(p.nodes[i].tokens, size)
		p.path = append(p.path, s)
		before, parent, length = at.after(size), i, length+size
	}
	for _, s := range r.Content.Prefix {
		visit(s.Content, s.Tokens)
	}
	switch {
	case length < r.Input: // no other prompt has the rest
		if last := len(p.path) - 1; learn && last >= 0 && p.path[last].size == p.nodes[parent].tokens {
			p.nodes[parent].kids++
		}
	case r.Content.Reply != 0:
		visit(r.Content.Reply, r.Output)
	}
}

func (p *Prefix) add(r *fleet.Request) {
	p.Tokens += int64(r.Input)
	if r.Content == nil {
		if p.Named > 0 {
			p.reuse.fill(int64(r.Input) + int64(r.Output))
		}
		return
	}
	p.Named++
	p.walk(r, true)
	found := int32(0)
	for i, s := range p.path {
		if i < len(r.Content.Prefix) {
			found += s.found
		}
	}
	hit := max(0, min(found, r.Input-1)/p.block) * p.block
	p.Hit += int64(hit)
	p.reuse.use(p, hit, max(0, int64(r.Input)+int64(r.Output)))
}

// Share is the share of all input tokens that is found.
func (p *Prefix) Share() float64 {
	if p.Tokens == 0 {
		return 0
	}
	return float64(p.Hit) / float64(p.Tokens)
}

// Needed returns the size of the smallest cache that finds a part in [0, 1] of what an endless one
// does, in tokens to a 64th.
func (p *Prefix) Needed(part float64) int64 {
	below := int64(0)
	for i, n := range p.reuse.found {
		if below += n; n > 0 && float64(below) >= part*float64(p.Hit) {
			return int64(edge(i) - 1)
		}
	}
	return 0
}

// ShareOf returns the share of all input tokens that a cache of a size in tokens finds. It forgets
// what was used least recently: first the end of the prompt that was used longest ago. It holds
// answers, too.
func (p *Prefix) ShareOf(size int64) float64 {
	if p.Tokens == 0 {
		return 0
	}
	return float64(p.reuse.hits(size)) / float64(p.Tokens)
}
