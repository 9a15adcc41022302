package tokens

// list is a doubly linked list through the sequences of the pool.
type list struct {
	head, tail int32
	length     int
}

var emptyList = list{none, none, 0}

func (l *list) pushBack(p *Pool, id int32) {
	s := &p.sequences[id]
	s.next, s.prev = none, l.tail
	if l.tail == none {
		l.head = id
	} else {
		p.sequences[l.tail].next = id
	}
	l.tail = id
	l.length++
}

func (l *list) pushFront(p *Pool, id int32) {
	s := &p.sequences[id]
	s.next, s.prev = l.head, none
	if l.head == none {
		l.tail = id
	} else {
		p.sequences[l.head].prev = id
	}
	l.head = id
	l.length++
}

func (l *list) remove(p *Pool, id int32) {
	s := &p.sequences[id]
	if s.prev == none {
		l.head = s.next
	} else {
		p.sequences[s.prev].next = s.next
	}
	if s.next == none {
		l.tail = s.prev
	} else {
		p.sequences[s.next].prev = s.prev
	}
	l.length--
}

// heap is a binary heap of sequences, ordered by key, then by tie.
type heap struct {
	entries []entry
}

type entry struct {
	key, tie int64
	id       int32
}

func (a entry) before(b entry) bool { return a.key < b.key || a.key == b.key && a.tie < b.tie }

func (h *heap) push(p *Pool, e entry) {
	h.entries = append(h.entries, e)
	h.rise(p, len(h.entries)-1)
}

// pop removes the first entry and returns its sequence.
func (h *heap) pop(p *Pool) int32 {
	id := h.entries[0].id
	h.remove(p, 0)
	return id
}

// remove removes the entry at index i.
func (h *heap) remove(p *Pool, i int) {
	last := len(h.entries) - 1
	e := h.entries[last]
	h.entries = h.entries[:last]
	if i == last {
		return
	}
	h.entries[i] = e
	h.sink(p, i)
	if h.entries[i] == e {
		h.rise(p, i)
	}
}

func (h *heap) rise(p *Pool, i int) {
	e := h.entries[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !e.before(h.entries[parent]) {
			break
		}
		h.put(p, i, h.entries[parent])
		i = parent
	}
	h.put(p, i, e)
}

func (h *heap) sink(p *Pool, i int) {
	e := h.entries[i]
	for {
		child := 2*i + 1
		if child >= len(h.entries) {
			break
		}
		if child+1 < len(h.entries) && h.entries[child+1].before(h.entries[child]) {
			child++
		}
		if !h.entries[child].before(e) {
			break
		}
		h.put(p, i, h.entries[child])
		i = child
	}
	h.put(p, i, e)
}

func (h *heap) put(p *Pool, i int, e entry) {
	h.entries[i] = e
	p.sequences[e.id].place = int32(i)
}

// agenda holds the decoding sequences in the order in which they finish, and within one step in
// running order. The place of a new sequence is searched from the end, because most new sequences
// finish last.
type agenda struct {
	dues []due // the part of room that is in use
	room []due
}

// due is a sequence, and the step of the replica at whose end it finishes.
type due struct {
	step int64
	id   int32
}

func (a *agenda) push(p *Pool, d due) {
	if len(a.dues) == cap(a.dues) {
		if 2*len(a.dues) >= len(a.room) {
			a.room = make([]due, 4*len(a.dues)+16)
		}
		a.dues = a.room[:copy(a.room, a.dues)]
	}
	i := len(a.dues)
	a.dues = a.dues[:i+1]
	for ; i > 0; i-- {
		o := a.dues[i-1]
		if o.step < d.step || o.step == d.step && p.sequences[o.id].admitted < p.sequences[d.id].admitted {
			break
		}
		a.dues[i] = o
	}
	a.dues[i] = d
}

// remove removes a sequence.
func (a *agenda) remove(id int32) {
	i := 0
	for a.dues[i].id != id {
		i++
	}
	if i == 0 {
		a.dues = a.dues[1:]
		return
	}
	a.dues = a.dues[:i+copy(a.dues[i:], a.dues[i+1:])]
}
