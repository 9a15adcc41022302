package characterize

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Prefix measures what prompts share: how many of their tokens an unlimited prefix cache finds. It
// finds the blocks at the start of a prompt with which an earlier prompt, continued by its reply,
// also began. The last token of a prompt is never found, since an engine must compute it.
type Prefix struct {
	block  int32
	places map[place]int32 // node of each place
	nodes  []node
	path   []step // path of the last request
	reuse  reuse
	Named  int64 // requests with known content
	Tokens int64 // input tokens of all requests
	Hit    int64 // input tokens that the cache finds
}

// place is a position in prompts: a content, and a hash of all contents before it.
type place struct{ before, content uint64 }

// after returns a hash of all contents up to and including this one, whose segment has a length.
func (p place) after(length int32) uint64 {
	return kernel.Mix(p.before*0x9e3779b97f4a7c15 + p.content + uint64(length)<<40)
}

// node is a place that some prompt has had.
type node struct {
	tokens int32 // tokens of its longest segment so far
	kids   int32 // number of different contents that have followed it
	talk   int32 // the last conversation that had it, from 1; 0: none yet
	at     int32 // its place in time (reuse.places); −1: none
}

// step is a segment of a request on its path through the nodes.
type step struct {
	node  int32
	size  int32 // tokens of the segment
	found int32 // tokens of the segment that are in the cache
}

// walk finds the path of a request, and makes missing nodes. If the content of the reply is known,
// the last node is that of the reply. A segment can be found only if all segments before it are
// found completely. With learn, walk also counts the contents that follow each node (kids).
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
	// the rest of the prompt has no known content: it counts as one further content
	case length < r.Input:
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

// Share is the share of all input tokens that the cache finds.
func (p *Prefix) Share() float64 {
	if p.Tokens == 0 {
		return 0
	}
	return float64(p.Hit) / float64(p.Tokens)
}

// Needed returns the size of the smallest cache that finds a part in [0, 1] of the tokens that an
// unlimited cache finds. The size is in tokens, with a precision of 1/64.
func (p *Prefix) Needed(part float64) int64 {
	below := int64(0)
	for i, n := range p.reuse.found {
		if below += n; n > 0 && float64(below) >= part*float64(p.Hit) {
			return int64(edge(i) - 1)
		}
	}
	return 0
}

// ShareOf returns the share of all input tokens that a cache with a size in tokens finds. The cache
// evicts the least recently used tokens, those at the end of a prompt first. It also holds answers.
func (p *Prefix) ShareOf(size int64) float64 {
	if p.Tokens == 0 {
		return 0
	}
	return float64(p.reuse.hits(size)) / float64(p.Tokens)
}
