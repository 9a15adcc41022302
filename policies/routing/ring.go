package routing

// ring is a changing set of points on the circle of 32-bit numbers. They lie in order in a table with gaps, each
// at the place of its leading bits or, where others lie there, as little behind it as can be: ordered linear
// probing. Adding, removing, finding and going on to the next point take constant time on average and touch
// neighbouring memory. The zero value is empty.
type ring struct {
	table []point
	shift int // the place of a position is its leading bits
	homes int // number of places; the table may be a little longer, for those behind the last
	count int
}

// point is a point of the replica with a number, or a gap.
type point struct {
	position uint32
	number   int32
}

var gap = point{number: -1}

func (p point) before(q point) bool {
	return p.position < q.position || p.position == q.position && p.number < q.number
}

// add puts a point of a replica onto the ring.
func (r *ring) add(p point) {
	if 4*r.count >= 3*r.homes {
		r.widen()
	}
	r.count++
	r.insert(p)
}

// insert puts a point in its place and moves those after it on to the next gap.
func (r *ring) insert(p point) {
	i := int(p.position >> r.shift)
	for i < len(r.table) && r.table[i] != gap && r.table[i].before(p) {
		i++
	}
	for ; i < len(r.table); i++ {
		p, r.table[i] = r.table[i], p
		if p == gap {
			return
		}
	}
	r.table = append(r.table, p)
}

// remove takes a point, which must be there, off the ring and moves those after it back to their places.
func (r *ring) remove(p point) {
	i := int(p.position >> r.shift)
	for r.table[i] != p {
		i++
	}
	for i++; i < len(r.table) && r.table[i] != gap && int(r.table[i].position>>r.shift) < i; i++ {
		r.table[i-1] = r.table[i]
	}
	r.table[i-1] = gap
	r.count--
}

// widen doubles the number of places.
func (r *ring) widen() {
	old := r.table
	if r.homes == 0 {
		r.homes, r.shift = 4, 30
	} else {
		r.homes *= 2
		r.shift--
	}
	r.table = make([]point, r.homes, r.homes+r.homes/16+8)
	for i := range r.table {
		r.table[i] = gap
	}
	for _, p := range old {
		if p != gap {
			r.insert(p)
		}
	}
}

// after returns the place of the first point at or after a position, around the circle. The ring must not be empty.
func (r *ring) after(position uint32) int {
	i := int(position >> r.shift)
	for i < len(r.table) && (r.table[i] == gap || r.table[i].position < position) {
		i++
	}
	return r.occupied(i)
}

// next returns the place of the point after another, around the circle.
func (r *ring) next(i int) int { return r.occupied(i + 1) }

// occupied returns the first place from i on that is not a gap.
func (r *ring) occupied(i int) int {
	for {
		if i >= len(r.table) {
			i = 0
		}
		if r.table[i] != gap {
			return i
		}
		i++
	}
}
