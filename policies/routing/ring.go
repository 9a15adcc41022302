package routing

import "wavetank/sim/fleet"

// ring is a changing set of points on the circle of 64-bit numbers. The circle is cut into equal arcs, about
// as many as there are points, and every arc lists its points in order, so that adding, removing and finding the
// next point take constant time on average. The zero value is empty.
type ring struct {
	arcs   []int32 // first point of each arc, or noPoint
	shift  int     // an arc is the leading bits of a position
	points []point
	free   int32 // first point not in use
	count  int
}

type point struct {
	position uint64
	replica  fleet.ReplicaID
	next     int32
}

const noPoint = -1

func (p point) before(position uint64, at fleet.ReplicaID) bool {
	return p.position < position || p.position == position && p.replica < at
}

// add puts a point of a replica onto the ring.
func (r *ring) add(position uint64, at fleet.ReplicaID) {
	if r.count == len(r.arcs) {
		r.cut()
	}
	i := r.free
	if i == noPoint {
		r.points = append(r.points, point{})
		i = int32(len(r.points) - 1)
	} else {
		r.free = r.points[i].next
	}
	r.points[i] = point{position: position, replica: at}
	r.link(i)
	r.count++
}

// link lists a point in its arc.
func (r *ring) link(i int32) {
	p := &r.points[i]
	to := &r.arcs[p.position>>r.shift]
	for *to != noPoint && r.points[*to].before(p.position, p.replica) {
		to = &r.points[*to].next
	}
	p.next = *to
	*to = i
}

// remove takes a point of a replica, which must be there, off the ring.
func (r *ring) remove(position uint64, at fleet.ReplicaID) {
	to := &r.arcs[position>>r.shift]
	for r.points[*to].before(position, at) {
		to = &r.points[*to].next
	}
	i := *to
	*to = r.points[i].next
	r.points[i] = point{next: r.free, replica: fleet.NoReplica}
	r.free = i
	r.count--
}

// cut doubles the number of arcs.
func (r *ring) cut() {
	if len(r.arcs) == 0 {
		r.shift, r.free = 64, noPoint
	}
	r.arcs = make([]int32, max(1, 2*len(r.arcs)))
	if len(r.arcs) > 1 {
		r.shift--
	}
	for i := range r.arcs {
		r.arcs[i] = noPoint
	}
	for i := range r.points { // every point is in use when the ring is cut
		r.link(int32(i))
	}
}

// after returns the first point at or after a position, around the circle. The ring must not be empty.
func (r *ring) after(position uint64) int32 {
	i := r.arcs[position>>r.shift]
	for i != noPoint && r.points[i].position < position {
		i = r.points[i].next
	}
	if i == noPoint {
		i = r.firstFrom(position>>r.shift + 1)
	}
	return i
}

// next returns the point after a point, around the circle.
func (r *ring) next(i int32) int32 {
	p := &r.points[i]
	if p.next != noPoint {
		return p.next
	}
	return r.firstFrom(p.position>>r.shift + 1)
}

// firstFrom returns the first point in an arc or the ones after it.
func (r *ring) firstFrom(arc uint64) int32 {
	last := uint64(len(r.arcs) - 1) // a power of two less one
	for r.arcs[arc&last] == noPoint {
		arc++
	}
	return r.arcs[arc&last]
}
