package fleet

// queue is requests in line, linked through the slab so that it allocates nothing. It is a doubly
// linked list, first come first served; in a ranked fleet it is a binary heap by rank. To join or
// to leave takes constant time in a list and logarithmic time in a heap.
type queue struct {
	head, tail RequestID // in a ranked fleet head is the place of the heap in Fleet.heaps
	length     int32
}

var emptyQueue = queue{head: none, tail: none}
