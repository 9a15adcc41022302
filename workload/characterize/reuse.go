package characterize

import "slices"

// reuse counts what caches of all sizes find, in one pass. An LRU cache finds a segment if it can
// hold all tokens that were used since the last use of the segment, including the segment itself
// (Mattson, Gecsei, Slutz and Traiger, "Evaluation techniques for storage hierarchies", IBM Systems
// Journal 1970). The order of use is kept as places in time, with a tree of sums over them
// (Fenwick, "A new data structure for cumulative frequency tables", Software: Practice and
// Experience 1994).
type reuse struct {
	found  [64 * fine]int64 // tokens found, by the bin of the smallest cache size that finds them
	sums   []int64
	places []used
	next   int   // the next free place
	all    int64 // tokens of all places
}

// used holds the tokens whose last use was at a place in time: those of a node, and those that are
// never used again.
type used struct {
	node          int32 // −1: no node
	tokens, spent int64
}

// hits returns the tokens found by a cache of a size.
func (u *reuse) hits(size int64) (sum int64) {
	for _, n := range u.found[:bin(uint64(max(0, size)))+1] {
		sum += n
	}
	return sum
}

// use counts the first hit tokens of a request's path as found. Then it marks the nodes of the path
// as used, from the end of the path to its beginning. Tokens is the number of all tokens of the
// request, including those outside the path.
func (u *reuse) use(p *Prefix, hit int32, tokens int64) {
	far := int64(0)
	for _, s := range p.path {
		if hit <= 0 || s.found <= 0 {
			break
		}
		far = max(far, u.all-u.before(int(p.nodes[s.node].at)))
		n := min(hit, s.found)
		u.found[bin(uint64(far))] += int64(n)
		hit -= n
	}
	for _, s := range p.path {
		tokens -= int64(s.size)
		if at := p.nodes[s.node].at; at >= 0 {
			u.add(int(at), -u.places[at].tokens)
			u.places[at].node, u.places[at].tokens = -1, 0
			p.nodes[s.node].at = -1
		}
	}
	u.fill(tokens)
	for _, s := range slices.Backward(p.path) {
		if p.nodes[s.node].at >= 0 { // the path contains the node twice
			continue
		}
		if u.next == len(u.places) {
			u.tidy(p)
		}
		size := int64(p.nodes[s.node].tokens)
		p.nodes[s.node].at = int32(u.next)
		u.places[u.next] = used{node: s.node, tokens: size}
		u.add(u.next, size)
		u.next++
	}
}

// fill counts tokens that are used now and never again.
func (u *reuse) fill(tokens int64) {
	if tokens > 0 && u.next > 0 {
		u.places[u.next-1].spent += tokens
		u.add(u.next-1, tokens)
	}
}

// add adds a number of tokens at a place.
func (u *reuse) add(at int, tokens int64) {
	u.all += tokens
	for i := at + 1; i < len(u.sums); i += i & -i {
		u.sums[i] += tokens
	}
}

// before returns the number of tokens at all places before a place.
func (u *reuse) before(at int) (sum int64) {
	for i := at; i > 0; i -= i & -i {
		sum += u.sums[i]
	}
	return sum
}

// tidy removes places without nodes, and makes room for as many new places as there are places
// left.
func (u *reuse) tidy(p *Prefix) {
	kept := u.places[:0]
	for _, o := range u.places {
		switch n := len(kept); {
		case o.node >= 0:
			p.nodes[o.node].at = int32(n)
			kept = append(kept, o)
		case n > 0:
			kept[n-1].spent += o.spent
		}
	}
	u.next, u.all = len(kept), 0
	u.places = slices.Grow(kept, max(1024, len(kept)))
	u.places = u.places[:cap(u.places)]
	u.sums = make([]int64, len(u.places)+1)
	for i, o := range u.places[:u.next] {
		u.add(i, o.tokens+o.spent)
	}
}
