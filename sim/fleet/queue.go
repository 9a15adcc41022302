package fleet

// queue is a line of requests. Without ranks it is a doubly linked list in the order of arrival,
// linked through the slab so that it allocates nothing. In a ranked fleet it is a binary heap by
// rank. Joining and leaving take constant time in a list, and logarithmic time in a heap.
type queue struct {
	head, tail RequestID // in a ranked fleet, head is the index of the heap in Fleet.heaps
	length     int32
}

var emptyQueue = queue{head: none, tail: none}
