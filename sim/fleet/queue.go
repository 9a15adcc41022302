package fleet

// queue is requests in line, linked through the slab so that it allocates nothing: first come first
// served as a doubly linked list, or, in a ranked fleet, by rank as a binary heap. Joining, leaving
// from the front and leaving from anywhere take constant time in a list and logarithmic time in a
// heap.
type queue struct {
	head, tail RequestID // in a ranked fleet head is the place of the heap in Fleet.heaps
	length     int32
}

var emptyQueue = queue{head: none, tail: none}
