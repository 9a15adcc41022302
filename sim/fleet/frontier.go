package fleet

import "slices"

// frontier walks through the heap of a ranked line in order. The next request is always a child of
// an earlier one, so only these children are candidates. Looking at the first few requests of a
// long line does not touch the rest.
type frontier struct {
	fleet  *Fleet
	line   []RequestID // heap of the line
	places []int32     // indices in line of the candidates; a heap, too
}

// nearby is the number of requests for which a frontier is used. For more, sorting the line is
// faster.
const nearby = 64

// inOrder calls do for each request of a ranked line, in order, until do returns false.
func (f *Fleet) inOrder(line []RequestID, do func(RequestID) bool) {
	n := frontier{f, line, make([]int32, 1, nearby)} // the only candidate is the root
	for range min(nearby, len(line)) {
		if !do(line[n.places[0]]) {
			return
		}
		n.pass()
	}
	if len(line) <= nearby {
		return
	}
	sorted := slices.Clone(line)
	slices.SortFunc(sorted, func(a, b RequestID) int {
		if f.before(a, b) {
			return -1
		}
		return 1
	})
	for _, id := range sorted[nearby:] {
		if !do(id) {
			return
		}
	}
}

// pass replaces the first candidate by its children.
func (n *frontier) pass() {
	child, last := 2*n.places[0]+1, len(n.places)-1
	if int(child) >= len(n.line) {
		n.places[0] = n.places[last]
		n.places = n.places[:last]
		n.sink()
		return
	}
	n.places[0] = child
	n.sink()
	if int(child)+1 < len(n.line) {
		n.places = append(n.places, child+1)
		n.rise()
	}
}

func (n *frontier) before(a, b int32) bool { return n.fleet.before(n.line[a], n.line[b]) }

// sink restores the heap after its root has changed.
func (n *frontier) sink() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(n.places) {
			return
		}
		if child+1 < len(n.places) && n.before(n.places[child+1], n.places[child]) {
			child++
		}
		if !n.before(n.places[child], n.places[i]) {
			return
		}
		n.places[i], n.places[child] = n.places[child], n.places[i]
		i = child
	}
}

// rise restores the heap after a place was added at its end.
func (n *frontier) rise() {
	for i := len(n.places) - 1; i > 0; {
		parent := (i - 1) / 2
		if !n.before(n.places[i], n.places[parent]) {
			return
		}
		n.places[i], n.places[parent] = n.places[parent], n.places[i]
		i = parent
	}
}
