package tokens

import "wavetank/sim/kernel"

// cache is the prefix cache of one replica. It has a tree of nodes and a list of free blocks. A
// node is a stretch of tokens with the blocks whose last token lies in it. The blocks of a node are
// grouped into extents: consecutive blocks that were taken and freed together.
type cache struct {
	// first node in each bucket of a hash table of names; its length is a power of two
	buckets []int32
	nodes   []node
	extents []extent
	spare   []int32 // nodes to use again
	unused  []int32 // extents to use again
	oldest  int32   // first extent in the line of free blocks; it is taken next
	newest  int32   // last extent in the line of free blocks
	path    []step  // result of the last call of find
}

// child names a node by its parent, its start and its content.
type child struct {
	parent  int32
	start   int32 // tokens before it
	content uint64
}

// node is a stretch of tokens whose blocks [first, end) are in the cache. A sequence that holds a
// block holds all blocks before it, on its path from the root.
type node struct {
	child
	first, end int32
	shallow    int32 // its first extent
	deep       int32 // its last extent
	next       int32 // next node in its bucket
}

// extent is the blocks [from, to) of a node. If node is none, it is to − from blocks without names.
type extent struct {
	node         int32
	from, to     int32
	holders      int32 // sequences that hold it
	above, below int32 // neighbours in the node
	older, newer int32 // neighbours in the line of extents that no sequence holds
}

// step is a node on a path. The path has its blocks up to block to − 1.
type step struct{ node, to int32 }

func newCache(blocks int) *cache {
	c := &cache{buckets: []int32{none}, oldest: none, newest: none}
	c.retire(c.extent(extent{node: none, to: int32(blocks), above: none, below: none}))
	return c
}

// extent stores an extent and returns its index.
func (c *cache) extent(e extent) int32 {
	if n := len(c.unused); n > 0 {
		i := c.unused[n-1]
		c.unused = c.unused[:n-1]
		c.extents[i] = e
		return i
	}
	c.extents = append(c.extents, e)
	return int32(len(c.extents) - 1)
}

// retire puts an extent at the end of the list of free blocks.
func (c *cache) retire(i int32) {
	e := &c.extents[i]
	if last := c.newest; e.node == none && last != none && c.extents[last].node == none {
		c.extents[last].to += e.to - e.from
		c.unused = append(c.unused, i)
		return
	}
	e.older, e.newer = c.newest, none
	if c.newest == none {
		c.oldest = i
	} else {
		c.extents[c.newest].newer = i
	}
	c.newest = i
}

// recall removes an extent from the list of free blocks.
func (c *cache) recall(i int32) {
	e := &c.extents[i]
	if e.older == none {
		c.oldest = e.newer
	} else {
		c.extents[e.older].newer = e.newer
	}
	if e.newer == none {
		c.newest = e.older
	} else {
		c.extents[e.newer].older = e.older
	}
}

// evict takes the first n blocks from the list of free blocks. They lose their names. Within an
// extent, the last block comes first.
func (c *cache) evict(n int) {
	for n > 0 {
		i := c.oldest
		e := &c.extents[i]
		k := min(int32(n), e.to-e.from)
		n -= int(k)
		e.to -= k
		if e.node != none {
			c.nodes[e.node].end = e.to
		}
		if e.to == e.from {
			c.recall(i)
			c.drop(i)
		}
	}
}

// drop removes an empty extent, the last one of its node, and the node if it has no other extent.
func (c *cache) drop(i int32) {
	e := c.extents[i]
	c.unused = append(c.unused, i)
	if e.node == none {
		return
	}
	n := &c.nodes[e.node]
	n.deep = e.above
	if e.above != none {
		c.extents[e.above].below = none
		return
	}
	at := c.bucket(n.child)
	for *at != e.node {
		at = &c.nodes[*at].next
	}
	*at = n.next
	c.spare = append(c.spare, e.node)
}

// bucket returns the head of the list of nodes in which a name is looked up.
func (c *cache) bucket(name child) *int32 {
	hash := kernel.Mix(name.content ^ uint64(name.parent)<<32 ^ uint64(name.start))
	return &c.buckets[hash&uint64(len(c.buckets)-1)]
}

// lookup returns a node, or none.
func (c *cache) lookup(name child) int32 {
	i := *c.bucket(name)
	for i != none && c.nodes[i].child != name {
		i = c.nodes[i].next
	}
	return i
}

// node makes a node and returns its index.
func (c *cache) node(name child, first int32) int32 {
	fresh := node{child: name, first: first, end: first, shallow: none, deep: none}
	var i int32
	if n := len(c.spare); n > 0 {
		i = c.spare[n-1]
		c.spare = c.spare[:n-1]
		c.nodes[i] = fresh
	} else {
		i = int32(len(c.nodes))
		c.nodes = append(c.nodes, fresh)
		if len(c.nodes) > len(c.buckets) {
			c.widen()
		}
	}
	at := c.bucket(name)
	c.nodes[i].next, *at = *at, i
	return i
}

// widen doubles the number of buckets.
func (c *cache) widen() {
	old := c.buckets
	c.buckets = make([]int32, 2*len(old))
	for b := range c.buckets {
		c.buckets[b] = none
	}
	for _, i := range old {
		for i != none {
			n := &c.nodes[i]
			at, next := c.bucket(n.child), n.next
			n.next, *at = *at, i
			i = next
		}
	}
}

// grow adds blocks, up to block to − 1, to the end of a node. One sequence holds them and all
// earlier blocks of the node. If there is no node, grow makes one.
func (c *cache) grow(i int32, name child, first, to int32) int32 {
	if i == none {
		i = c.node(name, first)
	}
	n := &c.nodes[i]
	if n.deep != none && c.extents[n.deep].holders == 1 {
		c.extents[n.deep].to = to
	} else {
		above := n.deep
		e := c.extent(extent{node: i, from: n.end, to: to, holders: 1, above: above, below: none})
		if above == none {
			n.shallow = e
		} else {
			c.extents[above].below = e
		}
		n.deep = e
	}
	n.end = to
	return i
}

// hold lets one more sequence hold the blocks of a node up to block to − 1. It returns how many of
// them were free.
func (c *cache) hold(i, to int32) (free int) {
	for at := c.nodes[i].shallow; at != none && c.extents[at].from < to; at = c.extents[at].below {
		if c.extents[at].to > to {
			c.split(at, to)
		}
		e := &c.extents[at]
		if e.holders == 0 {
			c.recall(at)
			free += int(e.to - e.from)
		}
		e.holders++
	}
	return free
}

// split splits an extent in two before block to. Both parts keep the place in the list, the deeper
// part first.
func (c *cache) split(i, to int32) {
	e := c.extents[i]
	deep := c.extent(extent{node: e.node, from: to, to: e.to, holders: e.holders, above: i, below: e.below, older: e.older, newer: i})
	if e.below == none {
		c.nodes[e.node].deep = deep
	} else {
		c.extents[e.below].above = deep
	}
	c.extents[i].to, c.extents[i].below = to, deep
	if e.holders > 0 {
		return
	}
	c.extents[i].older = deep
	if e.older == none {
		c.oldest = deep
	} else {
		c.extents[e.older].newer = deep
	}
}

// leave ends the hold of one sequence on the path to block to − 1 of a node. It returns how many
// blocks became free. They go to the end of the list, the last first.
func (c *cache) leave(i, to int32) (free int) {
	for i != none {
		n := &c.nodes[i]
		for at := n.deep; at != none; at = c.extents[at].above {
			e := &c.extents[at]
			if e.from >= to {
				continue
			}
			if e.holders--; e.holders == 0 {
				free += int(e.to - e.from)
				c.retire(at)
			}
		}
		i, to = n.parent, n.first
	}
	return free
}

// idle returns how many blocks of a node, up to block to − 1, are free.
func (c *cache) idle(i, to int32) (free int) {
	for at := c.nodes[i].deep; at != none && c.extents[at].holders == 0; at = c.extents[at].above {
		if e := &c.extents[at]; e.from < to {
			free += int(min(e.to, to) - e.from)
		}
	}
	return free
}
